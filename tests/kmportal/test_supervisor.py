"""The supervisor, with the whole portal: it starts, is found again after violence, and leaves nothing behind."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from kmportal.servers.places import ROOT, runtime_folder
from kmportal.servers.processes import group, marked
from kmportal.supervisor.child import MARK, Child, GivenUp
from tests.kmportal.conftest import environment, python, running_servers, wait_until


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_portal(folder: Path, port: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "kmportal.supervisor"],
        cwd=ROOT,
        env=environment(folder) | {"PORT": str(port), "PORTAL_DEMO": "false"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def read_until(portal: subprocess.Popen[str], words: str) -> None:
    """Read what the portal prints up to a line with these words; fail, showing it all, where it ends before."""
    assert portal.stdout is not None
    said = []
    for line in portal.stdout:
        said.append(line)
        if words in line:
            return
    pytest.fail("".join(said))


def is_quiet(folder: Path) -> bool:
    return not running_servers(folder) and not marked(MARK, str(folder))


@pytest.mark.slow
def test_the_portal_runs_and_stops_and_survives_its_supervisor(empty: Path) -> None:
    port = free_port()
    portal = start_portal(empty, port)
    read_until(portal, f"Portal ready at http://127.0.0.1:{port}")
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready") as answer:
        assert answer.status == 200
    # What the test client cannot show: the web server itself takes an address of any length.
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/search/?q={'a' * 10_000}") as answer:
        assert "Your question is very long" in answer.read().decode()

    second = python("-m", "kmportal.supervisor", folder=empty, PORT=str(free_port()))
    assert second.returncode == 1
    assert second.stderr.startswith(f"The portal already runs from {empty} as process {portal.pid} at http://127.0.0.1")

    portal.kill()
    portal.communicate()
    wait_until(lambda: is_quiet(empty), seconds=40)

    portal = start_portal(empty, port)
    read_until(portal, "Portal ready")
    portal.send_signal(signal.SIGINT)
    said, _ = portal.communicate(timeout=60)
    assert portal.returncode == 0
    assert said.endswith("Stopping the portal.\nThe portal has stopped.\n")
    assert is_quiet(empty)


@pytest.mark.parametrize("port", ["http", "0", "65536", "-1"])
def test_a_nonsensical_port_is_named(data: Path, port: str) -> None:
    said = python("-m", "kmportal.supervisor", folder=data, PORT=port)
    assert said.returncode == 1
    assert said.stderr.startswith("PORT must be ")
    assert len(said.stderr.splitlines()) == 1


def test_a_busy_port_is_named(data: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        said = python("-m", "kmportal.supervisor", folder=data, PORT=str(port))
    assert said.returncode == 1
    assert said.stderr.startswith(
        f"Port {port} cannot be used (Address already in use). Choose another: make run PORT="
    )
    assert len(said.stderr.splitlines()) == 1


def test_a_wrong_address_is_named(data: Path) -> None:
    address = "postgresql://127.0.0.1:1/portal"
    said = python("-m", "kmportal.supervisor", folder=data, PORT=str(free_port()), DATABASE_URL=address)
    assert said.returncode == 1
    assert said.stderr.startswith("DATABASE_URL: the database portal on 127.0.0.1 cannot be used")
    assert len(said.stderr.splitlines()) == 1


def child(folder: Path, script: str) -> Child:
    runtime_folder(folder)
    return Child("thing", ["-c", script], data=folder, log="thing")


def test_a_child_that_dies_twice_is_given_up_with_its_last_words(
    empty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    thing = child(empty, "import sys; sys.exit('FATAL: out of luck')")
    thing.start()
    wait_until(lambda: _looked_after_again(thing))
    assert capsys.readouterr().out == "The thing ended with exit status 1 and is started again.\n"
    with pytest.raises(
        GivenUp, match="The thing ended twice within a minute, lastly with exit status 1: FATAL: out of luck"
    ):
        wait_until(lambda: thing.look_after())


def _looked_after_again(thing: Child) -> bool:
    """Look after the child once it has ended."""
    before = thing.pid
    thing.look_after()
    return thing.pid != before


def test_the_workers_of_a_killed_child_are_stopped_before_it_is_started_again(empty: Path) -> None:
    thing = child(empty, "import os, time; os.fork(); time.sleep(60)")
    thing.start()
    first = thing.pid
    wait_until(lambda: len(group(first)) == 2)
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: _looked_after_again(thing))
    assert group(first) == []
    thing.stop()
    assert group(thing.pid) == []
