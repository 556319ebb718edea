"""What librarians do to one record or to a selection: asked first, all or nothing, refused in words."""

import datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from catalogue.choices import Status, Visibility
from catalogue.models import ItemAncestor
from catalogue.services import publish
from evidence.models import Attachment, Evidence
from tests.admin import librarian, signed_in
from tests.evidence.admin_forms import address
from tests.factories import EvidenceFactory, OrganisationFactory, TopicFactory, UserFactory

pytestmark = pytest.mark.django_db

LIST = "/admin/evidence/evidence/"


@pytest.fixture
def priya() -> User:
    return librarian(name="Priya Raman")


@pytest.fixture
def desk(priya: User) -> Client:
    return signed_in(priya)


def choose(desk: Client, step: str, records: list[Evidence], **answers: Any) -> Any:
    """Tick the records, choose the step, and look at the question."""
    return desk.post(LIST, {"action": step, "_selected_action": [record.pk for record in records], **answers})


def answer(desk: Client, step: str, records: list[Evidence], **answers: Any) -> Any:
    """Answer the question with yes."""
    return choose(
        desk,
        step,
        records,
        confirmed=step,
        shown=str(len(records)),
        **{f"confirm-{name}": value for name, value in answers.items()},
    )


def said(response: Any) -> str:
    """The messages on the page that follows."""
    return " ".join(str(message) for message in response.wsgi_request._messages)


def fresh(record: Evidence) -> Evidence:
    return Evidence.objects.get(pk=record.pk)


def drafts(number: int, **fields: Any) -> list[Evidence]:
    fields = {"status": Status.DRAFT, "published_at": None, **fields}
    made: list[Evidence] = EvidenceFactory.create_batch(number, **fields)
    return made


@pytest.mark.parametrize("step", ["publish", "still-right", "add-topics", "set-visibility", "archive", "delete-drafts"])
def test_nothing_happens_before_the_answer(desk: Client, step: str) -> None:
    records = drafts(2)
    before = list(Evidence.objects.order_by("pk").values())
    response = choose(desk, step, records)
    assert response.status_code == 200
    page = response.content.decode()
    assert all(record.title in page for record in records)
    assert "No, go back" in page
    assert list(Evidence.objects.order_by("pk").values()) == before


class TestPublish:
    def test_with_topics_type_and_date_in_one_step(self, desk: Client, priya: User) -> None:
        falls, frailty = TopicFactory(), TopicFactory()
        typed, untyped = drafts(1, form="rct", topics=[frailty])[0], drafts(1, form="")[0]
        due = timezone.localdate() + datetime.timedelta(days=400)
        response = answer(
            desk, "publish", [typed, untyped], topics=[falls.pk], form="cohort", review_due=due.isoformat()
        )
        assert "Published 2 records." in said(response)
        assert {fresh(record).status for record in (typed, untyped)} == {Status.PUBLISHED}
        assert (fresh(typed).form, fresh(untyped).form) == ("rct", "cohort")
        assert set(typed.topics.all()) == {falls, frailty}
        assert fresh(untyped).review_due == due
        assert fresh(untyped).curator == priya
        assert ItemAncestor.objects.filter(topic=falls).count() == 2

    def test_all_or_nothing(self, desk: Client) -> None:
        ready, not_ready = drafts(1)[0], drafts(1, form="", title="Untyped")[0]
        response = answer(desk, "publish", [ready, not_ready])
        assert response.status_code == 422
        assert "Choose a type for “Untyped” before publishing it." in response.content.decode()
        assert {fresh(record).status for record in (ready, not_ready)} == {Status.DRAFT}

    @pytest.mark.parametrize(
        ("answers", "sentence"),
        [
            ({"review_due": "2001-01-01"}, "Choose a day from today on."),
            ({"review_due": "soon"}, "Enter a valid date."),
            ({"form": "poem"}, "Select a valid choice."),
            ({"topics": ["999999"]}, "is not a topic on the list."),
            ({"topics": ["Falls"]}, "is not a valid value."),
        ],
    )
    def test_refuses_nonsense(self, desk: Client, answers: dict[str, Any], sentence: str) -> None:
        records = drafts(1)
        response = answer(desk, "publish", records, **answers)
        assert response.status_code == 422
        assert sentence in response.content.decode()
        assert "<title>Error: " in response.content.decode()
        assert fresh(records[0]).status == Status.DRAFT


