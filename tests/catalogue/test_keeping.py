"""Pages that are kept for some seconds: for whom, and for whom not."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import caches
from django.test import Client
from django.urls import reverse

from catalogue.models import Item
from tests.factories import EvidenceFactory, TopicFactory, UserFactory

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
