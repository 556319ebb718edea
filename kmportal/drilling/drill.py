"""The drill: planned by several at once, sent through faults of every kind, and judged by what the mail server took."""

import itertools
import os
import random
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from django.conf import settings
from django.db import Error, connection
from django.db.models import F, Value
from django.db.models.functions import Concat
from django.utils import timezone

from digests.choices import RunState
from digests.models import Digest, Run, Subscriber
from digests.services import releasing, ticking
from digests.services.ticking import schedules
from kmportal.celery import app
from kmportal.drilling.crew import Crew
from kmportal.drilling.mailing import MailServer
from kmportal.drilling.servers import OwnServers, make_due, wait_for_database
from kmportal.drilling.sums import judge, lines
from kmportal.drilling.worker import HURRIED
from kmportal.measuring.mailing import fill
from mail import marking, sending
from mail.models import OutboxMessage

SEED = 41
# Each worker has two processes.
PROCESSES = 2
# How long a fault takes in the middle, hurried or not: the mailing is made to last for all of them.
SECONDS_FOR_A_FAULT = {True: 2.5, False: 4.0}
# After this long without a mail a fault counts as not recovered from.
GIVE_UP = 120.0
# How many mailboxes do not exist.
ONE_GONE_IN = 100
ITEMS = 60

Found = TypeVar("Found")


@dataclass(frozen=True)
class Plan:
    """How large the drill is. unlucky: the share of messages that the mail server treats badly."""

    digests: int
    faults: int
    unlucky: float
    workers: int
    is_hurried: bool

    @property
    def options(self) -> tuple[str, ...]:
        """What its processes are begun with."""
        return ("--hurried",) if self.is_hurried else ()

    @property
    def slow(self) -> float:
        """How long the mail server takes for each message, so that there is mail to send until the last fault."""
        return self.faults * SECONDS_FOR_A_FAULT[self.is_hurried] * self.workers * PROCESSES / self.digests

    def seconds(self, name: str) -> float:
        """Return how long a lease lasts for this drill's workers: "LEASE" of what waits, "IN_HAND" of what leaves."""
        if self.is_hurried:
            return HURRIED[name]
        return (marking.IN_HAND if name == "IN_HAND" else sending.LEASE).total_seconds()


def asked(question: Callable[[], Found]) -> Found:
    """Return the answer of a database that may be away for a moment."""
    ends = time.monotonic() + GIVE_UP
    while True:
        try:
            return question()
        except Error:
            if time.monotonic() > ends:
                raise
            connection.close()
            time.sleep(0.1)


def left() -> int:
    """Return how many messages have no end yet."""
    return asked(OutboxMessage.objects.unsettled().count)


@contextmanager
def mail_server(log: Path, **options: float) -> Iterator[MailServer]:
    """Run a mail server and let this process know of it."""
    before = settings.SMTP
    server = MailServer(log, **options)
    settings.SMTP = server.settings
    try:
        yield server
    finally:
        settings.SMTP = before
        server.close()


def many_faults(plan: Plan, *, servers: OwnServers, folder: Path) -> dict[str, Any]:
    """Plan one run and send it through so many faults; return what came of it."""
    # Not for secrets: when and whom it hits, the same each time.
    chance = random.Random(SEED)  # noqa: S311
    fill(subscribers=plan.digests, items=ITEMS)
    Subscriber.objects.filter(pk__in=list(Subscriber.objects.values_list("pk", flat=True)[::ONE_GONE_IN])).update(
        guest_email=Concat(Value("gone-"), F("guest_email"))
    )
    log = folder / "faults.log"
    start = time.monotonic()
    with mail_server(log, unlucky=plan.unlucky, slow=plan.slow) as server:
        run = planned_by_many(servers)
        crew = Crew(
            workers=plan.workers,
            environment={**servers.environment, "EMAIL_URL": server.url, **this_project()},
            folder=folder,
            options=plan.options,
        )
        try:
            figures = _strike(plan, chance, servers=servers, server=server, crew=crew)
            struck = time.monotonic()
            _wait_until_all_is_settled(crew)
        finally:
            crew.close()
    asked(releasing.settle)
    sums = judge(log, run=run)
    for sentence in (*sums.lost, *sums.unexplained, *sums.differing, *sums.unfinished):
        sys.stderr.write(f"Wrong: {sentence}\n")
    took = {
        "seconds": round(time.monotonic() - start),
        "seconds_after_the_last_fault": round(time.monotonic() - struck),
    }
    return {**figures, **sums.figures(), **took, "is_right": sums.is_right}


def this_project() -> dict[str, str]:
    """Return what the processes need beside the servers."""
    return {"DJANGO_SETTINGS_MODULE": os.environ["DJANGO_SETTINGS_MODULE"], "DJANGO_LOG_LEVEL": "ERROR"}


def planned_by_many(servers: OwnServers, *, planners: int = 3) -> Run:
    """Let several tick at once while the database is stopped, tick once more, and return the run, due now."""
    for schedule in schedules():
        schedule.weekday = timezone.localdate().weekday()
        schedule.save()
    connection.close()

    def tick() -> None:
        try:
            ticking.tick()
        except Error:
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=tick) for _planner in range(planners)]
    for thread in threads:
        thread.start()
    time.sleep(1)
    servers.stop_database_immediately(for_seconds=0.2)
    for thread in threads:
        thread.join()
    asked(ticking.tick)
    run = Run.objects.get()
    if run.is_late:
        releasing.release(run=run, by=None)
    run.refresh_from_db()
    if run.state != RunState.RELEASED or Digest.objects.count() != Subscriber.objects.count():
        raise AssertionError("The run was not planned to its end, or not once for each reader.")
    make_due()
    return run


