"""Load the demonstration content once."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from demonstration.services import load_demonstration
from demonstration.sign_ins import sign_in_lines


class Command(BaseCommand):
    """Idempotent; what `make clear-demo` removed is not loaded again."""

    help = "Load invented content to try the portal on. Does nothing where it was loaded before, cleared or not."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--sign-ins", action="store_true", help="Only print the demonstration sign-ins in use.")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["sign_ins"]:
            loaded = load_demonstration()
            self.stdout.write("Demonstration content loaded." if loaded else "Demonstration content: nothing to do.")
        elif lines := sign_in_lines():
            self.stdout.write("\n".join(lines))
