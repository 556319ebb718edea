"""Forms of a person's own learning record."""

import datetime
from typing import Any

from django import forms
from django.utils import timezone

from design.forms import DateField, PortalForm
from learning_zone.choices import CodeTheme, Method
from learning_zone.models import LearningRecord, LearningResource
from learning_zone.services.recording import MOST_MINUTES


class DoneForm(PortalForm):
    """What was done: when, how long, how, and what comes of it."""

    done_on = DateField(label="When did you do it?")
    hours = forms.IntegerField(label="Hours", min_value=0, max_value=MOST_MINUTES // 60, required=False)
    minutes = forms.IntegerField(label="Minutes", min_value=0, max_value=59, required=False)
    participatory_hours = forms.IntegerField(
        label="Hours of it with others",
        help_text="Participatory learning is done together with at least one other person.",
        min_value=0,
        max_value=MOST_MINUTES // 60,
        required=False,
    )
    participatory_rest = forms.IntegerField(
        label="Minutes of it with others", min_value=0, max_value=59, required=False
    )
    method = forms.ChoiceField(label="How did you learn?", choices=Method.choices)
    reflection = forms.CharField(
        label="What did you learn, and what will you do differently?",
        help_text="Only you see this. Do not name patients.",
        max_length=3_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    code_themes = forms.MultipleChoiceField(
        label="Which themes of the NMC Code does it belong to?",
        help_text="For nurses, midwives and nursing associates.",
        choices=CodeTheme.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def clean_done_on(self) -> datetime.date:
        """Refuse a day still to come."""
        day: datetime.date = self.cleaned_data["done_on"]
        if day > timezone.localdate():
            raise forms.ValidationError("The day you did it cannot be in the future.")
        return day

    def clean(self) -> dict[str, Any]:
        """Refuse no time at all, and more time with others than time."""
        cleaned = super().clean() or self.cleaned_data
        if {"hours", "minutes"} & set(self.errors) or {"participatory_hours", "participatory_rest"} & set(self.errors):
            return cleaned
        if not self._length:
            self.add_error("hours", "Say how long it took, in hours, minutes or both.")
        elif self._participatory_length > self._length:
            self.add_error("participatory_hours", "The time with others cannot be longer than the whole.")
        return cleaned

    def answers(self) -> dict[str, Any]:
        """Return what the services take."""
        kept = {name: self.cleaned_data[name] for name in ("done_on", "method", "reflection", "code_themes")}
        return {**kept, "minutes": self._length, "participatory_minutes": self._participatory_length}

    @property
    def _length(self) -> int:
        return (self.cleaned_data.get("hours") or 0) * 60 + (self.cleaned_data.get("minutes") or 0)

    @property
    def _participatory_length(self) -> int:
        hours = self.cleaned_data.get("participatory_hours") or 0
        return hours * 60 + (self.cleaned_data.get("participatory_rest") or 0)


class OwnEntryForm(DoneForm):
    """Something that was done elsewhere."""

    title = forms.CharField(label="What was it?", max_length=500)
    provider = forms.CharField(label="Who offered it?", max_length=200, required=False)
    field_order = ("title", "provider")

    def answers(self) -> dict[str, Any]:
        """Return what the services take."""
        return {**super().answers(), "title": self.cleaned_data["title"], "provider": self.cleaned_data["provider"]}


def first_values(resource: LearningResource) -> dict[str, Any]:
    """Return what the form of a resource begins with: today, and what the resource says of itself."""
    hours, minutes = divmod(resource.minutes or 0, 60)
    return {
        "done_on": timezone.localdate(),
        "hours": hours or None,
        "minutes": minutes or None,
        "method": resource.usual_method,
    }


def values_of(record: LearningRecord) -> dict[str, Any]:
    """Return what the form of an entry begins with."""
    hours, minutes = divmod(record.minutes, 60)
    with_others, rest = divmod(record.participatory_minutes, 60)
    return {
        "title": record.title,
        "provider": record.provider,
        "done_on": record.done_on or timezone.localdate(),
        "hours": hours or None,
        "minutes": minutes or None,
        "participatory_hours": with_others or None,
        "participatory_rest": rest or None,
        "method": record.method,
        "reflection": record.reflection,
        "code_themes": record.code_themes,
    }
