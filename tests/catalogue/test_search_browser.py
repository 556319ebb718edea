"""The search box in a browser: suggestions by keyboard, saving from a result, axe with the list open."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from evidence.choices import EVIDENCE_TYPES
from lists.models import SavedItem
from tests.browser import NARROW, WIDE, axe_violations, sideways_overflow
from tests.catalogue.searching import as_a_large_catalogue
from tests.factories import EvidenceFactory, TopicFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# Of an element in the window, in pixels from its top.
HEIGHT = "element => element.getBoundingClientRect().top"


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


def test_in_a_large_catalogue_filters_come_after_the_results_and_keep_the_place(open_page: Callable[..., Page]) -> None:
    # Types enough for the panel to be taller than the window, with the filters above the one that is chosen.
    for number, form in zip(range(12), EVIDENCE_TYPES, strict=False):
        EvidenceFactory(title=f"Falls {number}", setting=["acute"] if number < 2 else ["community"], form=form)
    with as_a_large_catalogue():
        for size in (WIDE, NARROW):
            page = open_page(size)
            page.goto("/search/?q=falls")
            if size is NARROW:
                page.locator("#filters > summary").click()
            setting = page.locator("#facet-setting")
            setting.locator("summary").click()
            acute = page.get_by_label("Acute")
            acute.focus()
            page.keyboard.press("Space")
            expect(page.get_by_role("heading", name="2 results for “falls”")).to_be_visible()
            expect(page.get_by_text("1 selected")).to_be_visible()
            expect(acute).to_be_focused()
            expect(acute).to_be_checked()
            page.keyboard.press("Space")
            expect(page.get_by_role("heading", name="12 results for “falls”")).to_be_visible()
            expect(page.get_by_text("1 selected")).to_have_count(0)
            page.set_viewport_size({**size, "height": 300})
            review = page.get_by_label("Rapid review")
            review.focus()
            place = review.evaluate(HEIGHT)
            page.keyboard.press("Space")
            expect(page.get_by_text("1 selected")).to_be_visible()
            assert review.evaluate(HEIGHT) == pytest.approx(place, abs=1)
            page.keyboard.press("Space")
            expect(page.get_by_text("1 selected")).to_have_count(0)
            assert axe_violations(page) == []
            assert sideways_overflow(page) == 0
        plain = open_page(WIDE, javascript=False)
        plain.goto("/search/?q=falls&setting=acute")
        expect(plain.get_by_role("heading", name="2 results for “falls”")).to_be_visible()
        plain.get_by_role("button", name="Show the filters").click()
        expect(plain.get_by_label("Acute")).to_be_checked()


def test_filters_that_are_late_or_do_not_come_leave_the_keyboard_and_the_question_as_they_are(
    open_page: Callable[..., Page],
) -> None:
    EvidenceFactory(title="Falls at night", setting=["acute"])
    EvidenceFactory(title="Sepsis at night", setting=["acute"])
    with as_a_large_catalogue():
        page = open_page(WIDE)
        late: list[Route] = []
        page.route("**/search/filters/**", lambda route: late.append(route))
        page.goto("/search/?q=falls&setting=acute")
        evidence = page.get_by_role("navigation", name="Kinds of result").get_by_role("link", name="Evidence")
        evidence.focus()
        late[0].continue_()
        expect(evidence).to_have_text("Evidence (1)")
        expect(evidence).to_be_focused()

        page.unroute("**/search/filters/**")
        page.route("**/search/filters/**", lambda route: route.fulfill(status=204))
        page.goto("/search/?q=falls&setting=acute")
        words = page.get_by_role("combobox", name="Find evidence and know-how")
        words.fill("night")
        words.press("Enter")
        expect(page.get_by_role("heading", name="2 results for “night”")).to_be_visible()
        page.get_by_role("button", name="Show the filters").click()
        expect(page.get_by_label("Acute")).to_be_checked()
        expect(page.get_by_role("heading", name="2 results for “night”")).to_be_visible()
        expect(page.get_by_role("button", name="Show the filters")).to_have_count(0)
