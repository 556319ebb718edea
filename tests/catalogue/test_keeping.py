"""Pages that are kept for some seconds: for whom, and for whom not."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.test import Client, RequestFactory
from django.urls import reverse

from accounts.models import Role
from catalogue.keeping import kept, kept_for_visitors
from catalogue.models import Item
from catalogue.querysets import Reader
from tests.factories import EvidenceFactory, OrganisationFactory, TopicFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _kept(settings: Any) -> Iterator[None]:
    settings.PAGES_KEPT_SECONDS = 20
    caches["seconds"].clear()
    yield
    caches["seconds"].clear()


def test_visitors_get_the_page_as_it_was_and_others_as_it_is(
    client: Client, django_assert_num_queries: Any, settings: Any
) -> None:
    address = EvidenceFactory(title="Falls on wards").get_absolute_url()
    first = client.get(address)
    Item.objects.update(title="Falls at night")
    with django_assert_num_queries(0):
        again = client.get(address)
    assert again.content == first.content
    assert "Falls on wards" in first.content.decode()
    assert "Cookie" in again["Vary"]
    assert again["Content-Type"] == first["Content-Type"]
    assert again["Content-Security-Policy"] == first["Content-Security-Policy"]

    client.force_login(UserFactory())
    assert "Falls at night" in client.get(address).content.decode()
    known = Client()
    known.cookies["csrftoken"] = "x" * 32
    assert "Falls at night" in known.get(address).content.decode()
    settings.PAGES_KEPT_SECONDS = 0
    assert "Falls at night" in Client().get(address).content.decode()


def test_what_a_signed_in_reader_sees_is_not_kept_for_visitors(client: Client) -> None:
    record = EvidenceFactory(title="For staff", visibility="members")
    staff = Client()
    staff.force_login(UserFactory(staff=True))
    assert staff.get(record.get_absolute_url()).status_code == 200
    assert client.get(record.get_absolute_url()).status_code == 404
    Item.objects.update(visibility="public")
    assert client.get(record.get_absolute_url()).status_code == 200


def test_each_address_has_a_page_of_its_own(client: Client) -> None:
    pages = {client.get(reverse("topic", args=[TopicFactory(name=name).slug])).content for name in ("Falls", "Sepsis")}
    assert len(pages) == 2


def test_a_page_that_sets_a_cookie_or_is_no_plain_answer_is_not_kept(rf: RequestFactory) -> None:
    drawn = iter(range(10))

    def answer(status: int = 200, *, token: bool = False, cookie: bool = False, method: str = "get") -> bytes:
        def view(request: HttpRequest) -> HttpResponse:
            response = HttpResponse(f"{next(drawn)}", status=status)
            if token:
                get_token(request)
            if cookie:
                response.set_cookie("seen", "yes")
            return response

        return kept_for_visitors(view)(getattr(rf, method)("/somewhere/")).content

    assert [answer(token=True), answer(cookie=True), answer(status=404), answer(method="head")] == [
        b"0",
        b"1",
        b"2",
        b"3",
    ]
    assert [answer(), answer(), answer(method="head"), answer()] == [b"4", b"4", b"5", b"4"]


def test_a_part_is_drawn_anew_for_whoever_has_other_rights() -> None:
    reader = UserFactory(staff=True, organisation=OrganisationFactory())
    drawn = iter(range(10))

    def part(user: Reader) -> str:
        return kept("part", "asked", user, lambda: str(next(drawn)), seconds=20)

    assert [part(reader), part(reader), part(AnonymousUser()), part(AnonymousUser())] == ["0", "0", "1", "1"]
    reader.organisation = OrganisationFactory()
    assert part(reader) == "2"
    reader.role = Role.LIBRARIAN
    assert part(reader) == "3"
    assert part(UserFactory(staff=True, organisation=reader.organisation)) == "4"
