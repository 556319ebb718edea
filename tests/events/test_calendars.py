"""What calendars get: the right moment on both sides of a clock change, one UID for ever, updates and cancellations."""

import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from catalogue.choices import Visibility
from events import calendars
from events.choices import Running
from events.models import Event, Session
from events.services import booking as services
from events.services import editing
from events.services.feeds import new_address, take_away
from tests.admin import librarian, signed_in
from tests.events.factories import CampaignFactory, EventFactory, booked
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

LONDON = ZoneInfo("Europe/London")


def parsed(content: bytes) -> Any:
    return Calendar.from_ical(content)


def entries(content: bytes) -> list[Any]:
    return list(parsed(content).walk("VEVENT"))


def unsaved(starts_at: datetime.datetime, length: datetime.timedelta, title: str = "Session") -> Event:
    """An event that is in no database, for many examples."""
    event = Event(
        pk=1, kind="event", title=title, slug="session", form="webinar", summary="About it.", starts_at=starts_at,
        ends_at=starts_at + length, updated_at=starts_at, mode="online",
    )  # fmt: skip
    event._prefetched_objects_cache = {"sessions": Session.objects.none()}
    return event


# Both ends of summer time, the hours around them, a multi-day event over each.
@pytest.mark.parametrize(
    ("starts_at", "hours"),
    [
        (datetime.datetime(2026, 10, 24, 14, 0, tzinfo=LONDON), 1),
        (datetime.datetime(2026, 10, 25, 14, 0, tzinfo=LONDON), 1),
        (datetime.datetime(2026, 10, 24, 9, 30, tzinfo=LONDON), 56),
        (datetime.datetime(2027, 3, 27, 14, 0, tzinfo=LONDON), 1),
        (datetime.datetime(2027, 3, 28, 14, 0, tzinfo=LONDON), 1),
        (datetime.datetime(2027, 3, 27, 9, 30, tzinfo=LONDON), 56),
        (datetime.datetime(2026, 10, 25, 1, 30, tzinfo=LONDON, fold=0), 1),
        (datetime.datetime(2026, 10, 25, 1, 30, tzinfo=LONDON, fold=1), 1),
    ],
)
def test_both_sides_of_the_clock_change_keep_their_moment(starts_at: datetime.datetime, hours: int) -> None:
    moment = starts_at.astimezone(datetime.UTC)
    event = unsaved(moment, datetime.timedelta(hours=hours))
    (entry,) = entries(calendars.event_calendar(event))
    assert entry["dtstart"].dt.astimezone(datetime.UTC) == moment
    assert entry["dtend"].dt.astimezone(datetime.UTC) == moment + datetime.timedelta(hours=hours)
    zone = parsed(calendars.event_calendar(event)).walk("VTIMEZONE")[0].to_tz()
    if starts_at.fold == 0:
        # The rules in the file itself, not those of this machine, give the same moment.
        local = entry["dtstart"].dt.replace(tzinfo=zone)
        assert local.utcoffset() == starts_at.utcoffset()


@given(
    starts_at=st.datetimes(datetime.datetime(2020, 1, 1), datetime.datetime(2040, 1, 1)),  # noqa: DTZ001 - made aware below
    minutes=st.integers(5, 5 * 24 * 60),
    title=st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1, max_size=300),
)
def test_every_file_parses_back_the_same(starts_at: datetime.datetime, minutes: int, title: str) -> None:
    moment = starts_at.replace(tzinfo=datetime.UTC, microsecond=0)
    event = unsaved(moment, datetime.timedelta(minutes=minutes), title)
    content = calendars.event_calendar(event, may_join=True)
    assert Calendar.from_ical(content).to_ical() == content
    lines = content.split(b"\r\n")
    assert lines[-1] == b""
    assert not any(b"\n" in line for line in lines)
    assert max(len(line) for line in lines) <= 75
    (entry,) = entries(content)
    assert entry["dtstart"].dt.astimezone(datetime.UTC) == moment
    assert entry["dtend"].dt.astimezone(datetime.UTC) == moment + datetime.timedelta(minutes=minutes)
    assert str(entry["summary"]) == title


def test_an_event_on_several_days_has_an_entry_for_each_and_pages_say_them() -> None:
    first = datetime.datetime(2026, 10, 24, 9, 0, tzinfo=LONDON)
    event = EventFactory(starts_at=first, ends_at=first + datetime.timedelta(hours=6))
    for day, hour in ((24, 9), (25, 9)):
        starts = datetime.datetime(2026, 10, day, hour, tzinfo=LONDON)
        Session.objects.create(event=event, starts_at=starts, ends_at=starts + datetime.timedelta(hours=6))
    editing.after_edit(event=event)
    content = Client().get(reverse("events:calendar", args=[event.pk, event.slug])).content
    starts_at = [entry["dtstart"].dt.astimezone(datetime.UTC).hour for entry in entries(content)]
    assert starts_at == [8, 9]
    assert len({str(entry["uid"]) for entry in entries(content)}) == 2
    event.refresh_from_db()
    assert event.length == datetime.timedelta(hours=12)
    page = Client().get(event.get_absolute_url()).content.decode()
    assert "Saturday 24 October 2026, 9am to 3pm" in page
    assert "Sunday 25 October 2026, 9am to 3pm" in page


