"""Counting the filters of a large catalogue, which takes longer than its results: among all matches or some of them."""

from collections.abc import Sequence

from catalogue.models import Item
from catalogue.querysets import ItemQuerySet
from catalogue.search.asking import Tally, tallied
from catalogue.search.facets import chosen_rows, facets_from
from catalogue.search.filters import FACETS, FacetField, SearchFilters
from catalogue.search.planning import Plan
from catalogue.search.results import Counts
from catalogue.search.statements import Part

# Of a large catalogue so many matches are looked at,
SAMPLED = 2_000
# all of them where fewer than this pass the filters, as then each of them counts.
PASSED_AT_LEAST = 200


def count(items: ItemQuerySet[Item], matches: Part | None, planned: Plan, filters: SearchFilters) -> Counts:
    """Count every filter, its own choice left out. matches: what finds all matches, None for all of these items.

    One question for what is not filtered by, and one for each filter that is on, as each is counted among other matches.
    """
    chosen = [facet for facet in FACETS if filters.chosen(facet)]
    asked = [([facet for facet in FACETS if facet not in chosen], chosen, planned)]
    asked += [
        ([facet], [other for other in chosen if other is not facet], planned.leaving_out(facet.name))
        for facet in chosen
    ]
    numbers = chosen_rows(filters)
    is_all = True
    for facets, passed, plan in asked:
        conditions = [facet.condition(filters.chosen(facet)) for facet in passed]
        tally = _tally(items.filter(filters.years, *conditions), matches, plan, facets)
        for facet in facets:
            numbers[facet.name] = {**numbers.get(facet.name, {}), **tally.numbers.get(facet.name, {})}
        is_all = is_all and tally.is_all
    return Counts(facets_from(numbers, filters), None if is_all else SAMPLED)


def _tally(items: ItemQuerySet[Item], matches: Part | None, planned: Plan, facets: Sequence[FacetField]) -> Tally:
    some = None if matches is None else planned.some_matches(2 * SAMPLED, filtered=True)
    tally = tallied(items, some, facets, most=SAMPLED)
    if matches is not None and not tally.is_all and tally.looked_at < PASSED_AT_LEAST:
        return tallied(items, matches, facets, most=None)
    return tally
