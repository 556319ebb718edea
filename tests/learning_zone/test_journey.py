"""A nurse with 15 minutes finds a webinar, searches its transcript, records it, and takes three years with her."""

import os
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from accounts.models import User
from learning_zone.models import Chapter
from tests.browser import NARROW, WIDE, axe_violations, follow, sideways_overflow
from tests.factories import TopicFactory, UserFactory
from tests.learning_zone.factories import TRANSCRIPT, LearningFactory

# Long words and many of them, as people write.
REFLECTION = f"https://learning.example/{'a' * 120} {'Walking aids within reach. ' * 20}"

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def sign_in(page: Page, user: User, address: str) -> None:
    client = Client()
    client.force_login(user)
    page.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": address}])


def is_for_everyone(page: Page, name: str) -> None:
    """axe finds nothing and nothing is wider than the window. A folder in SCREENSHOTS keeps pictures."""
    if folder := os.environ.get("SCREENSHOTS"):
        width = page.viewport_size["width"] if page.viewport_size else 0
        page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)
    assert axe_violations(page) == []
    assert sideways_overflow(page) <= 0


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_a_nurse_with_15_minutes(
    open_page: Callable[..., Page], live_server: Any, viewport: dict[str, int], tmp_path: Path
) -> None:
    falls = TopicFactory(name="Falls", slug="falls")
    webinar = LearningFactory(
        title="Falls on the ward in a quarter of an hour",
        topics=[falls],
        transcript=TRANSCRIPT,
        url="https://learning.example/falls",
        outcomes="say what helps\nchoose one thing to change",
    )
    Chapter.objects.create(resource=webinar, seconds=245, title="What helps")
    LearningFactory(title="A whole day about falls", topics=[falls], minutes=400, form="course")
    nurse = UserFactory(staff=True, name="Comfort Adeyemi")
    page = open_page(viewport)
    # A page that fades in while it is printed is an error of the console.
    page.emulate_media(reduced_motion="reduce")
    sign_in(page, nurse, live_server.url)

    page.goto("/learning/")
    is_for_everyone(page, "home")
    page.get_by_label("Find learning").fill("falls")
    page.get_by_label("Find learning").press("Enter")
    if page.locator("#filters > summary").is_visible():
        page.locator("#filters > summary").click()
    page.get_by_label("15 minutes").check()
    page.get_by_role("button", name="Apply filters").click()
    expect(page.get_by_role("heading", name="1 result")).to_be_visible()
    is_for_everyone(page, "find")
    page.get_by_role("link", name=webinar.title).click()

    page.get_by_label("Search what is said").fill("alarm")
    page.get_by_role("button", name="Search the transcript").click()
    expect(page.get_by_text("1 place with “alarm”")).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text="Alarms made nights worse").first).to_contain_text("12:30")
    is_for_everyone(page, "detail")

    page.get_by_role("link", name="I have done this").click()
    page.get_by_label("What did you learn, and what will you do differently?").fill(REFLECTION)
    page.get_by_label("Preserve safety").check()
    is_for_everyone(page, "done")
    page.get_by_role("button", name="Record it").click()
    expect(page.get_by_role("heading", name=f"Recorded: {webinar.title}")).to_be_visible()
    is_for_everyone(page, "recorded")
    follow(page, "Go to My learning")
    is_for_everyone(page, "mine")

    with page.expect_download() as download:
        page.get_by_role("link", name="PDF").click()
    kept = tmp_path / "record.pdf"
    download.value.save_as(kept)
    text = " ".join("".join(one.extract_text() for one in PdfReader(kept).pages).split())
    assert "Total: 15 minutes" in text
    assert "Walking aids within" in text
    assert "https://learning.example/" in text
    follow(page, "Page to print")
    is_for_everyone(page, "log")
    sheet = PdfReader(BytesIO(page.pdf(prefer_css_page_size=True)))
    words = " ".join("".join(one.extract_text() for one in sheet.pages).split())
    assert "Participatory time" in words, "a column is cut off on paper, or squeezed by a long reflection"
    assert "Total 15 min 0 min" in words
    assert "Print this page" not in words
    page.goto("/learning/for-library-staff/")
    is_for_everyone(page, "shelf")
