"""`python -m kmportal.servers -- COMMAND …`: run a command with servers of its own that are thrown away afterwards."""

import os
import shutil
import signal
import subprocess
import sys
from types import FrameType

from django.core.exceptions import ImproperlyConfigured

from kmportal.servers import ServersError, processes, provide
from kmportal.servers.places import throwaway_folder

MARK = "PORTAL_THROWAWAY_SERVERS"
USAGE = "Usage: python -m kmportal.servers -- COMMAND [ARGUMENT …]"


def main(arguments: list[str]) -> int:
    """Run the command and return its exit code, 128 + the signal's number where a signal ended it."""
    command = arguments[1:] if arguments[:1] == ["--"] else arguments
    if not command or command[0].startswith("-"):
        sys.stderr.write(f"{USAGE}\n")
        return 2
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _leave)
    try:
        folder = throwaway_folder()
        try:
            with provide(folder, throwaway=True):
                return run(command, mark=str(folder))
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    except (ServersError, ImproperlyConfigured) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


def run(command: list[str], *, mark: str) -> int:
    """Run the command, pass signals on to it, and end what it leaves behind."""
    try:
        process = subprocess.Popen(
            command,
            env={**os.environ, MARK: mark},
            preexec_fn=processes.bound_to_parent(signal.SIGTERM),
        )
    except OSError as error:
        sys.stderr.write(f"{command[0]} cannot be run: {error.strerror}.\n")
        return 127

    def forward(number: int, frame: FrameType | None) -> None:
        # A terminal sends Ctrl-C to us and to the command alike; twice would cut its cleaning up short.
        if number != signal.SIGINT or not _owns_terminal():
            process.send_signal(number)

    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, forward)
    code = process.wait()
    processes.stop(processes.marked(MARK, mark), steps=((signal.SIGTERM, 5), (signal.SIGKILL, 5)))
    return code if code >= 0 else 128 - code


def _leave(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


def _owns_terminal() -> bool:
    try:
        return os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
    except (OSError, ValueError):
        return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
