"""Forms about people."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from accounts import staff
from accounts.codes import DeletionCode
from accounts.models import User
from design.forms import PortalForm, PortalModelForm
from mail.validators import one_plain_line

WORKPLACE_LIMIT = User._meta.get_field("staff_request").max_length


class SignUpDetailsForm(forms.Form):
    """What signing up asks beside address and password; allauth builds its sign-up form on this one."""

    field_order = ("name", "email", "password1", "staff_request")

    name = forms.CharField(
        label="Your name",
        max_length=120,
        validators=[one_plain_line],
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": "Enter your name"},
    )
    staff_request = forms.CharField(
        label="Where you work, and as what",
        help_text="As in “community nurse, Riverside Hospice”. Needed only where your address does not show it.",
        max_length=WORKPLACE_LIMIT,
        required=False,
        validators=[one_plain_line],
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )

    def signup(self, request: HttpRequest, user: User) -> None:
        """Called by allauth once the person exists."""
        user.name = self.cleaned_data["name"]
        user.save(update_fields=["name"])
        if self.cleaned_data["staff_request"]:
            staff.ask_for_access(user=user, words=self.cleaned_data["staff_request"])


class NameForm(PortalModelForm):
    """A person's own name."""

    name = forms.CharField(
        label="Your name",
        max_length=120,
        validators=[one_plain_line],
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    class Meta:
        model = User
        fields = ("name",)


class StaffRequestForm(PortalForm):
    """Where somebody says they work."""

    staff_request = forms.CharField(
        label="Where you work, and as what",
        help_text="As in “community nurse, Riverside Hospice”.",
        max_length=WORKPLACE_LIMIT,
        validators=[one_plain_line],
    )


class DeleteAccountForm(PortalForm):
    """Proof that it is the owner who deletes the account: the password, or a code that was sent to the address."""

    proof = forms.CharField(
        label="Your password, or the code from our email",
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        strip=False,
    )

    def __init__(self, *args: Any, user: User, code: DeletionCode, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.code = code

    def clean_proof(self) -> str:
        """Raise ValidationError unless the words are the password, or a code that still works."""
        proof = str(self.cleaned_data["proof"])
        if not self.user.check_password(proof) and not self.code.matches(proof):
            raise ValidationError("This is neither your password nor a code that still works")
        return proof
