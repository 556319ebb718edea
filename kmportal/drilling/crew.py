"""The processes that send, begun again when they die as the supervisor does, and what can happen to them."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from kmportal.servers import processes
from kmportal.servers.places import ROOT

# How long a worker that is asked to end may take, and by how much a wrong clock is wrong, in seconds.
GRACE = 20.0
WRONG_BY = 7_200.0


class Crew:
    """Workers, and the beat that tells them that there may be work."""

    def __init__(self, *, workers: int, environment: Mapping[str, str], folder: Path, options: tuple[str, ...]) -> None:
        self._environment = {**os.environ, **environment}
        self._folder = folder
        self._options = options
        self._leaving: list[tuple[float, subprocess.Popen[bytes]]] = []
        self._frozen: list[tuple[float, int]] = []
        self.workers = [self._begin("worker") for _place in range(workers)]
        self.beat = self._begin("beat", "--schedule", str(folder / "schedule"))

    def _begin(self, what: str, *more: str) -> subprocess.Popen[bytes]:
        with (self._folder / f"{what}.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "kmportal.drilling.worker", what, *self._options, *more],
                cwd=ROOT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=processes.bound_to_parent(signal.SIGKILL),
            )

    def tend(self) -> None:
        """Begin again what died, let go on what was stopped for long enough, and lose patience with who does not end."""
        now = time.monotonic()
        for until, pid in [one for one in self._frozen if one[0] <= now]:
            self._frozen.remove((until, pid))
            _signal(pid, signal.SIGCONT)
        for until, process in [one for one in self._leaving if one[0] <= now or one[1].poll() is not None]:
            self._leaving.remove((until, process))
            _kill(process)
        for place, worker in enumerate(self.workers):
            if worker.poll() is not None:
                _kill(worker)
                self.workers[place] = self._begin("worker")
        if self.beat.poll() is not None:
            self.beat = self._begin("beat", "--schedule", str(self._folder / "schedule"))

    def kill_worker(self, chance: random.Random) -> None:
        """End a worker and its processes without warning."""
        _kill(chance.choice(self.workers))
        self.tend()

    def kill_all(self) -> None:
        """End all workers and the beat without warning, as a power cut does."""
        for process in (*self.workers, self.beat):
            _kill(process)
        self.tend()

    def kill_process(self, chance: random.Random) -> None:
        """End one of a worker's processes without warning."""
        if children := self._children(chance):
            _signal(chance.choice(children), signal.SIGKILL)

    def replace_worker(self, chance: random.Random) -> None:
        """Ask a worker to end, as an upgrade does, and begin another meanwhile."""
        place = chance.randrange(len(self.workers))
        self._leave(place)
        self.workers[place] = self._begin("worker")

    def set_clock_wrong(self, chance: random.Random) -> None:
        """Let a worker take the place of another whose clock is two hours fast or slow."""
        place = chance.randrange(len(self.workers))
        self._leave(place)
        self.workers[place] = self._begin("worker", "--clock", str(chance.choice((WRONG_BY, -WRONG_BY))))

    def freeze(self, chance: random.Random, *, seconds: float) -> None:
        """Stop one of a worker's processes for so long; it goes on later as if nothing had happened (`tend`)."""
        if children := self._children(chance):
            pid = chance.choice(children)
            _signal(pid, signal.SIGSTOP)
            self._frozen.append((time.monotonic() + seconds, pid))

    def kill_beat(self) -> None:
        """End the beat without warning."""
        _kill(self.beat)
        self.tend()

    def close(self) -> None:
        """End all."""
        for process in (*self.workers, self.beat, *(process for _until, process in self._leaving)):
            _kill(process)

    def _leave(self, place: int) -> None:
        self.workers[place].terminate()
        self._leaving.append((time.monotonic() + GRACE, self.workers[place]))

    def _children(self, chance: random.Random) -> list[int]:
        leader = chance.choice(self.workers).pid
        return [pid for pid in processes.group(leader) if pid != leader]


class Sender:
    """One process that sends in a loop, without Celery."""

    def __init__(self, *, environment: Mapping[str, str]) -> None:
        self._environment = {**os.environ, **environment}
        self._process = self._begin()

    def _begin(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "kmportal.drilling.worker", "send", "--hurried"],
            cwd=ROOT,
            env=self._environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=processes.bound_to_parent(signal.SIGKILL),
        )

    def kill(self) -> None:
        """End it without warning and begin another."""
        self.close()
        self._process = self._begin()

    def close(self) -> None:
        """End it."""
        _kill(self._process)


def _signal(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End a process and those it began, at once."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
