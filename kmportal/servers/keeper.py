"""The keeper: one small process that is the parent of one embedded server.

Whoever needs the server holds a shared lock on `run/<server>.users`. The keeper stops its server when nobody holds that
lock any more, and as the kernel frees the lock of a process that ends, however it ends, a killed portal leaves no
server behind. A killed keeper takes its server along: the kernel tells the server that its parent died.

A server that ends by itself is started again; twice within a minute and the keeper gives up, saying why.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Literal

from kmportal.servers import logs, notes, processes
from kmportal.servers.errors import ServersError
from kmportal.servers.kinds import SERVERS
from kmportal.servers.locks import FileLock
from kmportal.servers.places import Place, settle
from kmportal.servers.server import Server

STOP_SIGNALS = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP}
HEARD_SIGNALS = STOP_SIGNALS | {signal.SIGCHLD}
SLOW_START = 5.0  # seconds after which a start is explained


class Keeper:
    """Keeps one server until nobody uses it or a signal says stop."""

    def __init__(self, kind: type[Server], place: Place) -> None:
        self.server = kind(place)
        runtime = place.data / "run"
        self._users = FileLock(runtime / f"{kind.name}.users")
        self._note = runtime / f"{kind.name}.json"
        self._process: subprocess.Popen[bytes] | None = None
        self._deaths = processes.Deaths()

    def keep(self) -> None:
        """Start the server, restart it when it dies, and stop it in the end. Raises ServersError where it cannot run."""
        try:
            self.server.prepare()
            self._start()
            while not self._told_to_stop(wait=0.5):
                logs.trim(self.server.log)
                if self._process is not None and (code := self._process.poll()) is not None:
                    self._restart(code)
        except _Unwanted:
            pass
        finally:
            self._stop()

    def _start(self) -> None:
        self._stop_leftovers()
        self.server.clear()
        logs.rotate(self.server.log)
        with self.server.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.server.command,
                cwd=self.server.folder,
                env={"LC_ALL": "C", "TZ": "UTC"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=processes.bound_to_parent(self.server.stopping[0][0]),
                **self.server.place.account.identity,
            )
        self._wait_until_ready(self._process)
        self._say("ready")

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        """Wait as long as it lives: reading back the data of a killed server takes what it takes."""
        began = time.monotonic()
        explained = False
        while not self.server.is_ready(process.pid):
            if process.poll() is not None:
                raise ServersError(f"{self.server.title} could not start: {logs.last_words(self.server.log)}")
            if self._told_to_stop(wait=0.02):
                raise _Unwanted
            if not explained and time.monotonic() - began > SLOW_START:
                explained = True
                self._say("starting", f"{self.server.title} is putting its data in order; this can take some minutes.")

    def _restart(self, code: int) -> None:
        if self._deaths.too_many():
            raise ServersError(
                f"{self.server.title} ended twice within a minute, lastly {processes.ending(code)}: "
                f"{logs.last_words(self.server.log)} (more in {self.server.log})"
            )
        self._start()

    def _told_to_stop(self, *, wait: float) -> bool:
        """Wait for a signal at most so many seconds; say whether it is time to stop."""
        heard = signal.sigtimedwait(HEARD_SIGNALS, wait)
        if heard is not None and heard.si_signo in STOP_SIGNALS:
            return True
        return self._users.exclusive(wait=False)  # held from now on: a new user waits until we are gone

    def _stop(self) -> None:
        if self._process is not None:
            for number, patience in self.server.stopping:
                if self._process.poll() is None:
                    self._process.send_signal(number)
                    try:
                        self._process.wait(patience)
                    except subprocess.TimeoutExpired:
                        continue
        self._stop_leftovers()

    def _stop_leftovers(self) -> None:
        """Stop what runs this server's program in its data folder: a killed keeper's server, a killed server's parts."""
        processes.stop(
            processes.running_in(self.server.folder, program=self.server.program), steps=self.server.stopping
        )

    def _say(self, state: Literal["starting", "ready"], *news: str) -> None:
        said = (*self.server.place.notes, *news)
        notes.Note(state=state, keeper=os.getpid(), sentences=said, url=self.server.url).write(self._note)


class _Unwanted(Exception):
    """Nobody waits for the server any more."""


def main(name: str, data: Path, lock: int, *, throwaway: bool) -> int:
    """Keep one server of a data folder. The inherited descriptor holds the keeper's own lock for as long as we live."""
    signal.pthread_sigmask(signal.SIG_BLOCK, HEARD_SIGNALS)
    note = data / "run" / f"{name}.json"
    try:
        place = settle(data, throwaway=throwaway)
        Keeper(SERVERS[name], place).keep()
    except ServersError as error:
        notes.Note(state="failed", keeper=os.getpid(), sentences=(str(error),)).write(note)
        return 1
    note.unlink(missing_ok=True)
    if throwaway:
        os.close(lock)
        throw_away(place)
    return 0


def throw_away(place: Place) -> None:
    """Remove the folders, unless another keeper still works in them: that one will do it."""
    runtime = place.data / "run"
    with FileLock(runtime / "removal") as removal:
        removal.exclusive()
        for name in SERVERS:
            with FileLock(runtime / f"{name}.keeper") as keeper:
                if not keeper.exclusive(wait=False):
                    return
        for folder in (place.sockets, place.data):
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), throwaway=sys.argv[4] == "throwaway"))
