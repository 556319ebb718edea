"""How long updates take to plan and to send, on invented readers and news, beside two loops measured in the same run."""

import datetime
import json
import tempfile
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils import timezone

from digests.choices import COMPOSER, Frequency, RunState
from digests.models import Digest, Run
from digests.periods import latest_period
from digests.services import planning, releasing
from digests.services.ticking import schedules
from kmportal.measuring.mailing import (
    Counted,
    bare_loop,
    cpu_seconds,
    fill,
    forget_peak,
    mail_sink,
    memory,
    naive_loop,
    written_out,
)
from kmportal.measuring.scratch import scratch_database
from mail.models import OutboxMessage
from mail.sending import send_waiting

# Each loop in turns, so that whatever else the machine does meets all of them alike.
ROUNDS = 4
MEASURED_IN_A_ROUND = 1_000
NAIVE_IN_A_ROUND = 100


class Command(BaseCommand):
    help = "Measure planning and sending of updates in a database of their own, against a local mail sink."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--subscribers", type=int, default=10_000, help="how many readers (default: 10,000)")
        parser.add_argument("--items", type=int, default=300, help="how many new items (default: 300)")
        parser.add_argument("--all", action="store_true", help="send every update, and say how long it took")
        parser.add_argument("--runs", type=int, default=1, help="send so many runs of 1,000 after one another")
        parser.add_argument("--json", action="store_true", help="print one JSON object, as it does anyway")

    def handle(self, *args: Any, subscribers: int, items: int, runs: int, **options: Any) -> None:
        if subscribers < 1 or items < 1:
            raise CommandError("Measure with one subscriber and one item at least.")
        before = settings.SMTP
        with (
            scratch_database("bench_digests", anew=True),
            tempfile.TemporaryDirectory() as folder,
            mail_sink(Path(folder) / "taken.log") as server,
        ):
            settings.SMTP = server
            try:
                fill(subscribers=subscribers, items=items)
                result: dict[str, Any] = {"subscribers": subscribers, "items": items}
                began = time.perf_counter()
                run, figures = plan()
                result |= figures
                releasing.release(run=run, by=None)
                OutboxMessage.objects.update(not_before=timezone.now())
                result |= send(server)
                if options["all"]:
                    while send_waiting():
                        pass
                    result["tick_to_last_s"] = round(time.perf_counter() - began, 1)
                if runs > 1:
                    result["runs_per_s"] = many_runs(runs)
            finally:
                settings.SMTP = before
        self.stdout.write(json.dumps(result))


def plan() -> tuple[Run, dict[str, Any]]:
    """Plan the weekly run and return it with what that took."""
    (schedule,) = [one for one in schedules() if one.frequency == Frequency.WEEKLY]
    now = timezone.now()
    period = latest_period("weekly", weekday=now.weekday(), lead_hours=schedule.lead_hours, now=now)
    counted = Counted()
    held = forget_peak()
    start = time.perf_counter()
    with connection.execute_wrapper(counted):
        run = planning.open_run(schedule=schedule, period=period, now=now)
        if run is None:
            raise CommandError("The run was not opened.")
        planning.plan(run=run)
    taken = time.perf_counter() - start
    Run.objects.filter(pk=run.pk).update(expires_at=now + datetime.timedelta(days=1))
    run.refresh_from_db()
    if run.state != RunState.PLANNED:
        raise CommandError("The run was not planned to its end.")
    return run, {
        "plan_s": round(taken, 2),
        "plan_rss_mb": round(memory("VmHWM") - held, 1),
        # What is copied in is no statement of the connection's: one for each shard.
        "plan_queries": counted.number + run.shards.count(),
    }


def send(server: dict[str, object]) -> dict[str, Any]:
    """Send some of what waits, and as much in the two loops, in turns."""
    waiting = OutboxMessage.objects.filter(composer=COMPOSER, state="waiting").count()
    measured = min(MEASURED_IN_A_ROUND, waiting // ROUNDS)
    naive = min(NAIVE_IN_A_ROUND, measured)
    if not measured:
        raise CommandError("Too little is planned to measure sending: take more subscribers.")
    ready = written_out(measured)
    keys = list(Digest.objects.filter(state="queued").order_by("-pk").values_list("pk", flat=True)[:naive])
    ours, bare, plain = [], [], []
    cpu = 0.0
    sent = 0
    for _round in range(ROUNDS):
        bare.append(bare_loop(server, ready))
        used, start = cpu_seconds(), time.perf_counter()
        count = send_waiting(most=measured)
        ours.append(count / (time.perf_counter() - start))
        cpu += cpu_seconds() - used
        sent += count
        plain.append(naive_loop(server, keys))
    rate, floor, slow = (ROUNDS / sum(1 / one for one in rates) for rates in (ours, bare, plain))
    return {
        "digests_per_s": round(rate),
        "cpu_ms_per_digest": round(cpu / sent * 1_000, 2),
        "smtplib_per_s": round(floor),
        "naive_per_s": round(slow),
        "ratio_smtplib": round(rate / floor, 2),
        "ratio_naive": round(rate / slow, 1),
    }


def many_runs(number: int) -> list[int]:
    """Send the same 1,000 messages again and again, as twenty weeks do to the table; return each run's pace."""
    keys = list(OutboxMessage.objects.filter(state="sent").order_by("pk").values_list("pk", flat=True)[:1_000])
    paces = []
    for _run in range(number):
        OutboxMessage.objects.filter(pk__in=keys).update(
            state="waiting", sent_at=None, attempts=0, created_at=timezone.now(), not_before=timezone.now()
        )
        start = time.perf_counter()
        count = send_waiting(most=len(keys))
        paces.append(round(count / (time.perf_counter() - start)))
    return paces
