"""How often one person or one network may do something; the counts are in PostgreSQL (settings.CACHES)."""

from allauth.core import ratelimit
from django.http import HttpRequest


def within_limit(request: HttpRequest, *, action: str) -> bool:
    """Count one more use of the action and return whether it is allowed; the rates are ACCOUNT_RATE_LIMITS."""
    return bool(ratelimit.consume(request, action=action))
