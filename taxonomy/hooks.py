"""Where higher rooms say what must follow a change of the vocabulary; they register in AppConfig.ready."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from accounts.models import User
    from taxonomy.models import Topic

# What a room needs to put its rows back, as JSON holds it.
Memory = Any

_after_hierarchy_change: list[Callable[[], None]] = []


@dataclass(frozen=True)
class Attached:
    """What a room keeps about topics, and how it follows when a topic is merged, split or put back.

    name: under which its memory is kept, never changed. label: what is counted, in the plural, as in "items". count:
    how many there are on a topic. hold: locks them, before the topic itself is locked, so that two changes never wait
    for each other; may do nothing. move: takes them (or only those with these keys) from one topic to another, nothing
    twice, and returns the memory. restore: puts back what a memory holds. listing: key and words of each, as far as
    this person may see it, for choosing what a split takes along.
    """

    name: str
    label: str
    count: "Callable[[Topic], int]"
    move: "Callable[[Topic, Topic, Collection[int] | None], Memory]"
    restore: "Callable[[Topic, Topic, Memory], None]"
    hold: "Callable[[Topic], None] | None" = None
    listing: "Callable[[Topic, User], list[tuple[int, str]]] | None" = None


_attached: dict[str, Attached] = {}


def on_hierarchy_change(follow: Callable[[], None]) -> None:
    """Call `follow`, without arguments and inside the transaction, whenever broader and narrower have changed."""
    if follow not in _after_hierarchy_change:
        _after_hierarchy_change.append(follow)


def hierarchy_changed() -> None:
    """Tell the rooms that registered."""
    for follow in _after_hierarchy_change:
        follow()


def attach(attached: Attached) -> None:
    """Let what a room keeps about topics follow their merges and splits."""
    _attached[attached.name] = attached


def all_attached() -> list[Attached]:
    """Return what the rooms registered, in that order."""
    return list(_attached.values())
