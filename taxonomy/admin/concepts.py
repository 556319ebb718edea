"""Vocabularies of others in the admin: a heading becomes a topic only when a librarian adopts it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from accounts.admin_pages import ChooseOne, PortalModelAdmin, Step
from accounts.models import User
from taxonomy.models import Concept, Topic, TopicEdge
from taxonomy.services import adopting, curating


class AdoptForm(forms.Form):
    """Where it belongs."""

    name = forms.CharField(
        label="Name of the topic", max_length=100, help_text="In British English, as colleagues would say it."
    )
    broader = forms.ModelChoiceField(
        label="Main broader topic",
        queryset=Topic.objects.active(),
        required=False,
        widget=ChooseOne(TopicEdge._meta.get_field("broader"), admin.site),
    )

    def __init__(self, *args: Any, records: Sequence[Concept], by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].initial = records[0].label[:100]


def adopt(records: Sequence[Concept], answers: Mapping[str, Any], by: User) -> str:
    """Make a topic of a heading."""
    topic = adopting.adopt(concept=records[0], name=answers["name"], broader=answers["broader"], by=by)
    return f"{topic.name} is a topic now."


@admin.register(Concept)
class ConceptAdmin(PortalModelAdmin):
    """Headings, with the names they bring. They change with the next import only."""

    list_display = ("label", "identifier", "scheme", "names")
    list_filter = ("scheme",)
    search_fields = ("label", "identifier")
    search_help_text = "Search by heading or identifier"
    fields = ("label", "identifier", "scheme", "note", "positions", "names", "attribution")
    readonly_fields = fields
    steps = (
        Step(
            name="adopt",
            label="Adopt as a topic…",
            question="Make a topic of it?",
            button="Adopt",
            lead="The topic keeps the tie to the heading, and the heading’s names lead to it where they are free.",
            act=adopt,
            refusals=(curating.NotPossible,),
            form_class=AdoptForm,
            form_takes_records=True,
            in_bulk=False,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        """Fetch the names with the list."""
        return super().get_queryset(request).select_related("scheme").prefetch_related("terms")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Headings are imported."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Concept | None = None) -> bool:
        """Headings are imported."""
        return False

    @admin.display(description="other names")
    def names(self, concept: Concept) -> str:
        """Its other names."""
        return ", ".join(term.text for term in concept.terms.all())

    @admin.display(description="source")
    def attribution(self, concept: Concept) -> str:
        """What its owner asks to be shown."""
        return concept.scheme.attribution
