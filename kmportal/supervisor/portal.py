"""The portal on one machine: servers, web, worker and beat, started in order and stopped in the reverse order."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType

from kmportal.environment import env_int
from kmportal.servers import Provided, logs, processes, provide
from kmportal.servers.locks import FileLock
from kmportal.servers.places import ROOT, default_data_folder, runtime_folder
from kmportal.supervisor.child import Child, GivenUp, environment, say, stop_marked

HOST = "127.0.0.1"
LONGEST_WAIT = 120.0  # seconds until the first page must be served
BREATH = 0.25  # seconds between two looks at the children


class Stopped(Exception):
    """Somebody pressed Ctrl-C or sent a signal."""


def run(*, development: bool) -> None:
    """Run the portal until a signal stops it. Raises GivenUp, ServersError or ImproperlyConfigured with a sentence."""
    began = time.monotonic()
    port = env_int("PORT", default=8000, minimum=1, maximum=65535)
    os.environ["PORT"] = str(port)
    if development:
        os.environ["PORTAL_DEBUG"] = "true"
    data = default_data_folder().resolve()
    with ExitStack() as stack:
        stack.enter_context(_stopped_by_signals())
        stack.enter_context(_only_one(data, port))
        stop_marked(data)
        _check_port(port)
        say("Starting PostgreSQL and Valkey.")
        provided = stack.enter_context(provide(data))
        stack.callback(stop_marked, data)
        say("Preparing the database and the pages.")
        sign_ins = _prepare(data)
        children = _children(data, port, development=development)
        for child in children:
            stack.callback(child.stop)
            child.start()
        _wait_until_ready(port, children, provided)
        say(f"\nPortal ready at http://{HOST}:{port} after {time.monotonic() - began:.0f} seconds. Ctrl-C stops it.")
        say(f"{sign_ins}Logs are in {data / 'logs'}.")
        while True:
            _look_after(children, provided)
            time.sleep(BREATH)


def _children(data: Path, port: int, *, development: bool) -> list[Child]:
    celery = ["-m", "celery", "--app", "kmportal"]
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    worker = Child(
        "worker", [*celery, "worker", "--loglevel", "INFO", "--concurrency", "2", *quiet], data=data, log="worker"
    )
    schedule = data / "run" / "beat-schedule"
    beat = Child("beat", [*celery, "beat", "--schedule", str(schedule), "--pidfile", ""], data=data, log="beat")
    if development:
        web = Child("web server", ["manage.py", "runserver", f"{HOST}:{port}"], data=data)
        return [web, worker, beat, Child("watch on assets", ["assets/build.py", "--watch"], data=data)]
    gunicorn = ["-m", "gunicorn", "kmportal.wsgi:application", "--bind", f"{HOST}:{port}", "--no-control-socket"]
    # A whole question pasted into the search box is an address of any length; the search itself says what it left out.
    gunicorn += ["--limit-request-line", "0"]
    threads = ["--worker-class", "gthread", "--workers", "2", "--threads", "4", "--graceful-timeout", "10"]
    return [Child("web server", [*gunicorn, *threads], data=data, log="web"), worker, beat]


def _prepare(data: Path) -> str:
    """Run `manage.py prepare` and return the demonstration sign-ins it prints."""
    log = data / "logs" / "prepare.log"
    logs.rotate(log)
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "prepare"],
            cwd=ROOT,
            env=environment(data),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=output,
            start_new_session=True,
            preexec_fn=processes.bound_to_parent(signal.SIGTERM),
        )
        printed, _ = process.communicate()
    if process.returncode:
        raise GivenUp(f"The portal could not be prepared: {logs.last_words(log)}\nMore in {log}")
    return printed.decode()


def _wait_until_ready(port: int, children: list[Child], provided: Provided) -> None:
    end = time.monotonic() + LONGEST_WAIT
    while (trouble := _trouble(port)) and time.monotonic() < end:
        _look_after(children, provided)
        time.sleep(BREATH)
    if trouble:
        raise GivenUp(f"The portal does not answer after {LONGEST_WAIT:.0f} seconds: {trouble}")


def _trouble(port: int) -> str:
    """Return what keeps the first page from being served, or nothing."""
    try:
        with urllib.request.urlopen(f"http://{HOST}:{port}/health/ready", timeout=5):
            return ""
    except (OSError, urllib.error.URLError) as error:
        return str(error)


def _look_after(children: list[Child], provided: Provided) -> None:
    for hold in provided.holds:
        hold.look_after()
    for child in children:
        child.look_after()


def _check_port(port: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            free = port + 1 if port < 65535 else 8001
            raise GivenUp(
                f"Port {port} cannot be used ({error.strerror}). Choose another: make run PORT={free}"
            ) from error


@contextmanager
def _only_one(data: Path, port: int) -> Iterator[None]:
    """Hold the lock of the one supervisor of a data folder; its note says who and where."""
    runtime = runtime_folder(data)
    note = runtime / "supervisor.json"
    with FileLock(runtime / "supervisor.lock") as lock:
        if not lock.exclusive(wait=False):
            raise GivenUp(f"The portal already runs from {data}{_whereabouts(note)}. Stop that one first.")
        note.write_text(json.dumps({"process": os.getpid(), "port": port}))
        try:
            yield
        finally:
            note.unlink(missing_ok=True)


def _whereabouts(note: Path) -> str:
    try:
        other = json.loads(note.read_text())
        return f" as process {other['process']} at http://{HOST}:{other['port']}"
    except (OSError, ValueError, KeyError):
        return ""


@contextmanager
def _stopped_by_signals() -> Iterator[None]:
    """Turn the first signal into Stopped, which ends the run in good order, and ignore the rest. `nohup` holds."""
    numbers = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        numbers.append(signal.SIGHUP)

    def stop(number: int, frame: FrameType | None) -> None:
        for each in numbers:
            signal.signal(each, signal.SIG_IGN)
        say("\nStopping the portal.")
        raise Stopped

    for number in numbers:
        signal.signal(number, stop)
    try:
        yield
    except Stopped:
        pass
    finally:
        for number in numbers:
            signal.signal(number, signal.SIG_IGN)
