"""Sharing know-how in a real browser on a phone: written, interrupted, sent, moderated, published, confirmed."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page, Route, expect

from accounts.models import User
from accounts.services import load_roles
from knowledge.models import KnowHow, TechniqueTemplate
from knowledge.questions import EVENTS, TEXT_LIMIT
from tests.browser import NARROW, WIDE, axe_violations, follow, sideways_overflow
from tests.factories import OrganisationFactory, TopicFactory, UserFactory
from tests.knowledge.factories import TOLD, draft, published

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PREVIEW_SECONDS, SAVE_SECONDS = 0.3, 0.2

# What a page waits for may take its time on a busy machine; how quick it is has a test of its own.
expect.set_options(timeout=15_000)


@pytest.fixture
def window_of(open_page: Callable[..., Page], live_server: Any) -> Callable[..., Page]:
    """Open a window in which a person is signed in."""

    def open_window(user: User, viewport: dict[str, int] = NARROW, *, javascript: bool = True) -> Page:
        page = open_page(viewport, javascript=javascript)
        page.emulate_media(reduced_motion="reduce")
        client = Client()
        client.force_login(user)
        page.context.add_cookies(
            [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
        )
        return page

    return open_window


def is_for_everyone(page: Page) -> None:
    """No violation that axe finds, and no sideways scrolling, once the page is there."""
    page.wait_for_load_state("load")
    assert axe_violations(page) == []
    assert sideways_overflow(page) == 0


def press(page: Page, name: str) -> None:
    """Press a button by its words."""
    page.get_by_role("button", name=name, exact=True).click()


def test_from_share_know_how_to_thank_you_published_and_repeated(
    window_of: Callable[..., Page], review: TechniqueTemplate
) -> None:
    topic = TopicFactory(name="Falls prevention")
    author = UserFactory(staff=True)
    librarian = UserFactory(librarian=True, organisation=author.organisation)
    load_roles()
    page = window_of(author)
    pages = []
    page.on("framenavigated", lambda frame: pages.append(frame.url))

    page.goto("/know-how/share/")
    is_for_everyone(page)
    follow(page, "Write up a session we ran")
    is_for_everyone(page)
    page.get_by_label("After action review").check()
    press(page, "Begin")
    expect(page.get_by_text("not an incident record")).to_be_visible()
    is_for_everyone(page)
    follow(page, "Begin")

    # What it is about: saved while typing, then the connection is lost and comes back.
    title = page.get_by_label("In a few words, what is this about?")
    title.fill("We moved the commode")
    expect(page.get_by_text("Saved at")).to_be_visible()
    is_for_everyone(page)
    # htmx reports the lost connection on the console too, which is meant here.
    page.evaluate("console.error = () => {}")
    page.context.set_offline(True)
    page.get_by_label("What should someone else do differently").fill("Put the commode in reach first.")
    expect(page.get_by_text("Not saved: no connection")).to_be_visible()
    page.get_by_label("Where and when was this?").fill("An older people’s ward, March 2026.")
    page.context.set_offline(False)
    expect(page.get_by_text("Saved at")).to_be_visible()
    assert KnowHow.objects.get().summary == "Put the commode in reach first."
    press(page, "Save and continue")

    page.get_by_label("What did we expect to happen?").fill("A quiet round.")
    page.get_by_label("What actually happened?").fill("- two near misses\n- **both** at the bed’s end")
    page.get_by_label("Why was there a difference?").fill("The aids were tidied away.")
    page.get_by_label("What will we change").fill("Check before the trolley comes.")
    press(page, "Preview")
    expect(page.locator("#preview strong")).to_have_text("both")
    is_for_everyone(page)
    press(page, "Save and continue")

    page.get_by_label("When does it work").fill("Where rounds are planned together.")
    press(page, "Save and continue")
    page.get_by_label("It worked well").check()
    page.get_by_label("A facilitated session").check()
    is_for_everyone(page)
    press(page, "Save and continue")
    page.get_by_label("Signed-in staff").check()
    page.get_by_label("As my role, without my name").check()
    press(page, "Save and continue")
    expect(page.get_by_role("alert")).to_contain_text("Enter your role or team")
    is_for_everyone(page)
    page.get_by_label("Your role or team, as readers see it").fill("A ward manager")
    press(page, "Save and continue")

    is_for_everyone(page)
    for words in ("I have removed anything", "People I name have agreed", "I can share this"):
        page.get_by_label(words).check()
    page.get_by_role("button", name="Send to the library team").dblclick()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    is_for_everyone(page)
    assert KnowHow.objects.count() == 1
    item = KnowHow.objects.get()
    assert item.steps.filter(action="submitted").count() == 1
    assert len(dict.fromkeys(pages)) <= 12, pages

    # A librarian asks for a change; the author gives it; the librarian publishes.
    desk = window_of(librarian, WIDE)
    desk.goto("/admin/knowledge/knowhow/")
    follow(desk, "We moved the commode")
    is_for_everyone(desk)
    desk.get_by_role("link", name="Ask for changes…").click()
    desk.get_by_label("Not enough detail").check()
    desk.get_by_label("To the author, in your words").fill("How many beds has the ward?")
    is_for_everyone(desk)
    press(desk, "Send the question")

    page.goto(f"/know-how/contributions/{item.pk}/status/")
    expect(page.get_by_text("How many beds has the ward?")).to_be_visible()
    is_for_everyone(page)
    page.get_by_role("link", name="Change it and send it again").click()
    page.get_by_role("link", name="What it is about").click()
    page.get_by_label("Where and when was this?").fill("An older people’s ward of 28 beds, March 2026.")
    press(page, "Save and continue")
    for words in ("I have removed anything", "People I name have agreed", "I can share this"):
        page.get_by_label(words).check()
    press(page, "Send to the library team")
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()

    desk.goto(f"/admin/knowledge/knowhow/{item.pk}/change/")
    expect(desk.get_by_text("of 28 beds")).to_be_visible()
    expect(desk.get_by_text("(changed)")).to_be_visible()
    desk.get_by_role("link", name="Approve…").click()
    topics = desk.get_by_role("combobox", name="Topics")
    topics.fill("falls")
    expect(desk.get_by_role("option", name=topic.name)).to_be_visible()
    topics.press("ArrowDown")
    topics.press("Enter")
    expect(desk.get_by_role("button", name=f"Remove {topic.name}")).to_be_visible()
    press(desk, "Publish")
    expect(desk.get_by_text("The author has been told")).to_be_visible()

    # Colleagues of two other organisations confirm it, and it rises step by step.
    for level in ("Confirmed by someone else", "Repeated elsewhere"):
        reader = window_of(UserFactory(staff=True, organisation=OrganisationFactory()))
        reader.goto(f"/know-how/{item.pk}/")
        expect(reader.get_by_text("A ward manager")).to_be_visible()
        reader.get_by_label("Where was that?").fill("Community hospital ward")
        press(reader, "This matched our experience")
        expect(reader.locator("strong", has_text=level)).to_be_visible()
        is_for_everyone(reader)
    item.refresh_from_db()
    assert item.standing == "repeated"


def test_what_is_typed_before_the_page_has_started_is_saved_too(window_of: Callable[..., Page]) -> None:
    author = UserFactory(staff=True)
    item = draft(author)
    page = window_of(author)
    held: list[Route] = []
    page.route("**/portal*.js", lambda route: held.append(route))
    page.goto(f"/know-how/contributions/{item.pk}/write/about/", wait_until="commit")
    page.get_by_label("In a few words, what is this about?").fill("Typed on a slow network")
    assert held, "the page's script was not asked for"
    for route in held:
        route.continue_()
    expect(page.get_by_text("Saved at")).to_be_visible()
    item.refresh_from_db()
    assert item.title == "Typed on a slow network"


@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "no-scripts"])
def test_just_tell_it_from_home_in_one_screen(window_of: Callable[..., Page], javascript: bool) -> None:
    page = window_of(UserFactory(staff=True), javascript=javascript)
    page.goto("/")
    page.get_by_role("link", name="Tell it on one page").click()
    if javascript:
        is_for_everyone(page)
    page.get_by_label("What should someone else do differently").fill(TOLD["summary"])
    page.get_by_label("What happened?").fill(TOLD["what_happened"])
    page.get_by_label("Where and when was this?").fill(TOLD["context"])
    for words in ("I have removed anything", "People I name have agreed", "I can share this"):
        page.get_by_label(words).check()
    press(page, "Send to the library team")
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    assert KnowHow.objects.get().status == "submitted"


def test_a_write_up_works_without_javascript(window_of: Callable[..., Page]) -> None:
    author = UserFactory(staff=True)
    item = draft(author)
    page = window_of(author, javascript=False)
    page.goto(f"/know-how/contributions/{item.pk}/write/events/")
    page.get_by_label("What did you do?").fill("We **moved** it.")
    press(page, "Preview")
    expect(page.locator("#preview strong")).to_have_text("moved")
    press(page, "Save and continue")
    assert KnowHow.objects.get().what_we_did == "We **moved** it."


@pytest.mark.parametrize("viewport", [NARROW, WIDE], ids=["narrow", "wide"])
def test_every_other_page_is_for_everyone(
    window_of: Callable[..., Page], review: TechniqueTemplate, viewport: dict[str, int]
) -> None:
    author = UserFactory(staff=True)
    item = published(author, review, visibility="public", may_be_contacted=True)
    written = draft(author)
    page = window_of(author, viewport)
    for path in (
        "/know-how/",
        "/know-how/mine/",
        "/know-how/techniques/",
        "/know-how/techniques/after-action-review/",
        "/know-how/techniques/after-action-review/sheet/",
        "/know-how/champions/",
        "/know-how/champions/ask/",
        "/know-how/communities/",
        f"/know-how/{item.pk}/",
        f"/know-how/contributions/{item.pk}/report/",
        f"/know-how/contributions/{item.pk}/contact/",
        f"/know-how/contributions/{written.pk}/write/files/",
        f"/know-how/contributions/{written.pk}/write/links/?words=commode",
    ):
        answer = page.goto(path)
        assert answer is not None
        assert answer.ok, path
        is_for_everyone(page)


def test_the_facilitators_sheet_goes_to_paper_without_its_button(
    window_of: Callable[..., Page], review: TechniqueTemplate
) -> None:
    reader, sheet = UserFactory(staff=True), "/know-how/techniques/after-action-review/sheet/"
    page = window_of(reader)
    page.goto(sheet)
    expect(page.get_by_text("Print", exact=True)).to_be_visible()
    page.emulate_media(media="print")
    expect(page.get_by_text("Print", exact=True)).to_be_hidden()
    page = window_of(reader, javascript=False)
    page.goto(sheet)
    expect(page.get_by_text("Print", exact=True)).to_be_hidden()


def test_a_list_to_choose_several_topics_from_shows_several(window_of: Callable[..., Page]) -> None:
    for number in range(9):
        TopicFactory(name=f"Topic {number}")
    author = UserFactory(staff=True)
    page = window_of(author, WIDE)
    page.goto(f"/know-how/contributions/{draft(author).pk}/write/weight/")
    box = page.get_by_label("Which topics is it about?").bounding_box()
    assert box is not None
    assert box["height"] > 120


def test_preview_and_saving_are_quick(client: Client) -> None:
    """With the longest text allowed in every answer; the best of five, so that other work of the machine counts less."""
    author = UserFactory(staff=True)
    item = draft(author)
    client.force_login(author)
    address = f"/know-how/contributions/{item.pk}/write/events/"
    text = ("- **one** [two](https://example.org)\n" * 140)[: TEXT_LIMIT - 2]
    client.get(address)
    for extra, bound in (({"_preview": "1"}, PREVIEW_SECONDS), ({}, SAVE_SECONDS)):
        taken = []
        for number in range(5):
            item.refresh_from_db()
            data = {"version": item.version, **{question.key: f"{number} {text}" for question in EVENTS}, **extra}
            started = time.perf_counter()
            answer = client.post(address, data, headers={"HX-Request": "true"})
            taken.append(time.perf_counter() - started)
            assert ("<strong>one</strong>" if extra else "Saved at") in answer.content.decode()
        assert min(taken) <= bound, taken
