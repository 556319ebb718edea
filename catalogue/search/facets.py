"""Counting what each filter would give, its own choice left out."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection
from django.db.models import BooleanField, ExpressionWrapper

from catalogue.models import Item
from catalogue.querysets import ItemQuerySet
from catalogue.search.filters import FACETS, FacetField, SearchFilters

# Beyond so many matches the counts are of some of them and said to be "at least".
COUNTED = 10_000


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


@dataclass(frozen=True)
class Counts:
    """How many items match, and the facets. is_capped: there are more, and the facets count some of them."""

    total: int
    is_capped: bool
    facets: tuple[Facet, ...] = ()


def filtered(items: ItemQuerySet[Item], filters: SearchFilters) -> ItemQuerySet[Item]:
    """Return the items that pass every filter."""
    for facet in FACETS:
        chosen = filters.chosen(facet)
        if chosen:
            items = items.filter(facet.condition(chosen))
    return items.filter(filters.years)


def count(items: ItemQuerySet[Item], filters: SearchFilters) -> Counts:
    """Count the items that pass every filter, up to a limit. One query."""
    found = filtered(items, filters).order_by()[: COUNTED + 1].count()
    return Counts(min(found, COUNTED), found > COUNTED)


def count_facets(items: ItemQuerySet[Item], filters: SearchFilters) -> Counts:
    """Count the items and the options of every facet, in one query over the items that match words and years.

    A facet's counts pass every filter but its own, so they tell what choosing an option would add.
    """
    active = {facet.name: facet.condition(filters.chosen(facet)) for facet in FACETS if filters.chosen(facet)}
    columns = [facet.column for facet in FACETS if facet.column]
    base = (
        items.filter(filters.years)
        .order_by()
        .annotate(**{f"in_{name}": ExpressionWrapper(condition, BooleanField()) for name, condition in active.items()})
    )
    base_sql, parameters = (
        base.values("id", "organisation_id", *columns, *(f"in_{name}" for name in active))[: COUNTED + 1]
    ).query.sql_with_params()
    parts = [f"SELECT '', '', '', count(*) FROM base WHERE {_passing(active)}"]  # noqa: S608 - names from FACETS
    parts += [_options_sql(facet, _passing(name for name in active if name != facet.name)) for facet in FACETS]
    statement = f"WITH base AS MATERIALIZED ({base_sql}) {' UNION ALL '.join([*parts, CHOSEN_ROWS])}"
    found: dict[str, dict[str, tuple[str, int]]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(statement, [*parameters, list(filters.topic), list(filters.organisation)])
        for name, value, label, number in cursor.fetchall():
            if value not in found[name] or number:
                found[name][value] = (label, int(number))
    total = found[""][""][1]
    return Counts(
        min(total, COUNTED), total > COUNTED, tuple(_facet(facet, filters, found[facet.name]) for facet in FACETS)
    )


CHOSEN_ROWS = """
    SELECT 'topic', slug, name, 0 FROM taxonomy_topic WHERE slug = ANY (%s)
    UNION ALL SELECT 'organisation', slug, name, 0 FROM accounts_organisation WHERE slug = ANY (%s)
"""


def _passing(names: Iterable[str]) -> str:
    return " AND ".join(f"in_{name}" for name in names) or "true"


def _options_sql(facet: FacetField, passing: str) -> str:
    """Return the part that counts one facet: rows of its name, value, words where they are rows too, and number.

    Only names that FACETS holds are written into it; every value of the address is a parameter elsewhere.
    """
    if facet.name == "topic":
        return f"""SELECT 'topic', topic.slug, topic.name, counted.number FROM (
            SELECT above.topic_id, count(*) AS number FROM base JOIN catalogue_itemancestor above ON above.item_id = base.id
            WHERE {passing} GROUP BY above.topic_id
        ) AS counted JOIN taxonomy_topic topic ON topic.id = counted.topic_id AND topic.status = 'active'"""  # noqa: S608
    if facet.name == "organisation":
        return f"""SELECT 'organisation', body.slug, body.name, counted.number FROM (
            SELECT organisation_id, count(*) AS number FROM base WHERE {passing} GROUP BY organisation_id
        ) AS counted JOIN accounts_organisation body ON body.id = counted.organisation_id"""  # noqa: S608
    name, column = facet.name, facet.column
    if facet.is_array:
        # Few combinations are in use: they are counted first, then taken apart.
        return f"""SELECT '{name}', value, '', sum(number) FROM (
            SELECT {column}, count(*) AS number FROM base WHERE {passing} GROUP BY {column}
        ) AS counted, unnest(counted.{column}) AS value GROUP BY value"""  # noqa: S608
    return f"SELECT '{name}', {column}, '', count(*) FROM base WHERE {passing} GROUP BY {column}"  # noqa: S608


def _facet(facet: FacetField, filters: SearchFilters, found: dict[str, tuple[str, int]]) -> Facet:
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
