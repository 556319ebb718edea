"""Processes of their own on a test's database, to be killed where a thread cannot be."""

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from django.db import connection

ROOT = Path(__file__).resolve().parent.parent


def environment(**more: str) -> dict[str, str]:
    """Return what a process needs to find the database of this test, and `more`."""
    address = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "kmportal.settings.test",
        "DATABASE_URL": urlunsplit(address),
        **more,
    }


def start(code: str, *arguments: str, **more: str) -> subprocess.Popen[str]:
    """Start a Python process that runs the code with Django set up; what it writes is to be read from `stdout`."""
    return subprocess.Popen(
        [sys.executable, "-c", f"import django; django.setup()\n{code}", *arguments],
        stdout=subprocess.PIPE,
        env=environment(**more),
        cwd=ROOT,
        text=True,
    )