def test_the_whole_list_is_chosen_without_naming_each(desk: Client) -> None:
    records = drafts(4)
    first = choose(desk, "publish", records[:1], select_across="1")
    assert "and" not in [value for name, value in first.context["hidden"] if name == "_selected_action"]
    assert dict(first.context["hidden"])["shown"] == "4"
    answer_all = {"select_across": "1", "confirmed": "publish", "shown": "4"}
    response = choose(desk, "publish", records[:1], **answer_all)
    assert "Published 4 records." in said(response)


def test_of_a_very_large_selection_the_first_are_done_and_the_question_says_so(
    desk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("accounts.admin_pages.pages.MOST_AT_ONCE", 2)
    records = drafts(3)
    question = choose(desk, "publish", records[:1], select_across="1")
    assert "You chose 3. This does the first 2 of the list" in question.content.decode()
    done = choose(desk, "publish", records[:1], select_across="1", confirmed="publish", shown="2")
    assert "Published 2 records." in said(done)
    assert [fresh(record).status for record in records].count(Status.DRAFT) == 1


def test_a_selection_that_grew_meanwhile_is_shown_again(desk: Client) -> None:
    records = drafts(2)
    response = choose(desk, "publish", records, confirmed="publish", shown="1")
    assert response.status_code == 422
    assert "The selection has changed since you saw it." in response.content.decode()
    assert fresh(records[0]).status == Status.DRAFT


def test_still_right_follows_the_rule_of_the_type(desk: Client) -> None:
    today = timezone.localdate()
    overdue = EvidenceFactory(form="guideline", review_due=today - datetime.timedelta(days=9))
    answer(desk, "still-right", [overdue])
    assert fresh(overdue).reviewed_at == today
    due = fresh(overdue).review_due
    assert due is not None
    assert (due.year, due.month) == (today.year + 2, today.month)


def test_add_topics_keeps_the_others(desk: Client) -> None:
    falls, frailty = TopicFactory(), TopicFactory()
    record = EvidenceFactory(topics=[falls])
    answer(desk, "add-topics", [record], topics=[frailty.pk])
    assert set(record.topics.all()) == {falls, frailty}
    response = answer(desk, "add-topics", [record])
    assert "This field is required." in response.content.decode()


def test_archive_refuses_what_was_never_published(desk: Client) -> None:
    published, draft = EvidenceFactory(), drafts(1, title="Never shown")[0]
    response = answer(desk, "archive", [published, draft])
    assert "“Never shown” was never published" in response.content.decode()
    assert fresh(published).status == Status.PUBLISHED
    answer(desk, "archive", [published])
    assert fresh(published).status == Status.ARCHIVED


def test_set_visibility(desk: Client) -> None:
    owned = EvidenceFactory(organisation=OrganisationFactory())
    nobodys = EvidenceFactory(title="Nobody's")
    response = answer(desk, "set-visibility", [owned, nobodys], visibility="organisation")
    assert "has no owning organisation" in response.content.decode()
    assert fresh(owned).visibility == Visibility.PUBLIC
    answer(desk, "set-visibility", [owned], visibility="organisation")
    assert fresh(owned).visibility == Visibility.ORGANISATION


def test_delete_drafts(desk: Client) -> None:
    draft, published = drafts(1)[0], EvidenceFactory(title="Shown once")
    Attachment.objects.create(
        evidence=draft, purpose="audit", file="evidence/none.pdf", name="a.pdf", content_type="x", size=1, sha256="0"
    )
    response = answer(desk, "delete-drafts", [draft, published])
    assert "“Shown once” was published." in response.content.decode()
    assert Evidence.objects.count() == 2
    assert Attachment.objects.count() == 1
    answer(desk, "delete-drafts", [draft])
    assert list(Evidence.objects.all()) == [published]


def test_nobody_deletes_by_djangos_own_ways(desk: Client) -> None:
    record = EvidenceFactory()
    choose(desk, "delete_selected", [record], post="yes")
    desk.post(f"{LIST}{record.pk}/delete/", {"post": "yes"})
    assert Evidence.objects.filter(pk=record.pk).exists()


class TestOneRecord:
    def test_withdraw_needs_a_reason(self, desk: Client) -> None:
        record = EvidenceFactory()
        response = desk.post(address(record, "withdraw"), {"confirm-reason": "  "})
        assert response.status_code == 422
        assert fresh(record).status == Status.PUBLISHED
        desk.post(address(record, "withdraw"), {"confirm-reason": "The journal retracted it."})
        assert (fresh(record).status, fresh(record).withdrawn_reason) == (
            Status.WITHDRAWN,
            "The journal retracted it.",
        )
        page = desk.get(address(record)).content.decode()
        assert "The journal retracted it." in page
        assert "Save and publish" not in page

    def test_supersede(self, desk: Client, priya: User) -> None:
        old, new, draft = EvidenceFactory(), EvidenceFactory(title="The new one"), drafts(1)[0]
        refused = desk.post(address(old, "supersede"), {"confirm-replacement": draft.pk})
        assert "is not published yet" in refused.content.decode()
        itself = desk.post(address(old, "supersede"), {"confirm-replacement": old.pk})
        assert "A record cannot replace itself." in itself.content.decode()
        nonsense = desk.post(address(old, "supersede"), {"confirm-replacement": "abc"})
        assert nonsense.status_code == 422
        desk.post(address(old, "supersede"), {"confirm-replacement": new.pk})
        assert (fresh(old).status, fresh(old).superseded_by_id) == (Status.SUPERSEDED, new.pk)
        publish(item=fresh(old), by=priya)
        assert (fresh(old).status, fresh(old).superseded_by_id) == (Status.PUBLISHED, None)

    def test_a_replacement_that_one_may_not_see_is_not_offered(self, desk: Client) -> None:
        old, secret = EvidenceFactory(), EvidenceFactory(visibility=Visibility.TEAM, title="Secret")
        response = desk.post(address(old, "supersede"), {"confirm-replacement": secret.pk})
        assert response.status_code == 422
        assert "Secret" not in response.content.decode()

    def test_archive_and_still_right(self, desk: Client) -> None:
        record = EvidenceFactory(form="guideline")
        question = desk.get(address(record, "still-right"))
        assert record.title in question.content.decode()
        response = desk.post(address(record, "still-right"), follow=True)
        assert "Still right. Next review:" in response.content.decode()
        desk.post(address(record, "archive"))
        assert fresh(record).status == Status.ARCHIVED

    def test_only_what_makes_sense_is_offered(self, desk: Client) -> None:
        draft = drafts(1)[0]
        labels = [label for label, _ in desk.get(address(draft)).context["step_links"]]
        assert labels == ["Delete drafts…"]
        assert desk.post(address(draft, "withdraw"), {"confirm-reason": "x"}).status_code == 403

    def test_looking_changes_nothing(self, desk: Client) -> None:
        record = EvidenceFactory()
        for step in ("still-right", "archive", "supersede", "withdraw"):
            assert desk.get(address(record, step)).status_code == 200
        assert fresh(record).version == record.version

    def test_strangers_are_sent_away(self) -> None:
        record = EvidenceFactory()
        for client in (Client(), signed_in(UserFactory(staff=True))):
            assert client.post(address(record, "archive")).status_code in {302, 403}
        assert fresh(record).status == Status.PUBLISHED
