"""One statement that asks the database for everything the list needs: how many, which filters, which resources.

The resources that the words find and the reader may see are laid out once, each with whether it passes each filter
that is on; every number is then counted from that table.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import BooleanField, ExpressionWrapper, F

from learning_zone.choices import TimeBand
from learning_zone.finding.choosing import FILTERS, Choices, Filter
from learning_zone.models import LearningResource
from learning_zone.querysets import LearningResourceQuerySet

COLUMNS = ("published_at", *(one.column for one in FILTERS if one.column))

TOPIC_SQL = """
    SELECT 'topic', topic.slug, topic.name, counted.number FROM (
        SELECT above.topic_id, count(*) AS number
        FROM base JOIN catalogue_itemancestor above ON above.item_id = base.key WHERE {condition} GROUP BY above.topic_id
    ) AS counted JOIN taxonomy_topic topic ON topic.id = counted.topic_id AND topic.status = 'active'
"""
CHOSEN_TOPICS_SQL = "SELECT 'topic', slug, name, 0 FROM taxonomy_topic WHERE slug = ANY (%s)"
TIME_SQL = """
    SELECT 'time', band::text, '', count(*) FROM base, unnest(%s::int[]) AS band
    WHERE base.minutes <= band AND {condition} GROUP BY band
"""
PHRASE_SQL = """
    SELECT 'phrase', value, '', count(*) FROM base, unnest(base.phrases) AS value WHERE {condition} GROUP BY value
"""
COLUMN_SQL = "SELECT '{name}', {column}, '', count(*) FROM base WHERE {condition} GROUP BY {column}"
# A page beyond the last gives the last one.
PAGE_SQL = """
    SELECT '#', key::text, '', row_number() OVER () FROM (
        SELECT key FROM base WHERE {condition} ORDER BY place, published_at DESC, key DESC LIMIT %s
        OFFSET %s::bigint * least(%s, (SELECT greatest(count(*) - 1, 0) / %s FROM base WHERE {condition}))
    ) AS page
"""


@dataclass(frozen=True)
class Answer:
    """What the database said. counted: filter → value → its words, where it is a row, and how many it would give."""

    ids: tuple[int, ...]
    total: int
    counted: dict[str, dict[str, tuple[str, int]]]


def ask(
    offered: LearningResourceQuerySet[LearningResource],
    choices: Choices,
    *,
    ranked: Sequence[int] | None,
    page: int,
    size: int,
) -> Answer:
    """Ask for a page of what is offered and passes every filter, and for what each filter's values would give.

    ranked: the keys that the words find, best first, or None where there are no words: then the newest come first.
    page: from 1.
    """
    on = {one.name: one.condition(choices.chosen(one.name)) for one in FILTERS if choices.chosen(one.name)}
    passes = {f"in_{name}": ExpressionWrapper(condition, BooleanField()) for name, condition in on.items()}
    listed, parameters = (
        offered.order_by().annotate(**passes).values(*COLUMNS, *passes, key=F("pk")).query.sql_with_params()
    )
    base, given = _base(listed, list(parameters), ranked)
    condition = passing(on)
    parts = [f"SELECT '', '', '', count(*) FROM base WHERE {condition}"]  # noqa: S608 - names from FILTERS
    for one in FILTERS:
        sql, more = _counting(one, passing(name for name in on if name != one.name))
        parts.append(sql)
        given += more
    parts += [CHOSEN_TOPICS_SQL, PAGE_SQL.format(condition=condition)]
    given += [list(choices.topic), size, size, page - 1, size]
    return _answer(f"{base} {' UNION ALL '.join(parts)}", given)


def passing(names: Iterable[str]) -> str:
    """Return the condition on `base` that a resource passes these filters."""
    return " AND ".join(f"in_{name}" for name in names) or "true"


def _base(listed: str, parameters: list[object], ranked: Sequence[int] | None) -> tuple[str, list[object]]:
    """Return the beginning of the statement and its parameters. Everything that was typed is a parameter."""
    place, joined = "0", ""
    if ranked is not None:
        place, joined = "found.place", "JOIN unnest(%s::bigint[]) WITH ORDINALITY AS found(key, place) USING (key)"
        parameters = [*parameters, list(ranked)]
    rows = f"SELECT {place} AS place, listed.* FROM ({listed}) AS listed {joined}"  # noqa: S608
    return f"WITH base AS MATERIALIZED ({rows})", parameters


def _counting(one: Filter, condition: str) -> tuple[str, list[object]]:
    """Return the part that counts one filter, its own choice left out, and its parameters."""
    if one.name == "topic":
        return TOPIC_SQL.format(condition=condition), []
    if one.name == "time":
        return TIME_SQL.format(condition=condition), [[int(band) for band in TimeBand.values]]
    if one.name == "phrase":
        return PHRASE_SQL.format(condition=condition), []
    return COLUMN_SQL.format(name=one.name, column=one.column, condition=condition), []


def _answer(statement: str, parameters: list[object]) -> Answer:
    counted: dict[str, dict[str, tuple[str, int]]] = defaultdict(dict)
    places: dict[int, int] = {}
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)  # type: ignore[arg-type]  # lists are arrays to the driver
        for name, value, words, number in cursor.fetchall():
            if name == "#":
                places[int(number)] = int(value)
            elif number or value not in counted[name]:
                counted[name][value] = (words, int(number))
    (_words, total) = counted.pop("")[""]
    return Answer(tuple(places[place] for place in sorted(places)), total, counted)
