"""Lists of the admin: filters with counts that cost one query together, not several each."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest


class ConditionFilter(admin.SimpleListFilter, ABC):
    """A filter each of whose choices is one condition, so that all can be counted in one walk over the list."""

    @abstractmethod
    def conditions(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, str, Q]]:
        """Return value, words and condition of every choice."""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Value and words of every choice."""
        self.condition_of: Mapping[str, Q] = {}
        chosen = list(self.conditions(request, model_admin))
        self.condition_of = {value: condition for value, _, condition in chosen}
        return [(value, words) for value, words, _ in chosen]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Narrow the list; a value that is no choice narrows nothing."""
        condition = self.condition_of.get(self.value() or "")
        return queryset if condition is None else queryset.filter(condition)

    def get_facet_counts(self, pk_attname: str, filtered_qs: QuerySet) -> dict[str, Count]:
        """Count each choice by its condition."""
        return {
            f"{place}__c": Count(pk_attname, filter=self.condition_of[value])
            for place, (value, _) in enumerate(self.lookup_choices)
        }


class UsedConditionFilter(ConditionFilter):
    """A ConditionFilter that leaves out choices of which there is none."""

    def choices(self, changelist: Any) -> Iterator[Any]:
        """The choices with their numbers, without the ones that would show an empty list."""
        numbers = self.get_facet_queryset(changelist)
        for place, choice in enumerate(super().choices(changelist)):
            # The first choice is "All".
            if place == 0 or choice["selected"] or numbers[f"{place - 1}__c"]:
                yield choice


class PortalChangeList(ChangeList):
    """Django's list, which works out its filters once and counts all choices of those that are not on together."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._filters: Any = None
        self._shared: dict[str, int] | None = None
        self._of_active: dict[int, dict[str, int]] = {}
        super().__init__(*args, **kwargs)

    def get_filters(self, request: HttpRequest) -> Any:
        """Work the filters out once: Django asks again for every count."""
        if self._filters is None:
            self._filters = super().get_filters(request)
            for place, spec in enumerate(self._filters[0]):
                if _counts_as_django_does(spec):
                    spec.get_facet_queryset = partial(self._numbers, spec, place)
        return self._filters

    def _numbers(self, spec: Any, place: int, changelist: ChangeList) -> dict[str, int]:
        """Return the numbers of one filter's choices. One that is on is counted as if it were off, in a query of its own."""
        if _is_on(spec):
            if place not in self._of_active:
                self._of_active[place] = type(spec).get_facet_queryset(spec, changelist)
            return self._of_active[place]
        if self._shared is None:
            specs: list[Any] = self.filter_specs
            counts = {
                f"f{other_place}_{name}": count
                for other_place, other in enumerate(specs)
                if _counts_as_django_does(other) and not _is_on(other)
                for name, count in other.get_facet_counts(self.pk_attname, self.queryset).items()
            }
            self._shared = self.queryset.order_by().aggregate(**counts)
        start = f"f{place}_"
        return {name.removeprefix(start): number for name, number in self._shared.items() if name.startswith(start)}


def _counts_as_django_does(spec: Any) -> bool:
    """True for filters that name a condition for each choice, and False for those that count in a way of their own."""
    return type(spec).get_facet_queryset is admin.filters.FacetsMixin.get_facet_queryset


def _is_on(spec: Any) -> bool:
    return any(value is not None for value in spec.used_parameters.values())
