"""The look in a real browser: readable for everyone at every width, and doing its work without JavaScript."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from accounts.models import User
from tests.browser import NARROW, WIDE, axe_violations, open_all_disclosures, sideways_overflow
from tests.factories import UserFactory

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("tests.design.urls"),
]
SMALLEST = {"width": 320, "height": 640}
OpenPage = Callable[..., Page]


@pytest.fixture
def sign_in(live_server: Any) -> Callable[[Page, User], None]:
    def sign_in(page: Page, user: User) -> None:
        client = Client()
        client.force_login(user)
        cookie = client.cookies["sessionid"].value
        page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])

    return sign_in


@pytest.fixture
def guide(open_page: OpenPage, sign_in: Callable[[Page, User], None]) -> OpenPage:
    """Open the style guide as a librarian."""

    def open_guide(viewport: dict[str, int] = WIDE, *, javascript: bool = True) -> Page:
        page = open_page(viewport, javascript=javascript)
        sign_in(page, UserFactory(librarian=True))
        response = page.goto("/style-guide/")
        assert response is not None
        assert response.status == 200
        return page

    return open_guide


@pytest.mark.parametrize("viewport", [WIDE, NARROW, SMALLEST])
def test_every_component_in_every_state_is_accessible_and_fits(guide: OpenPage, viewport: dict[str, int]) -> None:
    page = guide(viewport)
    assert axe_violations(page) == []
    assert sideways_overflow(page) == 0


@pytest.mark.parametrize("viewport", [WIDE, NARROW])
@pytest.mark.parametrize("address", ["/accounts/login/", "/accounts/signup/", "/wrong/404/", "/wrong/500/"])
def test_pages_of_the_frame_are_accessible(open_page: OpenPage, address: str, viewport: dict[str, int]) -> None:
    page = open_page(viewport)
    page.goto(address)
    expect(page.locator("h1")).to_be_visible()
    assert axe_violations(page) == []
    assert sideways_overflow(page) == 0


@pytest.mark.parametrize("viewport", [WIDE, NARROW])
def test_the_admins_pages_are_accessible(
    open_page: OpenPage, sign_in: Callable[[Page, User], None], viewport: dict[str, int]
) -> None:
    administrator = UserFactory(administrator=True, is_superuser=True)
    UserFactory.create_batch(3)
    page = open_page(viewport)
    sign_in(page, administrator)
    person = f"/admin/accounts/user/{administrator.pk}"
    for address in ("/admin/", "/admin/accounts/user/", f"{person}/change/", f"{person}/delete/"):
        response = page.goto(address)
        assert response is not None
        assert response.status == 200, address
        assert axe_violations(page) == [], address
        assert sideways_overflow(page) == 0, address


def test_the_boxes_of_a_date_and_a_time_have_labels_in_the_admin(
    open_page: OpenPage, sign_in: Callable[[Page, User], None]
) -> None:
    administrator = UserFactory(administrator=True, is_superuser=True)
    page = open_page()
    sign_in(page, administrator)
    page.goto(f"/admin/accounts/user/{administrator.pk}/change/")
    expect(page.get_by_label("Date", exact=True).first).to_be_visible()
    expect(page.get_by_label("Time", exact=True).first).to_be_visible()


# --- Without JavaScript ---


def test_without_javascript_nothing_is_shown_that_would_do_nothing(guide: OpenPage) -> None:
    page = guide(NARROW, javascript=False)
    for words in ("Copy link", "Show", "More"):
        expect(page.get_by_role("button", name=words, exact=True)).to_have_count(0)
    expect(page.get_by_role("navigation", name="Menu").get_by_role("link", name="Topics")).to_be_visible()
    page.locator("#filters > summary").click()
    page.locator("#facet-setting > summary").click()
    page.get_by_label("Acute hospital (3)").check()
    expect(page.get_by_label("Acute hospital (3)")).to_be_checked()


# --- With it ---


def test_a_long_filter_can_be_searched(guide: OpenPage) -> None:
    page = guide()
    facet = page.locator("#facet-topic")
    expect(facet.get_by_label("Sleep (10)")).to_be_hidden()
    facet.get_by_label("Search topic").fill("sle")
    expect(facet.get_by_label("Sleep (10)")).to_be_visible()
    expect(facet.get_by_label("Falls (80)")).to_be_hidden()
    expect(facet.locator("[role=status]")).to_have_text("1 option matches")
    facet.get_by_label("Search topic").press("Enter")
    assert page.url.endswith("/style-guide/")
    facet.get_by_label("Search topic").fill("")
    expect(facet.get_by_label("Falls (80)")).to_be_visible()
    expect(facet.get_by_label("Sleep (10)")).to_be_hidden()


def test_a_wide_screen_shows_the_filters_and_a_phone_a_panel(guide: OpenPage) -> None:
    expect(guide(WIDE).get_by_label("High (12)")).to_be_visible()
    phone = guide(NARROW)
    expect(phone.get_by_label("High (12)")).to_be_hidden()
    phone.get_by_text("Filters (2 on)").click()
    expect(phone.get_by_label("High (12)")).to_be_visible()


def test_the_error_summary_takes_the_focus_and_leads_to_the_fields(guide: OpenPage) -> None:
    page = guide()
    expect(page.locator(".nhsuk-error-summary")).to_be_focused()
    page.get_by_role("link", name="Answer the question: When do you need it?").click()
    expect(page.locator("#id_wrong-urgency_0")).to_be_focused()


def test_a_link_is_copied_also_where_the_browser_offers_no_clipboard(guide: OpenPage, live_server: Any) -> None:
    page = guide()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=live_server.url)
    page.get_by_role("button", name="Copy link").click()
    expect(page.locator(".kp-copy-link__status")).to_have_text("Link copied")
    assert page.evaluate("navigator.clipboard.readText()") == f"{live_server.url}/style-guide/"
    page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page.locator(".kp-copy-link__status").evaluate("element => { element.textContent = '' }")
    page.get_by_role("button", name="Copy link").click()
    expect(page.locator(".kp-copy-link__status")).to_have_text("Link copied")


def test_a_password_can_be_shown(open_page: OpenPage) -> None:
    page = open_page(NARROW)
    page.goto("/accounts/login/")
    page.get_by_label("Password", exact=True).fill("correct horse")
    page.get_by_role("button", name="Show password").click()
    expect(page.locator("#id_password")).to_have_attribute("type", "text")


def test_empty_fields_stay_out_of_the_address(open_page: OpenPage, live_server: Any) -> None:
    page = open_page(NARROW)
    page.goto("/swap/")
    page.locator("#filters > summary").click()
    page.locator("#facet-topic > summary").click()
    page.get_by_label("Falls (3)").check()
    expect(page.locator("#chosen")).to_have_text("falls")
    expect(page).to_have_url(f"{live_server.url}/swap/?topic=falls")
    page.goto("/search/")
    page.locator("#header-search").press("Enter")
    expect(page).to_have_url(re.compile(r"/search/\??$"))


def test_after_a_swap_the_panels_are_as_they_were_and_the_keyboard_is_where_it_was(open_page: OpenPage) -> None:
    page = open_page(NARROW)
    page.goto("/swap/")
    page.locator("#filters > summary").click()
    page.locator("#facet-topic > summary").click()
    page.get_by_text("Show 13 more").click()
    late = page.get_by_label("Topic 15 (3)")
    late.focus()
    page.keyboard.press("Space")
    expect(page.locator("#chosen")).to_have_text("topic-15")
    expect(late).to_be_focused()
    expect(late).to_be_visible()
    page.keyboard.press("Space")
    expect(page.locator("#chosen")).to_have_text("none")
    expect(late).to_be_focused()
    expect(late).to_be_visible()
    expect(page.get_by_label("Search topic")).to_be_visible()


def test_a_choice_made_the_moment_the_results_arrive_is_not_lost(open_page: OpenPage) -> None:
    page = open_page(NARROW)
    page.goto("/swap/")
    page.locator("#filters > summary").click()
    page.locator("#facet-topic > summary").click()
    page.evaluate("""
        new MutationObserver((changes, observer) => {
            observer.disconnect();
            document.querySelector("input[value=sepsis]").click();
        }).observe(document.querySelector("#finder").parentElement, {childList: true});
    """)
    page.get_by_label("Falls (3)").check()
    expect(page.locator("#chosen")).to_have_text("falls, sepsis")


def test_what_is_chosen_or_typed_while_results_are_on_their_way_is_not_lost(open_page: OpenPage) -> None:
    page = open_page(NARROW)
    page.goto("/swap/")
    page.locator("#filters > summary").click()
    page.locator("#facet-topic > summary").click()
    before_the_next_swap = """action => document.body.addEventListener("htmx:beforeOnLoad", () => {
        if (action === "choose") return document.querySelector("input[value=sepsis]").click();
        for (const [id, text] of [["words", "ward"], ["facet-topic-filter", "topic 1"]]) {
            const field = document.getElementById(id);
            field.focus();
            field.value = text;
            field.dispatchEvent(new Event("input", {bubbles: true}));
        }
    }, {once: true})"""
    page.evaluate(before_the_next_swap, "choose")
    page.get_by_label("Falls (3)").check()
    expect(page.locator("#chosen")).to_have_text("falls, sepsis")
    expect(page.get_by_label("Sepsis (3)")).to_be_checked()

    page.evaluate(before_the_next_swap, "type")
    page.get_by_label("Stroke (3)").check()
    expect(page.locator("#chosen")).to_have_text("falls, sepsis, stroke")
    expect(page.locator("#words")).to_have_value("ward")
    search_topic = page.get_by_label("Search topic")
    expect(search_topic).to_have_value("topic 1")
    expect(search_topic).to_be_focused()
    expect(page.get_by_label("Falls (3)")).to_be_hidden()
    page.locator("#words").press("Tab")
    expect(page).to_have_url(re.compile("q=ward"))
    expect(page.locator("#words")).to_have_value("ward")


def test_the_keyboard_reaches_the_content_first(open_page: OpenPage) -> None:
    page = open_page()
    page.goto("/swap/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main-content")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("#words")).to_be_focused()


def test_print_leaves_out_what_paper_cannot_do(guide: OpenPage) -> None:
    page = guide()
    open_all_disclosures(page)
    page.emulate_media(media="print")
    for selector in (".nhsuk-header__navigation", ".kp-filters", ".kp-pagination", ".kp-footer", ".kp-copy-link"):
        expect(page.locator(selector).first).to_be_hidden()
    expect(page.locator(".kp-card").first).to_be_visible()
