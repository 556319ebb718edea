"""Where the room that holds techniques tells the others which there are, so that they can name and link them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Technique:
    """A technique as other rooms name it: its key, its name, and the addresses of its page and facilitator's sheet."""

    key: str
    name: str
    url: str
    sheet_url: str


Source = Callable[[], Iterable[Technique]]
_sources: list[Source] = []


def on_techniques(source: Source) -> None:
    """Take techniques from here. Registered in AppConfig.ready."""
    if source not in _sources:
        _sources.append(source)


def all_techniques() -> dict[str, Technique]:
    """Return the techniques by key, in the order of their room."""
    return {technique.key: technique for source in _sources for technique in source()}
