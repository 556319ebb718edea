"""A librarian clones last year's KNOWvember and adds a session; a reader on a phone books, cancels, and the list moves up."""

import datetime
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar
from playwright.sync_api import Page, expect

from events.models import Booking, Campaign, CoffeeTrial, Event
from events.services import booking as services
from tests.admin import librarian
from tests.browser import NARROW, WIDE, axe_violations, sideways_overflow
from tests.events.factories import CampaignFactory, CardFactory, EventFactory
from tests.factories import TopicFactory, UserFactory
from tests.learning_zone.test_journey import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def is_for_everyone(page: Page, name: str) -> None:
    """axe finds nothing and nothing is wider than the window. A folder in SCREENSHOTS keeps pictures."""
    if folder := os.environ.get("SCREENSHOTS"):
        width = page.viewport_size["width"] if page.viewport_size else 0
        page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)
    assert axe_violations(page) == []
    assert sideways_overflow(page) <= 0


def test_from_last_years_campaign_to_a_place_given_back(
    open_page: Callable[..., Page], live_server: Any, tmp_path: Path
) -> None:
    today = timezone.localdate()
    # "Last year" is kept in the future, so that what is cloned from it is to come whenever the test runs.
    last = CampaignFactory(year=today.year + 1, slug=f"knowvember-{today.year + 1}")
    old = timezone.now() + datetime.timedelta(days=30)
    EventFactory(campaign=last, title="Search smarter", starts_at=old)
    CardFactory(title="Ask one colleague")
    curator = librarian(name="Priya Raman")
    page = open_page(WIDE)
    sign_in(page, curator, live_server.url)

    page.goto(reverse("admin:events_campaign_change", args=[last.pk]))
    page.get_by_role("link", name="Clone for another year…").click()
    page.get_by_label("Theme").fill("Knowledge that travels")
    is_for_everyone(page, "clone")
    page.get_by_role("button", name="Clone").click()
    expect(page.get_by_text("1 session as drafts")).to_be_visible()
    made = Campaign.objects.get(year=today.year + 2)

    page.goto(reverse("admin:events_campaign_change", args=[made.pk]))
    page.get_by_label("Shown to readers").check()
    page.get_by_role("button", name="Save", exact=True).click()
    page.goto(f"{reverse('admin:events_event_add')}")
    page.locator("#id_form").select_option("workshop")
    page.locator("#id_title").fill("After action review in fifteen minutes")
    page.locator("#id_starts_at").fill("2035-06-05T14:00")
    page.locator("#id_ends_at").fill("2035-06-05T14:30")
    page.locator("#id_join_url").fill("https://meet.example/aar")
    page.get_by_role("combobox", name="Campaign").fill("KNOWvember")
    page.get_by_role("option", name=str(made)).click()
    page.locator("#id_booking").select_option("here")
    page.locator("#id_capacity").fill("1")
    is_for_everyone(page, "event-form")
    page.get_by_role("button", name="Save and publish").click()
    expect(page.get_by_text("Published.")).to_be_visible()
    session = Event.objects.get(title="After action review in fifteen minutes")
    assert session.status == "published"

    reader, colleague = UserFactory(staff=True, name="Comfort Adeyemi"), UserFactory(staff=True)
    phone = open_page(NARROW)
    sign_in(phone, reader, live_server.url)
    phone.goto(made.get_absolute_url())
    is_for_everyone(phone, "campaign")
    expect(phone.get_by_role("link", name=session.title)).to_be_visible()
    phone.goto("/events/")
    is_for_everyone(phone, "programme")
    phone.get_by_role("link", name=session.title).click()
    is_for_everyone(phone, "event")
    phone.get_by_role("button", name="Book my place").click()
    expect(phone.get_by_text("You have a place", exact=True)).to_be_visible()
    expect(phone.get_by_role("link", name="Join online")).to_be_visible()
    is_for_everyone(phone, "booked")
    services.book(event=session, by=colleague)

    with phone.expect_download() as download:
        phone.get_by_role("link", name="Add to your calendar").click()
    kept = tmp_path / "session.ics"
    download.value.save_as(kept)
    (entry,) = Calendar.from_ical(kept.read_bytes()).walk("VEVENT")
    assert "https://meet.example/aar" in str(entry["description"])

    phone.get_by_role("button", name="I cannot come").click()
    expect(phone.get_by_text("Your place is given back.")).to_be_visible()
    assert Booking.objects.get(person=colleague).state == "offered"
    expect(phone.get_by_role("button", name="Join the waiting list")).to_be_visible()


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_every_page_is_for_everyone(open_page: Callable[..., Page], viewport: dict[str, int], live_server: Any) -> None:
    campaign = CampaignFactory()
    event = EventFactory(campaign=campaign, topics=[TopicFactory()], capacity=2, gains="One\nTwo", place="Room 1")
    CardFactory(title="A card", minutes=5)
    coffee = EventFactory(title="Coffee trial", form="social", booking="none", join_url="")
    CoffeeTrial.objects.create(event=coffee, sign_up_by=timezone.localdate())
    page = open_page(viewport)
    for name, path in {
        "home": reverse("events:home"),
        "campaigns": reverse("events:campaigns"),
        "cards": reverse("events:cards"),
        "pledges": reverse("events:pledges", args=[campaign.slug]),
        "stories": reverse("events:stories", args=[campaign.slug]),
        "propose": reverse("events:propose"),
        "book": reverse("events:book", args=[event.pk]),
        "coffee": coffee.get_absolute_url(),
    }.items():
        page.goto(path)
        is_for_everyone(page, name)
    page.goto(reverse("events:pledges", args=[campaign.slug]))
    page.get_by_role("button", name="Pledge").click()
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    is_for_everyone(page, "pledge-error")
    page.get_by_label("I pledge to …").fill("Ask the night team first.")
    page.get_by_role("button", name="Pledge").click()
    expect(page.get_by_text("Your pledge shows here once a librarian has read it.")).to_be_visible()
    sign_in(page, UserFactory(staff=True), live_server.url)
    for name, path in {
        "mine": reverse("events:mine"),
        "coffee-sign-up": reverse("events:coffee", args=[coffee.pk]),
    }.items():
        page.goto(path)
        is_for_everyone(page, name)
