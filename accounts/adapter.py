"""How allauth addresses people in this portal: through the outbox, under the portal's own name and address."""

import datetime
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from mail.links import portal_url
from mail.services import queue

# Messages whose text opens an account, and whether it does so for as long as a sign-in code works only.
SECRET_MESSAGES = {
    "login_code": True,
    "password_reset_key": False,
    "email_confirmation": False,
    "email_confirmation_signup": False,
}


class AccountAdapter(DefaultAccountAdapter):
    """allauth's own behaviour, but for the messages and for what forms say."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": "This account is switched off",
        "duplicate_email": "This is your address already",
        "email_password_mismatch": "The email address or the password is wrong",
        "email_taken": "Another account has this address",
        "enter_current_password": "This is not your current password",
        "incorrect_code": "The code is wrong. Check it, or ask for a new one",
        "incorrect_password": "The password is wrong",
        "invalid_login": "The email address or the password is wrong",
        "invalid_password_reset": "The link is too old or was used already. Ask for a new one",
        "rate_limited": "You have tried this often. Wait a few minutes and try again",
        "same_as_current": "This is what it is already",
        "too_many_login_attempts": "Too many wrong attempts. Wait five minutes and try again, or sign in with a code",
    }

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write the message to the outbox; the templates are those of templates/account/email/."""
        kind = template_prefix.rpartition("/")[2]
        values = {"email": email, "brand": settings.BRAND, **context, **self.addresses(kind)}
        subject = render_to_string(f"{template_prefix}_subject.txt", values)
        lifetime = datetime.timedelta(seconds=settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT)
        queue(
            to=email,
            subject=f"{' '.join(subject.split())} – {settings.BRAND['service_name']}",
            text=render_to_string(f"{template_prefix}_message.txt", values).strip(),
            reply_to=settings.LIBRARY_TEAM_EMAIL,
            purpose="account",
            is_secret=kind in SECRET_MESSAGES,
            expires_at=timezone.now() + lifetime if SECRET_MESSAGES.get(kind) else None,
        )

    def addresses(self, kind: str) -> dict[str, str]:
        """Return the links that allauth would build from the request's host; a reset link has its key already."""
        if kind == "unknown_account":
            return {"signup_url": portal_url(reverse("account_signup"))}
        if kind == "account_already_exists":
            return {"password_reset_url": portal_url(reverse("account_reset_password"))}
        return {}

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        """The link that confirms an address."""
        return portal_url(reverse("account_confirm_email", args=[emailconfirmation.key]))

    def get_reset_password_from_key_url(self, key: str) -> str:
        """The link that leads to choosing a new password. `key` holds the person's id and the token."""
        user_id, _, token = key.partition("-")
        return portal_url(reverse("account_reset_password_from_key", kwargs={"uidb36": user_id, "key": token}))

    def send_account_already_exists_mail(self, email: str) -> None:
        """Write to the owner of the account, and take the time that hashing a new account's password would take."""
        make_password("as long as for a new account")
        super().send_account_already_exists_mail(email)
