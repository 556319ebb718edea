"""What each filter would give, its own choice left out: the pieces of the question, and the facets from the answer."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import connection

from catalogue.search.filters import FACETS, FacetField, SearchFilters


@dataclass(frozen=True)
class Option:
    """One value of a filter: what the address carries, the words, and how many items choosing it gives."""

    value: str
    label: str
    count: int
    selected: bool


@dataclass(frozen=True)
class Facet:
    """One filter with its options in the order to show them."""

    name: str
    label: str
    options: tuple[Option, ...]

    @property
    def selected(self) -> tuple[Option, ...]:
        """The options that are on."""
        return tuple(option for option in self.options if option.selected)


# The facets that are columns of their own with few values: their combinations are counted in one pass.
PLAIN = tuple(facet for facet in FACETS if facet.column and not facet.is_array)
# Takes the chosen topics and organisations.
CHOSEN_ROWS = """
    SELECT 'topic', slug, name, 0 FROM taxonomy_topic WHERE slug = ANY (%s)
    UNION ALL SELECT 'organisation', slug, name, 0 FROM accounts_organisation WHERE slug = ANY (%s)
"""


def facet_parts(active: Iterable[str], facets: Iterable[FacetField] = FACETS) -> list[str]:
    """Return queries that count the options of these facets: name, value, words and number.

    They ask the table `base`, which holds the columns of FACETS and, for each active facet, in_<name>: whether the item
    passes that filter; and `tallied`, which `tally` makes of it. A facet's counts pass every filter but its own.
    """
    active = list(active)
    return [_options_sql(facet, passing(name for name in active if name != facet.name)) for facet in facets]


def chosen_rows(filters: SearchFilters) -> dict[str, dict[str, tuple[str, int]]]:
    """Return the topics and organisations that are on, with their words and a number of 0, in at most one query."""
    found: dict[str, dict[str, tuple[str, int]]] = defaultdict(dict)
    if filters.topic or filters.organisation:
        with connection.cursor() as cursor:
            cursor.execute(CHOSEN_ROWS, [list(filters.topic), list(filters.organisation)])
            for name, value, words, number in cursor.fetchall():
                found[name][value] = (words, number)
    return found


def tally(active: Iterable[str]) -> str:
    """Return the query that counts every combination of the plain columns that `base` holds, as `number`."""
    columns = ", ".join([*(facet.column for facet in PLAIN), *(f"in_{name}" for name in active)])
    return f"SELECT {columns}, count(*) AS number FROM base GROUP BY {columns}"  # noqa: S608 - names from FACETS


def facets_from(found: Mapping[str, Mapping[str, tuple[str, int]]], filters: SearchFilters) -> tuple[Facet, ...]:
    """Return the facets from the answer: name → value → words and number."""
    return tuple(_facet(facet, filters, found.get(facet.name, {})) for facet in FACETS)


def chosen_facets(filters: SearchFilters) -> tuple[Facet, ...]:
    """Return the facets with the options that are on alone, nothing counted: enough to say what a search asks for."""
    return facets_from(chosen_rows(filters), filters)


def passing(names: Iterable[str]) -> str:
    """Return the condition on `base` that an item passes these filters."""
    return " AND ".join(f"in_{name}" for name in names) or "true"


def _options_sql(facet: FacetField, condition: str) -> str:
    """Return the part that counts one facet: rows of its name, value, words where they are rows too, and number.

    Only names that FACETS holds are written into it; every value of the address is a parameter elsewhere.
    """
    if facet.name == "topic":
        return f"""SELECT 'topic', topic.slug, topic.name, counted.number FROM (
            SELECT above.topic_id, count(*) AS number FROM base JOIN catalogue_itemancestor above ON above.item_id = base.id
            WHERE {condition} GROUP BY above.topic_id
        ) AS counted JOIN taxonomy_topic topic ON topic.id = counted.topic_id AND topic.status = 'active'"""  # noqa: S608
    if facet.name == "organisation":
        return f"""SELECT 'organisation', body.slug, body.name, counted.number FROM (
            SELECT organisation_id, count(*) AS number FROM base WHERE {condition} GROUP BY organisation_id
        ) AS counted JOIN accounts_organisation body ON body.id = counted.organisation_id"""  # noqa: S608
    name, column = facet.name, facet.column
    if facet.is_array:
        # Few combinations are in use: they are counted first, then taken apart.
        return f"""SELECT '{name}', value, '', sum(number) FROM (
            SELECT {column}, count(*) AS number FROM base WHERE {condition} GROUP BY {column}
        ) AS counted, unnest(counted.{column}) AS value GROUP BY value"""  # noqa: S608
    return f"SELECT '{name}', {column}, '', sum(number) FROM tallied WHERE {condition} GROUP BY {column}"  # noqa: S608


def _facet(facet: FacetField, filters: SearchFilters, found: Mapping[str, tuple[str, int]]) -> Facet:
    """Return the options that are on or would give something, lists of code in their own order, the rest by number."""
    chosen = filters.chosen(facet)
    if facet.labels is not None:
        labels = dict(facet.labels())
        numbers = {value: found.get(value, ("", 0))[1] for value in labels}
    else:
        labels = {value: label for value, (label, number) in found.items()}
        numbers = {value: number for value, (label, number) in found.items()}
    options = [
        Option(value, labels[value], numbers[value], value in chosen)
        for value in labels
        if numbers[value] or value in chosen
    ]
    if facet.by_number:
        options.sort(key=lambda option: (-option.count, option.label))
    return Facet(facet.name, facet.label, tuple(options))
