"""Weeks that are hard to count, clocks that change, and a backup that is restored: each against a mail server's log."""

import datetime
import threading
import time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.utils import timezone

from catalogue.choices import Status
from catalogue.models import Item
from digests.choices import RunState
from digests.models import Digest, Run
from digests.services import ticking
from digests.services.ticking import schedules
from kmportal.drilling.crew import Sender
from kmportal.drilling.drill import GIVE_UP, left, mail_server, this_project
from kmportal.drilling.servers import OwnServers, back_up, make_due, restore
from kmportal.drilling.sums import judge, lines
from kmportal.measuring.mailing import fill
from mail.sending import send_waiting

LONDON = ZoneInfo("Europe/London")
# Mondays around the turn of a year with 53 weeks, and after both changes of the clock, with the names of their weeks.
WEEKS = {
    datetime.date(2026, 12, 28): "2026-W53",
    datetime.date(2027, 1, 4): "2027-W01",
    datetime.date(2027, 3, 29): "2027-W13",
    datetime.date(2027, 11, 1): "2027-W44",
}
READERS = 60
NEW_IN_A_WEEK = 6
BACKUP = "drill_backup"
# How long mail of a restored backup is watched for, in seconds.
WATCHED = 4.0


def weeks(*, servers: OwnServers, folder: Path) -> dict[str, Any]:
    """Send week after week, two planners at each, a sender killed in each; return what was wrong and how many mails."""
    fill(subscribers=READERS, items=NEW_IN_A_WEEK * len(WEEKS))
    items = list(Item.objects.order_by("pk").values_list("pk", flat=True))
    Item.objects.update(status=Status.DRAFT)
    _only_the_weekly_on_mondays()
    log = folder / "weeks.log"
    wrong: list[str] = []
    told: dict[int, list[int]] = {}
    mails = 0
    with mail_server(log, slow=0.02) as server:
        sender = Sender(environment={**servers.environment, "EMAIL_URL": server.url, **this_project()})
        try:
            for number, (monday, name) in enumerate(WEEKS.items()):
                morning = datetime.datetime.combine(monday, datetime.time(6, 30), tzinfo=LONDON)
                news = items[number * NEW_IN_A_WEEK : (number + 1) * NEW_IN_A_WEEK]
                Item.objects.filter(pk__in=news).update(status=Status.PUBLISHED, published_at=timezone.now())
                _tick_twice(morning)
                run = Run.objects.latest("pk")
                if run.period != name:
                    wrong.append(f"{monday} is called {run.period}")
                make_due(run.mailing)
                before = lines(log)
                _wait(lambda before=before: lines(log) > before)  # type: ignore[misc]
                sender.kill()
                _wait(lambda: not left())
                ticking.tick(now=morning + datetime.timedelta(hours=1))
                sums = judge(log, run=run)
                mails += sums.messages
                if not sums.is_right or not sums.messages:
                    wrong.append(f"{name}: {sums}")
                for reader, announcements in Digest.objects.filter(run=run).values_list("subscriber", "announcements"):
                    told.setdefault(reader, []).extend(announcements)
        finally:
            sender.close()
    wrong += [f"reader {reader} was told twice" for reader, list_ in told.items() if len(list_) != len(set(list_))]
    if Run.objects.count() != len(WEEKS):
        wrong.append(f"{Run.objects.count()} runs in {len(WEEKS)} weeks")
    return {"mails": mails, "wrong": wrong}


def _only_the_weekly_on_mondays() -> None:
    for schedule in schedules():
        schedule.weekday, schedule.is_enabled = 0, schedule.frequency == "weekly"
        schedule.save()


def _tick_twice(moment: datetime.datetime) -> None:
    """Tick at once from two connections."""

    def tick() -> None:
        try:
            ticking.tick(now=moment)
        finally:
            connection.close()

    threads = [threading.Thread(target=tick) for _planner in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _wait(condition: Any) -> None:
    ends = time.monotonic() + GIVE_UP
    while not condition() and time.monotonic() < ends:
        time.sleep(0.05)


def restored(*, servers: OwnServers, folder: Path) -> dict[str, Any]:
    """Restore a backup from the middle of a mailing, after all of it was sent; return how much left once more.

    First with PORTAL_DIGESTS=false, as docs say, then, switched on, after the mailing's use is over.
    """
    fill(subscribers=READERS, items=NEW_IN_A_WEEK)
    _only_the_weekly_on_mondays()
    log = folder / "restored.log"
    monday = datetime.datetime.combine(next(iter(WEEKS)), datetime.time(6, 30), tzinfo=LONDON)
    with mail_server(log) as server:
        environment = {**servers.environment, "EMAIL_URL": server.url, **this_project()}
        ticking.tick(now=monday)
        run = Run.objects.get()
        make_due()
        planned = left()
        send_waiting(most=READERS // 3)
        back_up(BACKUP)
        send_waiting()
        sent = lines(log)
        restore(BACKUP)
        waiting = left()
        sender = Sender(environment={**environment, "PORTAL_DIGESTS": "false"})
        try:
            settings.DIGESTS_ENABLED = False
            ticking.tick(now=monday)
            time.sleep(WATCHED)
            while_off = lines(log) - sent
        finally:
            settings.DIGESTS_ENABLED = True
            sender.close()
        ticking.tick(now=run.expires_at + datetime.timedelta(minutes=1))
        sent_when_on = send_waiting()
        run.refresh_from_db()
    return {
        "sent": sent,
        "waiting_in_the_backup": waiting,
        "left_while_switched_off": while_off,
        "left_after_its_use": sent_when_on,
        "is_right": bool(
            sent == planned and waiting and not while_off and not sent_when_on and run.state == RunState.EXPIRED
        ),
    }
