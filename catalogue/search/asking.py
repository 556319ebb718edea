"""One statement that asks the database for everything a page of results needs: how many, which filters, which items.

Matching, counting and ordering share one pass over the entries; in two statements the pass would be made twice.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import BooleanField, Case, ExpressionWrapper, F, FloatField, IntegerField, Q, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Lower
from django.utils import timezone

from catalogue import kinds
from catalogue.models import Item
from catalogue.querysets import ItemQuerySet, Reader
from catalogue.search.facets import CHOSEN_ROWS, Facet, facet_parts, facets_from, passing, tally
from catalogue.search.filters import (
    FACETS,
    MAX_PAGE,
    NEWEST,
    QUALITY,
    RELEVANCE,
    TITLE,
    UPDATED,
    FacetField,
    SearchFilters,
)
from catalogue.search.statements import Part

# Beyond so many matches the total is "more than".
COUNTED = 10_000
# An item past its review date counts a little less, one of the reader's own organisation a little more.
PAST_REVIEW_FACTOR = 0.9
OWN_ORGANISATION_FACTOR = 1.02

FACET_COLUMNS = tuple(facet.column for facet in FACETS if facet.column)
ORDERS = {
    RELEVANCE: "above DESC, relevance * factor DESC, published_at DESC, id DESC",
    NEWEST: "published_at DESC, id DESC",
    UPDATED: "sort_key DESC, id DESC",
    TITLE: "sort_key, id",
    QUALITY: "sort_key, above DESC, relevance * factor DESC, published_at DESC, id DESC",
}
BROWSING_ORDERS = {
    # Where words are only excluded, what is left is as relevant as anything.
    RELEVANCE: ("-published_at", "-pk"),
    NEWEST: ("-published_at", "-pk"),
    UPDATED: ("-sort_key", "-pk"),
    TITLE: ("sort_key", "pk"),
    QUALITY: ("sort_key", "-published_at", "-pk"),
}
# Page numbers are counted from 0 here. One beyond the last gives the last.
PAGE_OF_HITS = """
    SELECT '#', id::text, '', row_number() OVER () FROM (
        SELECT id FROM base WHERE {condition} ORDER BY {order} LIMIT %s OFFSET %s * (
            SELECT least(%s, {last_page}, greatest(count(*) - 1, 0) / %s) FROM base WHERE {condition}
        )
    ) AS hits
"""
# Where kinds are mixed, the first of each stands in the third place at the latest, the second in the seventh and so on, as
# long as it is worth half of what the best result is: know-how is few among a lot of evidence.
EVERY = 4
WORTH_A_PLACE = 0.5
COLUMNS_OF_HITS = "id, kind, above, relevance, factor, published_at"
MIXED_PAGE_OF_HITS = """
    SELECT '#', id::text, '', row_number() OVER () FROM (
        WITH shown AS (
            SELECT %s * (1 + least(%s, {last_page}, greatest(count(*) - 1, 0) / %s)) AS up_to, min(kind) <> max(kind) AS is_mixed
            FROM base WHERE {condition}
        ), first_ones AS (
            (SELECT {columns} FROM base WHERE {condition} ORDER BY {order} LIMIT (SELECT up_to FROM shown))
            UNION
            SELECT of_kind.* FROM (SELECT DISTINCT kind FROM base WHERE (SELECT is_mixed FROM shown)) AS kinds, LATERAL (
                SELECT {columns} FROM base WHERE base.kind = kinds.kind AND {condition}
                ORDER BY {order} LIMIT (SELECT up_to / {every} + 1 FROM shown)
            ) AS of_kind
        ), placed AS (
            SELECT *, relevance * factor AS worth, max(relevance * factor) OVER () AS most,
                row_number() OVER (ORDER BY {order}) AS place,
                {every} * row_number() OVER (PARTITION BY kind ORDER BY {order}) - 1 AS latest_place
            FROM first_ones
        )
        SELECT id FROM placed, shown
        ORDER BY CASE WHEN worth >= {worth_a_place} * most THEN least(place, latest_place) ELSE place END, {order}
        LIMIT %s OFFSET (SELECT up_to FROM shown) - %s
    ) AS hits
