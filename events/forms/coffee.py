"""Taking part in a coffee trial, and saying what came of it."""

from django import forms

from design.forms import PortalForm
from events.models.coffee import ANSWER_LIMIT
from mail.validators import one_plain_line


class SignUpForm(PortalForm):
    """What the pairing needs, and something to start from."""

    is_clinical = forms.TypedChoiceField(
        label="Do you work with patients?",
        choices=[("yes", "Yes"), ("no", "No")],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    about = forms.CharField(
        label="What could you talk about?",
        help_text="Your partner reads it: something you are working on, or wonder about.",
        required=False,
        max_length=300,
        validators=[one_plain_line],
    )


class AnswerForm(PortalForm):
    """One question."""

    answer = forms.CharField(
        label="What came of it?",
        help_text="The organisers read it. Do not write anything that could identify a patient.",
        max_length=ANSWER_LIMIT,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
