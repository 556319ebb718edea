"""Readers' journeys in a real browser: finding, reading and going on, at three widths, with and without scripts."""

import datetime
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect

from evidence.models import Evidence
from pages.services import load_pages
from tests.browser import NARROW, WIDE, axe_violations, sideways_overflow
from tests.factories import AppraisalFactory, EvidenceFactory, TopicFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SMALLEST = {"width": 320, "height": 640}
OpenPage = Callable[..., Page]


@pytest.fixture
def shelf() -> dict[str, Evidence]:
    """A small catalogue with a record in every state that readers meet."""
    load_pages()
    older = TopicFactory(name="Older people", slug="older-people")
    falls = TopicFactory(name="Falls prevention", slug="falls", broader=[older], key_message="Tailored packages help.")
    review = AppraisalFactory(
        evidence=EvidenceFactory(
            title="Preventing falls on wards: systematic review",
            summary="Tailored packages probably reduce falls.",
            form="systematic_review",
            key_points=["Alarms alone do little.", "Few trials included people with dementia."],
            authors="Raman P\nAshdown T",
            source="Journal of Ward Care",
            volume="12",
            pages="1234-41",
            doi="10.5555/demo.1",
            abstract="Background and methods.",
            licence="cc_by",
            is_open_access=True,
            setting=["acute"],
            phrases=["apply"],
            limitations="Not blinded.",
            searched_on=datetime.date(2026, 3, 1),
            search_strategy="falls AND wards",
            reviewed_at=datetime.date(2026, 3, 3),
            review_due=datetime.date(2029, 3, 3),
            topics=[falls],
        )
    ).evidence
    shelf = {
        "review": review,
        "unchecked": EvidenceFactory(title="Falls audit", form="audit", topics=[falls], setting=["community"]),
        "preprint": EvidenceFactory(title="Falls preprint", publication_status="preprint", topics=[falls]),
        "overdue": EvidenceFactory(title="Falls guideline", form="guideline", review_due=datetime.date(2020, 1, 1)),
        "retracted": EvidenceFactory(title="Falls trial", form="rct", is_retracted=True, retraction_note="Made up."),
        "withdrawn": EvidenceFactory(title="Falls leaflet", status="withdrawn", withdrawn_reason="Out of date."),
    }
    for number in range(9):
        EvidenceFactory(title=f"Wards and nights {number}", form="report", setting=["acute"])
    return shelf


def addresses(shelf: dict[str, Evidence]) -> list[str]:
    """Every kind of page that a reader meets."""
    return [
        "/",
        "/search/",
        "/search/?q=falls&setting=acute&year_from=2020&form=nonsense&page=9",
        "/search/?q=unobtainium",
        "/topics/",
        "/topics/?view=a-z",
        "/topics/falls/",
        "/about/quality/",
        "/about/workstream/",
        "/about/privacy/",
        *(record.get_absolute_url() for record in shelf.values()),
    ]


@pytest.mark.parametrize("viewport", [WIDE, NARROW, SMALLEST], ids=["1280", "375", "320"])
def test_every_kind_of_page_is_accessible_and_fits(
    open_page: OpenPage, shelf: dict[str, Evidence], viewport: dict[str, int]
) -> None:
    page = open_page(viewport)
    wrong = {}
    for address in addresses(shelf):
        response = page.goto(address)
        assert response is not None
        assert response.status == 200, address
        found = axe_violations(page)
        overflow = sideways_overflow(page)
        if found or overflow:
            wrong[address] = (found, overflow)
    assert wrong == {}


