"""Requests as the pages of know-how see them."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from accounts.models import User


class SignedInRequest(HttpRequest):
    """A request behind `login_required`, with what the htmx middleware found."""

    user: User
    htmx: HtmxDetails


def whole_number(text: str | None) -> int:
    """Return the number, or 0, which is no row and no version, for what is none."""
    return int(text) if text and text.isdecimal() and text.isascii() and len(text) < 10 else 0
