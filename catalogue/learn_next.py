"""Where the room that holds learning tells the pages of other rooms what a reader could learn next."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from catalogue.models import Item
from catalogue.querysets import Reader
from taxonomy.models import Topic


@dataclass(frozen=True)
class Lesson:
    """Something to learn: its title, its address, and what it takes in words, as in "15 minutes, introduction"."""

    title: str
    url: str
    words: str


class Finder(Protocol):
    """What is asked: `item` is the page's own, `technique` the key of the technique that it is about."""

    def __call__(
        self, *, user: Reader, topics: Collection[Topic], item: Item | None, technique: str
    ) -> Sequence[Lesson]: ...


_finders: list[Finder] = []


def on_learn_next(finder: Finder) -> None:
    """Ask this one too. Registered in AppConfig.ready."""
    if finder not in _finders:
        _finders.append(finder)


def learn_next(
    *, user: Reader, topics: Collection[Topic] = (), item: Item | None = None, technique: str = ""
) -> list[Lesson]:
    """Return a few things that this reader may see and could learn next, the nearest to the page first."""
    return [
        lesson for finder in _finders for lesson in finder(user=user, topics=topics, item=item, technique=technique)
    ]
