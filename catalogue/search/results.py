"""What one search gives back."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from catalogue.models import Item
from catalogue.search.facets import Facet, Option
from catalogue.search.filters import SORTS, SearchFilters
from catalogue.search.snippets import Marked
from catalogue.search.synonyms import Choice


@dataclass(frozen=True)
class Hit:
    """One result. title and text come in pieces, each with whether it matched, for the template to mark."""

    item: Item
    title: Marked
    text: Marked


@dataclass(frozen=True)
class Suggestion:
    """Words the reader may have meant, in pieces with whether they were changed, and the query that asks for them."""

    pieces: Marked
    query: str

    @property
    def text(self) -> str:
        """The words."""
        return "".join(piece for piece, changed in self.pieces)


@dataclass(frozen=True)
class Applied:
    """One filter that is on. query: the same search without it."""

    name: str
    label: str
    value: str
    value_label: str
    query: str


@dataclass(frozen=True)
class Notes:
    """What the page should say about how it read the query.

    also_for: other names that were looked for. choices: meanings of ambiguous abbreviations. ignored: sentences.
    did_you_mean: set only where it has results that this reader may see. by_meaning_alone: no entry holds a word of the
    query, and the results are what is nearest in meaning.
    """

    also_for: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    did_you_mean: Suggestion | None = None
    ignored: tuple[str, ...] = ()
    by_meaning_alone: bool = False


class Facets(Enum):
    """Whether a search counts its filters: however long it takes, only where the results give the numbers, not at all."""

    COUNTED = "counted"
    AT_HAND = "at hand"
    LEFT_OUT = "left out"


@dataclass(frozen=True)
class Counts:
    """The filters with their numbers. sampled: among how many matches some were counted; None where all among all."""

    facets: tuple[Facet, ...]
    sampled: int | None


@dataclass(frozen=True)
class SearchPage:
    """One page of results.

    total: real up to a limit beyond which `is_capped` says "more than". facets: the filters with their counts, none
    where the search was asked to leave them out. are_counted: False where they are to be counted apart, and only the
    options that are on stand there, without numbers. sampled: of how many matches the counts are; None where of all.
    number: of this page, from 1; requested: the page asked for, which may lie beyond the last. filters: as they were understood.
    """

    filters: SearchFilters
    hits: tuple[Hit, ...]
    total: int
    is_capped: bool
    sampled: int | None
    facets: tuple[Facet, ...]
    are_counted: bool
    number: int
    requested: int
    last: int
    notes: Notes

    @property
    def items(self) -> list[Item]:
        """The items alone."""
        return [hit.item for hit in self.hits]

    @property
    def total_words(self) -> str:
        """The number for a heading: "1,234", or "more than 10,000"."""
        return f"more than {self.total:,}" if self.is_capped else f"{self.total:,}"

    def facet(self, name: str) -> Facet | None:
        """Return one filter by its parameter."""
        return next((facet for facet in self.facets if facet.name == name), None)

    @property
    def kinds(self) -> tuple[Option, ...]:
        """The kinds of content with their counts, for the links above the results."""
        facet = self.facet("kind")
        return facet.options if facet else ()

    @property
    def all_kinds_total(self) -> int:
        """How many items there are of all kinds, whatever kind is chosen."""
        return sum(option.count for option in self.kinds)

    @property
    def orders(self) -> dict[str, str]:
        """Value → words of the orders on offer: by relevance only where there are words."""
        return {value: words for value, words in SORTS.items() if value != "relevance" or self.filters.q}

    @property
    def applied(self) -> list[Applied]:
        """The filters that are on, each with the search without it."""
        return applied_filters(self.filters, self.facets)


def applied_filters(filters: SearchFilters, facets: Sequence[Facet]) -> list[Applied]:
    """Return the filters that are on, each with the search without it. facets: with the options that are on."""
    applied = [
        Applied(
            facet.name,
            facet.label,
            option.value,
            option.label,
            filters.without(facet.name, option.value).as_query(),
        )
        for facet in facets
        for option in facet.selected
    ]
    for name, label in (("year_from", "Published from"), ("year_to", "Published to")):
        year = getattr(filters, name)
        if year is not None:
            applied.append(Applied(name, label, str(year), str(year), filters.without(name).as_query()))
    if filters.with_archived:
        words = "Archived and superseded too"
        applied.append(Applied("status", "Included", filters.status, words, filters.without("status").as_query()))
    return applied
