"""The registry of kinds: each content app registers its part of the catalogue in AppConfig.ready."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from design.cards import CardFacts

if TYPE_CHECKING:
    from catalogue.models import Item


@dataclass(frozen=True)
class SearchText:
    """The words of one item by weight: the title counts twice in ranking, the rest once.

    `exact` holds identifiers (DOI, PMID, ISBN) that find the item when pasted into the search box.
    """

    title: str
    body: str
    exact: tuple[str, ...] = ()


@dataclass(frozen=True)
class Form:
    """One value of a kind's `form` column: its words and the group it counts under."""

    label: str
    group: str


@dataclass(frozen=True)
class Kind:
    """What the catalogue must know of a kind.

    model: the child of Item. label, plural: as readers see them. route: the name of the detail address, which takes
    pk and slug. forms: value → Form, in the order they are offered. standings: value → words, best first; what
    `Item.standing` may hold. standing_label: the name of that filter. searchable_text: gives the SearchText of each
    of many items, loading the children in one query. card_facts: likewise gives what cards show of many items beyond
    the columns that every kind has. identifiers_in: the identifiers that words typed into the search box may be, in the
    form that SearchText.exact holds them. ris_entries: gives the items as entries for reference managers, in one query;
    those without one get a plain entry. topic_heading: the heading of its part of a topic's page.
    drafts_are_private: drafts belong to their authors, so that librarians' lists and numbers leave them out.
    home_route: the name of its own landing page, where it has one; else the search for it is. experience_forms: the
    forms that tell what matters to patients and carers. topic_missing: what a topic's page offers where it has none of
    this kind, as the words of a link and the reason that the form of the library team is opened with.
    """

    name: str
    model: type["Item"]
    label: str
    plural: str
    route: str
    forms: Mapping[str, Form]
    standings: Mapping[str, str]
    standing_label: str
    searchable_text: Callable[[list[int]], Mapping[int, SearchText]]
    default_review_months: Mapping[str, int | None] = field(default_factory=dict)
    card_facts: Callable[[list[int]], Mapping[int, CardFacts]] = lambda item_ids: {}
    identifiers_in: Callable[[str], Iterable[str]] = lambda text: ()
    ris_entries: Callable[[list[int]], Mapping[int, str]] = lambda item_ids: {}
    topic_heading: str = ""
    home_route: str = ""
    drafts_are_private: bool = False
    experience_forms: frozenset[str] = frozenset()
    topic_missing: tuple[str, str] | None = None


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Add a kind; raises ValueError where the name is taken by another model."""
    known = _kinds.get(kind.name)
    if known is not None and known.model is not kind.model:
        raise ValueError(f"The kind {kind.name} is registered already for {known.model.__name__}.")
    _kinds[kind.name] = kind


def get(name: str) -> Kind:
    """Return the kind; raises KeyError where no app registered it."""
    return _kinds[name]


def all_kinds() -> list[Kind]:
    """Return the registered kinds in the order of registration."""
    return list(_kinds.values())
