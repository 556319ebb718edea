"""The note a keeper leaves beside its lock: how its server is, for everybody who waits for it."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal


@dataclass(frozen=True)
class Note:
    """The state of one kept server."""

    state: Literal["starting", "ready", "failed"]
    keeper: int  # the keeper's process number
    sentences: tuple[str, ...] = ()  # for people: news while starting, the reason when failed
    url: str = ""

    def write(self, path: Path) -> None:
        """Replace the note in one step, so that no reader sees half of it."""
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        draft.write_text(json.dumps(asdict(self)))
        draft.replace(path)


def read(path: Path) -> Note | None:
    """Return the note, or nothing where there is none."""
    try:
        fields = json.loads(path.read_text())
    except (OSError, ValueError):
        return None
    return Note(**{**fields, "sentences": tuple(fields["sentences"])})
