"""Which function does which kind of work; higher rooms register theirs in AppConfig.ready."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jobs.running import Run

# Takes the run, reports through it, and returns what becomes the job's `result` (a JSON object), or None.
Runner = Callable[["Run"], dict[str, Any] | None]

_runners: dict[str, Runner] = {}


def register(kind: str, run: Runner) -> None:
    """Let `run` do the jobs of this kind.

    The function must be safe to begin again: where its worker dies, another one calls it anew with the same payload.
    Raises ValueError where another function has the kind already.
    """
    if _runners.setdefault(kind, run) is not run:
        raise ValueError(f"Two functions want to run jobs of the kind {kind}.")


def runner(kind: str) -> Runner | None:
    """Return the function that does this kind of work, or None where no room has registered one."""
    return _runners.get(kind)
