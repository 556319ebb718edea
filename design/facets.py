"""Filters of a list as the page shows them: a facet with its options, and the filters that are on."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

SHOWN_AT_FIRST = 10


class OptionLike(Protocol):
    """What the facet component reads of one option."""

    @property
    def value(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def count(self) -> int | None: ...
    @property
    def selected(self) -> bool: ...


class FacetLike(Protocol):
    """What the facet component reads of a facet: `name` is that of the address's parameter."""

    @property
    def name(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def options(self) -> Sequence[OptionLike]: ...


@dataclass(frozen=True)
class Option:
    """One option: what the address carries, the words, how many items ticking it would give (None: not counted).

    Options that follow one another with the same `group` stand under its words.
    """

    value: str
    label: str
    count: int | None = None
    selected: bool = False
    group: str = ""


@dataclass(frozen=True)
class Facet:
    """One filter with its options in the order to show them."""

    name: str
    label: str
    options: Sequence[OptionLike] = field(default_factory=tuple)


@dataclass(frozen=True)
class ActiveFilter:
    """A filter that is on: "Topic: Falls", and the address of the same list without it."""

    facet: str
    label: str
    url: str


def split_options(
    options: Sequence[OptionLike], *, shown: int = SHOWN_AT_FIRST
) -> tuple[list[OptionLike], list[OptionLike]]:
    """Return the options shown at once and those behind "Show more", both in the given order.

    A chosen option is always among the first, or the reader could not see that it is on. Nothing is put behind a
    disclosure for the sake of two or fewer options.
    """
    if len(options) <= shown + 2:
        return list(options), []
    first = [option for place, option in enumerate(options) if place < shown or option.selected]
    rest = [option for place, option in enumerate(options) if place >= shown and not option.selected]
    return first, rest
