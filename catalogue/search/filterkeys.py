"""The values that filters ask for, as numbers that stand beside an entry's words in one index.

A large catalogue is asked for words and filters at once, before any entry is read. The filters are asked again of the
items that were found, so a number can leave an item out but never let a wrong one in.
"""

from collections.abc import Collection, Iterable

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q

from accounts.models import Organisation
from catalogue import kinds
from catalogue.models import Item
from catalogue.search.filters import EARLIEST_YEAR, FACETS, LATEST_YEAR, SearchFilters
from catalogue.search.words import dimension
from catalogue.searchindex import TIERS
from taxonomy.models import TopicClosure

YEAR = "year"
COLUMNS = tuple(facet.column for facet in FACETS if facet.column)


def filter_key(name: str, value: object) -> int:
    """Return the number of one value of a filter. Negative, as the keys of words are not; -1 to -7 are never given."""
    return -TIERS * (dimension(f"{name}={value}") + 1)


def filter_keys_of(item_ids: Collection[int]) -> dict[int, list[int]]:
    """Return the sorted keys of each of these items, in one query."""
    topics = ArrayAgg("topic_rows__tag", filter=Q(topic_rows__isnull=False), default=[])
    items = Item.objects.filter(pk__in=item_ids).annotate(topic_ids=topics)
    rows = items.values_list("pk", "topic_ids", "organisation", YEAR, *COLUMNS)
    keys: dict[int, list[int]] = {}
    for pk, topic_ids, organisation, year, *values in rows:
        named = [("topic", topic) for topic in topic_ids]
        named += [("organisation", organisation), (YEAR, year)]
        for facet, value in zip((facet for facet in FACETS if facet.column), values, strict=True):
            named += [(facet.name, one) for one in (value if facet.is_array else (value,))]
        keys[pk] = sorted({filter_key(name, value) for name, value in named if value not in (None, "")})
    return keys


def asked_values(filters: SearchFilters) -> dict[str, list[int]]:
    """Return for each filter that is on, by its name, the keys of which an entry has to hold one, in at most two queries.

    A topic asks for the narrower ones too: entries hold the topics that items were given, so that moving a topic in the
    hierarchy changes no entry.
    """
    asked = {
        facet.name: _asked(facet.name, filters.chosen(facet))
        for facet in FACETS
        if facet.column and filters.chosen(facet)
    }
    if filters.topic:
        below = TopicClosure.objects.filter(ancestor__slug__in=filters.topic)
        asked["topic"] = _asked("topic", below.values_list("descendant", flat=True))
    if filters.organisation:
        chosen = Organisation.objects.filter(slug__in=filters.organisation)
        asked["organisation"] = _asked("organisation", chosen.values_list("pk", flat=True))
    if filters.year_from is not None or filters.year_to is not None:
        asked[YEAR] = _asked(YEAR, range(filters.year_from or EARLIEST_YEAR, (filters.year_to or LATEST_YEAR) + 1))
    return asked


def keys_of_every_entry() -> list[int]:
    """Return keys of which every entry that has filter keys holds exactly one: those of its kind."""
    return [filter_key("kind", kind.name) for kind in kinds.all_kinds()]


def _asked(name: str, values: Iterable[object]) -> list[int]:
    return [filter_key(name, value) for value in values]
