"""Filters of the lists of items."""

import datetime
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from catalogue.admin.editing import kind_of
from catalogue.choices import Status
from catalogue.models import ItemAncestor
from taxonomy.models import Topic

# "Due soon": as far ahead as a librarian plans the reviews of a month and the next.
SOON_DAYS = 60


class TypeFilter(admin.SimpleListFilter):
    """Types that are in use, in the order in which the kind offers them."""

    title = "type"
    parameter_name = "form"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The types that this person has at least one record of."""
        used = set(model_admin.get_queryset(request).order_by().values_list("form", flat=True).distinct())
        known = [(value, form.label) for value, form in kind_of(model_admin.model).forms.items() if value in used]
        return [*known, ("-", "No type yet")] if "" in used else known

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Narrow the list."""
        value = self.value()
        return queryset if value is None else queryset.filter(form="" if value == "-" else value)


class StandingFilter(admin.SimpleListFilter):
    """The confidence band, or how well tested, in words."""

    title = "quality"
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Best first."""
        return list(kind_of(model_admin.model).standings.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Narrow the list."""
        return queryset if self.value() is None else queryset.filter(standing=self.value())


class TopicFilter(admin.SimpleListFilter):
    """Topics at the top, or the ones below the chosen one. Items count under every broader topic."""

    title = "topic"
    parameter_name = "topic"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The chosen topic with its narrower ones, or the topics at the top, and "no topic"."""
        chosen = self._chosen(request)
        if chosen is None:
            topics = list(Topic.objects.active().top())
        else:
            topics = [*Topic.objects.parents_of(chosen)[:1], chosen, *Topic.objects.active().children_of(chosen)]
        return [*((str(topic.pk), topic.name) for topic in topics), ("none", "No topic yet")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Narrow the list."""
        if self.value() == "none":
            return queryset.filter(topic_rows__isnull=True)
        chosen = self._chosen(request)
        return queryset if chosen is None else queryset.about([chosen])  # type: ignore[attr-defined]

    def get_facet_queryset(self, changelist: ChangeList) -> dict[str, int]:
        """Count the items of all topics in one grouped query: one condition for each topic would walk the list often."""
        items = changelist.get_queryset(self.request, exclude_parameters=self.expected_parameters()).order_by()
        counted = ItemAncestor.objects.filter(item__in=items.values("pk")).values("topic").annotate(number=Count("pk"))
        by_topic = {str(row["topic"]): row["number"] for row in counted}
        by_topic["none"] = items.filter(topic_rows__isnull=True).count()
        return {f"{place}__c": by_topic.get(str(value), 0) for place, (value, _) in enumerate(self.lookup_choices)}

    def _chosen(self, request: HttpRequest) -> Topic | None:
        value = request.GET.get(self.parameter_name, "")
        return Topic.objects.filter(pk=int(value)).first() if value.isdecimal() and len(value) < 18 else None


class ReviewFilter(admin.SimpleListFilter):
    """Where a published record stands in its review cycle."""

    title = "review"
    parameter_name = "review"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Overdue first."""
        return [
            ("overdue", "Overdue"),
            ("soon", f"Due within {SOON_DAYS} days"),
            ("later", "Due later"),
            ("none", "No review planned"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Narrow the list."""
        today = timezone.localdate()
        soon = today + datetime.timedelta(days=SOON_DAYS)
        conditions = {
            "overdue": Q(review_due__lt=today),
            "soon": Q(review_due__range=(today, soon)),
            "later": Q(review_due__gt=soon),
            "none": Q(review_due__isnull=True),
        }
        condition = conditions.get(self.value() or "")
        return queryset if condition is None else queryset.filter(condition, status=Status.PUBLISHED)


class MineFilter(admin.SimpleListFilter):
    """Records that this librarian looks after, or that nobody does. `field` names the column of the person."""

    title = "curator"
    parameter_name = "curator"
    field = "curator"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Mine and nobody's."""
        return [("me", "Me"), ("nobody", "Nobody yet")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Narrow the list."""
        if self.value() == "me":
            return queryset.filter(**{self.field: request.user})
        if self.value() == "nobody":
            return queryset.filter(**{f"{self.field}__isnull": True})
        return queryset
