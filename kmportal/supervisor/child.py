"""One process of the portal: started, looked after and stopped by the supervisor."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from kmportal.servers import logs, processes
from kmportal.servers.places import ROOT

MARK = "PORTAL_SUPERVISED_IN"  # in the environment of every child and grandchild: the data folder they work for
GRACE = 20.0  # seconds to finish a request or a task
STOPPING = ((signal.SIGTERM, GRACE), (signal.SIGKILL, 5.0))


class GivenUp(Exception):
    """The portal cannot go on; the text is one sentence for the person."""


class Child:
    """A command in a session of its own, whose output goes to a log. The kernel stops it when the supervisor dies."""

    def __init__(self, title: str, command: Sequence[str], *, data: Path, log: str = "") -> None:
        """Name the child for people; without the name of a log its output stays on the terminal."""
        self.title = title
        self._command = [sys.executable, *command]
        self._data = data
        self._log = data / "logs" / f"{log}.log" if log else None
        self._process: subprocess.Popen[bytes] | None = None
        self._deaths = processes.Deaths()

    @property
    def pid(self) -> int:
        """The number of the process last started."""
        assert self._process
        return self._process.pid

    def start(self) -> None:
        """Start it, with its log afresh."""
        output = None
        if self._log:
            logs.rotate(self._log)
            output = self._log.open("ab")
        try:
            self._process = subprocess.Popen(
                self._command,
                cwd=ROOT,
                env=environment(self._data),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=processes.bound_to_parent(signal.SIGTERM),
            )
        finally:
            if output:
                output.close()

    def look_after(self) -> None:
        """Start it again if it died; raise GivenUp, with its last words, where it died twice within a minute."""
        if self._log:
            logs.trim(self._log)
        if self._process is None or (code := self._process.poll()) is None:
            return
        self._stop_group()
        if self._deaths.too_many():
            said = f": {logs.last_words(self._log)} (more in {self._log})" if self._log else ""
            raise GivenUp(f"The {self.title} ended twice within a minute, lastly {processes.ending(code)}{said}")
        say(f"The {self.title} ended {processes.ending(code)} and is started again.")
        self.start()

    def stop(self) -> None:
        """Let it finish what it does, within limits."""
        if self._process is None:
            return
        for number, patience in STOPPING:
            if self._process.poll() is None:
                self._process.send_signal(number)
                try:
                    self._process.wait(patience)
                except subprocess.TimeoutExpired:
                    continue
        self._stop_group()

    def _stop_group(self) -> None:
        """Stop the workers of a child that has ended: they hold its port and its tasks."""
        if self._process is not None:
            processes.stop(processes.group(self._process.pid), steps=STOPPING)


def environment(data: Path) -> dict[str, str]:
    """Return the environment of a child: ours and the mark by which it is found again."""
    return {**os.environ, MARK: str(data), "PYTHONUNBUFFERED": "1"}


def stop_marked(data: Path) -> None:
    """Stop whatever works for this data folder and is not ours any more: children of a killed supervisor or child."""
    processes.stop(processes.marked(MARK, str(data)), steps=STOPPING)


def say(line: str) -> None:
    """Print a line at once, also where the output is a file; where nobody listens any more, go on."""
    with suppress(OSError):
        print(line, flush=True)
