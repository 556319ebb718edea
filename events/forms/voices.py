"""Pledging, telling what one did, proposing a session: without an account."""

from typing import Any

from django import forms

from design.forms import PortalForm
from events.choices import Mode, PledgeProgress
from events.forms.guarding import OpenForm
from events.models.voices import PLEDGE_LIMIT, STORY_LIMIT
from mail.validators import one_plain_line


def name_field(label: str, help_text: str = "", *, required: bool = False) -> forms.CharField:
    """Return a field for a name on one line."""
    return forms.CharField(
        label=label, help_text=help_text, required=required, max_length=120, validators=[one_plain_line]
    )


class PledgeForm(OpenForm):
    """What somebody means to do."""

    text = forms.CharField(
        label="I pledge to …",
        help_text="One thing that you will do. Do not write anything that could identify a patient.",
        max_length=PLEDGE_LIMIT,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "required": "Write what you pledge to do",
            "max_length": "Your pledge must be %(limit_value)d characters or fewer; it has %(show_value)d",
        },
    )
    name = name_field("Your name", "Leave it empty to stay anonymous.")
    organisation = forms.CharField(label="Your team or organisation", required=False, max_length=200)
    email = forms.EmailField(
        label="Your email address",
        help_text="Only if you want us to ask you once, in a month, what became of it. It is not shown.",
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
    )
    field_order = ("text", "name", "organisation", "email", "website", "submission")

    def clean_text(self) -> str:
        """The pledge on one line."""
        return " ".join(str(self.cleaned_data["text"]).split())


class StoryForm(OpenForm):
    """What somebody did."""

    text = forms.CharField(
        label="What did you do?",
        help_text="A few lines: what you did, and what came of it. Do not write anything that could identify a patient.",
        max_length=STORY_LIMIT,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    name = name_field("Your name", "Leave it empty to stay anonymous.")
    organisation = forms.CharField(label="Your team or organisation", required=False, max_length=200)
    picture = forms.FileField(
        label="A picture",
        help_text="PNG or JPEG. Ask everybody who can be recognised first. Place and camera are taken out of the file.",
        required=False,
    )
    picture_words = forms.CharField(
        label="What does the picture show?",
        help_text="For people who cannot see it.",
        required=False,
        max_length=300,
        validators=[one_plain_line],
    )
    field_order = ("text", "name", "organisation", "picture", "picture_words", "website", "submission")

    def clean(self) -> dict[str, Any]:
        """Ask for words where there is a picture."""
        cleaned = super().clean() or {}
        if cleaned.get("picture") and not cleaned.get("picture_words"):
            self.add_error("picture_words", "Say in a few words what the picture shows")
        return cleaned


class ProposalForm(OpenForm):
    """A session that somebody would hold."""

    title = forms.CharField(label="What is the session called?", max_length=200, validators=[one_plain_line])
    summary = forms.CharField(label="What is it about?", max_length=2_000, widget=forms.Textarea(attrs={"rows": 5}))
    gains = forms.CharField(
        label="What will people get from it?",
        help_text="One a line.",
        required=False,
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    mode = forms.ChoiceField(
        label="Where would people take part?",
        choices=[(value, label) for value, label in Mode.choices if value != Mode.ANY_TIME],
        widget=forms.RadioSelect,
    )
    when = forms.CharField(
        label="When could it be?",
        help_text="For example: a lunchtime in the second week.",
        required=False,
        max_length=300,
    )
    speakers = forms.CharField(label="Who would speak?", required=False, max_length=300)
    name = name_field("Your name", required=True)
    organisation = forms.CharField(label="Your organisation", max_length=200)
    email = forms.EmailField(
        label="Your email address",
        help_text="We answer to this address and use it for nothing else.",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
    )
    field_order = (
        "title", "summary", "gains", "mode", "when", "speakers", "name", "organisation", "email", "website", "submission",
    )  # fmt: skip


class ProgressForm(PortalForm):
    """What became of a pledge."""

    progress = forms.ChoiceField(
        label="What became of your pledge?",
        choices=[
            (PledgeProgress.DONE, "I did it"),
            (PledgeProgress.IN_PROGRESS, "I am at it"),
            (PledgeProgress.NOT_THIS_TIME, "I could not do it this time"),
        ],
        widget=forms.RadioSelect,
    )
