"""Getting in touch: whatever brought the person here comes along, nothing is lost, nothing is sent twice."""

import re
import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from enquiries.forms import page_of_portal, plain
from enquiries.models import Enquiry
from mail.models import OutboxMessage
from tests.factories import EvidenceFactory, UserFactory

CONTACT = "/get-in-touch/"
MESSAGE = {
    "reason": "evidence_search",
    "question": "What prevents falls in hospital?",
    "name": "Ann Other",
    "email": "ann@mail.example",
}


def send(client: Client, **fields: Any) -> Any:
    return client.post(CONTACT, {**MESSAGE, "submission": str(uuid.uuid4()), **fields})


def test_a_question_is_kept_sent_to_the_team_and_acknowledged(client: Client, settings: Any) -> None:
    settings.LIBRARY_TEAM_EMAIL = "library@trust.example"
    settings.PORTAL_URL = "https://know.example"
    item = EvidenceFactory(title="Falls in hospital")
    response = send(client, from_page="/search/?q=falls", item=item.pk, search_query="falls")
    enquiry = Enquiry.objects.get()
    assert response.url == f"/get-in-touch/sent/{enquiry.reference}/"
    assert re.fullmatch(r"ENQ-[2-9A-Z]{4}", enquiry.reference)
    assert (enquiry.item_id, enquiry.search_query, enquiry.from_page) == (item.pk, "falls", "/search/?q=falls")
    assert (enquiry.person, enquiry.state) == (None, "received")
    team = OutboxMessage.objects.get(to="library@trust.example")
    assert team.reply_to == "ann@mail.example"
    assert team.subject == f"{enquiry.reference}: Ask for an evidence search"
    for words in (
        "What prevents falls in hospital?", "Falls in hospital", f"https://know.example/evidence/{item.pk}/",
        "Had searched for: falls", "https://know.example/search/?q=falls",
        f"https://know.example/admin/enquiries/enquiry/{enquiry.pk}/change/",
    ):  # fmt: skip
        assert words in team.text
    reply = OutboxMessage.objects.get(to="ann@mail.example")
    assert enquiry.reference in reply.subject
    assert reply.reply_to == "library@trust.example"
    assert "3 working days" in reply.text
    page = client.get(response.url).content.decode()
    assert enquiry.reference in page
    assert "3 working days" in page
    assert "ann@mail.example" not in page


def test_words_come_back_only_to_an_address_that_is_known_to_be_the_persons(client: Client) -> None:
    send(client, question="Buy my pills", email="victim@mail.example")
    user = UserFactory(email="ann@mail.example")
    client.force_login(user)
    send(client, question="What prevents falls?")
    send(client, question="Buy more pills", email="victim2@mail.example")
    texts = {message.to: message.text for message in OutboxMessage.objects.filter(to__endswith="@mail.example")}
    assert "pills" not in texts["victim@mail.example"]
    assert "Ann Other" not in texts["victim@mail.example"]
    assert "pills" not in texts["victim2@mail.example"]
    assert "What prevents falls?" in texts["ann@mail.example"]
    assert Enquiry.objects.asked_by(user).count() == 2


def test_the_form_knows_who_asks_and_where_they_come_from(client: Client) -> None:
    user = UserFactory(name="Ann Other", email="ann@mail.example")
    client.force_login(user)
    item = EvidenceFactory(title="Falls in hospital")
    page = client.get(CONTACT, {"reason": "copy", "item": item.pk, "q": "falls", "from": "/topics/falls/"})
    words = page.content.decode()
    assert 'value="Ann Other"' in words
    assert 'value="ann@mail.example"' in words
    assert "Falls in hospital" in words
    assert '<a href="/topics/falls/">/topics/falls/</a>' in words
    assert re.search(r'value="copy"[^>]*checked', words)


def test_the_browser_tells_where_the_person_comes_from_where_the_link_does_not(client: Client) -> None:
    words = client.get(CONTACT, headers={"referer": "http://testserver/topics/falls/?x=1"}).content.decode()
    assert "/topics/falls/" in words
    words = client.get(CONTACT, headers={"referer": "https://evil.example/topics/falls/"}).content.decode()
    assert "You came from" not in words


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/", "//evil.example/", "\\\\evil.example/", "/\\evil.example/", "javascript:alert(1)",
        "/a\nb", "/a\x00b", "evil", "", "/" + "a" * 500, "http:evil.example", "/\u202eevil",
    ],
)  # fmt: skip
def test_only_a_path_of_the_portal_is_shown_and_kept(client: Client, address: str) -> None:
    assert "You came from" not in client.get(CONTACT, {"from": address}).content.decode()
    assert send(client, from_page=address).status_code == 302
    assert Enquiry.objects.get().from_page == ""


@given(address=st.text(max_size=60).map(lambda text: "/" + text))
def test_a_kept_path_stays_on_the_portal(address: str) -> None:
    kept = page_of_portal(address)
    assert kept in {"", address}
    assert not re.match(r"[/\\]{2}|/[\\/]", kept)
    assert kept == "".join(letter for letter in kept if letter.isprintable())


