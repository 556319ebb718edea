"""The log of one process: started afresh with the one before kept, and never grown without bound."""

import shutil
from pathlib import Path

LARGEST = 10 * 1024 * 1024  # bytes


def rotate(path: Path) -> None:
    """Keep the log of the last run as <name>.1 and begin with none. Makes the folder where it is missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size:
        path.replace(_previous(path))


def trim(path: Path) -> None:
    """Move what is in an overlong log to <name>.1 while its writer, which appends, goes on writing."""
    if path.exists() and path.stat().st_size > LARGEST:
        shutil.copyfile(path, _previous(path))
        with path.open("r+b") as log:
            log.truncate(0)


def tail(path: Path, *, lines: int = 15) -> list[str]:
    """Return the last lines that are not empty."""
    try:
        with path.open("rb") as log:
            log.seek(max(0, path.stat().st_size - 16_384))
            text = log.read().decode(errors="replace")
    except OSError:
        return []
    return [line for line in text.splitlines() if line.strip()][-lines:]


def last_words(path: Path) -> str:
    """Return the line that most likely says why a process ended."""
    end = tail(path)
    telling = [line for line in end if any(word in line for word in ("FATAL", "PANIC", "ERROR", "rror:"))]
    return (telling or end or ["it left no message"])[-1].strip()


def _previous(path: Path) -> Path:
    return path.with_name(f"{path.name}.1")
