"""Folders for real servers, and commands run as a person would run them."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kmportal.servers.kinds import SERVERS
from kmportal.servers.places import ROOT, throwaway_folder
from kmportal.servers.processes import running_in, stop

OURS = ("DATABASE_URL", "REDIS_URL", "PORTAL_EMBEDDED_SERVERS", "PORTAL_DATA_DIR", "PORTAL_DEMO", "PORT")


@pytest.fixture
def data(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Yield a data folder that the servers' user reaches, with no server named; stop whatever is left in it."""
    for name in OURS:
        monkeypatch.delenv(name, raising=False)
    folder = throwaway_folder()
    monkeypatch.setenv("PORTAL_DATA_DIR", str(folder))
    yield folder
    stop(running_servers(folder), steps=[(9, 10)])
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def environment(data: Path) -> dict[str, str]:
    """Return the environment of a person who has named no server and uses the data folder."""
    return {name: value for name, value in os.environ.items() if name not in OURS} | {"PORTAL_DATA_DIR": str(data)}


def running_servers(folder: Path) -> list[int]:
    """Return the processes of both servers whose data is in the folder."""
    return [pid for server in SERVERS.values() for pid in running_in(folder / server.name, program=server.program)]


def python(*arguments: str, environment: dict[str, str], timeout: float = 60) -> subprocess.CompletedProcess[str]:
    """Run Python with the arguments in the checkout and return what it printed."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def wait_until(condition: Callable[[], object], *, seconds: float = 20) -> None:
    """Wait for the condition; fail where it does not come true in time."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)
