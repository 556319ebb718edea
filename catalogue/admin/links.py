"""Links between items in the admin: what agrees, adds detail or conflicts, each with one sentence."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from accounts.admin_pages import ConditionFilter, PortalModelAdmin, Step
from accounts.models import User
from catalogue import relations, services
from catalogue.admin.steps import counted
from catalogue.models import Item, Relation


class RelationForm(forms.ModelForm):
    """Two items, how they belong together, and in one sentence why."""

    class Meta:
        model = Relation
        fields = ("from_item", "kind", "to_item", "note")
        labels = {"from_item": "This item", "kind": "Does what", "to_item": "To that item", "note": "In one sentence"}
        help_texts = {"note": "Readers see it on the pages of topics, conflicts first."}


class ConfirmedFilter(ConditionFilter):
    """Whether readers see it."""

    title = "shown"
    parameter_name = "shown"

    def conditions(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str, Q]]:
        """Proposed or confirmed."""
        return [
            ("proposed", "Proposed only", Q(confirmed_at=None)),
            ("confirmed", "Confirmed", Q(confirmed_at__isnull=False)),
        ]


def confirm(records: Sequence[Relation], answers: Mapping[str, Any], by: User) -> str:
    """Let readers see the links."""
    for relation in records:
        relations.confirm(relation=relation, by=by)
    return f"Readers see {counted(len(records)).replace('record', 'link')} now."


def remove(records: Sequence[Relation], answers: Mapping[str, Any], by: User) -> str:
    """Take the links away."""
    for relation in records:
        relations.remove(relation=relation, by=by)
    return f"Removed {counted(len(records)).replace('record', 'link')}."


@admin.register(Relation)
class RelationAdmin(PortalModelAdmin):
    """Links between items that this librarian may both see."""

    form = RelationForm
    list_display = ("__str__", "kind", "note", "confirmed_at")
    list_filter = (ConfirmedFilter, "kind")
    search_fields = ("from_item__title", "to_item__title", "note")
    search_help_text = "Search by words of a title or of the sentence"
    ordering = ("-proposed_at",)
    autocomplete_fields = ("from_item", "to_item")
    steps = (
        Step(
            name="confirm",
            label="Confirm…",
            question="Let readers see it?",
            button="Confirm",
            act=confirm,
            refusals=(services.NotReady,),
            offered=lambda request, relation: relation.confirmed_at is None,
        ),
        Step(
            name="remove",
            label="Remove…",
            question="Remove the link?",
            button="Remove",
            act=remove,
            refusals=(services.NotReady,),
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Relation]:
        """Only links whose ends this person may both see."""
        visible = Item.objects.visible_to(request.user)  # type: ignore[arg-type]  # signed in, by admin_view
        found = super().get_queryset(request).select_related("from_item", "to_item")
        return found.filter(from_item__in=visible, to_item__in=visible)

    def save_model(self, request: HttpRequest, obj: Relation, form: Any, change: bool) -> None:
        """Save, and confirm what a librarian writes."""
        if not change:
            obj.proposed_by = request.user  # type: ignore[assignment]
        super().save_model(request, obj, form, change)
        relations.confirm(relation=obj, by=request.user)  # type: ignore[arg-type]

    def has_delete_permission(self, request: HttpRequest, obj: Relation | None = None) -> bool:
        """A step removes links."""
        return False
