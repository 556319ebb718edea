"""Ambiguous abbreviations in the librarians' admin."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.admin_pages import PortalModelAdmin, PortalStackedInline
from taxonomy.models import Abbreviation, Meaning, Topic
from taxonomy.names import name_key


class MeaningForm(forms.ModelForm):
    """One thing that an abbreviation can stand for."""

    def clean(self) -> dict[str, Any]:
        """Ask where the meaning leads."""
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and not cleaned.get("topics") and not cleaned.get("query"):
            self.add_error("query", "Choose topics, or write the words to search for instead.")
        return cleaned


class MeaningInline(PortalStackedInline):
    """What the letters can stand for."""

    model = Meaning
    form = MeaningForm
    fields = ("label", "topics", "query")
    autocomplete_fields = ("topics",)
    extra = 2


class AbbreviationForm(forms.ModelForm):
    """Letters with more than one meaning."""

    def clean_text(self) -> str:
        """Refuse letters that are on the list already, or that lead straight to a topic."""
        text: str = self.cleaned_data["text"].strip()
        if Abbreviation.objects.filter(text__iexact=text).exclude(pk=self.instance.pk).exists():
            raise ValidationError(f"“{text}” is on the list already.")
        topic = Topic.objects.named(name_key(text)).first()
        if topic is not None:
            raise ValidationError(f"“{text}” leads straight to the topic {topic.name}. Remove it there first.")
        return text


@admin.register(Abbreviation)
class AbbreviationAdmin(PortalModelAdmin):
    """Ambiguous abbreviations: search offers their meanings and never guesses."""

    form = AbbreviationForm
    list_display = ("text", "meaning_list")
    search_fields = ("text", "meanings__label")
    search_help_text = "Search by letters or meaning"
    inlines = (MeaningInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Abbreviation]:
        """Fetch the meanings with the list."""
        return super().get_queryset(request).prefetch_related("meanings")

    @admin.display(description="meanings")
    def meaning_list(self, abbreviation: Abbreviation) -> str:
        """The meanings, one after the other."""
        return " · ".join(meaning.label for meaning in abbreviation.meanings.all())
