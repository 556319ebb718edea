"""What a reader asked of the map, as its address carries it."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import Enum, StrEnum
from typing import Self, TypeVar
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from catalogue import kinds
from catalogue.choices import FormGroup
from catalogue.search.filters import SearchFilters, clean
from taxonomy.models import Topic

FILTER_NAMES = ("setting", "audience", "standing", "year_from", "year_to")
SHOWN_OF_A_VALUE = 60

Choice = TypeVar("Choice", bound=Enum)
Usual = TypeVar("Usual", bound=Enum | None)


class Across(StrEnum):
    """What stands across the top of the map."""

    GROUP = "group"
    SETTING = "setting"
    YEAR = "year"


class View(StrEnum):
    """How the cells are told: as rings, in words, or in a file for a spreadsheet."""

    RINGS = "rings"
    TABLE = "table"
    CSV = "csv"


class Rows(StrEnum):
    """Which topics are rows when none is chosen: those at the top, or all."""

    TOP = "top"
    EVERY = "all"


@dataclass(frozen=True)
class MapChoices:
    """Filters, axis and rows of one map. `topic` is the one whose narrower topics are shown; None for the whole map.

    types: the group that is open, so that its types stand across; None where the groups themselves do, or no types.
    filters: only FILTER_NAMES are used. remarks: a sentence for everything in the address that means nothing here.
    """

    filters: SearchFilters = field(default_factory=SearchFilters)
    topic: Topic | None = None
    across: Across = Across.GROUP
    rows: Rows = Rows.TOP
    view: View = View.RINGS
    types: FormGroup | None = None
    remarks: tuple[str, ...] = ()

    @classmethod
    def from_query(cls, params: QueryDict) -> Self:
        """Read an address. Never raises: what means nothing is left out and told in `remarks`.

        Two queries where the address names a topic, else none.
        """
        read = QueryDict(mutable=True)
        for name in (*FILTER_NAMES, "topic"):
            read.setlist(name, params.getlist(name))
        asked = SearchFilters.from_query(read)
        remarks = [one.sentence for one in asked.ignored]
        topic = Topic.objects.filter(slug=asked.topic[0]).first() if asked.topic else None
        if topic and len(asked.topic) > 1:
            remarks.append(f"The map opens one topic at a time, so this is {topic.name}.")
        across = _read(params, "across", Across, Across.GROUP, remarks)
        types = _read(params, "types", FormGroup, None, remarks, among=groups_in_use())
        if types and across != Across.GROUP:
            remarks.append(f"The map shows one thing across at a time, so this is without the types of {types.label}.")
            types = None
        rows = _read(params, "rows", Rows, Rows.TOP, remarks)
        view = _read(params, "view", View, View.RINGS, remarks)
        filters = asked.changed(topic=())
        return cls(filters, topic, across, Rows.TOP if topic else rows, view, types, tuple(remarks))

    def url(self, **changes: object) -> str:
        """Return the address of the map with other choices."""
        return replace(self, **changes)._address()  # type: ignore[arg-type]

    def _address(self) -> str:
        pairs = self.pairs()
        return f"{reverse('map')}?{urlencode(pairs)}" if pairs else reverse("map")

    def pairs(self, *, with_filters: bool = True) -> list[tuple[str, str]]:
        """Return name and value of every choice that is not the usual one, as hidden fields of a form carry them."""
        pairs = [("topic", self.topic.slug)] if self.topic else []
        pairs += [("across", str(self.across))] if self.across != Across.GROUP else []
        pairs += [("types", str(self.types))] if self.types else []
        pairs += [("rows", str(self.rows))] if self.rows != Rows.TOP else []
        pairs += [("view", str(self.view))] if self.view != View.RINGS else []
        return [*pairs, *(self.filters.pairs() if with_filters else [])]


def groups_in_use() -> list[FormGroup]:
    """Return the groups that the types of any registered kind count under."""
    used = {form.group for kind in kinds.all_kinds() for form in kind.forms.values()}
    return [group for group in FormGroup if group in used]


def _read(
    params: QueryDict,
    name: str,
    choices: type[Choice],
    usual: Usual,
    remarks: list[str],
    *,
    among: Iterable[Choice] | None = None,
) -> Choice | Usual:
    value = clean(params.get(name, ""))
    if not value:
        return usual
    if value in {one.value for one in (choices if among is None else among)}:
        return choices(value)
    shown = value if len(value) <= SHOWN_OF_A_VALUE else f"{value[:SHOWN_OF_A_VALUE]}…"
    remarks.append(f"The map has no {name} “{shown}”, so this is the usual one.")
    return usual
