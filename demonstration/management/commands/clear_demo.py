"""Remove the demonstration content, sign-ins included."""

from typing import Any

from django.core.management.base import BaseCommand

from demonstration.services import clear_demonstration


class Command(BaseCommand):
    """Removes what `load_demo` made and nothing else."""

    help = "Remove the demonstration content and its sign-ins. What real people made stays."

    def handle(self, *args: Any, **options: Any) -> None:
        counts = clear_demonstration()
        self.stdout.write(
            f"Removed {counts['items']} items, {counts['people']} people and {counts['organisations']} organisations."
        )
