"""The search box in a browser: suggestions by keyboard, saving from a result, axe with the list open."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from lists.models import SavedItem
from tests.browser import NARROW, WIDE, axe_violations, sideways_overflow
from tests.factories import EvidenceFactory, TopicFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_search_box_suggests_and_a_plain_form_does_without(open_page: Callable[..., Page]) -> None:
    TopicFactory(name="Falls prevention", slug="falls")
    EvidenceFactory(title="Falls on wards")
    for size in (WIDE, NARROW):
        page = open_page(size)
        page.goto("/search/")
        box = page.get_by_role("combobox", name="Find evidence and know-how")
        box.press_sequentially("fal")
        options = page.get_by_role("option")
        expect(options).to_have_count(2)
        expect(box).to_have_attribute("aria-expanded", "true")
        box.press("ArrowDown")
        expect(options.nth(0)).to_have_attribute("aria-selected", "true")
        assert box.get_attribute("aria-activedescendant") == options.nth(0).get_attribute("id")
        assert axe_violations(page) == []
        assert sideways_overflow(page) == 0
    box.press("Escape")
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(box).to_have_value("fal")
    box.press_sequentially("l")
    expect(options).to_have_count(2)
    box.press("ArrowDown")
    box.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Falls prevention")).to_be_visible()
    plain = open_page(WIDE, javascript=False)
    plain.goto("/search/")
    plain.get_by_role("searchbox", name="Find evidence and know-how").fill("falls")
    plain.get_by_role("button", name="Search").click()
    expect(plain.get_by_role("heading", name="1 result for “falls”")).to_be_visible()
    assert not SavedItem.objects.exists()
