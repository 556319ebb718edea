"""Bring the search index in step with every item."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from catalogue.search.embedding import fill_meanings
from catalogue.search.sweeping import sweep


class Command(BaseCommand):
    help = "Compare every search entry with its item, write those that differ, and add up the counts."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--meanings",
            action="store_true",
            help="also find out what the new entries mean, which a worker does otherwise; about 20 a second",
        )

    def handle(self, *args: Any, meanings: bool, **options: Any) -> None:
        swept = sweep()
        self.stdout.write(f"Looked at {swept.items:,} items; {swept.changed:,} search entries were written or removed.")
        if meanings:
            self.stdout.write(f"Found out what {fill_meanings():,} of them mean.")
