"""Addresses in messages, which have no request to take the host from."""

from django.conf import settings


def portal_url(path: str) -> str:
    """Return the full address of a path of the portal, as PORTAL_URL names the portal."""
    return f"{settings.PORTAL_URL.rstrip('/')}{path}"
