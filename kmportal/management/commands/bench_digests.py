"""How long updates take to plan and to send, on invented readers and news, beside two loops measured in the same run."""

import datetime
import json
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import mean, median
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
    clear_up,
    fill,
    forget_peak,
    let_every_hour_have_come,
    mail_sink,
    memory,
    naive_loop,
    written_out,
)
from kmportal.measuring.pacing import Slice, compared, slices, successive_runs, whole_mailing
from kmportal.measuring.scratch import scratch_database
from kmportal.measuring.stopping import presses
from mail.models import OutboxMessage
from mail.sending import BATCH

# The loops in turns, so that whatever else the machine does meets all of them alike.
SLICES = 20
NAIVE_TURNS = 4
NAIVE_IN_A_TURN = 75
MESSAGES_OF_A_RUN = 2_000


class Command(BaseCommand):
    help = "Measure planning and sending of updates in a database of their own, against a local mail sink."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--subscribers", type=int, default=10_000, help="how many readers (default: 10,000)")
        parser.add_argument("--items", type=int, default=300, help="how many new items (default: 300)")
        parser.add_argument(
            "--all",
            action="store_true",
            help="also send a whole run by two processes, and say how long it took from the tick",
        )
        parser.add_argument("--runs", type=int, default=1, help="also send so many runs of 2,000 after one another")
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
                let_every_hour_have_come()
                result: dict[str, Any] = {"subscribers": subscribers, "items": items}
                run, figures = plan()
                result |= figures
                releasing.release(run=run, by=None)
                clear_up()
                ready = written_out(BATCH)
                result |= send(server, ready)
                if runs > 1:
                    result |= send_again_and_again(server, ready, number=runs)
                result |= presses()
                if options["all"]:
                    fill(subscribers=subscribers, items=items)
                    result |= whole_mailing(server)
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


def send(server: dict[str, object], ready: Sequence[tuple[str, bytes]]) -> dict[str, Any]:
    """Send some of what waits, and as much in the two loops, in turns."""
    size = min(BATCH, OutboxMessage.objects.filter(composer=COMPOSER, state="waiting").count() // SLICES)
    if not size:
        raise CommandError("Too little is planned to measure sending: take more subscribers.")
    naive = min(NAIVE_IN_A_TURN, size)
    keys = list(Digest.objects.filter(state="queued").order_by("-pk").values_list("pk", flat=True)[:naive])
    found: list[Slice] = []
    plain = []
    for _turn in range(NAIVE_TURNS):
        found += slices(server, ready, size=size, number=SLICES // NAIVE_TURNS)
        plain.append(naive_loop(server, keys))
    result = compared(found)
    slow = median(plain)
    return result | {
        "naive_per_s": round(slow),
        "ratio_naive": round(result["digests_per_s"] / slow, 1),
        "message_bytes": round(mean(len(content) for _address, content in ready)),
    }


def send_again_and_again(
    server: dict[str, object], ready: Sequence[tuple[str, bytes]], *, number: int
) -> dict[str, Any]:
    """Measure so many runs after one another, with nothing else in the outbox to send."""
    sent = OutboxMessage.objects.filter(state="sent").order_by("pk")
    keys = list(sent.values_list("pk", flat=True)[:MESSAGES_OF_A_RUN])
    OutboxMessage.objects.filter(state="waiting").update(state="held")
    return successive_runs(server, ready, keys=keys, number=number)
