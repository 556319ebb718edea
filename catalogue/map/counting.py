"""The numbers of the map: what each reader would find, counted at every request, one query for all cells."""

import datetime
from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db.models import Count, F, Func, Max, Q, SmallIntegerField, TextField, Value
from django.db.models.functions import Cast, Greatest, Least
from django.utils import timezone

from catalogue.choices import FormGroup
from catalogue.map.choices import Across
from catalogue.models import Item
from catalogue.querysets import ItemQuerySet, Reader
from catalogue.search.filters import FACETS, SearchFilters

YEARS_APART = 5


@dataclass
class Tally:
    """What a cell holds. standings: value → how many items. newest: a year. recent: in date and of the last years.

    overdue: how many are past the day of their review.
    """

    number: int = 0
    standings: Counter[str] = field(default_factory=Counter)
    newest: int | None = None
    overdue: int = 0
    recent: int = 0

    def add(self, standing: str, number: int, newest: int | None, overdue: int, recent: int) -> None:
        """Take in the items of one standing."""
        self.number += number
        self.standings[standing] += number
        if newest is not None and (self.newest is None or newest > self.newest):
            self.newest = newest
        self.overdue += overdue
        self.recent += recent


Tallies = dict[tuple[int, str], Tally]


def tallies(
    user: Reader,
    topic_ids: Collection[int],
    filters: SearchFilters,
    across: Across,
    types: FormGroup | None = None,
) -> Tallies:
    """Return topic and column → what the cell holds for this reader; empty cells are left out. One query.

    A topic counts its own items and those of every narrower topic, each once. Columns are the values of the axis: a
    group of types, a setting (an item may have several), or a year as `year_columns` gives them. With `types` they are
    the types of that group, whatever the axis.
    """
    today = timezone.localdate()
    is_in_date = Q(review_due=None) | Q(review_due__gte=today)
    rows = (
        _items(user, topic_ids, filters, across, types)
        .annotate(column=F("form") if types else _column(across, today))
        .order_by()
        .values_list("ancestors__topic", "column", "standing")
        .annotate(
            number=Count("pk"),
            newest=Max("year"),
            overdue=Count("pk", filter=Q(review_due__lt=today)),
            recent=Count("pk", filter=is_in_date & Q(year__gte=today.year - settings.EVIDENCE_MAP["synthesis_years"])),
        )
    )
    found: Tallies = defaultdict(Tally)
    for topic, column, *numbers in rows:
        # Items are counted by the whole list of their settings first, as there are few different lists; an item that
        # names a setting twice is still one item.
        for value in set(column.split()) if across == Across.SETTING and not types else (column,):
            found[topic, value].add(*numbers)
    return dict(found)


def year_columns(today: datetime.date) -> list[int]:
    """Return the years of that axis, newest first; the last one stands for itself and all before it."""
    return list(range(today.year, today.year - YEARS_APART - 1, -1))


def _items(
    user: Reader, topic_ids: Collection[int], filters: SearchFilters, across: Across, types: FormGroup | None
) -> ItemQuerySet[Item]:
    items = Item.objects.listed_to(user).filter(ancestors__topic__in=list(topic_ids))
    for facet in FACETS:
        if filters.chosen(facet):
            items = items.filter(facet.condition(filters.chosen(facet)))
    items = items.filter(filters.years)
    if types:
        return items.filter(form_group=types)
    return items.exclude(year=None) if across == Across.YEAR else items


def _column(across: Across, today: datetime.date) -> Any:
    if across == Across.GROUP:
        return F("form_group")
    if across == Across.SETTING:
        # As words: thousands of lists take longer to read as arrays than to count.
        return Func(F("setting"), Value(" "), function="array_to_string", output_field=TextField())
    years = year_columns(today)
    whole = SmallIntegerField()
    inside = Greatest(Least(F("year"), Value(years[0]), output_field=whole), Value(years[-1]), output_field=whole)
    return Cast(inside, TextField())
