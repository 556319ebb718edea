"""The form of an event."""

import datetime
from collections.abc import Sequence
from typing import Any

from django import forms

from accounts.models import User
from catalogue.admin import ItemForm
from catalogue.techniques import all_techniques
from events.choices import CARD, BookingWay, Mode
from events.models import Event


def technique_choices() -> list[tuple[str, str]]:
    """Return no technique, and each that there is."""
    return [("", "None"), *((one.key, one.name) for one in all_techniques().values())]


class EventForm(ItemForm):
    """An event. A card has no times, an event on several days takes them from its days."""

    technique = forms.ChoiceField(label="Or to a technique", choices=technique_choices, required=False)

    def clean(self) -> dict[str, Any]:
        """Check what goes together."""
        cleaned = super().clean()
        if cleaned.get("form") == CARD:
            self._clean_card(cleaned)
        else:
            self._clean_times(cleaned.get("starts_at"), cleaned.get("ends_at"))
            if cleaned.get("booking") == BookingWay.ELSEWHERE and not cleaned.get("booking_url"):
                self.add_error("booking_url", "Say where to book: the web address is missing.")
        return cleaned

    def _clean_card(self, cleaned: dict[str, Any]) -> None:
        if not cleaned.get("minutes"):
            self.add_error("minutes", "Say how long the card takes.")
        if cleaned.get("starts_at") or cleaned.get("ends_at"):
            self.add_error("starts_at", "An activity card has no time: leave start and end empty.")
        cleaned["mode"], cleaned["booking"] = Mode.ANY_TIME, BookingWay.NONE

    def _clean_times(self, starts_at: datetime.datetime | None, ends_at: datetime.datetime | None) -> None:
        if bool(starts_at) != bool(ends_at):
            self.add_error("ends_at" if starts_at else "starts_at", "Give both, the start and the end.")
        elif starts_at and ends_at and ends_at <= starts_at:
            self.add_error("ends_at", "It cannot end before it starts.")


class CallOffForm(forms.Form):
    """Why, for those who booked."""

    note = forms.CharField(
        label="What readers are told",
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
        help_text="It stands on the page and in the e-mail to everybody who booked.",
    )


class RecordingForm(forms.Form):
    """Where the recording is."""

    url = forms.URLField(label="Web address of the recording", assume_scheme="https", max_length=1000)
    minutes = forms.IntegerField(label="How long it is, in minutes", min_value=1, max_value=24 * 60)
    asks_speakers = forms.BooleanField(
        label="Ask the speakers for a know-how item", required=False, initial=True,
        help_text="Those whose e-mail address is known get one message.",
    )  # fmt: skip

    def __init__(self, *args: Any, records: Sequence[Event], by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("minutes", max(int(records[0].length.total_seconds()) // 60, 1))
