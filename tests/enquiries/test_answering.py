"""What librarians do with enquiries, in services and in the admin, and what is forgotten."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.data_rights import erase, personal_data
from accounts.models import User
from enquiries import services
from enquiries.models import Enquiry
from enquiries.services import CannotDo
from mail.models import OutboxMessage
from tests.accounts.test_account_pages import tables_that_hold
from tests.factories import UserFactory

Ask = Callable[..., Enquiry]
LIST = "/admin/enquiries/enquiry/"


def kinds(enquiry: Enquiry) -> list[str]:
    return list(enquiry.entries.values_list("kind", flat=True))


def test_an_answer_goes_to_the_person_and_stays(ask: Ask, librarian: User) -> None:
    enquiry = services.answer(enquiry=ask(), text=" Exercise & home checks. ", by=librarian)
    assert (enquiry.state, enquiry.assigned_to, enquiry.answered_at is not None) == ("answered", librarian, True)
    message = OutboxMessage.objects.filter(to="ann@mail.example").last()
    assert message is not None
    assert message.subject == f"Our answer to your question ({enquiry.reference})"
    for words in ("Hello Ann Other", "Exercise & home checks.", "Lee Librarian", "What prevents falls?"):
        assert words in message.text
    with pytest.raises(CannotDo, match="sent already"):
        services.answer(enquiry=enquiry, text="Exercise & home checks.", by=librarian)
    services.answer(enquiry=enquiry, text="One thing more.", by=librarian)
    assert kinds(enquiry) == ["answer", "answer"]
    assert OutboxMessage.objects.filter(to="ann@mail.example").count() == 3


def test_handing_over_tells_the_other_librarian(ask: Ask, librarian: User) -> None:
    other = UserFactory(librarian=True, email="other@trust.example", name="Olu Other")
    enquiry = services.hand_over(enquiry=ask(), to=other, by=librarian, note="You know falls.")
    assert enquiry.assigned_to == other
    message = OutboxMessage.objects.get(to="other@trust.example")
    assert "You know falls." in message.text
    assert enquiry.entries.get().text == "To Olu Other. You know falls."
    with pytest.raises(CannotDo, match="already"):
        services.hand_over(enquiry=enquiry, to=other, by=librarian)
    with pytest.raises(CannotDo, match="not a librarian"):
        services.hand_over(enquiry=enquiry, to=UserFactory(), by=librarian)
    services.hand_over(enquiry=enquiry, to=librarian, by=librarian)
    assert not OutboxMessage.objects.filter(to=librarian.email).exists()


def test_closing_and_opening_again(ask: Ask, librarian: User) -> None:
    enquiry = services.close(enquiry=ask(), by=librarian, note="Asked twice")
    sent = OutboxMessage.objects.count()
    for step in (
        lambda: services.answer(enquiry=enquiry, text="Late", by=librarian),
        lambda: services.close(enquiry=enquiry, by=librarian),
        lambda: services.hand_over(enquiry=enquiry, to=librarian, by=librarian),
    ):
        with pytest.raises(CannotDo, match="closed"):
            step()
    assert OutboxMessage.objects.count() == sent
    enquiry = services.reopen(enquiry=enquiry, by=librarian)
    assert (enquiry.state, enquiry.closed_at, kinds(enquiry)) == ("received", None, ["closed", "reopened"])
    with pytest.raises(CannotDo, match="not closed"):
        services.reopen(enquiry=enquiry, by=librarian)


def test_only_librarians_take_steps(ask: Ask) -> None:
    enquiry, champion = ask(), UserFactory(champion=True)
    for step in (
        lambda: services.answer(enquiry=enquiry, text="x", by=champion),
        lambda: services.add_note(enquiry=enquiry, text="x", by=champion),
        lambda: services.close(enquiry=enquiry, by=champion),
        lambda: services.reopen(enquiry=enquiry, by=champion),
        lambda: services.hand_over(enquiry=enquiry, to=champion, by=champion),
    ):
        with pytest.raises(CannotDo, match="Only librarians"):
            step()


@pytest.mark.parametrize("step", ["answer", "add_note"])
def test_empty_words_are_refused(ask: Ask, librarian: User, step: str) -> None:
    with pytest.raises(CannotDo, match="Write the"):
        getattr(services, step)(enquiry=ask(), text="  \n ", by=librarian)


def test_the_queue_shows_what_waits_longest_on_top(ask: Ask, librarian: User) -> None:
    first, second, third, closed = ask(), ask(), ask(), ask()
    services.answer(enquiry=second, text="Done", by=librarian)
    services.close(enquiry=closed, by=librarian)
    Enquiry.objects.filter(pk=third.pk).update(created_at=timezone.now() - datetime.timedelta(days=2))
    assert list(Enquiry.objects.open().oldest_first()) == [third, first]


def test_time_closes_and_then_forgets(ask: Ask, librarian: User) -> None:
    now = timezone.now()
    waiting, answered, recent = ask(), ask(), ask()
    for enquiry in (answered, recent):
        services.answer(enquiry=enquiry, text="Done", by=librarian)
    Enquiry.objects.filter(pk=answered.pk).update(answered_at=now - datetime.timedelta(days=31))
    old = services.close(enquiry=ask(name="Canary Byrd", email="canary@mail.example"), by=librarian, note="Canary")
    Enquiry.objects.filter(pk=old.pk).update(closed_at=now - services.PERSONAL_DATA_KEPT - datetime.timedelta(days=1))
    assert services.tidy(at=now) == (1, 1)
    assert services.tidy(at=now) == (0, 0)
    states = dict(Enquiry.objects.values_list("pk", "state"))
    assert states == {waiting.pk: "received", answered.pk: "closed", recent.pk: "answered", old.pk: "closed"}
    assert tables_that_hold("canary") == set()
    old.refresh_from_db()
    assert (old.reason, old.question, kinds(old)) == ("evidence_search", "", ["closed"])
    with pytest.raises(CannotDo, match="is deleted"):
        services.reopen(enquiry=old, by=librarian)


def test_who_deletes_an_account_takes_the_questions_along(ask: Ask) -> None:
    user = UserFactory(email="canary@mail.example", name="Canary Byrd")
    ask(person=user, name="Canary Byrd", email="elsewhere@canary.example", question="About canaries")
    ask(email="Canary@mail.example", question="Typed by a canary")
    other = ask(question="What stays")
    assert [entry["question"] for entry in personal_data(user=user)["enquiries"]] == ["About canaries"]
    erase(user=user)
    OutboxMessage.objects.filter(purpose="farewell").delete()
    assert tables_that_hold("canar") == set()
    other.refresh_from_db()
    assert other.question == "What stays"
    assert Enquiry.objects.count() == 3


# --- In the admin ---


@pytest.fixture
def admin(client: Client, librarian: User) -> Client:
    client.force_login(librarian)
    return client


def test_the_list_is_a_queue(admin: Client, ask: Ask) -> None:
    first, second = ask(question="First question"), ask(question="Second question")
    page = admin.get(LIST).content.decode()
    assert page.index(first.reference) < page.index(second.reference)
    assert admin.get(LIST, {"q": second.reference}).content.decode().count("Second question") >= 1
    assert "First question" not in admin.get(LIST, {"q": second.reference}).content.decode()
    assert "First question" in admin.get(LIST, {"with": "nobody"}).content.decode()
    assert "First question" not in admin.get(LIST, {"with": "me"}).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_any_number(
    admin: Client, ask: Ask, count: int, django_assert_max_num_queries: Callable
) -> None:
    for _ in range(count):
        ask()
    with django_assert_max_num_queries(12):
        page = admin.get(LIST)
    assert page.context["cl"].result_count == count


def test_the_page_shows_everything_and_changes_nothing(admin: Client, ask: Ask, librarian: User) -> None:
    enquiry = ask(question="<script>alert(1)</script>\nSecond line", from_page="/topics/falls/")
    services.add_note(enquiry=enquiry, text="<b>Between us</b>", by=librarian)
    address = reverse("admin:enquiries_enquiry_change", args=[enquiry.pk])
    page = admin.get(address).content.decode()
    for words in ("&lt;script&gt;", "&lt;b&gt;Between us", 'href="/topics/falls/"', "Answer…", "Lee Librarian"):
        assert words in page
    assert 'name="_save"' not in page
    history = admin.get(reverse("admin:enquiries_enquiry_history", args=[enquiry.pk])).content.decode()
    assert "Between us" in history
    admin.post(address, {"question": "Changed", "state": "closed", "email": "x@mail.example"})
    enquiry.refresh_from_db()
    assert (enquiry.state, enquiry.email) == ("received", "ann@mail.example")


@pytest.mark.parametrize(
    ("step", "answers", "state", "kind"),
    [
        ("answer", {"confirm-text": "Our answer"}, "answered", "answer"),
        ("note", {"confirm-text": "A note"}, "received", "note"),
        ("close", {"confirm-note": ""}, "closed", "closed"),
    ],
)
def test_steps_ask_and_then_act(
    admin: Client, ask: Ask, step: str, answers: dict[str, str], state: str, kind: str
) -> None:
    enquiry = ask()
    address = f"{LIST}{enquiry.pk}/{step}/"
    assert admin.get(address).status_code == 200
    assert kinds(enquiry) == []
    assert admin.post(address, answers).status_code == 302
    enquiry.refresh_from_db()
    assert (enquiry.state, kinds(enquiry)) == (state, [kind])


def test_the_question_stands_beside_the_box_for_the_answer(admin: Client, ask: Ask) -> None:
    enquiry = ask()
    page = admin.get(f"{LIST}{enquiry.pk}/answer/").content.decode()
    assert enquiry.question in page


def test_an_empty_answer_is_refused_in_the_admin(admin: Client, ask: Ask) -> None:
    enquiry = ask()
    assert admin.post(f"{LIST}{enquiry.pk}/answer/", {"confirm-text": " "}).status_code == 422
    assert kinds(enquiry) == []


def test_a_selection_is_handed_over_and_closed(admin: Client, ask: Ask) -> None:
    other = UserFactory(librarian=True)
    chosen = [ask(), ask()]
    selection: dict[str, Any] = {"_selected_action": [enquiry.pk for enquiry in chosen], "select_across": "0"}
    for action, answers in (("hand-over", {"confirm-to": other.pk}), ("close", {"confirm-note": "Both"})):
        admin.post(LIST, {**selection, "action": action, "confirmed": action, "shown": "2", **answers})
    assert set(Enquiry.objects.values_list("state", "assigned_to")) == {("closed", other.pk)}


@pytest.mark.parametrize("make", ["reader", "staff", "champion"])
def test_others_do_not_get_in(client: Client, ask: Ask, make: str) -> None:
    enquiry = ask()
    client.force_login(UserFactory(**({} if make == "reader" else {make: True})))
    for address in (LIST, f"{LIST}{enquiry.pk}/change/", f"{LIST}{enquiry.pk}/answer/"):
        assert client.get(address).status_code in {302, 403}
    client.post(f"{LIST}{enquiry.pk}/answer/", {"confirm-text": "Forged"})
    assert kinds(enquiry) == []
