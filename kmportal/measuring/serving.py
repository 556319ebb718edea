"""Asking a real web server for pages: as many readers at a time as wanted, or so many requests a second arriving."""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from http.client import HTTPConnection
from urllib.parse import quote

from django.core.management.base import CommandError
from django.db import connection

from kmportal.measuring.timing import percentile

HOST = "127.0.0.1"
PROCESSES = 2
SECONDS_TO_START = 60.0


@contextmanager
def web_server(settings_module: str) -> Iterator[int]:
    """Run gunicorn on the database that the default connection leads to; give its port. Raises CommandError."""
    with socket.socket() as free:
        free.bind((HOST, 0))
        port = int(free.getsockname()[1])
    command = [sys.executable, "-m", "gunicorn", "kmportal.wsgi:application", "--bind", f"{HOST}:{port}"]
    command += ["--workers", str(PROCESSES), "--no-control-socket", "--log-level", "warning"]
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": settings_module, "DATABASE_URL": database_url()}
    server = subprocess.Popen(command, env=environment)
    try:
        end = time.monotonic() + SECONDS_TO_START
        while not _answers(port):
            if server.poll() is not None or time.monotonic() > end:
                raise CommandError("The web server did not start.")
            time.sleep(0.2)
        yield port
    finally:
        server.terminate()
        server.wait(timeout=30)


def database_url() -> str:
    """Return the address of the default connection's database."""
    own = connection.settings_dict
    host, port = str(own["HOST"]), str(own["PORT"] or "")
    user = quote(str(own["USER"])) + (f":{quote(str(own['PASSWORD']))}" if own["PASSWORD"] else "")
    at = f"{user}@" if user else ""
    return f"postgresql://{at}/{own['NAME']}?host={quote(host)}" + (f"&port={port}" if port else "")


def _answers(port: int) -> bool:
    try:
        with socket.create_connection((HOST, port), timeout=1):
            return True
    except OSError:
        return False


def requests_a_second(port: int, addresses: Sequence[str], *, readers: int, seconds: float) -> dict[str, float]:
    """Let so many readers each ask for the next page as soon as they have one. Returns requests a second and p95 in ms."""
    taken: list[float] = []
    end = time.perf_counter() + seconds

    def read(first: int) -> None:
        place = first
        while time.perf_counter() < end:
            taken.append(_get(port, addresses[place % len(addresses)]))
            place += readers

    start = time.perf_counter()
    _all_at_once([partial(read, first) for first in range(readers)])
    return {"per_s": round(len(taken) / (time.perf_counter() - start), 1), "p95_ms": percentile(taken, 0.95)}


def latency_of_arrivals(port: int, addresses: Sequence[str], *, per_second: float, seconds: float) -> dict[str, float]:
    """Let requests arrive evenly, whether or not earlier ones were answered. Returns p50 and p95 in ms."""
    taken: list[float] = []

    def ask(address: str, at: float) -> None:
        time.sleep(max(0.0, at - time.perf_counter()))
        began = time.perf_counter()
        _get(port, address)
        taken.append((time.perf_counter() - min(began, at)) * 1000)

    start = time.perf_counter() + 0.2
    arrivals = range(int(per_second * seconds))
    _all_at_once([partial(ask, addresses[number % len(addresses)], start + number / per_second) for number in arrivals])
    return {"p50_ms": percentile(taken, 0.5), "p95_ms": percentile(taken, 0.95)}


def _all_at_once(work: Sequence[Callable[[], None]]) -> None:
    """Do each piece of work in a thread of its own; raises what the first of them raised."""
    failed: list[CommandError | OSError] = []

    def do(one: Callable[[], None]) -> None:
        try:
            one()
        except (CommandError, OSError) as problem:
            failed.append(problem)

    threads = [threading.Thread(target=do, args=[one]) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise CommandError(str(failed[0]))


def _get(port: int, address: str) -> float:
    """Ask for a page and return the ms it took; raises CommandError where it is none."""
    start = time.perf_counter()
    asking = HTTPConnection(HOST, port, timeout=60)
    try:
        asking.request("GET", address)
        answer = asking.getresponse()
        answer.read()
    finally:
        asking.close()
    if answer.status != 200:
        raise CommandError(f"{address} answered {answer.status}.")
    return (time.perf_counter() - start) * 1000