"""


LOOKED_AT = "SELECT '!', '', '', count(*) FROM base"
MATCHED = "SELECT '?', '', '', count(*) FROM matched"
NONE = {"": ("", 0)}

# Facet → value → words, where they are rows too, and number.
Numbers = Mapping[str, Mapping[str, tuple[str, int]]]


@dataclass(frozen=True)
class Page:
    """A stretch of the results. number: from 1."""

    number: int
    size: int


@dataclass(frozen=True)
class Answer:
    """What the database said.

    found: how many of the matches that were looked at pass every filter. is_all: whether those were all there are.
    looked_at: how many were, 0 where that was not limited. facets: () where they were not asked for.
    """

    ids: tuple[int, ...]
    found: int
    looked_at: int
    is_all: bool
    facets: tuple[Facet, ...] = ()


@dataclass(frozen=True)
class Tally:
    """The numbers of some facets, among how many matches they were counted, and whether those were all there are."""

    numbers: Numbers
    looked_at: int
    is_all: bool


def ask(
    items: ItemQuerySet[Item],
    matches: Part | None,
    filters: SearchFilters,
    user: Reader,
    *,
    page: Page | None = None,
    with_facets: bool = False,
    most: int | None = None,
    interleaved: bool = True,
) -> Answer:
    """Ask for the items among these that match and that every filter lets pass.

    matches: what finds the entries; None stands for all the items. page: the hits to give, none without it. most: look
    at so many only, whichever they are; `matches` may then stop at twice as many entries. interleaved: whether few items
    of one kind are lifted among many of another.
    """
    active = {facet.name: facet.condition(filters.chosen(facet)) for facet in FACETS if filters.chosen(facet)}
    if not with_facets and (most is None or matches is None):
        # Nothing is counted of what does not pass, so that the database may begin with what does.
        items, active = items.filter(*active.values()), {}
    listed = (
        items.filter(filters.years)
        .order_by()
        .annotate(
            factor=_factor(user),
            sort_key=_sort_key(filters.order),
            **{f"in_{name}": ExpressionWrapper(condition, BooleanField()) for name, condition in active.items()},
        )
    )
    columns = ["id", "kind", "published_at", *listed.query.annotations]
    if with_facets:
        columns += ["organisation_id", *(column for column in FACET_COLUMNS if column != "kind")]
    listed_sql, parameters = listed.values(*columns).query.sql_with_params()
    statement, matched = _base(listed_sql, list(parameters), matches, most)
    condition = passing(active)
    parts = [f"SELECT '', '', '', count(*) FROM base WHERE {condition}"]  # noqa: S608 - names from FACETS
    if most is not None:
        parts += [LOOKED_AT, MATCHED] if matches is not None else [LOOKED_AT]
    if with_facets:
        statement += f", tallied AS MATERIALIZED ({tally(active)})"
        parts += [*facet_parts(active), CHOSEN_ROWS]
        matched += [list(filters.topic), list(filters.organisation)]
    if page is not None:
        order = ORDERS[filters.order]
        if interleaved and matches is not None and filters.order == RELEVANCE and len(filters.kind) != 1:
            mixed = MIXED_PAGE_OF_HITS.format(
                columns=COLUMNS_OF_HITS,
                condition=condition,
                order=order,
                last_page=MAX_PAGE - 1,
                every=EVERY,
                worth_a_place=WORTH_A_PLACE,
            )
            parts.append(mixed)
            matched += [page.size, page.number - 1, page.size, page.size, page.size]
        else:
            parts.append(PAGE_OF_HITS.format(condition=condition, order=order, last_page=MAX_PAGE - 1))
            matched += [page.size, page.size, page.number - 1, page.size]
    numbers, hits = _asked(statement, parts, matched)
    total, looked_at = _number(numbers, ""), _number(numbers, "!")
    facets = facets_from(numbers, filters) if with_facets else ()
    return Answer(hits, total, looked_at, _is_all(numbers, most), facets)


def tallied(
    items: ItemQuerySet[Item], matches: Part | None, facets: Sequence[FacetField], *, most: int | None
) -> Tally:
    """Count the options of these facets among the items that match, or among `most` of them as in `ask`."""
    columns = ["id", "organisation_id", *FACET_COLUMNS]
    listed_sql, parameters = items.order_by().values(*columns).query.sql_with_params()
    statement, matched = _base(listed_sql, list(parameters), matches, most)
    parts = [LOOKED_AT, *([MATCHED] if matches is not None else []), *facet_parts((), facets)]
    numbers, _hits = _asked(f"{statement}, tallied AS MATERIALIZED ({tally(())})", parts, matched)
    looked_at = _number(numbers, "!")
    return Tally(numbers, min(looked_at, most) if most else looked_at, _is_all(numbers, most))


def browse(items: ItemQuerySet[Item], filters: SearchFilters, *, page: Page) -> tuple[int, ...]:
    """Return a page of a large catalogue to which no words were given, without looking at the rest of it."""
    for facet in FACETS:
        if filters.chosen(facet):
            items = items.filter(facet.condition(filters.chosen(facet)))
    listed = items.filter(filters.years).annotate(sort_key=_sort_key(filters.order))
    start = (page.number - 1) * page.size
    ordered = listed.order_by(*BROWSING_ORDERS[filters.order])
    return tuple(ordered.values_list("pk", flat=True)[start : start + page.size])


def _base(listed: str, parameters: list[object], matches: Part | None, most: int | None) -> tuple[str, list[object]]:
    """Return the beginning of the statement, in which `base` holds the matches, and its parameters."""
    limit = f"LIMIT {most + 1:d}" if most is not None else ""
    if matches is None:
        return (
            f"""WITH base AS MATERIALIZED (
                SELECT *, 0.0 AS relevance, 0 AS above FROM ({listed}) AS listed {limit}
            )""",  # noqa: S608 - written by Django
            parameters,
        )
    return (
        f"""WITH matched AS MATERIALIZED ({matches.sql}), base AS MATERIALIZED (
            SELECT listed.*, matched.relevance, matched.above FROM ({listed}) AS listed JOIN matched ON matched.item_id = listed.id {limit}
        )""",  # noqa: S608 - written by Django and by planning.py; all that was typed is a parameter
        [*matches.parameters, *parameters],
    )


def _asked(statement: str, parts: Sequence[str], parameters: list[object]) -> tuple[Numbers, tuple[int, ...]]:
    """Return the numbers that the parts gave, and the hits in order."""
    found: dict[str, dict[str, tuple[str, int]]] = defaultdict(dict)
    hits: dict[int, int] = {}
    with connection.cursor() as cursor:
        cursor.execute(f"{statement} {' UNION ALL '.join(parts)}", parameters)  # type: ignore[arg-type]  # lists are arrays to the driver
        for name, value, label, number in cursor.fetchall():
            if name == "#":
                hits[int(number)] = int(value)
            elif number or value not in found[name]:
                found[name][value] = (label, int(number))
    return found, tuple(hits[place] for place in sorted(hits))


def _number(numbers: Numbers, name: str) -> int:
    return numbers.get(name, NONE)[""][1]


def _is_all(numbers: Numbers, most: int | None) -> bool:
    return most is None or (_number(numbers, "!") <= most and _number(numbers, "?") < 2 * most)


def _factor(user: Reader) -> Combinable:
    """Return by how much an item's score counts more or less for what it is."""
    factor: Combinable = _where(Q(review_due__lt=timezone.localdate()), PAST_REVIEW_FACTOR)
    if user.is_authenticated and user.is_member and user.organisation_id:
        factor *= _where(Q(organisation=user.organisation_id), OWN_ORGANISATION_FACTOR)
    return factor


def _where(condition: Q, factor: float) -> Case:
    return Case(When(condition, then=Value(factor)), default=Value(1.0), output_field=FloatField())


def _sort_key(order: str) -> Combinable:
    """Return what the items are ordered by, where that is no column of every statement."""
    if order == TITLE:
        return Lower("title")
    if order == UPDATED:
        return F("updated_at")
    if order == QUALITY:
        places = [
            When(kind=kind.name, standing=value, then=place)
            for kind in kinds.all_kinds()
            for place, value in enumerate(kind.standings)
        ]
        return Case(*places, default=len(places), output_field=IntegerField())
    return Value(0)
