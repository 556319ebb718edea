"""Merges and splits in the admin, with the step that takes one back."""

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from accounts.admin_pages import ConditionFilter, PortalModelAdmin, Step
from accounts.models import User
from design.dates import day_in_words
from taxonomy.models import TopicChange
from taxonomy.models.changes import UNDO_DAYS
from taxonomy.services import curating, merging


def undo(records: Sequence[TopicChange], answers: Mapping[str, Any], by: User) -> str:
    """Take one change back."""
    change = merging.undo(change=records[0], by=by)
    return f"Undone. {change.source.name} is as it was."


def can_be_undone(request: HttpRequest, change: TopicChange) -> bool:
    """Offer the step for 30 days."""
    return change.can_be_undone


class UndoFilter(ConditionFilter):
    """Whether it can still be taken back."""

    title = "undo"
    parameter_name = "undo"

    def conditions(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str, Q]]:
        """Can be, was, no longer."""
        limit = timezone.now() - datetime.timedelta(days=UNDO_DAYS)
        return [
            ("open", "Can be undone", Q(undone_at=None, at__gt=limit)),
            ("undone", "Undone", Q(undone_at__isnull=False)),
            ("closed", "Older than 30 days", Q(undone_at=None, at__lte=limit)),
        ]


@admin.register(TopicChange)
class TopicChangeAdmin(PortalModelAdmin):
    """Merges and splits, the newest first."""

    list_display = ("what", "by", "at", "undo_words")
    list_filter = (UndoFilter, "kind")
    search_fields = ("source__name", "target_name")
    search_help_text = "Search by name of a topic"
    fields = ("kind", "source", "target_name", "moved", "by", "at", "undo_words", "undone_by")
    readonly_fields = fields
    steps = (
        Step(
            name="undo",
            label="Undo…",
            question="Undo?",
            button="Undo",
            lead="Everything it moved goes back. What was added to the other topic since stays there.",
            act=undo,
            refusals=(curating.NotPossible,),
            in_bulk=False,
            offered=can_be_undone,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[TopicChange]:
        """Fetch the topics and people with the list."""
        return super().get_queryset(request).select_related("source", "target", "by").defer("memory")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Topics are merged and split on their own pages."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: TopicChange | None = None) -> bool:
        """What happened stays on record."""
        return False

    @admin.display(description="what", ordering="source__name")
    def what(self, change: TopicChange) -> str:
        """What happened, in words."""
        return str(change)

    @admin.display(description="moved")
    def moved(self, change: TopicChange) -> str:
        """What it moved, in numbers."""
        return merging.in_words(change.numbers) or "Nothing"

    @admin.display(description="undo")
    def undo_words(self, change: TopicChange) -> str:
        """Until when it can be undone, or when it was."""
        if change.undone_at:
            return f"Undone on {day_in_words(change.undone_at)}"
        until = day_in_words(change.undo_until)
        return f"Can be undone until {until}" if change.can_be_undone else f"Stands since {until}"
