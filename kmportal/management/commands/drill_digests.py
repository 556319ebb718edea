"""The drill of the updates: senders killed and frozen, servers stopped, and the sums afterwards."""

import json
import os
import random
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from digests.services import releasing
from kmportal.management.commands.bench_digests import plan
from kmportal.measuring.drill import Sums, drill, end_connections, released_run, twice_told
from kmportal.measuring.mailing import fill
from kmportal.measuring.scratch import scratch_database


class Command(BaseCommand):
    help = "Send many updates through many faults, and check that none is lost and none comes twice unnoticed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--digests", type=int, default=20_000, help="how many updates (default: 20,000)")
        parser.add_argument("--faults", type=int, default=200, help="how many faults (default: 200)")
        parser.add_argument("--unlucky", type=float, default=0.02, help="share that the mail server treats badly")
        parser.add_argument("--senders", type=int, default=2, help="how many processes send (default: 2)")

    def handle(self, *args: Any, digests: int, faults: int, unlucky: float, senders: int, **options: Any) -> None:
        before = settings.SMTP
        # Anything but None, so that mail is queued to be sent: this process sends none itself.
        settings.SMTP = {"host": "127.0.0.1", "port": 9, "user": "", "password": "", "use_ssl": False, "use_tls": False}
        try:
            with scratch_database("drill_digests", anew=True), tempfile.TemporaryDirectory() as folder:
                fill(subscribers=digests, items=60)
                run, _figures = plan()
                releasing.release(run=run, by=None)
                with released_run():
                    sums = drill(
                        log=Path(folder) / "taken.log",
                        senders=senders,
                        faults=faults,
                        unlucky=unlucky,
                        patience=30 * 60,
                        settings_module=os.environ["DJANGO_SETTINGS_MODULE"],
                        more=(stop_writing,),
                    )
                releasing.settle()
                twice = twice_told()
        finally:
            settings.SMTP = before
        self.stdout.write(json.dumps(as_figures(sums) | {"items_told_twice": twice}))
        if not sums.is_right or twice:
            raise CommandError("The sums are wrong: see above.")


def stop_writing(chance: random.Random) -> None:
    """End all connections twice in a row, so that those that came back are hit while they recover."""
    for _time in range(2):
        end_connections(chance)


def as_figures(sums: Sums) -> dict[str, Any]:
    """Return the sums with lists as numbers."""
    return {
        "messages": sums.messages,
        "faults": sums.faults,
        "taken": sums.taken,
        "ambiguous": sums.ambiguous,
        "duplicates": sums.doubled,
        "lost": len(sums.lost),
        "duplicates_unexplained": len(sums.unexplained),
        "copies_that_differ": len(sums.differing),
        "unfinished": sums.unfinished,
        "slowest_recovery_s": sums.slowest_recovery_s,
        "seconds": sums.seconds,
    }
