"""Saving with one tap, lists with notes, sharing them, and what a reader without the right sees of them."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from catalogue.models import Item
from lists import account, services
from lists.models import SavedItem, SavedList
from mail.models import OutboxMessage
from tests.factories import EvidenceFactory, OrganisationFactory, UserFactory
from tests.knowledge.factories import published

pytestmark = pytest.mark.django_db


@pytest.fixture
def nurse() -> User:
    user: User = UserFactory(staff=True, name="Asha Nurse")
    return user


@pytest.fixture
def browser(client: Client, nurse: User) -> Client:
    client.force_login(nurse)
    return client


def a_list(owner: User, *items: Item, **values: Any) -> SavedList:
    made = services.begin_list(**{"title": "For the falls group", "visibility": "link", "by": owner, **values})
    for item in items:
        services.save_item(item=item, by=owner, into=made)
    return made


def order(saved_list: SavedList) -> list[int]:
    return [entry.item_id for entry in saved_list.entries.in_order()]


def test_one_tap_saves_an_item_and_another_takes_it_out(browser: Client, nurse: User) -> None:
    item = EvidenceFactory(title="Falls on wards")
    page = browser.get(item.get_absolute_url()).content.decode()
    assert reverse("lists:save", args=[item.pk]) in page
    answer = browser.post(reverse("lists:save", args=[item.pk]), {"next": "/search/?q=falls"}, follow=True)
    assert answer.redirect_chain == [("/search/?q=falls", 302)]
    assert "See what you saved" in answer.content.decode()
    own = SavedList.objects.get(owner=nurse)
    assert (own.title, own.visibility, order(own)) == ("Saved items", "private", [item.pk])
    assert 'name="action" value="remove"' in browser.get(item.get_absolute_url()).content.decode()
    browser.post(reverse("lists:save", args=[item.pk]), {"action": "remove"})
    assert order(own) == []


def test_htmx_gets_the_button_alone(browser: Client) -> None:
    item = EvidenceFactory()
    html = browser.post(reverse("lists:save", args=[item.pk]), headers={"HX-Request": "true"}).content.decode()
    assert html.count("<form") == 1
    assert "<html" not in html
    assert "Saved<" in html


def test_saving_leads_nowhere_else(browser: Client) -> None:
    item = EvidenceFactory()
    answer = browser.post(reverse("lists:save", args=[item.pk]), {"next": "//elsewhere.example/"})
    assert answer["Location"] == item.get_absolute_url()


def test_who_is_not_signed_in_is_led_there_and_back_and_gets_no_cookie(client: Client) -> None:
    item = EvidenceFactory(title="Falls")
    answer = client.get(item.get_absolute_url())
    assert f"{reverse('account_login')}?next={item.get_absolute_url()}" in answer.content.decode()
    assert not answer.cookies
    assert "Sign in to save" not in client.get("/search/?q=falls").content.decode()


def test_what_may_not_be_seen_cannot_be_saved(client: Client) -> None:
    client.force_login(UserFactory())
    hidden = EvidenceFactory(visibility="members")
    assert client.post(reverse("lists:save", args=[hidden.pk])).status_code == 404
    assert not SavedItem.objects.exists()


def test_a_reader_without_the_right_sees_the_list_without_the_item(client: Client, nurse: User) -> None:
    shared = a_list(nurse, EvidenceFactory(title="Open one"), EvidenceFactory(title="Hidden one", visibility="members"))
    for address in (shared.get_absolute_url(), reverse("lists:ris", args=[shared.key])):
        told = client.get(address).content.decode()
        assert "Open one" in told
        assert "Hidden one" not in told
    assert "1 item." in client.get(shared.get_absolute_url()).content.decode()
    client.force_login(nurse)
    assert "2 items." in client.get(shared.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    ("visibility", "anyone", "colleague", "elsewhere"),
    [("private", 404, 404, 404), ("organisation", 404, 200, 404), ("link", 200, 200, 200)],
)
def test_a_list_opens_for_those_it_is_shared_with(
    client: Client, visibility: str, anyone: int, colleague: int, elsewhere: int
) -> None:
    place = OrganisationFactory()
    owner = UserFactory(staff=True, organisation=place)
    shared = a_list(owner, visibility=visibility)
    for reader, expected in (
        (None, anyone),
        (UserFactory(staff=True, organisation=place), colleague),
        (UserFactory(staff=True, organisation=OrganisationFactory()), elsewhere),
        (owner, 200),
    ):
        client.logout()
        if reader:
            client.force_login(reader)
        assert client.get(shared.get_absolute_url()).status_code == expected
        assert client.get(reverse("lists:ris", args=[shared.key])).status_code == expected
        change = client.get(reverse("lists:change", args=[shared.key])).status_code
        assert change == (200 if reader == owner else 404 if reader else 302)


def test_a_withdrawn_item_is_not_passed_on(client: Client, nurse: User) -> None:
    item = EvidenceFactory(title="Taken back", summary="What was wrong.")
    shared = a_list(nurse, item)
    Item.objects.filter(pk=item.pk).update(status="withdrawn", withdrawn_reason="It was wrong.")
    html = client.get(shared.get_absolute_url()).content.decode()
    assert "Withdrawn" in html
    assert "What was wrong." not in html
    assert client.get(reverse("lists:ris", args=[shared.key])).content == b""


def test_notes_and_order_are_the_owner_s(browser: Client, nurse: User) -> None:
    items = [EvidenceFactory(title=f"Part {place}") for place in range(3)]
    own = a_list(nurse, *items)
    entry = own.entries.get(item=items[2])
    browser.post(reverse("lists:move", args=[own.key, entry.pk]), {"direction": "up"})
    assert order(own) == [items[0].pk, items[2].pk, items[1].pk]
    browser.post(reverse("lists:move", args=[own.key, entry.pk]), {"direction": "down"})
    browser.post(reverse("lists:move", args=[own.key, entry.pk]), {"direction": "down"})
    assert order(own) == [item.pk for item in items]
    browser.post(reverse("lists:entry", args=[own.key, entry.pk]), {"note": "Read this first.", "into": own.pk})
    assert "Read this first." in browser.get(own.get_absolute_url()).content.decode()
    browser.post(reverse("lists:entry", args=[own.key, entry.pk]), {"action": "remove"})
    assert order(own) == [item.pk for item in items[:2]]


def test_an_item_can_go_to_another_list_but_stands_in_it_once(browser: Client, nurse: User) -> None:
    item = EvidenceFactory()
    services.save_item(item=item, by=nurse)
    entry, other = SavedItem.objects.get(), a_list(nurse)
    browser.post(reverse("lists:entry", args=[entry.saved_list.key, entry.pk]), {"note": "", "into": other.pk})
    assert order(other) == [item.pk]
    services.save_item(item=item, by=nurse)
    again = SavedItem.objects.get(saved_list__is_default=True)
    address = reverse("lists:entry", args=[again.saved_list.key, again.pk])
    refused = browser.post(address, {"note": "", "into": other.pk})
    assert refused.status_code == 422
    assert "holds this already" in refused.content.decode()
    theirs = a_list(UserFactory(staff=True))
    assert browser.post(address, {"note": "", "into": theirs.pk}).status_code == 422


def test_a_list_begins_changes_and_ends(browser: Client, nurse: User) -> None:
    assert "You have not saved anything yet" in browser.get(reverse("lists:mine")).content.decode()
    refused = browser.post(reverse("lists:begin"), {"title": "", "visibility": "private"})
    assert refused.status_code == 422
    assert "<title>Error: " in refused.content.decode()
    browser.post(reverse("lists:begin"), {"title": "Journal club", "visibility": "private"})
    own = SavedList.objects.get()
    address = own.get_absolute_url()
    browser.post(reverse("lists:change", args=[own.key]), {"title": "Journal club, May", "visibility": "link"})
    assert SavedList.objects.get().title == "Journal club, May"
    assert SavedList.objects.get().get_absolute_url() == address
    assert "Delete “Journal club, May”?" in browser.get(reverse("lists:delete", args=[own.key])).content.decode()
    browser.post(reverse("lists:delete", args=[own.key]))
    assert not SavedList.objects.exists()


def test_only_staff_can_share_with_an_organisation(client: Client) -> None:
    client.force_login(UserFactory())
    refused = client.post(reverse("lists:begin"), {"title": "Ours", "visibility": "organisation"})
    assert refused.status_code == 422
    assert "recognised as its staff" in refused.content.decode()


def test_a_list_goes_by_mail_with_what_the_reader_may_see(client: Client, nurse: User) -> None:
    seen, hidden = EvidenceFactory(title="Open one"), EvidenceFactory(title="Hidden one", visibility="members")
    shared = a_list(nurse, seen, hidden)
    services.change_entry(entry=shared.entries.get(item=seen), note="Start here.", into=shared)
    reader = UserFactory()
    client.force_login(reader)
    client.post(reverse("lists:send", args=[shared.key]))
    message = OutboxMessage.objects.get()
    assert message.to == reader.email
    assert message.subject == "For the falls group"
    assert "1. Open one" in message.text
    assert "Note: Start here." in message.text
    assert shared.get_absolute_url() in message.text
    assert "Hidden one" not in message.text


def test_a_list_for_a_reference_manager_holds_every_kind(client: Client, nurse: User) -> None:
    shared = a_list(
        nurse, EvidenceFactory(title="A trial", doi="10.1000/1"), published(title="We tried it", visibility="public")
    )
    response = client.get(reverse("lists:ris", args=[shared.key]))
    told = response.content.decode()
    assert re.findall(r"TI  - (.*)\r", told) == ["A trial", "We tried it"]
    assert told.count("ER  - \r\n") == 2
    assert "DO  - 10.1000/1" in told
    assert response["Content-Disposition"] == f'attachment; filename="list-{shared.key}.ris"'


def test_a_full_list_takes_no_more(nurse: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "MOST_ITEMS", 1)
    services.save_item(item=EvidenceFactory(), by=nurse)
    with pytest.raises(services.CannotSave, match="is full"):
        services.save_item(item=EvidenceFactory(), by=nurse)


@pytest.mark.parametrize("number", [1, 3])
def test_the_number_of_queries_is_small_and_does_not_grow(
    client: Client, nurse: User, number: int, django_assert_num_queries: Any
) -> None:
    shared = a_list(nurse, *(EvidenceFactory() for _ in range(number)))
    with django_assert_num_queries(6):
        page = client.get(shared.get_absolute_url()).content.decode()
    assert all(entry.item.title in page for entry in shared.entries.select_related("item"))


def test_lists_are_in_the_copy_of_a_person_s_data_and_go_with_them(browser: Client, nurse: User) -> None:
    a_list(nurse, EvidenceFactory(title="Kept"))
    (told,) = account.export(nurse)
    assert told["title"] == "For the falls group"
    assert told["items"][0]["title"] == "Kept"
    assert "For the falls group" in browser.get(reverse("accounts:account")).content.decode()
    account.forget(nurse)
    assert not SavedList.objects.exists()