def test_a_changed_event_is_the_same_entry_with_the_next_number() -> None:
    event, nurse = EventFactory(place="Room 1"), UserFactory()
    booked(event, nurse)
    address = reverse("events:calendar", args=[event.pk, event.slug])
    (before,) = entries(Client().get(address).content)
    stored = editing.snapshot(event)
    event.starts_at += datetime.timedelta(hours=2)
    event.ends_at += datetime.timedelta(hours=2)
    event.save()
    editing.after_edit(event=event, before=stored)
    (after,) = entries(Client().get(address).content)
    assert before["uid"] == after["uid"]
    assert (before["sequence"], after["sequence"]) == (0, 1)
    assert after["dtstart"].dt - before["dtstart"].dt == datetime.timedelta(hours=2)
    editing.call_off(event=event, running=Running.CANCELLED, note="", by=librarian())
    content = Client().get(address).content
    (off,) = entries(content)
    assert (off["uid"], off["sequence"], str(off["status"])) == (before["uid"], 2, "CANCELLED")
    assert str(parsed(content)["method"]) == "CANCEL"
    assert not off.walk("VALARM")


def test_an_edit_that_changes_no_date_keeps_its_number() -> None:
    event = EventFactory()
    stored = editing.snapshot(event)
    event.summary = "Other words."
    event.save()
    editing.after_edit(event=event, before=stored)
    assert (event.sequence, event.notices.count()) == (0, 0)


def test_the_link_to_join_and_a_reminder_are_inside_for_those_with_a_place_only() -> None:
    event, nurse = EventFactory(capacity=1), UserFactory()
    services.book(event=event, by=nurse)
    waits = services.book(event=event, by=UserFactory())
    address = reverse("events:calendar", args=[event.pk, event.slug])
    mine = signed_in(nurse).get(address).content
    assert event.join_url.encode() in mine.replace(b"\r\n ", b"")
    assert entries(mine)[0].walk("VALARM")[0]["trigger"].dt == -datetime.timedelta(minutes=30)
    for content in (Client().get(address).content, signed_in(waits.person).get(address).content):
        assert b"meet.example" not in content.replace(b"\r\n ", b"")
    by_token = Client().get(reverse("events:booking-calendar", args=[waits.token])).content
    assert b"meet.example" not in by_token.replace(b"\r\n ", b"")


def test_a_place_given_back_takes_the_entry_out() -> None:
    own = booked(EventFactory())
    address = reverse("events:booking-calendar", args=[own.token])
    (before,) = entries(Client().get(address).content)
    services.cancel(booking=own)
    (after,) = entries(Client().get(address).content)
    assert (after["uid"], after["sequence"] > before["sequence"], str(after["status"])) == (
        before["uid"], True, "CANCELLED",
    )  # fmt: skip


def test_a_campaign_is_one_file_of_what_the_reader_may_see() -> None:
    campaign = CampaignFactory()
    EventFactory(campaign=campaign, title="Open to all")
    EventFactory(campaign=campaign, title="For staff", visibility=Visibility.MEMBERS)
    EventFactory(campaign=campaign, title="A draft", status="draft", published_at=None)
    address = reverse("events:campaign-calendar", args=[campaign.slug])
    content = Client().get(address).content
    assert [str(entry["summary"]) for entry in entries(content)] == ["Open to all"]
    assert Calendar.from_ical(content).to_ical() == content
    staff = signed_in(UserFactory(staff=True)).get(address).content
    assert {str(entry["summary"]) for entry in entries(staff)} == {"Open to all", "For staff"}


def test_a_personal_calendar_has_a_secret_address_that_can_be_taken_away() -> None:
    nurse = UserFactory()
    event = EventFactory(capacity=1)
    services.book(event=event, by=nurse)
    waits_for = EventFactory(title="Full", capacity=1)
    booked(waits_for)
    services.book(event=waits_for, by=nurse)
    booked(EventFactory(title="Somebody else's"))
    client = signed_in(nurse)
    client.post(reverse("events:feed-address"), {"do": "new"})
    first = nurse.calendar_feed.secret
    assert len(first) > 40
    content = Client().get(reverse("events:feed", args=[first])).content
    assert [str(entry["summary"]) for entry in entries(content)] == [event.title, "Waiting list: Full"]
    assert event.join_url.encode() in content.replace(b"\r\n ", b"")
    assert Calendar.from_ical(content).to_ical() == content
    second = new_address(by=nurse).secret
    assert Client().get(reverse("events:feed", args=[first])).status_code == 404
    assert Client().get(reverse("events:feed", args=[second])).status_code == 200
    services.cancel(booking=event.bookings.get())
    assert len(entries(Client().get(reverse("events:feed", args=[second])).content)) == 1
    take_away(by=nurse)
    assert Client().get(reverse("events:feed", args=[second])).status_code == 404


def test_a_personal_calendar_shows_nothing_that_its_owner_may_no_longer_see() -> None:
    nurse = UserFactory(staff=True)
    booked(EventFactory(visibility=Visibility.MEMBERS), nurse)
    feed = reverse("events:feed", args=[new_address(by=nurse).secret])
    assert len(entries(Client().get(feed).content)) == 1
    nurse.staff_since = None
    nurse.save()
    assert entries(Client().get(feed).content) == []
    nurse.is_active = False
    nurse.save()
    assert Client().get(feed).status_code == 404


def test_a_card_has_no_calendar() -> None:
    event = EventFactory(starts_at=None, ends_at=None)
    assert Client().get(reverse("events:calendar", args=[event.pk, event.slug])).status_code == 404
    assert timezone.now() > event.published_at
