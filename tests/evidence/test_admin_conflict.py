"""Several people edit one record: exactly one save wins, and everybody else sees both texts and keeps their own."""

import threading
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from accounts.models import User
from catalogue.services import add_topics, confirm_still_right
from evidence.models import Evidence
from tests.admin import librarian, signed_in
from tests.evidence.admin_forms import address, opened, sent_by
from tests.factories import EvidenceFactory, TopicFactory

EDITORS = 10


@pytest.fixture
def priya(db: None) -> User:
    return librarian(name="Priya Raman")


@pytest.fixture
def asha(db: None) -> User:
    return librarian(name="Asha Patel")


def cells(response: Any, group: str) -> list[tuple[str, str, str]]:
    """Field, their words and mine of one table of the conflict page."""
    return [(row.label, row.theirs, row.mine) for row in getattr(response.context["conflict"], group)]


# Events are told apart by the times of their transactions, so some tests need real ones.
@pytest.mark.django_db(transaction=True)
def test_the_second_save_shows_both_texts(priya: User, asha: User) -> None:
    record = EvidenceFactory(title="As it was", summary="Old bottom line.")
    first, second = signed_in(asha), signed_in(priya)
    theirs, mine = opened(first, record), opened(second, record)
    first.post(address(record), theirs | {"summary": "Asha's bottom line."})
    response = second.post(address(record), mine | {"summary": "Priya's bottom line."})
    assert response.status_code == 409
    page = response.content.decode()
    assert "Asha Patel saved this record" in page
    assert cells(response, "both") == [("Bottom line", "Asha's bottom line.", "Priya's bottom line.")]
    assert "Asha&#x27;s bottom line." in page
    assert "Save mine over it" in page
    assert 'href="">keep theirs' in page
    assert Evidence.objects.get(pk=record.pk).summary == "Asha's bottom line."


def test_going_on_saves_mine_on_purpose(priya: User, asha: User) -> None:
    record = EvidenceFactory(summary="Old.")
    first, second = signed_in(asha), signed_in(priya)
    theirs, mine = opened(first, record), opened(second, record)
    first.post(address(record), theirs | {"summary": "Theirs."})
    conflict = second.post(address(record), mine | {"summary": "Mine."})
    response = second.post(address(record), sent_by(conflict) | {"_save": "Save mine over it"})
    assert response.status_code == 302
    assert Evidence.objects.get(pk=record.pk).summary == "Mine."


@pytest.mark.django_db(transaction=True)
def test_what_only_they_changed_is_taken_over(priya: User, asha: User) -> None:
    falls, frailty = TopicFactory(name="Falls"), TopicFactory(name="Frailty")
    record = EvidenceFactory(topics=[falls], limitations="", year=2020, audience=["nurses"])
    first, second = signed_in(asha), signed_in(priya)
    theirs, mine = opened(first, record), opened(second, record)
    changed = {"year": "2021", "topics": [str(falls.pk), str(frailty.pk)], "audience": ["nurses", "doctors"]}
    first.post(address(record), theirs | changed | {"review_due": "2031-02-03"})
    conflict = second.post(address(record), mine | {"limitations": "Small."})
    assert conflict.status_code == 409
    assert cells(conflict, "both") == []
    assert cells(conflict, "only_mine") == [("Limitations", "(empty)", "Small.")]
    assert {label for label, _, _ in cells(conflict, "only_theirs")} == {
        "Year",
        "Topics",
        "Whom it is for",
        "Next review due",
    }
    assert "Save both changes" in conflict.content.decode()
    assert second.post(address(record), sent_by(conflict)).status_code == 302
    kept = Evidence.objects.get(pk=record.pk)
    assert (kept.year, kept.limitations, kept.audience) == (2021, "Small.", ["doctors", "nurses"])
    assert str(kept.review_due) == "2031-02-03"
    assert set(kept.topics.all()) == {falls, frailty}


def test_steps_count_as_saves(priya: User) -> None:
    falls = TopicFactory(name="Falls")
    record = EvidenceFactory()
    desk = signed_in(priya)
    for step in (
        lambda: confirm_still_right(items=[record], by=priya),
        lambda: add_topics(items=[record], topics=[falls], by=priya),
    ):
        mine = opened(desk, record)
        step()
        assert desk.post(address(record), mine | {"title": "Mine"}).status_code == 409


def test_a_form_without_a_version_is_a_conflict(priya: User) -> None:
    record = EvidenceFactory()
    desk = signed_in(priya)
    mine = opened(desk, record)
    del mine["opened_version"]
    assert desk.post(address(record), mine | {"title": "Mine"}).status_code == 409
    for nonsense in ("abc", "-1", "99999999999999999999"):
        assert desk.post(address(record), mine | {"opened_version": nonsense}).status_code in {409, 422}
    assert Evidence.objects.get(pk=record.pk).title == record.title


def test_conflict_and_error_together_lose_nothing(priya: User, asha: User) -> None:
    record = EvidenceFactory(summary="Old.")
    first, second = signed_in(asha), signed_in(priya)
    theirs, mine = opened(first, record), opened(second, record)
    first.post(address(record), theirs | {"summary": "Theirs."})
    response = second.post(address(record), mine | {"summary": "Mine.", "year": "soon"})
    assert response.status_code == 409
    page = response.content.decode()
    assert "Mine." in page
    assert "Enter a whole number." in page


def test_appraisals_that_i_typed_are_kept(priya: User, asha: User) -> None:
    record = EvidenceFactory()
    first, second = signed_in(asha), signed_in(priya)
    theirs, mine = opened(first, record), opened(second, record)
    first.post(address(record), theirs | {"title": "Theirs"})
    typed = {
        "appraisals-0-tool": "grade:low",
        "appraisals-0-appraiser": "Priya Raman",
        "appraisals-0-appraised_on": "2026-02-03",
    }
    conflict = second.post(address(record), mine | typed)
    assert conflict.status_code == 409
    assert second.post(address(record), sent_by(conflict)).status_code == 302
    assert record.appraisals.get().result == "low"
    assert Evidence.objects.get(pk=record.pk).title == "Theirs"


@pytest.mark.django_db(transaction=True)
def test_of_ten_real_editors_one_wins_and_nine_keep_their_text() -> None:
    people = [librarian(name=f"Librarian {place}") for place in range(EDITORS)]
    record = EvidenceFactory(summary="As it was.")
    desks = [signed_in(person) for person in people]
    forms = [opened(desk, record) | {"summary": f"The text of {place}."} for place, desk in enumerate(desks)]
    together = threading.Barrier(EDITORS)
    answers: dict[int, Any] = {}

    def save(place: int, desk: Client) -> None:
        try:
            together.wait(timeout=30)
            answers[place] = desk.post(address(record), forms[place])
        finally:
            connection.close()

    threads = [threading.Thread(target=save, args=(place, desk)) for place, desk in enumerate(desks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)

    codes = {place: answer.status_code for place, answer in answers.items()}
    assert sorted(codes.values()) == [302] + [409] * (EDITORS - 1)
    winner = next(place for place, code in codes.items() if code == 302)
    kept = Evidence.objects.get(pk=record.pk)
    assert (kept.summary, kept.version) == (f"The text of {winner}.", record.version + 1)
    for place, answer in answers.items():
        if place != winner:
            page = answer.content.decode()
            assert page.count(f"The text of {place}.") >= 2  # in the comparison, and in the form
            assert f"The text of {winner}." in page
