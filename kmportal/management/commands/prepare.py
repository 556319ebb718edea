"""Bring a portal in step with its code: what `make run` does before it serves, and what an upgrade does once."""

import hashlib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """Idempotent. Reports its steps on standard error; standard output holds the demonstration sign-ins alone."""

    help = (
        "Migrate the database, load vocabularies and, on a trial portal, demonstration content; collect static files."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        report: dict[str, Any] = {"stdout": self.stderr, "no_color": True}
        call_command("migrate", interactive=False, **report)
        call_command("load_vocabularies", **report)
        if settings.DEMONSTRATION:
            call_command("load_demo", **report)
            call_command("load_demo", sign_ins=True, stdout=self.stdout)
        collect_static()


def collect_static() -> None:
    """Collect the static files where one of them changed since the last time: compressing all of them takes seconds."""
    stamp = Path(settings.STATIC_ROOT) / ".collected"
    wanted = static_fingerprint()
    if not stamp.exists() or stamp.read_text() != wanted:
        call_command("collectstatic", interactive=False, verbosity=0)
        stamp.write_text(wanted)


def static_fingerprint() -> str:
    """Return a digest of the name, size and time of every static file of the project and its packages."""
    lines = []
    for finder in get_finders():
        for name, storage in finder.list([]):
            found = Path(storage.path(name)).stat()
            lines.append(f"{name} {found.st_size} {found.st_mtime_ns}")
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