@given(words=st.text(max_size=1_000))
def test_a_search_is_kept_on_one_line(words: str) -> None:
    kept = plain(words)
    assert kept == plain(kept)
    assert kept.isprintable()
    assert len(kept) <= 500


@pytest.mark.parametrize("item", ["", "abc", "-1", "0", "999999999", "9" * 40, "1; DROP TABLE", "²"])
def test_an_item_that_is_none_is_left_out(client: Client, item: str) -> None:
    assert client.get(CONTACT, {"item": item}).status_code == 200
    assert send(client, item=item).status_code == 302
    assert Enquiry.objects.get().item is None


def test_an_item_that_the_person_may_not_see_is_left_out(client: Client) -> None:
    hidden = EvidenceFactory(title="Not yet for you", status="draft", published_at=None)
    assert "Not yet for you" not in client.get(CONTACT, {"item": hidden.pk}).content.decode()
    send(client, item=hidden.pk)
    assert Enquiry.objects.get().item is None
    assert not OutboxMessage.objects.filter(text__contains="Not yet for you").exists()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"question": ""}, "Answer the question"),
        ({"question": "   "}, "Enter your question or message"),
        ({"question": "a" * 5_001}, "5000 characters or fewer"),
        ({"name": ""}, "Enter your name"),
        ({"name": "Ann\r\nBcc: all@mail.example"}, "on one line"),
        ({"email": "nobody"}, "like name@example.com"),
        ({"email": "ann@mail.example\nBcc: all@mail.example"}, "like name@example.com"),
        ({"reason": "lunch"}, "Select one of the options"),
        ({"reason": ""}, "What is it about?"),
        ({"website": "https://buy.example"}, "catch machines"),
        ({"question": "a\x00b"}, "Null characters"),
    ],
)
def test_what_is_wrong_is_said_in_words_and_nothing_is_lost(client: Client, fields: dict[str, str], words: str) -> None:
    response = send(client, **{"from_page": "/topics/falls/", "search_query": "falls", **fields})
    page = response.content.decode()
    assert response.status_code == 422
    assert "<title>Error: Get in touch" in page
    if words != "Answer the question":
        assert words in page
    for name, value in {**MESSAGE, **fields}.items():
        if name not in {"reason", "name", "email", "question"} or name in fields:
            continue
        assert value in page
    assert 'value="/topics/falls/"' in page
    assert (Enquiry.objects.count(), OutboxMessage.objects.count()) == (0, 0)


def test_sending_the_form_twice_makes_one_enquiry(client: Client) -> None:
    token = str(uuid.uuid4())
    first, second = send(client, submission=token), send(client, submission=token, question="Changed")
    assert first.url == second.url
    assert Enquiry.objects.get().question == MESSAGE["question"]
    assert OutboxMessage.objects.count() == 2
    assert send(client, submission="tampered").status_code == 302
    assert Enquiry.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_twenty_clicks_at_once_make_one_enquiry() -> None:
    token = str(uuid.uuid4())
    addresses: list[str] = []
    barrier = threading.Barrier(20)

    def click() -> None:
        try:
            barrier.wait()
            addresses.append(send(Client(), submission=token).url)
        finally:
            connection.close()

    threads = [threading.Thread(target=click) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(addresses) == 20
    assert len(set(addresses)) == 1
    assert (Enquiry.objects.count(), OutboxMessage.objects.count()) == (1, 2)


def test_a_flood_is_stopped_and_the_last_text_kept(client: Client, settings: Any) -> None:
    settings.RATE_LIMITS = {"get_in_touch": [(3, 60)]}
    assert [send(client).status_code for _ in range(4)] == [302, 302, 302, 429]
    page = send(client, question="My careful words").content.decode()
    assert "My careful words" in page
    assert "few minutes" in page
    assert Enquiry.objects.count() == 3


def test_an_unknown_reference_is_not_there(client: Client) -> None:
    assert client.get("/get-in-touch/sent/ENQ-2222/").status_code == 404


def test_the_account_page_shows_own_questions_and_answers_only(
    client: Client, ask: Callable[..., Enquiry], librarian: User
) -> None:
    from enquiries import services

    user = UserFactory(email="ann@mail.example")
    mine = ask(person=user, question="My question")
    services.answer(enquiry=mine, text="Our answer", by=librarian)
    services.add_note(enquiry=mine, text="Between us", by=librarian)
    ask(question="Somebody typed my address")
    client.force_login(user)
    page = client.get("/account/").content.decode()
    for words in ("My question", "Our answer", mine.reference, "Answered"):
        assert words in page
    assert "Between us" not in page
    assert "Somebody typed my address" not in page


@pytest.mark.parametrize("count", [1, 3])
def test_the_account_page_costs_the_same_for_any_number(
    client: Client, ask: Callable[..., Enquiry], count: int, django_assert_max_num_queries: Callable
) -> None:
    user = UserFactory()
    for _ in range(count):
        ask(person=user)
    client.force_login(user)
    with django_assert_max_num_queries(12):
        page = client.get("/account/").content.decode()
    assert page.count("ENQ-") >= count


def test_the_page_costs_few_queries(client: Client, django_assert_max_num_queries: Callable) -> None:
    with django_assert_max_num_queries(5):
        page = client.get(CONTACT)
    assert page.status_code == 200
