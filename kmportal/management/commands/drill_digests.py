"""The drill of the updates: workers killed and frozen, servers stopped and wiped, and the sums afterwards."""

import json
import tempfile
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from kmportal.drilling.drill import Plan, many_faults, recoveries
from kmportal.drilling.scenes import restored, weeks
from kmportal.drilling.servers import own_servers

# What is promised, in seconds.
LONGEST_RECOVERY = 60.0


class Command(BaseCommand):
    help = (
        "Send many updates through many faults, on servers of the drill's own, and check that none is lost and none "
        "comes twice unnoticed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--digests", type=int, default=20_000, help="how many updates (default: 20,000)")
        parser.add_argument("--faults", type=int, default=200, help="how many faults (default: 200)")
        parser.add_argument("--unlucky", type=float, default=0.02, help="share that the mail server treats badly")
        parser.add_argument(
            "--workers", type=int, default=2, help="how many workers, of two processes each (default: 2)"
        )
        parser.add_argument(
            "--short", action="store_true", help="240 updates, 12 faults, leases and retries of seconds"
        )

    def handle(self, *args: Any, short: bool, **options: Any) -> None:
        start = time.monotonic()
        plan = Plan(
            digests=240 if short else options["digests"],
            faults=12 if short else options["faults"],
            unlucky=0.05 if short else options["unlucky"],
            workers=options["workers"],
            is_hurried=short,
        )
        with own_servers() as servers, tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            result: dict[str, Any] = {"weeks": weeks(servers=servers, folder=folder)}
            result["restored"] = restored(servers=servers, folder=folder)
            if not short:
                result["recovery_s"] = recoveries(plan, servers=servers, folder=folder)
            result["drill"] = many_faults(plan, servers=servers, folder=folder)
        slowest = max(result.get("recovery_s", {}).values(), default=0.0)
        result["seconds"] = round(time.monotonic() - start)
        result["is_right"] = (
            result["drill"]["is_right"]
            and result["restored"]["is_right"]
            and not result["weeks"]["wrong"]
            and slowest <= LONGEST_RECOVERY
        )
        self.stdout.write(json.dumps(result))
        if not result["is_right"]:
            raise CommandError("The sums are wrong: see above.")
