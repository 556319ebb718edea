"""Holding a server: it runs for as long as one process holds it, and the last to let go waits until it has stopped.

Three locks per server, in the data folder's `run/`:

- `<server>.users`: shared by everybody who needs the server; taken alone by its keeper once nobody does.
- `<server>.start`: taken by who looks whether a keeper lives and starts one, so that two starters do not race.
- `<server>.keeper`: held by the keeper for its whole life, handed to it before it exists.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from kmportal.servers import notes, processes
from kmportal.servers.errors import ServersError
from kmportal.servers.kinds import SERVERS
from kmportal.servers.locks import FileLock
from kmportal.servers.places import ROOT, runtime_folder

POLL = 0.02  # seconds
LONGEST_STOP = 90.0  # seconds to wait for a keeper to stop its server

_left_to_others: list[subprocess.Popen[bytes]] = []  # keepers of ours that go on, for other users


class Hold:
    """One process's claim on one embedded server of a data folder."""

    def __init__(self, name: str, data: Path, *, throwaway: bool = False, say: Callable[[str], None]) -> None:
        """Claim the server and start it if it does not run; `say` gets what a person should know meanwhile.

        Raises ServersError where it cannot run. `name` is a key of SERVERS.
        """
        self.name = name
        self.title = SERVERS[name].title
        self.variable = SERVERS[name].variable
        self.url = ""
        self._runtime = runtime_folder(data)
        self._data = data
        self._mode = "throwaway" if throwaway else "durable"
        self._say = say
        self._deaths = processes.Deaths()
        self._keeper: subprocess.Popen[bytes] | None = None
        self._users = FileLock(self._path("users"))
        try:
            self._users.shared()
            self.ensure()
        except BaseException:
            self._users.close()
            raise

    def ensure(self) -> None:
        """See that the server runs, now or again; raise ServersError where it cannot."""
        started = False
        told: set[str] = set()
        with FileLock(self._path("start")) as start:
            start.exclusive()
            while True:
                note = notes.read(self._path("json"))
                with FileLock(self._path("keeper")) as lock:
                    if lock.exclusive(wait=False):
                        if started:
                            self._bury_keeper()
                            raise ServersError(self._reason(note))
                        self._path("json").unlink(missing_ok=True)
                        self._start_keeper(lock)
                        started, note = True, None
                for sentence in note.sentences if note and note.state != "failed" else ():
                    if sentence not in told:
                        told.add(sentence)
                        self._say(sentence)
                if note and note.state == "ready":
                    self.url = note.url
                    return
                time.sleep(POLL)

    def is_kept(self) -> bool:
        """Say whether the server's keeper lives."""
        with FileLock(self._path("keeper")) as lock:
            return not lock.shared(wait=False)

    def look_after(self) -> None:
        """See that the server runs on; raise ServersError where it gave up, or where its keeper died twice in a minute."""
        if self.is_kept():
            return
        note = notes.read(self._path("json"))
        if (note and note.state == "failed") or self._deaths.too_many():
            raise ServersError(self._reason(note))
        self.ensure()

    def release(self) -> None:
        """Let go. Whoever is the last stops the server, waits for its end, and keeps new users out meanwhile."""
        last = self._users.exclusive(wait=False)
        note = notes.read(self._path("json"))
        try:
            if last and note and self.is_kept():
                with suppress(ProcessLookupError):
                    os.kill(note.keeper, signal.SIGTERM)
            if last or not self._users.shared(wait=False):  # not shared: the keeper was quicker and is stopping
                self._wait_for_the_end()
            elif self._keeper:
                _left_to_others.append(self._keeper)
        finally:
            self._users.close()

    def _start_keeper(self, lock: FileLock) -> None:
        self._bury_keeper()
        command = [sys.executable, "-m", "kmportal.servers.keeper"]
        log = self._data / "logs" / f"{self.name}-keeper.log"
        with log.open("wb") as output:
            self._keeper = subprocess.Popen(
                [*command, self.name, str(self._data), str(lock.fileno()), self._mode],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                pass_fds=[lock.fileno()],
                start_new_session=True,
            )

    def _bury_keeper(self) -> None:
        """Take the exit status of a keeper of ours that has ended, so that no zombie is left."""
        if self._keeper:
            self._keeper.wait()
            self._keeper = None

    def _wait_for_the_end(self) -> None:
        end = time.monotonic() + LONGEST_STOP
        while self.is_kept() and time.monotonic() < end:
            time.sleep(POLL)
        if not self.is_kept():
            self._bury_keeper()

    def _reason(self, note: notes.Note | None) -> str:
        if note and note.state == "failed":
            return note.sentences[-1]
        return f"{self.title} ended unexpectedly; see {self._data / 'logs'}."

    def _path(self, kind: str) -> Path:
        return self._runtime / f"{self.name}.{kind}"
