"""A worker of its own, killed with kill -9: while it writes reminders, and while it hands them to the mail server."""

import datetime
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection, transaction
from django.db.models.functions import Now

from events.models import Booking
from events.services import reminding
from mail.models import OutboxMessage
from mail.sending import send_waiting
from tests import processes
from tests.events.factories import EventFactory, booked
from tests.mail.conftest import MailServer, mail_server

__all__ = ["mail_server"]

PEOPLE = 8
HOUR, MINUTE = datetime.timedelta(hours=1), datetime.timedelta(minutes=1)
# What the worker does every minute, at the moment that the test gives it.
WORKER = """
import sys, time_machine
from events.services.reminding import send_reminders
from mail.sending import send_waiting
with time_machine.travel(float(sys.argv[1])):
    send_reminders()
    send_waiting()
"""


@contextmanager
def worker(at: datetime.datetime, server: MailServer) -> Iterator["subprocess.Popen[str]"]:
    """Give a worker that is killed at the end of the block."""
    process = processes.start(WORKER, str(at.timestamp()), EMAIL_URL=f"smtp://127.0.0.1:{server.port}")
    with process:
        try:
            yield process
        finally:
            process.kill()


def wait_until_it_waits_for_a_row(process: "subprocess.Popen[str]") -> None:
    """Return once the worker's connection stands before the row that this test holds."""
    pause = threading.Event()
    for _ in range(600):
        with connection.cursor() as cursor:
            # Within a transaction the view stays as it was first read.
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone()[0]:
                return
        assert process.poll() is None, "the worker ended before it came to the row"
        pause.wait(0.05)
    raise AssertionError("the worker did not come to the row")


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_each_reminder_goes_once_whenever_the_worker_is_killed(mail_server: MailServer) -> None:
    # The night between has 25 hours, as the clocks go back.
    start = datetime.datetime(2026, 10, 25, 14, tzinfo=ZoneInfo("Europe/London")).astimezone(datetime.UTC)
    at = start - 24 * HOUR
    event = EventFactory(starts_at=start, published_at=start - 60 * 24 * HOUR)
    rows = [booked(event, created_at=start - 10 * 24 * HOUR) for _ in range(PEOPLE)]
    people = [row.address for row in rows]

    with transaction.atomic():
        Booking.objects.select_for_update().get(pk=rows[3].pk)
        with worker(at, mail_server) as process:
            wait_until_it_waits_for_a_row(process)
    assert list(OutboxMessage.objects.order_by("pk").values_list("to", flat=True)) == people[:3]
    assert mail_server.recipients == []

    mail_server.hold, mail_server.held_address = threading.Event(), people[4]
    with worker(at + MINUTE, mail_server):
        assert mail_server.holding.wait(30)
    mail_server.hold.set()
    mail_server.hold = None
    assert sorted(OutboxMessage.objects.values_list("to", flat=True)) == sorted(people)
    assert mail_server.recipients == people[:4]

    # Leases run out by the database's clock, with which nobody travels.
    OutboxMessage.objects.exclude(lease_until=None).update(lease_until=Now())
    with time_machine.travel(at + 2 * MINUTE):
        assert reminding.send_reminders() == 0
        assert send_waiting() == PEOPLE - 4
        assert reminding.send_reminders() + send_waiting() == 0
    assert mail_server.recipients == people
    assert {mail_server.message(place)["Subject"] for place in range(PEOPLE)} == {f"Starts tomorrow: {event.title}"}
