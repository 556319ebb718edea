"""Filters of the lists of items."""

from collections.abc import Iterator
from functools import cached_property
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest

from accounts.admin_pages import ConditionFilter, UsedConditionFilter
from catalogue.admin.editing import kind_of
from catalogue.review import SOON_DAYS, review_conditions
from taxonomy.models import Topic

NO_TOPIC = "none"


class TypeFilter(UsedConditionFilter):
    """Types that are in use, in the order in which the kind offers them."""

    title = "type"
    parameter_name = "form"

    def conditions(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str, Q]]:
        """Every type of the kind, and none."""
        known = [(value, form.label, Q(form=value)) for value, form in kind_of(model_admin.model).forms.items()]
        return [*known, ("-", "No type yet", Q(form=""))]


class StandingFilter(UsedConditionFilter):
    """The confidence band, or how well tested, in words."""

    title = "quality"
    parameter_name = "standing"

    def conditions(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str, Q]]:
        """Best first."""
        return [(value, words, Q(standing=value)) for value, words in kind_of(model_admin.model).standings.items()]


class ReviewFilter(ConditionFilter):
    """Where a published record stands in its review cycle."""

    title = "review"
    parameter_name = "review"
    words: ClassVar = {
        "overdue": "Overdue",
        "soon": f"Due within {SOON_DAYS} days",
        "later": "Due later",
        "none": "No review planned",
    }

    def conditions(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str, Q]]:
        """Overdue first."""
        return [(name, self.words[name], condition) for name, condition in review_conditions().items()]


class CuratorFilter(ConditionFilter):
    """Records that this librarian looks after, or that nobody does. A kind whose column is another names it."""

    title = "curator"
    parameter_name = "curator"
    column = "curator"

    def conditions(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str, Q]]:
        """Mine and nobody's."""
        return [
            ("me", "Me", Q(**{self.column: request.user})),
            ("nobody", "Nobody yet", Q(**{f"{self.column}__isnull": True})),
        ]


class TopicFilter(admin.SimpleListFilter):
    """Topics at the top, or the chosen one with those next to it. Items count under every broader topic."""

    title = "topic"
    parameter_name = "topic"
    numbers: dict[str, int] | None = None

    @cached_property
    def chosen(self) -> Topic | None:
        """The topic that narrows the list."""
        value = self.value() or ""
        return Topic.objects.filter(pk=int(value)).first() if value.isdecimal() and len(value) < 18 else None

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The topics at the top; or, once one is chosen, the one above it, itself and those below it."""
        if self.chosen is None:
            topics = list(Topic.objects.active().top())
        else:
            above = Topic.objects.parents_of(self.chosen)[:1]
            topics = [*above, self.chosen, *Topic.objects.active().children_of(self.chosen)]
        return [*((str(topic.pk), topic.name) for topic in topics), (NO_TOPIC, "No topic yet")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Narrow the list."""
        if self.value() == NO_TOPIC:
            return queryset.filter(ancestors__isnull=True)
        return queryset if self.chosen is None else queryset.about([self.chosen])  # type: ignore[attr-defined]

    def get_facet_queryset(self, changelist: ChangeList) -> dict[str, int]:
        """Count the items of all topics in one grouped query: a condition for each would walk the list many times."""
        if self.numbers is None:
            self.numbers = self._count(changelist)
        return self.numbers

    def _count(self, changelist: ChangeList) -> dict[str, int]:
        items = changelist.get_queryset(self.request, exclude_parameters=self.expected_parameters()).order_by()
        counted = (
            items.values("ancestors__topic").annotate(number=Count("pk")).values_list("ancestors__topic", "number")
        )
        by_topic = {NO_TOPIC if topic is None else str(topic): number for topic, number in counted}
        return {f"{place}__c": by_topic.get(str(value), 0) for place, (value, _) in enumerate(self.lookup_choices)}

    def choices(self, changelist: Any) -> Iterator[Any]:
        """The choices with their numbers, without empty topics."""
        numbers = self.get_facet_queryset(changelist)
        for place, choice in enumerate(super().choices(changelist)):
            if place == 0 or choice["selected"] or numbers[f"{place - 1}__c"]:
                yield choice
