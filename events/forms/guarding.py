"""What every form shares that anybody may send without an account: a trap for machines, and a name for each form."""

import uuid
from typing import Any

from django import forms

from design.forms import PortalForm

TOO_MANY = (
    "Much has been sent from your network in a short time. What you wrote is below: send it again in a few minutes."
)


class OpenForm(PortalForm):
    """A form with a field that people do not see. `submission` names the form, so that sent twice it counts once."""

    website = forms.CharField(
        label="Leave this empty: it is here to catch machines",
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )
    submission = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("submission", str(uuid.uuid4()))

    def clean_website(self) -> str:
        """Raise ValidationError where the trap is filled in; a person whose browser did it can empty it."""
        if self.cleaned_data["website"]:
            raise forms.ValidationError("Leave the last field empty: it is here to catch machines")
        return ""

    def clean_submission(self) -> uuid.UUID:
        """The name of this form; a new one where it was tampered with."""
        try:
            return uuid.UUID(self.cleaned_data["submission"])
        except ValueError:
            return uuid.uuid4()

    def answers(self) -> dict[str, Any]:
        """Return what the person wrote, and the form's name."""
        return {name: value for name, value in self.cleaned_data.items() if name != "website"}
