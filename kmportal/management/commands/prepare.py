"""Bring a portal in step with its code: what `make run` does before it serves, and what an upgrade does once."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """Idempotent. Reports its steps on standard error; standard output holds the demonstration sign-ins alone."""

    help = (
        "Migrate the database, load vocabularies and, on a trial portal, demonstration content; collect static files."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        report = {"stdout": self.stderr, "no_color": True}
        call_command("migrate", interactive=False, **report)
        call_command("load_vocabularies", **report)
        if settings.DEMONSTRATION:
            call_command("load_demo", **report)
            call_command("load_demo", sign_ins=True, stdout=self.stdout)
        call_command("collectstatic", interactive=False, verbosity=0, **report)
