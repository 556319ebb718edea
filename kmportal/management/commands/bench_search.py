"""How long `search()` takes on so many invented items, by words and with meanings, beside stock Django."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from kmportal.measuring.filling import fill, fill_invented_meanings
from kmportal.measuring.scratch import scratch_database
from kmportal.measuring.searching import (
    index_megabytes,
    measure_mode,
    measure_stock,
    milliseconds_of_a_save,
    mix,
    resident_megabytes,
)
from taxonomy.models import Topic


class Command(BaseCommand):
    help = "Measure search() on invented items in a database of their own, which is kept for the next time."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--items", type=int, default=10_000, help="how many items (default: 10,000)")
        parser.add_argument("--concurrency", type=int, default=1, help="how many readers at a time (default: 1)")
        parser.add_argument("--anew", action="store_true", help="make the items anew")
        parser.add_argument("--json", action="store_true", help="print one object instead of lines")

    def handle(self, *args: Any, items: int, concurrency: int, anew: bool, **options: Any) -> None:
        if items < 1 or concurrency < 1:
            raise CommandError("Measure on one item at least, with one reader at least.")
        with scratch_database(f"search_{items}", anew=anew):
            built = {"words": fill(items), "meanings": fill_invented_meanings()}
            asked = mix(list(Topic.objects.order_by("pk")))
            result: dict[str, Any] = {
                "items": items,
                "concurrency": concurrency,
                "modes": {
                    mode: measure_mode(asked, hybrid=mode == "hybrid", concurrency=concurrency)
                    for mode in ("words", "hybrid")
                },
                "stock_django": measure_stock(asked),
                # None where the database was kept from another time.
                "build_s": {name: None if seconds is None else round(seconds, 1) for name, seconds in built.items()},
                "index_mb": index_megabytes(),
                "insert_ms": milliseconds_of_a_save(),
                "rss_mb": resident_megabytes(asked),
            }
        if options["json"]:
            self.stdout.write(json.dumps(result))
            return
        for mode, groups in result["modes"].items():
            for name, figures in groups.items():
                self.stdout.write(f"{mode} {name}: {figures}")
        for name in ("stock_django", "build_s", "index_mb", "insert_ms", "rss_mb"):
            self.stdout.write(f"{name}: {result[name]}")
