"""The map in a browser: axe at both widths, nothing wider than the window, reached by keyboard, read without JavaScript."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from tests.browser import NARROW, WIDE, axe_violations, sideways_overflow
from tests.factories import AppraisalFactory, EvidenceFactory, TopicFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SMALLEST = {"width": 320, "height": 640}


def fill() -> None:
    falls = TopicFactory(name="Falls prevention", slug="falls")
    hip = TopicFactory(name="Hip fracture", broader=[falls])
    TopicFactory(name="Sepsis and the deteriorating patient")
    for band, form in (("high", "guideline"), ("moderate", "guideline"), ("low", "guideline"), ("moderate", "rct")):
        AppraisalFactory(evidence=EvidenceFactory(topics=[hip], form=form), band=band, result=band)
    for _ in range(3):
        EvidenceFactory(topics=[falls], form="cohort", setting=["acute"])
    EvidenceFactory(topics=[falls], form="audit", review_due="2020-01-01")


def test_the_map_is_for_everybody(open_page: Callable[..., Page]) -> None:
    fill()
    for size in (WIDE, NARROW, SMALLEST):
        page = open_page(size)
        page.goto(reverse("map"))
        assert sideways_overflow(page) == 0
        if folder := os.environ.get("PORTAL_SCREENSHOTS"):
            page.screenshot(path=Path(folder) / f"map-{size['width']}.png", full_page=True)
        if size != SMALLEST:
            assert axe_violations(page) == []
        page.goto(f"{reverse('map')}?types=grey")
        assert sideways_overflow(page) == 0
        if folder:
            page.screenshot(path=Path(folder) / f"map-types-{size['width']}.png", full_page=True)
        if size == NARROW:
            assert axe_violations(page) == []
    page.goto(f"{reverse('map')}?view=table")
    assert sideways_overflow(page) == 0
    region = page.get_by_role("region", name="Number of items by topic and type")
    region.focus()
    page.keyboard.press("ArrowRight")
    expect(region).to_be_focused()
    plain = open_page(WIDE, javascript=False)
    plain.goto(reverse("map"))
    plain.get_by_role("link", name="1 narrower topic of Falls prevention").click()
    expect(plain.get_by_role("rowheader", name="Hip fracture")).to_be_visible()
    plain.get_by_role("link", name="Guidance and synthesis by type").click()
    plain.get_by_role("link", name="3 items, Hip fracture, Clinical guideline").click()
    expect(plain.get_by_role("heading", name="3 results")).to_be_visible()
    plain.go_back()
    plain.get_by_role("link", name="All groups").click()
    plain.get_by_role("link", name="3 items, Hip fracture, Guidance and synthesis: 1 high, 1 moderate, 1 low").click()
    expect(plain.get_by_role("heading", name="3 results")).to_be_visible()
