"""Booking without an account, and the one question afterwards."""

from django import forms

from design.forms import PortalForm
from events.forms.guarding import OpenForm
from events.models.booking import FEEDBACK_LIMIT
from mail.validators import one_plain_line


class GuestForm(OpenForm):
    """Who comes."""

    name = forms.CharField(
        label="Your name",
        max_length=120,
        validators=[one_plain_line],
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = forms.EmailField(
        label="Your email address",
        help_text="We send you a link to confirm, and write about this event only.",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
    )
    field_order = ("name", "email", "website", "submission")


class FeedbackForm(PortalForm):
    """One question."""

    feedback = forms.CharField(
        label="What will you do differently because of it?",
        help_text="The organisers read it, without your name. Do not write anything that could identify a patient.",
        max_length=FEEDBACK_LIMIT,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
