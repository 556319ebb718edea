"""Locks on files. The kernel lets go of them when their holder ends, however it ends."""

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from kmportal.servers.errors import ServersError


class FileLock:
    """An advisory lock on one file: exclusive, or shared by any number of holders. Not inherited by commands run."""

    def __init__(self, path: Path) -> None:
        """Open the file, making it where it is missing; raise ServersError where that is not allowed."""
        try:
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise ServersError(unwritable(path.parent, error)) from error

    def exclusive(self, *, wait: bool = True) -> bool:
        """Hold the lock alone. Without waiting, return False where another process holds it."""
        return self._take(fcntl.LOCK_EX, wait=wait)

    def shared(self, *, wait: bool = True) -> bool:
        """Hold the lock together with others. Without waiting, return False where another holds it alone."""
        return self._take(fcntl.LOCK_SH, wait=wait)

    def _take(self, kind: int, *, wait: bool) -> bool:
        try:
            fcntl.flock(self._descriptor, kind if wait else kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def fileno(self) -> int:
        """Return the descriptor, for a child process that inherits the lock."""
        return self._descriptor

    def close(self) -> None:
        """Let go."""
        os.close(self._descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def unwritable(folder: Path, error: OSError) -> str:
    """Return the sentence for a folder that cannot be written."""
    return (
        f"The data folder {folder} cannot be written ({error.strerror}). "
        "Set PORTAL_DATA_DIR to a folder that belongs to you, or run as its owner."
    )
