"""Asking a real web server for pages: as many readers at a time as wanted, or so many requests a second arriving."""

import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from html import unescape
from http.client import HTTPConnection
from urllib.parse import quote

from django.core.management.base import CommandError
from django.db import connection

from kmportal.measuring.timing import percentile

HOST = "127.0.0.1"
PROCESSES = 2
SECONDS_TO_START = 60.0
# What a page asks for when it is there.
ASKED_APART = re.compile(rb'data-hx-get="([^"]*)" data-hx-trigger="load"')


@contextmanager
def web_server(settings_module: str, **settings: str) -> Iterator[int]:
    """Run gunicorn on the database that the default connection leads to; give its port. Raises CommandError.

    settings: environment variables for it.
    """
    with socket.socket() as free:
        free.bind((HOST, 0))
        port = int(free.getsockname()[1])
    command = [sys.executable, "-m", "gunicorn", "kmportal.wsgi:application", "--bind", f"{HOST}:{port}"]
    command += ["--workers", str(PROCESSES), "--no-control-socket", "--log-level", "warning"]
    environment = {**os.environ, **settings, "DJANGO_SETTINGS_MODULE": settings_module, "DATABASE_URL": database_url()}
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
    """Let so many readers each ask for the next page as soon as they have one. Returns pages a second and p95 in ms.

    A page that leaves its filters to a request of their own is done when they are there; first_p95_ms is without them.
    """
    taken: list[tuple[float, float]] = []
    end = time.perf_counter() + seconds

    def read(first: int) -> None:
        place = first
        while time.perf_counter() < end:
            taken.append(_get(port, addresses[place % len(addresses)]))
            place += readers

    start = time.perf_counter()
    _all_at_once([partial(read, first) for first in range(readers)])
    return {"per_s": round(len(taken) / (time.perf_counter() - start), 1), **_p95(taken)}


def latency_of_arrivals(port: int, addresses: Sequence[str], *, per_second: float, seconds: float) -> dict[str, float]:
    """Let requests arrive evenly, whether or not earlier ones were answered. Returns p50 and p95 in ms, as above."""
    taken: list[tuple[float, float]] = []

    def ask(address: str, at: float) -> None:
        time.sleep(max(0.0, at - time.perf_counter()))
        late = max(0.0, time.perf_counter() - at) * 1000
        first, whole = _get(port, address)
        taken.append((late + first, late + whole))

    start = time.perf_counter() + 0.2
    arrivals = range(int(per_second * seconds))
    _all_at_once([partial(ask, addresses[number % len(addresses)], start + number / per_second) for number in arrivals])
    return {"p50_ms": percentile([whole for _first, whole in taken], 0.5), **_p95(taken)}


def _p95(taken: Sequence[tuple[float, float]]) -> dict[str, float]:
    return {
        "first_p95_ms": percentile([first for first, _whole in taken], 0.95),
        "p95_ms": percentile([whole for _first, whole in taken], 0.95),
    }


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


def _get(port: int, address: str) -> tuple[float, float]:
    """Ask for a page, and for the part that it leaves to htmx; return the ms until the page and until all of it.

    Raises CommandError where it is no page.
    """
    start = time.perf_counter()
    body = _body(port, address)
    first = (time.perf_counter() - start) * 1000
    apart = ASKED_APART.search(body)
    if apart is None:
        return first, first
    _body(port, unescape(apart[1].decode()), {"HX-Request": "true"})
    return first, (time.perf_counter() - start) * 1000


def _body(port: int, address: str, headers: Mapping[str, str] | None = None) -> bytes:
    asking = HTTPConnection(HOST, port, timeout=60)
    try:
        asking.request("GET", address, headers=dict(headers or {}))
        answer = asking.getresponse()
        body = answer.read()
    finally:
        asking.close()
    if answer.status != 200:
        raise CommandError(f"{address} answered {answer.status}.")
    return body
