"""allauth's forms in the portal's words. The pages draw them with `{% form_fields %}`."""

from typing import Any

from allauth.account import forms as allauth
from django import forms

from design.forms import use_plain_messages


class PlainWords:
    """Names fields as the rest of the portal does, and says what is missing as an instruction."""

    labels = {
        "login": "Email address",
        "email": "Email address",
        "password1": "Password",
        "oldpassword": "Current password",
        "code": "Code",
        "remember": "Keep me signed in on this device",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, forms.Field] = self.fields  # type: ignore[attr-defined]  # every class that mixes this in is a form
        for name, field in fields.items():
            field.label = self.labels.get(name, field.label)
            field.widget.attrs.pop("placeholder", None)
            use_plain_messages(field, label=str(field.label or name))


class SignupForm(PlainWords, allauth.SignupForm):
    """Signing up."""


class LoginForm(PlainWords, allauth.LoginForm):
    """Signing in with a password."""


class RequestLoginCodeForm(PlainWords, allauth.RequestLoginCodeForm):
    """Asking for a code to sign in with."""


class ConfirmLoginCodeForm(PlainWords, allauth.ConfirmLoginCodeForm):
    """Signing in with a code."""


class AddEmailForm(PlainWords, allauth.AddEmailForm):
    """Changing the address."""

    labels = {"email": "New email address"}


class ChangePasswordForm(PlainWords, allauth.ChangePasswordForm):
    """Changing the password."""

    labels = {"oldpassword": "Current password", "password1": "New password", "password2": "New password again"}


class SetPasswordForm(PlainWords, allauth.SetPasswordForm):
    """Setting a first password."""

    labels = {"password1": "Password", "password2": "Password again"}


class ResetPasswordForm(PlainWords, allauth.ResetPasswordForm):
    """Asking for a link to a new password."""


class ResetPasswordKeyForm(PlainWords, allauth.ResetPasswordKeyForm):
    """Choosing a new password."""

    labels = {"password1": "New password", "password2": "New password again"}


class ReauthenticateForm(PlainWords, allauth.ReauthenticateForm):
    """Proving again who one is."""
