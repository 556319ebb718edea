"""A drill: mail is sent while senders are killed and frozen and servers fail, and afterwards the sums must be right.

What is asked is the invariant of docs/digests.md: every planned message has one end; every sent one was taken at least
once, and not more often than once and its ambiguous attempts; copies are the same byte by byte.
"""

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.db import DatabaseError, connection
from django.utils import timezone

from digests.choices import COMPOSER
from digests.models import Digest, Run
from digests.services import releasing
from kmportal.measuring.mailing import mail_sink
from mail.models import OutboxMessage

SEED = 41
# A short lease, so that what a killed sender held is found soon; the drill is about counting, not about waiting.
LEASE_SECONDS = 3
SENDER = """
import datetime, time, django
django.setup()
from mail import sending, marking
sending.LEASE = datetime.timedelta(seconds={lease})
sending.USABLE_LEASE = sending.LEASE * 0.6
sending.BATCH = 40
sending.FIRST_RETRY = datetime.timedelta(seconds=1)
sending.LONGEST_RETRY = datetime.timedelta(seconds=3)
from django.db import DatabaseError, connection
while True:
    try:
        if not sending.send_waiting():
            time.sleep(0.2)
    except DatabaseError:
        connection.close()
        time.sleep(0.3)
"""


@dataclass
class Sums:
    """What a drill came to. lost, doubled and differing must be nothing."""

    messages: int = 0
    faults: int = 0
    taken: int = 0
    ambiguous: int = 0
    doubled: int = 0
    lost: list[str] = field(default_factory=list)
    unexplained: list[str] = field(default_factory=list)
    differing: list[str] = field(default_factory=list)
    unfinished: int = 0
    slowest_recovery_s: float = 0.0
    seconds: float = 0.0

    @property
    def is_right(self) -> bool:
        """Whether nothing is lost, nothing came twice without being counted, and every copy is the same."""
        return not (self.lost or self.unexplained or self.differing or self.unfinished)


