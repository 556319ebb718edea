"""The history of every change: who, when, which field from what to what, topics and appraisals too."""

import datetime
from typing import Any

import pghistory
import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.history import Change
from accounts.models import User
from catalogue.models import Item
from evidence.models import Evidence
from taxonomy.models import EntryTerm
from taxonomy.services import set_broader
from tests.admin import librarian, signed_in
from tests.evidence.admin_forms import address, opened
from tests.factories import AppraisalFactory, EvidenceFactory, TopicFactory

# One change is what one transaction did, so these tests need real ones.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def priya() -> User:
    return librarian(name="Priya Raman")


@pytest.fixture
def desk(priya: User) -> Client:
    return signed_in(priya)


def history(desk: Client, record: Evidence) -> list[Change]:
    """The changes as the page gets them, newest first."""
    found: list[Change] = list(desk.get(address(record, "history")).context["page"].object_list)
    return found


def lines(change: Change) -> set[tuple[str, str, str]]:
    return {(line.label, line.before, line.after) for line in change.lines}


def test_one_save_is_one_change_in_words(desk: Client, priya: User) -> None:
    falls, frailty = TopicFactory(name="Falls"), TopicFactory(name="Frailty")
    record = EvidenceFactory(
        title="Before", form="rct", topics=[falls], summary="", audience=["nurses"], doi="", review_due=None
    )
    changed = {
        "title": "After",
        "form": "cohort",
        "topics": [str(frailty.pk)],
        "summary": "It helps.",
        "audience": ["nurses", "doctors"],
        "doi": "10.1000/x",
        "review_due": "2030-03-03",
        "is_retracted": "on",
        "appraisals-0-tool": "grade:high",
        "appraisals-0-appraiser": "Priya Raman",
        "appraisals-0-appraised_on": "2026-01-05",
        "appraisals-0-is_approved": "on",
    }
    assert desk.post(address(record), opened(desk, record) | changed).status_code == 302
    newest = history(desk, record)[0]
    assert newest.by == priya
    assert lines(newest) == {
        ("Title", "Before", "After"),
        ("Type", "Randomised controlled trial", "Cohort study"),
        ("Summary", "(empty)", "It helps."),
        ("Audience", "Nurses and midwives", "Doctors and dentists\nNurses and midwives"),
        ("DOI", "(empty)", "10.1000/x"),
        ("Next review due", "(empty)", "3 March 2030"),
        ("Retracted", "No", "Yes"),
        ("Standing", "Quality not checked yet", "High"),
        ("Topic removed", "Falls", ""),
        ("Topic added", "", "Frailty"),
        ("Appraisal added", "", "GRADE, Priya Raman, 5 January 2026"),
    }
    page = desk.get(address(record, "history")).content.decode()
    assert "Priya Raman" in page
    assert "3 March 2030" in page


def test_people_and_organisations_are_named(desk: Client, priya: User) -> None:
    record = EvidenceFactory(curator=None)
    desk.post(address(record), opened(desk, record) | {"curator": str(priya.pk)})
    assert lines(history(desk, record)[0]) == {("Curator", "(empty)", "Priya Raman")}


def test_an_appraisal_that_is_changed_and_one_that_goes(desk: Client) -> None:
    record = EvidenceFactory()
    AppraisalFactory(evidence=record, note="", appraised_on=datetime.date(2026, 1, 5), appraiser="Asha")
    desk.post(address(record), opened(desk, record) | {"appraisals-0-note": "Seen again."})
    assert lines(history(desk, record)[0]) == {
        ("Appraisal “GRADE, Asha, 5 January 2026”: Note", "(empty)", "Seen again.")
    }
    desk.post(address(record), opened(desk, record) | {"appraisals-0-DELETE": "on"})
    assert ("Appraisal removed", "GRADE, Asha, 5 January 2026", "") in lines(history(desk, record)[0])


def test_a_save_that_changes_nothing_leaves_no_trace(desk: Client) -> None:
    record = EvidenceFactory(topics=[TopicFactory()])
    before = len(history(desk, record))
    desk.post(address(record), opened(desk, record))
    assert len(history(desk, record)) == before


def test_what_a_command_or_raw_sql_did_is_there_too(desk: Client) -> None:
    record = EvidenceFactory(title="Before")
    Item.objects.filter(pk=record.pk).update(title="After")
    newest = history(desk, record)[0]
    assert (newest.by, lines(newest)) == (None, {("Title", "Before", "After")})
    assert "without a signed-in person" in desk.get(address(record, "history")).content.decode()


def test_the_beginning_is_told(desk: Client) -> None:
    record = EvidenceFactory()
    oldest = history(desk, record)[-1]
    assert oldest.is_first
    assert sum(change.is_first for change in history(desk, record)) == 1


def test_steps_stand_in_it(desk: Client, priya: User) -> None:
    record = EvidenceFactory()
    desk.post(address(record, "withdraw"), {"confirm-reason": "Retracted by the journal."})
    newest = history(desk, record)[0]
    assert newest.by == priya
    assert ("Status", "Published", "Withdrawn") in lines(newest)


@pytest.mark.parametrize("number", [1, 3])
def test_number_of_queries_does_not_grow(desk: Client, priya: User, number: int) -> None:
    record = EvidenceFactory()
    people = [librarian() for _ in range(number)]
    for place, person in enumerate(people):
        with pghistory.context(user=person.pk):
            Evidence.objects.filter(pk=record.pk).update(curator=person, publisher=f"Publisher {place}")
            record.topics.add(TopicFactory())
            AppraisalFactory(evidence=record)
    with CaptureQueriesContext(connection) as queries:
        response = desk.get(address(record, "history"))
    assert len({change.by for change in response.context["page"].object_list} - {None}) == number
    assert len(queries) <= 18, [query["sql"][:100] for query in queries]


def test_long_histories_have_pages(desk: Client) -> None:
    record = EvidenceFactory()
    for place in range(60):
        Item.objects.filter(pk=record.pk).update(title=f"Title {place}")
    first = desk.get(address(record, "history"))
    assert "Page 1 of 2" in first.content.decode()
    for page in ("2", "abc", "999"):
        assert desk.get(address(record, "history"), {"page": page}).status_code == 200


def test_not_for_strangers() -> None:
    record = EvidenceFactory()
    assert AnonymousUser().is_anonymous
    assert Client().get(address(record, "history")).status_code == 302


def test_topics_have_a_history_with_their_place_and_names(desk: Client) -> None:
    old, new = TopicFactory(name="Old home"), TopicFactory(name="New home")
    topic = TopicFactory(name="Falls", broader=[old])
    EntryTerm.objects.create(topic=topic, text="Slips")
    set_broader(topic=topic, broader=[new])
    # Setting the same one again deletes and makes the row again, which is no change.
    set_broader(topic=topic, broader=[new])
    topic.entry_terms.all().delete()
    changes: list[Any] = list(
        desk.get(reverse("admin:taxonomy_topic_history", args=[topic.pk])).context["page"].object_list
    )
    told = [lines(change) for change in changes]
    assert told[:3] == [
        {("Other name removed", "Slips", "")},
        {("Broader topic removed", "Old home", ""), ("Broader topic added", "", "New home")},
        {("Other name added", "", "Slips")},
    ]