def test_a_filter_applies_at_once_and_the_reader_keeps_their_place(
    open_page: OpenPage, shelf: dict[str, Evidence]
) -> None:
    page = open_page()
    page.goto("/search/?q=falls")
    tick = page.get_by_role("checkbox", name=re.compile("Systematic review"))
    tick.focus()
    page.keyboard.press("Space")
    expect(page.get_by_role("heading", level=2, name="1 result for “falls”")).to_be_visible()
    expect(page.locator("#finder-status")).to_have_text("1 result for “falls”, 1 filter applied")
    expect(page).to_have_title(re.compile("“falls”"))
    assert parse_qs(urlsplit(page.url).query) == {"q": ["falls"], "form": ["systematic_review"]}
    expect(page.locator("#form-systematic_review")).to_be_focused()
    page.keyboard.press("Space")
    expect(page.get_by_role("heading", level=2, name=re.compile("5 results"))).to_be_visible()
    expect(page.locator("#form-systematic_review")).to_be_focused()
    assert "form" not in parse_qs(urlsplit(page.url).query)
    page.go_back()
    expect(page.get_by_role("heading", level=2, name="1 result for “falls”")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_on_a_phone_the_panel_stays_open_after_a_choice(open_page: OpenPage, shelf: dict[str, Evidence]) -> None:
    page = open_page(NARROW)
    page.goto("/search/?q=falls")
    page.locator("#filters > summary").click()
    page.locator("#facet-setting > summary").click()
    page.locator("#setting-community").check()
    expect(page.locator("#finder-status")).to_have_text("1 result for “falls”, 1 filter applied")
    expect(page.locator("#setting-community")).to_be_visible()
    expect(page.locator("#setting-community")).to_be_focused()


def test_the_order_changes_from_the_list_outside_the_form(open_page: OpenPage, shelf: dict[str, Evidence]) -> None:
    page = open_page()
    page.goto("/search/?q=falls")
    page.get_by_label("Sort by").select_option("title")
    expect(page.locator(".kp-card__title").first).to_have_text("Falls audit")
    assert parse_qs(urlsplit(page.url).query) == {"q": ["falls"], "sort": ["title"]}


def test_new_words_keep_the_filters_and_a_chip_takes_one_off(open_page: OpenPage, shelf: dict[str, Evidence]) -> None:
    page = open_page()
    page.goto("/search/?q=falls&setting=acute")
    page.get_by_role("combobox", name="Find evidence and know-how").fill("nights")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=2, name="9 results for “nights”")).to_be_visible()
    assert parse_qs(urlsplit(page.url).query) == {"q": ["nights"], "setting": ["acute"]}
    page.get_by_role("link", name="Remove filter Setting: Acute hospital").click()
    expect(page.get_by_role("heading", level=2, name="9 results for “nights”")).to_be_visible()
    assert parse_qs(urlsplit(page.url).query) == {"q": ["nights"]}


def test_the_whole_journey_works_without_scripts(open_page: OpenPage, shelf: dict[str, Evidence]) -> None:
    page = open_page(NARROW, javascript=False)
    page.goto("/")
    page.get_by_role("searchbox").fill("falls")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("heading", level=2, name="5 results for “falls”")).to_be_visible()
    page.locator("#filters > summary").click()
    page.locator("#form-systematic_review").check()
    page.get_by_role("button", name="Apply filters").click()
    expect(page.get_by_role("heading", level=2, name="1 result for “falls”")).to_be_visible()
    page.get_by_role("link", name="Preventing falls on wards: systematic review").click()
    expect(page.get_by_role("heading", level=2, name="Bottom line")).to_be_visible()
    page.get_by_text("Why this label?").click()
    expect(page.get_by_text("Priya Raman")).to_be_visible()
    page.get_by_role("navigation", name="Breadcrumb").get_by_role("link", name="Falls prevention").click()
    expect(page.get_by_role("heading", level=1, name="Falls prevention")).to_be_visible()
    page.get_by_role("link", name="Ask for an evidence search").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert "Falls prevention" in page.content()


def test_a_keyboard_reaches_the_results_past_the_filters(open_page: OpenPage, shelf: dict[str, Evidence]) -> None:
    page = open_page()
    page.goto("/search/?q=falls")
    page.get_by_role("link", name="Skip to results").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    focused = page.evaluate("document.activeElement.closest('#results') !== null")
    assert focused


def test_on_paper_there_is_the_text_and_where_it_came_from(open_page: OpenPage, shelf: dict[str, Evidence]) -> None:
    page = open_page()
    page.goto(shelf["review"].get_absolute_url())
    page.emulate_media(media="print")
    expect(page.get_by_text("Tailored packages probably reduce falls.")).to_be_visible()
    expect(page.get_by_text("Journal of Ward Care. 2025;12:1234-41.")).to_be_visible()
    for hidden in ("header form", ".kp-actions", ".kp-footer", ".nhsuk-breadcrumb"):
        expect(page.locator(hidden).first).to_be_hidden()


def weight(path: str) -> int:
    """Bytes on the wire: the page as the portal compresses it, a static file as it stands compressed for the server."""
    if not path.startswith("/static/"):
        return len(Client().get(path, headers={"Accept-Encoding": "gzip"}).content)
    stored = Path(settings.STATIC_ROOT) / path.removeprefix("/static/")
    compressed = stored.with_name(f"{stored.name}.br")
    return (compressed if compressed.exists() else stored).stat().st_size


def test_the_search_page_is_light_and_loads_nothing_from_elsewhere(
    open_page: OpenPage, shelf: dict[str, Evidence], live_server: Any
) -> None:
    page = open_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/search/", wait_until="networkidle")
    asked = [url for url in asked if not url.startswith("data:")]
    assert [url for url in asked if not url.startswith(live_server.url)] == []
    assert len(asked) <= 8, asked
    assert sum(weight(url.removeprefix(live_server.url)) for url in asked) <= 80_000
    assert page.evaluate("document.querySelectorAll('*').length") <= 1_000
    assert page.context.cookies() == []