class Senders:
    """Processes that send what waits, begun again when they die."""

    def __init__(self, number: int, *, email_url: str, settings_module: str, database_url: str) -> None:
        self.environment = {
            **os.environ,
            "EMAIL_URL": email_url,
            "DATABASE_URL": database_url,
            "DJANGO_SETTINGS_MODULE": settings_module,
            "DJANGO_LOG_LEVEL": "ERROR",
        }
        self.processes = [self._begin() for _place in range(number)]

    def _begin(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-c", SENDER.format(lease=LEASE_SECONDS)],
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def kill(self, chance: random.Random) -> None:
        """End one without warning, as a crash of the machine does, and begin another."""
        place = chance.randrange(len(self.processes))
        self.processes[place].kill()
        self.processes[place].wait()
        self.processes[place] = self._begin()

    def freeze(self, chance: random.Random) -> None:
        """Stop one for longer than its lease, and let it go on as if nothing had happened."""
        process = chance.choice(self.processes)
        process.send_signal(signal.SIGSTOP)
        time.sleep(LEASE_SECONDS * 1.3)
        process.send_signal(signal.SIGCONT)

    def end(self, chance: random.Random) -> None:
        """Ask one to end, as an upgrade does, and begin another."""
        place = chance.randrange(len(self.processes))
        self.processes[place].terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.processes[place].wait(10)
        self.processes[place].kill()
        self.processes[place] = self._begin()

    def close(self) -> None:
        """End all."""
        for process in self.processes:
            process.kill()
            process.wait()


def end_connections(chance: random.Random) -> None:
    """End every connection to the database but our own, as its restart does to those who use it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def database_url() -> str:
    """Return the address of the database that this process uses, in the form that settings read."""
    database = connection.settings_dict
    return (
        f"postgresql://{database['USER']}:{database['PASSWORD']}@/{database['NAME']}"
        f"?host={database['HOST']}&port={database['PORT']}"
    )


def left() -> int:
    """Return how many messages have no end yet."""
    return OutboxMessage.objects.filter(composer=COMPOSER).unsettled().count()


def drill(
    *,
    log: Path,
    senders: int,
    faults: int,
    unlucky: float,
    patience: float,
    settings_module: str,
    more: tuple[Callable[[random.Random], None], ...] = (),
) -> Sums:
    """Send what waits through so many faults and return the sums.

    unlucky: the share of messages that the mail server treats badly. patience: seconds for everything to have an end.
    more: faults beside those of senders and connections.
    """
    # Not for secrets: when and whom it hits, the same each time.
    chance = random.Random(SEED)  # noqa: S311
    sums = Sums(messages=left())
    start = time.monotonic()
    with mail_sink(log, "--faults", str(unlucky)) as server:
        crew = Senders(
            senders,
            email_url=f"smtp://127.0.0.1:{server['port']}",
            settings_module=settings_module,
            database_url=database_url(),
        )
        try:
            kinds = (crew.kill, crew.kill, crew.kill, crew.end, crew.freeze, end_connections, *more)
            for number in range(faults):
                if not left():
                    break
                _wait_for_progress(log, chance, sums)
                kinds[number % len(kinds)](chance)
                sums.faults += 1
            ends = time.monotonic() + patience
            while left() and time.monotonic() < ends:
                time.sleep(0.5)
        finally:
            crew.close()
    sums.seconds = round(time.monotonic() - start, 1)
    return judge(log, sums)


def _wait_for_progress(log: Path, chance: random.Random, sums: Sums) -> None:
    """Wait until the server has taken something since the last fault, and a random moment more."""
    before, start = _size(log), time.monotonic()
    while _size(log) == before and left() and time.monotonic() - start < 60:
        time.sleep(0.05)
    sums.slowest_recovery_s = max(sums.slowest_recovery_s, round(time.monotonic() - start, 1))
    time.sleep(chance.uniform(0.05, 0.5))


def _size(log: Path) -> int:
    return log.stat().st_size if log.exists() else 0


def judge(log: Path, sums: Sums) -> Sums:
    """Join what the mail server took with what the outbox says."""
    taken: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for line in log.read_text().splitlines():
        recipient, message_id, digest = line.split("\t")
        taken[message_id].append((recipient, digest))
    rows = OutboxMessage.objects.filter(composer=COMPOSER).values_list("message_id", "to", "state", "ambiguous")
    for message_id, address, state, ambiguous in rows.iterator():
        copies = taken.pop(message_id, [])
        sums.taken += len(copies)
        sums.ambiguous += ambiguous
        sums.doubled += max(0, len(copies) - 1)
        if state == "sent" and not copies:
            sums.lost.append(message_id)
        if len(copies) > 1 + ambiguous or (state == "cancelled" and copies and not ambiguous):
            sums.unexplained.append(message_id)
        if len(set(copies)) > 1 or any(recipient != address for recipient, _digest in copies):
            sums.differing.append(message_id)
        if state in {"waiting", "sending", "held"}:
            sums.unfinished += 1
    sums.unexplained += taken.keys()
    return sums


@contextlib.contextmanager
def released_run() -> Iterator[Run]:
    """Give the newest run with its mail due now."""
    run = Run.objects.latest("pk")
    releasing.queue_planned(run=run)
    OutboxMessage.objects.update(not_before=timezone.now())
    yield run


def twice_told() -> int:
    """Return how many items one reader was told of twice."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM (SELECT subscriber_id, unnest(announcements) AS told, count(*) FROM digests_digest"
            " WHERE state = 'sent' AND copy = 0 GROUP BY 1, 2 HAVING count(*) > 1) AS twice"
        )
        count: int = cursor.fetchone()[0]
        return count


def wait_for_database(seconds: float = 60) -> None:
    """Wait until the database answers again."""
    ends = time.monotonic() + seconds
    while True:
        connection.close()
        try:
            Digest.objects.exists()
        except DatabaseError:
            if time.monotonic() > ends:
                raise
            time.sleep(0.2)
        else:
            return
