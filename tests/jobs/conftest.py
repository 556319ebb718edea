"""Runners that the tests register for a while."""

from collections.abc import Callable

import pytest

from jobs import registry


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> Callable[[registry.Runner], str]:
    """Give a function that registers a runner and returns its kind."""
    monkeypatch.setattr(registry, "_runners", {})

    def register(run: registry.Runner) -> str:
        kind = f"tests.{len(registry._runners)}"
        registry.register(kind, run)
        return kind

    return register
