"""Two people at one page of words: the second is told, keeps the text, and decides."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from pages.models import Page
from tests.admin import librarian, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def page() -> Page:
    return Page.objects.create(slug="visitors", title="Visitors", lead="First.", body="Words.", position=5)


def address(page: Page) -> str:
    return reverse("admin:pages_page_change", args=[page.pk])


def opened(desk: Client, page: Page) -> dict[str, str]:
    """What the form sends back when it is opened now and left untouched."""
    html = desk.get(address(page)).content.decode()
    seen = re.search(r'name="_seen" value="([0-9a-f]+)"', html)
    assert seen is not None
    page.refresh_from_db()
    return {
        "_seen": seen[1], "title": page.title, "slug": page.slug, "lead": page.lead, "body": page.body,
        "live_part": "", "position": str(page.position), "is_shown": "on", "in_footer": "on",
    }  # fmt: skip


# History dates an event by its transaction: each save must have one of its own, as it has outside of tests.
@pytest.mark.django_db(transaction=True)
def test_the_second_of_two_editors_is_told_who_was_first_and_keeps_the_text(page: Page) -> None:
    priya, tom = signed_in(librarian(name="Priya Raman")), signed_in(librarian(name="Tom Ashdown"))
    hers, his = opened(priya, page), opened(tom, page)
    assert priya.post(address(page), hers | {"lead": "Hers."}).status_code == 302

    told = tom.post(address(page), his | {"lead": "His."})
    assert told.status_code == 409
    html = told.content.decode()
    assert "Priya Raman saved this" in html
    assert "Nothing of yours is saved yet" in html
    assert 'value="His."' in html
    page.refresh_from_db()
    assert page.lead == "Hers."

    seen = re.search(r'name="_seen" value="([0-9a-f]+)"', html)
    assert seen is not None
    assert tom.post(address(page), his | {"lead": "His.", "_seen": seen[1]}).status_code == 302
    page.refresh_from_db()
    assert page.lead == "His."


def test_one_editor_is_asked_nothing(page: Page) -> None:
    desk = signed_in(librarian())
    for lead in ("One.", "Two."):
        assert desk.post(address(page), opened(desk, page) | {"lead": lead}).status_code == 302
    page.refresh_from_db()
    assert page.lead == "Two."


def test_an_error_in_the_form_is_no_conflict(page: Page) -> None:
    desk = signed_in(librarian())
    sent = opened(desk, page)
    refused = desk.post(address(page), sent | {"title": ""})
    assert refused.status_code == 422
    seen = re.search(r'name="_seen" value="([0-9a-f]+)"', refused.content.decode())
    assert seen is not None
    assert seen[1] == sent["_seen"]
