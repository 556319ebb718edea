"""How fast mail leaves beside a bare smtplib loop, and how long a whole mailing takes, on a machine that is never quiet."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.db.models import Max, Min
from django.utils import timezone

from digests.choices import Frequency
from digests.models import Schedule
from digests.services.ticking import schedules, tick
from kmportal.measuring.mailing import bare_loop, cpu_seconds, let_every_hour_have_come
from kmportal.measuring.serving import database_url
from mail.models import OutboxMessage
from mail.sending import BATCH, send_waiting

# As many as a deployment's worker has (`--concurrency 2`).
SENDERS = 2
IDLE = 0.1
# Seconds after which a mailing is given up.
LONGEST = 3_600.0


@dataclass(frozen=True)
class Slice:
    """One batch that the portal sent, and what the bare loop managed immediately before and after it."""

    sent: int
    seconds: float
    cpu_seconds: float
    bare_per_s: float

    @property
    def per_s(self) -> float:
        """How many the portal sent in a second."""
        return self.sent / self.seconds

    @property
    def ratio(self) -> float:
        """The share of the bare loop's pace."""
        return self.per_s / self.bare_per_s


def slices(server: dict[str, object], ready: Sequence[tuple[str, bytes]], *, size: int, number: int) -> Iterator[Slice]:
    """Send so many batches of this size, each between two turns of the bare loop over `ready`.

    A batch is claimed, written, marked and sent over a connection of its own by `mail.sending.send_waiting`; the bare
    loop sends messages of the same mailing that are written already, as many of them over one connection. What slows
    the machine down for longer than a second slows both.
    """
    for _slice in range(number):
        before = bare_loop(server, ready)
        used, start = cpu_seconds(), time.perf_counter()
        sent = send_waiting(most=min(size, BATCH))
        taken, used = time.perf_counter() - start, cpu_seconds() - used
        after = bare_loop(server, ready)
        yield Slice(sent, taken, used, 2 / (1 / before + 1 / after))


def compared(found: Sequence[Slice]) -> dict[str, Any]:
    """Return the paces, their ratio and the processor time of one message.

    ratio_smtplib is the median of the slices; beside it stand the slowest and the fastest tenth of them, which say how
    quiet the machine was, and the ratio of the totals.
    """
    ratios = sorted(one.ratio for one in found)
    tenth = len(ratios) // 10
    ours = sum(one.sent for one in found) / sum(one.seconds for one in found)
    bare = len(found) / sum(1 / one.bare_per_s for one in found)
    return {
        "digests_per_s": round(median(one.per_s for one in found)),
        "cpu_ms_per_digest": round(sum(one.cpu_seconds for one in found) / sum(one.sent for one in found) * 1_000, 2),
        "smtplib_per_s": round(median(one.bare_per_s for one in found)),
        "ratio_smtplib": round(median(ratios), 2),
        "ratio_smtplib_range": [round(ratios[tenth], 2), round(ratios[-1 - tenth], 2)],
        "ratio_smtplib_of_totals": round(ours / bare, 2),
    }


def successive_runs(
    server: dict[str, object], ready: Sequence[tuple[str, bytes]], *, keys: Sequence[int], number: int
) -> dict[str, Any]:
    """Send the same messages again and again, as so many weeks do to the table; return the pace of each run.

    The messages are those of `keys`, and nothing else may wait. Beside each run stands the pace of the bare loop in the
    same seconds: the machine itself is not as fast in the last run as in the first.
    """
    runs: list[dict[str, Any]] = []
    for _run in range(number):
        now = timezone.now()
        OutboxMessage.objects.filter(pk__in=keys).update(
            state="waiting", sent_at=None, attempts=0, created_at=now, not_before=now
        )
        size = min(BATCH, len(keys))
        runs.append(compared(list(slices(server, ready, size=size, number=len(keys) // size))))
    paces, ratios = [run["digests_per_s"] for run in runs], [run["ratio_smtplib"] for run in runs]
    some = max(1, number // 4)
    return {
        "runs_messages": len(keys),
        "runs_per_s": paces,
        "runs_smtplib_per_s": [run["smtplib_per_s"] for run in runs],
        "runs_ratio": ratios,
        "runs_last_to_first": round(paces[-1] / paces[0], 2),
        "runs_last_to_first_relative": round(ratios[-1] / ratios[0], 2),
        "runs_last_quarter_to_first_relative": round(median(ratios[-some:]) / median(ratios[:some]), 2),
    }


def whole_mailing(server: dict[str, object], *, senders: int = SENDERS) -> dict[str, Any]:
    """Let a tick open, plan and release the weekly run while so many processes send; return how long until the last 250.

    The hour of every reader has come, which the tick would else wait for. The processes do what the tasks of a worker
    do, one turn after the other, without Celery between the turns.
    """
    weekly = next(one for one in schedules() if one.frequency == Frequency.WEEKLY)
    Schedule.objects.exclude(pk=weekly.pk).update(is_enabled=False)
    Schedule.objects.filter(pk=weekly.pk).update(weekday=timezone.localtime().weekday(), is_automatic=True)
    let_every_hour_have_come()
    with sending_processes(server, senders):
        began, ends = timezone.now(), time.monotonic() + LONGEST
        done = tick()
        released = (timezone.now() - began).total_seconds()
        while OutboxMessage.objects.unsettled().exists():
            if time.monotonic() > ends:
                raise CommandError("The mails have not all left after an hour.")
            time.sleep(IDLE)
    sent = OutboxMessage.objects.filter(state="sent")
    moments = sent.aggregate(first=Min("sent_at"), last=Max("sent_at"))
    seconds = (moments["last"] - began).total_seconds()
    return {
        "all_senders": senders,
        "all_released": done.released,
        "all_sent": sent.count(),
        "tick_to_released_s": round(released, 1),
        "tick_to_first_s": round((moments["first"] - began).total_seconds(), 1),
        "tick_to_last_s": round(seconds, 1),
    }


@contextmanager
def sending_processes(server: dict[str, object], number: int) -> Iterator[None]:
    """Let so many processes of their own send whatever waits, once they are all ready, until the block ends."""
    environment = {
        **os.environ,
        "DATABASE_URL": database_url(),
        "EMAIL_URL": f"smtp://{server['host']}:{server['port']}",
    }
    command = [sys.executable, "-m", "kmportal.drilling.worker", "send"]
    processes = [
        subprocess.Popen(command, env=environment, cwd=settings.BASE_DIR, stdout=subprocess.PIPE)
        for _one in range(number)
    ]
    try:
        for process in processes:
            assert process.stdout is not None
            process.stdout.readline()
        yield
    finally:
        for process in processes:
            process.kill()
            process.communicate()
