"""Bring the search index in step with every item."""

from typing import Any

from django.core.management.base import BaseCommand

from catalogue.search.sweeping import sweep


class Command(BaseCommand):
    help = "Compare every search entry with its item, write those that differ, and add up the counts."

    def handle(self, *args: Any, **options: Any) -> None:
        swept = sweep()
        self.stdout.write(f"Looked at {swept.items:,} items; {swept.changed:,} search entries were written or removed.")
