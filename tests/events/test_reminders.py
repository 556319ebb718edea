"""Reminders a day and an hour before, each once; the question afterwards; attendance in the learning record."""

import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from events.choices import Running
from events.models import Booking
from events.services import editing, reminding
from learning_zone.models import LearningRecord
from mail.models import OutboxMessage
from tests.admin import librarian
from tests.events.factories import EventFactory, booked
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

LONDON = ZoneInfo("Europe/London")
HOUR = datetime.timedelta(hours=1)


def reminded() -> list[tuple[str, str]]:
    rows = OutboxMessage.objects.filter(subject__startswith="Starts").order_by("pk")
    return list(rows.values_list("to", "subject"))


# The night between the day before and the day has 25 hours in October and 23 in March.
@pytest.mark.parametrize("day", [datetime.date(2026, 10, 25), datetime.date(2027, 3, 28), datetime.date(2026, 11, 12)])
def test_each_reminder_goes_once_at_its_hour_across_the_clock_change(day: datetime.date) -> None:
    starts_at = datetime.datetime.combine(day, datetime.time(14), LONDON)
    start = starts_at.astimezone(datetime.UTC)
    event = EventFactory(starts_at=start, published_at=start - 60 * 24 * HOUR)
    own = booked(event, created_at=start - 10 * 24 * HOUR)
    seen = []
    moment = start - 26 * HOUR
    while moment < start + HOUR:
        with time_machine.travel(moment, tick=False):
            before = len(reminded())
            reminding.send_reminders()
            if len(reminded()) > before:
                seen.append(start - moment)
        moment += datetime.timedelta(minutes=30)
    assert seen == [24 * HOUR, HOUR]
    assert reminded() == [
        (own.address, f"Starts tomorrow: {event.title}"),
        (own.address, f"Starts soon: {event.title}"),
    ]


def test_a_worker_that_is_killed_half_way_reminds_everybody_once(monkeypatch: pytest.MonkeyPatch) -> None:
    event = EventFactory()
    people = [booked(event, created_at=event.starts_at - 5 * 24 * HOUR).address for _ in range(5)]
    written = reminding.letters.reminder
    calls = []

    def dies_at_the_third(*args: Any, **kwargs: Any) -> None:
        calls.append(1)
        written(*args, **kwargs)
        if len(calls) == 3:
            raise SystemExit

    with time_machine.travel(event.starts_at - 20 * HOUR, tick=False):
        monkeypatch.setattr(reminding.letters, "reminder", dies_at_the_third)
        with pytest.raises(SystemExit):
            reminding.send_reminders()
        monkeypatch.undo()
        assert reminding.send_reminders() == 3
        assert reminding.send_reminders() == 0
    assert sorted(to for to, _ in reminded()) == sorted(people)


def test_two_workers_that_wake_together_remind_once() -> None:
    event = EventFactory()
    own = booked(event, created_at=event.starts_at - 5 * 24 * HOUR)
    at = event.starts_at - 20 * HOUR
    with time_machine.travel(at, tick=False):
        assert [reminding.remind(own, at=at), reminding.remind(own, at=at)] == [True, False]
    assert len(reminded()) == 1


def test_who_booked_today_is_reminded_an_hour_before_only() -> None:
    event = EventFactory()
    booked(event, created_at=event.starts_at - 3 * HOUR)
    for before in (2 * HOUR, HOUR):
        with time_machine.travel(event.starts_at - before, tick=False):
            reminding.send_reminders()
    assert [subject for _, subject in reminded()] == [f"Starts soon: {event.title}"]


@pytest.mark.parametrize("running", [Running.CANCELLED, Running.POSTPONED])
def test_nobody_is_reminded_of_what_does_not_take_place(running: Running) -> None:
    event = EventFactory(running=running)
    booked(event, created_at=event.starts_at - 5 * 24 * HOUR)
    with time_machine.travel(event.starts_at - 2 * HOUR, tick=False):
        assert reminding.send_reminders() == 0


def test_waiting_and_cancelled_are_not_reminded() -> None:
    event = EventFactory()
    booked(event, state="cancelled", created_at=event.starts_at - 5 * 24 * HOUR)
    booked(event, state="waiting", queued_at=event.starts_at, created_at=event.starts_at - 5 * 24 * HOUR)
    with time_machine.travel(event.starts_at - 2 * HOUR, tick=False):
        assert reminding.send_reminders() == 0


def test_a_new_time_is_reminded_of_anew() -> None:
    event = EventFactory()
    booked(event, created_at=event.starts_at - 5 * 24 * HOUR)
    with time_machine.travel(event.starts_at - 20 * HOUR, tick=False):
        reminding.send_reminders()
        before = editing.snapshot(event)
        event.starts_at += 48 * HOUR
        event.ends_at += 48 * HOUR
        event.save()
        editing.after_edit(event=event, before=before)
    with time_machine.travel(event.starts_at - 20 * HOUR, tick=False):
        reminding.send_reminders()
    assert len(reminded()) == 2


def test_attendance_falls_into_the_learning_record_once_and_asks_one_question() -> None:
    start = datetime.datetime(2026, 11, 2, 23, 30, tzinfo=datetime.UTC)
    event = EventFactory(starts_at=start, ends_at=start + HOUR)
    came, away, guest = booked(event), booked(event), booked(event, person=None, email="guest@mail.example")
    Booking.objects.filter(pk=guest.pk).update(person=None)
    stranger = booked(EventFactory())
    by = librarian()
    for _ in range(2):
        number = reminding.record_attendance(event=event, came={came.pk, guest.pk, stranger.pk}, away={away.pk}, by=by)
        assert number == 2
    record = LearningRecord.objects.get()
    assert (record.person, record.item_id, record.minutes, record.participatory_minutes) == (
        came.person,
        event.pk,
        60,
        60,
    )
    assert record.done_on == datetime.date(2026, 11, 2)
    away.refresh_from_db()
    stranger.refresh_from_db()
    assert (away.came, stranger.came) == (False, None)
    with time_machine.travel(event.ends_at + HOUR, tick=False):
        assert reminding.ask_for_feedback() == 2
        assert reminding.ask_for_feedback() == 0
        address = reverse("events:booking", args=[came.token])
        assert "What will you do differently" in Client().get(address).content.decode()
        empty = Client().post(address, {"do": "feedback", "feedback": ""})
        assert empty.status_code == 422
        Client().post(address, {"do": "feedback", "feedback": "Ask the night team first."})
    came.refresh_from_db()
    assert came.feedback == "Ask the night team first."
    assert came.feedback_at is not None


def test_who_did_not_come_is_not_asked() -> None:
    event = EventFactory()
    own = booked(event, came=False)
    with time_machine.travel(event.ends_at + HOUR, tick=False):
        assert reminding.ask_for_feedback() == 0
        page = Client().get(reverse("events:booking", args=[own.token])).content.decode()
    assert "What will you do differently" not in page
    assert UserFactory().bookings.count() == 0
