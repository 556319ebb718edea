"""The code that proves that whoever deletes an account reads its e-mail."""

import datetime
import time
from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.models import User
from mail.services import queue

SESSION_KEY = "account_deletion_code"
SALT = "accounts.deletion-code"
LIFETIME = 15 * 60
ATTEMPTS = 5


class DeletionCode:
    """The code of this session, of which the session knows the hash only."""

    def __init__(self, session: SessionBase) -> None:
        self.session = session

    def send(self, user: User) -> None:
        """Write a new code to the person's address; an earlier one stops working."""
        code = get_adapter().generate_login_code()
        self.session[SESSION_KEY] = {
            "hash": self.hash(code),
            "until": time.time() + LIFETIME,
            "left": ATTEMPTS,
        }
        queue(
            to=user.email,
            subject=f"Your code for deleting your account – {settings.BRAND['service_name']}",
            text=render_to_string("accounts/email/deletion_code.txt", {"code": code, "brand": settings.BRAND}).strip(),
            purpose="account",
            is_secret=True,
            expires_at=timezone.now() + datetime.timedelta(seconds=LIFETIME),
        )

    def matches(self, words: str) -> bool:
        """Whether the words are the code, in any case and with any spaces. Five wrong answers use it up."""
        kept: dict[str, Any] | None = self.session.get(SESSION_KEY)
        if kept is None or kept["until"] < time.time() or kept["left"] <= 0:
            return False
        self.session[SESSION_KEY] = {**kept, "left": kept["left"] - 1}
        return constant_time_compare(kept["hash"], self.hash(words))

    def hash(self, code: str) -> str:
        """Return what the session keeps of a code."""
        plain = "".join(code.split()).replace("-", "").upper()
        return salted_hmac(SALT, plain, algorithm="sha256").hexdigest()
