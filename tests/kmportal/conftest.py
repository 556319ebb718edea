"""Folders for real servers, and commands run as a person would run them."""

import os
import shutil
import signal
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


@pytest.fixture(scope="session")
def shared_folder() -> Iterator[Path]:
    """Yield a data folder for many tests one after the other, as making a database takes longer than a test."""
    yield from _folder()


@pytest.fixture
def data(shared_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Yield the shared folder, made the portal's, with no server named; stop whatever a test leaves running."""
    _choose(shared_folder, monkeypatch)
    yield shared_folder
    stop(running_servers(shared_folder), steps=[(signal.SIGKILL, 10)])


@pytest.fixture
def empty(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Yield an empty data folder, made the portal's, with no server named."""
    for folder in _folder():
        _choose(folder, monkeypatch)
        yield folder


def _folder() -> Iterator[Path]:
    folder = throwaway_folder()
    yield folder
    stop(running_servers(folder), steps=[(signal.SIGKILL, 10)])
    shutil.rmtree(folder, ignore_errors=True)


def _choose(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in OURS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PORTAL_DATA_DIR", str(folder))


def environment(folder: Path) -> dict[str, str]:
    """Return the environment of a person who has named no server and uses the data folder."""
    return {name: value for name, value in os.environ.items() if name not in OURS} | {"PORTAL_DATA_DIR": str(folder)}


def running_servers(folder: Path) -> list[int]:
    """Return the processes of both servers whose data is in the folder."""
    return [pid for server in SERVERS.values() for pid in running_in(folder / server.name, program=server.program)]


def python(*arguments: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run Python in the checkout, with the data folder and the variables, and return what it printed."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment(folder) | variables,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def wait_until(condition: Callable[[], object], *, seconds: float = 20) -> None:
    """Wait for the condition; fail where it does not come true in time."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)
