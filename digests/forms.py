"""The forms behind following and behind one's choices."""

from typing import Any

from django import forms
from django.utils import timezone

from design.forms import DateField, PortalForm
from digests.choices import Frequency
from digests.models import Subscriber
from digests.periods import PORTAL_ZONE, time_zones
from digests.services.following import Wanted

HOURS = [(hour, f"{hour % 12 or 12}{'am' if hour < 12 else 'pm'}") for hour in range(24)]


class FollowForm(PortalForm):
    """What to follow, and for somebody without an account to which address."""

    keep = forms.MultipleChoiceField(
        label="Send me what is new for all of these",
        widget=forms.CheckboxSelectMultiple,
        required=False,
        error_messages={"required": "Select at least one option"},
    )
    with_narrower = forms.BooleanField(label="With its narrower topics", required=False, initial=True)
    email = forms.EmailField(
        label="Your email address",
        help_text="We send a link there first. Until you use it we keep nothing.",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
    )
    website = forms.CharField(
        label="Leave this empty: it is here to catch machines",
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )

    def __init__(self, *args: Any, wanted: Wanted, is_guest: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_guest:
            del self.fields["email"], self.fields["website"]
        if wanted.topic is None:
            del self.fields["with_narrower"]
        keep = self.fields["keep"]
        if len(wanted.parts) < 2:
            del self.fields["keep"]
        elif isinstance(keep, forms.MultipleChoiceField):
            keep.choices = list(wanted.parts)
            keep.required = True
            keep.initial = [part for part, _words in wanted.parts]

    def clean_website(self) -> str:
        """Raise ValidationError where the trap is filled in; a person whose browser did it can empty it."""
        if self.cleaned_data["website"]:
            raise forms.ValidationError("Leave the last field empty: it is here to catch machines")
        return ""

    @property
    def kept_query(self) -> str:
        """What is kept of the search, as the query of its address; "" where nothing was there to choose from."""
        return "&".join(self.cleaned_data.get("keep", ()))


class ChoicesForm(PortalForm):
    """How often and when the mail comes."""

    frequency = forms.ChoiceField(label="How often", choices=Frequency, widget=forms.RadioSelect)
    local_hour = forms.TypedChoiceField(
        label="Hour of the day", choices=HOURS, coerce=int, help_text="It does not leave before this hour."
    )
    time_zone = forms.ChoiceField(label="Time zone", choices=[])
    paused_until = DateField(
        label="Paused until", required=False, help_text="While you are away nothing is sent and nothing is lost."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["time_zone"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [
                (PORTAL_ZONE.key, "UK time (London)"),
                *((name, name.replace("_", " ")) for name in time_zones() if name != PORTAL_ZONE.key),
            ]

    @classmethod
    def of(cls, subscriber: Subscriber) -> "ChoicesForm":
        """Return the form with what the subscriber chose."""
        return cls(
            initial={
                "frequency": subscriber.frequency,
                "local_hour": subscriber.local_hour,
                "time_zone": subscriber.time_zone,
                "paused_until": subscriber.paused_until if subscriber.is_paused else None,
            }
        )

    def clean_paused_until(self) -> Any:
        """Return the day; raise ValidationError for one that is over."""
        day = self.cleaned_data["paused_until"]
        if day is not None and day <= timezone.localdate():
            raise forms.ValidationError("The pause must end on a day to come")
        return day