def _strike(
    plan: Plan, chance: random.Random, *, servers: OwnServers, server: MailServer, crew: Crew
) -> dict[str, Any]:
    """Let one fault follow the other, each once mail has left again; return how many, and how long that took at most."""

    def stop_mail_server() -> None:
        server.close()
        time.sleep(chance.uniform(0.2, 2))
        server.begin()

    def end_connections() -> None:
        for _time in range(chance.choice((1, 2))):
            asked(_end_connections)

    def tick_everywhere() -> None:
        for _tick in range(4):
            app.send_task("digests.tick")

    def freeze() -> None:
        crew.freeze(chance, seconds=plan.seconds(chance.choice(("LEASE", "IN_HAND"))) * 1.1)

    def stop_database() -> None:
        # Database and sender that die in the same second are the one case in which up to twenty marks are lost.
        time.sleep(1)
        servers.stop_database_immediately(for_seconds=chance.uniform(0.1, 3))

    kinds: dict[str, Callable[[], object]] = {
        "worker killed": lambda: crew.kill_worker(chance),
        "process killed": lambda: crew.kill_process(chance),
        "database stopped immediately": stop_database,
        "broker killed and wiped": lambda: servers.kill_and_wipe_broker(for_seconds=chance.uniform(0.1, 3)),
        "process frozen past its lease": freeze,
        "worker replaced": lambda: crew.replace_worker(chance),
        "connections to the database ended": end_connections,
        "mail server killed": stop_mail_server,
        "all workers and the beat killed": crew.kill_all,
        "ticks at once": tick_everywhere,
        "clock wrong by two hours": lambda: crew.set_clock_wrong(chance),
        "beat killed": crew.kill_beat,
    }
    slowest: dict[str, float] = {}
    number = 0
    _wait_for_mail(server.log, crew)
    for name, strike in itertools.islice(itertools.cycle(kinds.items()), plan.faults):
        if not left():
            break
        before = lines(server.log)
        strike()
        number += 1
        slowest[name] = max(slowest.get(name, 0.0), _wait_for_mail(server.log, crew, more_than=before))
        time.sleep(chance.uniform(0.05, 0.5))
    return {"faults": number, "slowest_next_mail_s": slowest}


def _wait_for_mail(log: Path, crew: Crew, *, more_than: int = 0) -> float:
    """Wait until the server has taken more; return for how many seconds."""
    start = time.monotonic()
    while lines(log) <= more_than and left() and time.monotonic() - start < GIVE_UP:
        crew.tend()
        time.sleep(0.05)
    return round(time.monotonic() - start, 1)


def _wait_until_all_is_settled(crew: Crew, *, patience: float = 20 * 60) -> None:
    ends = time.monotonic() + patience
    while left() and time.monotonic() < ends:
        crew.tend()
        time.sleep(0.5)


def _end_connections() -> None:
    """End every connection to the database but our own, as its restart does to those who use it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def recoveries(plan: Plan, *, servers: OwnServers, folder: Path) -> dict[str, float]:
    """Hit the only worker by one fault at a time; return for each how many seconds until what it had in hand goes on.

    What counts is mail that a sender had claimed when it was hit: mail beside it may leave sooner.
    """
    chance = random.Random(SEED)  # noqa: S311 - as above
    fill(subscribers=plan.digests, items=ITEMS)
    log = folder / "recoveries.log"
    found: dict[str, float] = {}
    with mail_server(log, slow=0.1) as server:

        def stop_mail_server() -> None:
            server.close()
            time.sleep(1)
            server.begin()

        planned_by_many(servers, planners=1)
        crew = Crew(
            workers=1,
            environment={**servers.environment, "EMAIL_URL": server.url, **this_project()},
            folder=folder,
            options=(),
        )
        kinds: dict[str, Callable[[], object]] = {
            "worker and beat killed": crew.kill_all,
            "process killed": lambda: crew.kill_process(chance),
            "database stopped immediately": lambda: servers.stop_database_immediately(for_seconds=1),
            "broker killed and wiped": lambda: servers.kill_and_wipe_broker(for_seconds=1),
            "mail server killed": stop_mail_server,
            "beat killed": crew.kill_beat,
        }
        try:
            for name, strike in kinds.items():
                _wait_for_mail(log, crew, more_than=lines(log))
                in_hand = asked(_claimed)
                strike()
                hit = time.monotonic()
                while (
                    not asked(lambda rows=in_hand: _has_gone_on(rows))  # type: ignore[misc]
                    and time.monotonic() - hit < GIVE_UP
                ):
                    crew.tend()
                    time.sleep(0.1)
                found[name] = round(time.monotonic() - hit, 1)
        finally:
            crew.close()
    wait_for_database()
    return found


def _claimed() -> list[int]:
    return list(OutboxMessage.objects.exclude(lease_owner=None).values_list("pk", flat=True))


def _has_gone_on(rows: list[int]) -> bool:
    return OutboxMessage.objects.filter(pk__in=rows, state="sent").exists()
