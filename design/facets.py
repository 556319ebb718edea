"""Filters of a list as the page shows them: a facet with its options, and the filters that are on."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify

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


def draw_options(options: Sequence[OptionLike], *, name: str, stem: str) -> SafeString:
    """Return the tick boxes of the options, each group's words before the first of the group.

    name: of the address's parameter. stem: begins every id. A page may draw two hundred of them, and a template takes
    ten times as long for each.
    """
    drawn: list[str] = []
    group = ""
    name, stem = escape(name), escape(stem)
    for option in options:
        own = getattr(option, "group", "")
        if own and own != group:
            drawn.append(f'<p class="kp-facet__group">{escape(own)}</p>')
        group = own
        key = f"{stem}-{slugify(option.value) or 'none'}"
        empty = " kp-facet__option--empty" if option.count == 0 else ""
        checked = " checked" if option.selected else ""
        count = "" if option.count is None else f' <span class="kp-facet__count">({option.count:,})</span>'
        drawn.append(
            f'<div class="kp-facet__option{empty}"><input class="kp-facet__input kp-auto" type="checkbox" id="{key}" '
            f'name="{name}" value="{escape(option.value)}"{checked}><label class="kp-facet__label" for="{key}">'
            f"{escape(option.label)}{count}</label></div>"
        )
    return mark_safe("".join(drawn))  # noqa: S308 - everything that is not written here is escaped
