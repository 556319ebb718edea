"""Hints: a broker that is dead, or silent, costs a request little and never fails it."""

import socket
import time
from collections.abc import Iterator

import pytest

from jobs.tasks import sweep
from kmportal import hints
from kmportal.celery import app


@pytest.fixture(autouse=True)
def no_memory_of_a_silent_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin with a broker that is tried."""
    monkeypatch.setattr(hints.Hint, "_silent_until", 0.0)


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port that takes connections and never says a word."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(50)
        yield listener.getsockname()[1]


def seconds_to_hint() -> float:
    start = time.monotonic()
    assert sweep.delay() is None
    return time.monotonic() - start


def test_a_dead_broker_costs_next_to_nothing(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(app.conf, "broker_write_url", "redis://127.0.0.1:1/0")
    assert seconds_to_hint() < 1
    assert "did not take the hint jobs.sweep" in caplog.text


def test_a_silent_broker_costs_a_second_once(monkeypatch: pytest.MonkeyPatch, silent_port: int) -> None:
    monkeypatch.setattr(app.conf, "broker_write_url", f"redis://127.0.0.1:{silent_port}/0")
    assert hints.PATIENCE * 0.9 < seconds_to_hint() < hints.PATIENCE * 3
    assert seconds_to_hint() < 0.1, "a silent broker is left alone for a while"


def test_every_task_of_the_portal_is_a_hint_with_a_name_of_its_own() -> None:
    app.loader.import_default_modules()
    ours = {name: task for name, task in app.tasks.items() if not name.startswith("celery.")}
    assert {"mail.send_waiting", "jobs.run", "jobs.sweep", "accounts.forget_unconfirmed"} <= set(ours)
    for name, task in ours.items():
        assert isinstance(task, hints.Hint), name
        room, _, verb = name.partition(".")
        assert task.__module__.partition(".")[0] == room, name
        assert verb


def test_every_scheduled_task_exists() -> None:
    app.loader.import_default_modules()
    scheduled = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert scheduled <= set(app.tasks)
