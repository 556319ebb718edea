"""The static files of the tests: collected once by the storage that production uses, again only when one changes."""

import fcntl
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder, get_finders
from django.core.management import call_command


def fingerprint() -> str:
    """Return a digest over name, size and time of every static file."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in sorted(finder.list([]), key=lambda found: found[0]):
            file = Path(storage.path(name)).stat()
            digest.update(f"{name} {file.st_size} {file.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def collect_once() -> None:
    """Fill STATIC_ROOT unless it holds these very files already; parallel runs wait for each other."""
    root = Path(settings.STATIC_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    stamp = root.parent / f"{root.name}.stamp"
    with (root.parent / f"{root.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        wanted = fingerprint()
        if not stamp.is_file() or stamp.read_text() != wanted:
            call_command("collectstatic", interactive=False, verbosity=0, clear=True)
            stamp.write_text(wanted)


class CollectedFinder(BaseFinder):
    """Finds what was collected, under the hashed names that pages use: the live server asks finders and nothing else."""

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> str | list[str]:
        """Return the file, and [] where it was not collected, as Django's own finders do."""
        file = Path(settings.STATIC_ROOT) / path
        if not file.is_file():
            return []
        return [str(file)] if find_all else str(file)

    def list(self, ignore_patterns: Any) -> Iterator[Any]:
        """Return nothing: what was collected is not to be collected again."""
        return iter(())
