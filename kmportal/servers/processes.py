"""Processes: started so that they do not outlive their parent, found again by what they are, stopped for certain.

A number in a file is no proof, as numbers are used again: a process is known by its program and working folder, or by
a mark in the environment it was started with. Both are read from /proc.
"""

import ctypes
import os
import signal
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from kmportal.servers.errors import ServersError

PR_SET_PDEATHSIG = 1  # linux/prctl.h
_libc = ctypes.CDLL(None, use_errno=True)


def bound_to_parent(death_signal: signal.Signals) -> Callable[[], None]:
    """Return a function to run in a new child: when its parent dies, the kernel sends the child the signal.

    The child starts with no signal blocked. The parent must start it from its main thread, as the kernel watches the
    thread, not the process.
    """
    parent = os.getpid()

    def bind() -> None:
        _libc.prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        if os.getppid() != parent:
            os._exit(1)

    return bind


def bind_to_parent(death_signal: signal.Signals) -> None:
    """Have the kernel send us the signal when the process that started us dies."""
    _libc.prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0)


class Deaths:
    """Counts how often something died: once is bad luck, twice within a minute is a fault."""

    def __init__(self) -> None:
        self._moments: list[float] = []

    def too_many(self) -> bool:
        """Record a death now; say whether it is the second within a minute."""
        now = time.monotonic()
        self._moments = [*(moment for moment in self._moments if now - moment < 60), now]
        return len(self._moments) > 1


def running_in(folder: Path, *, program: str) -> list[int]:
    """Return the numbers of the processes that run the program with the folder as their working folder."""
    places = {str(folder), f"{folder} (deleted)"}
    return [
        pid
        for pid in _all_processes()
        if _link(pid, "cwd") in places and Path(_link(pid, "exe")).name.split()[:1] == [program]
    ]


def marked(name: str, value: str) -> list[int]:
    """Return the numbers of the processes that were started with this variable, ourselves and zombies left out."""
    mark = f"{name}={value}".encode()
    return [pid for pid in _all_processes() if pid != os.getpid() and mark in _environment(pid)]


def group(leader: int) -> list[int]:
    """Return the numbers of the running processes in the group of this leader, which may have ended itself."""
    return [pid for pid in _all_processes() if _status(pid)[2:3] == [str(leader)] and is_running(pid)]


def ending(code: int) -> str:
    """Return in words how a process ended, from the return code that subprocess gives."""
    return f"by {signal.Signals(-code).name}" if code < 0 else f"with exit status {code}"


def is_running(pid: int) -> bool:
    """Say whether a process exists and is no zombie."""
    return _status(pid)[:1] not in ([], ["Z"], ["X"])


def stop(pids: Iterable[int], *, steps: Sequence[tuple[signal.Signals, float]]) -> None:
    """Send the signals in turn, each followed by up to so many seconds of patience, until all have ended.

    Raises ServersError where one of them survives or may not be signalled.
    """
    left = set(pids)
    for number, patience in steps:
        for pid in left:
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                continue
            except PermissionError as error:
                raise ServersError(
                    f"Process {pid} is in the way and belongs to another user; stop it first."
                ) from error
        end = time.monotonic() + patience
        while left := {pid for pid in left if is_running(pid)}:
            if time.monotonic() > end:
                break
            time.sleep(0.02)
        if not left:
            return
    raise ServersError(f"Process {min(left)} is in the way and cannot be stopped.")


def _all_processes() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def _status(pid: int) -> list[str]:
    """Return the fields of /proc/<pid>/stat from the third on: state, parent, group, session; none when it has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return []


def _link(pid: int, name: str) -> str:
    try:
        return str(Path(f"/proc/{pid}/{name}").readlink())
    except OSError:
        return ""


def _environment(pid: int) -> list[bytes]:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return []
