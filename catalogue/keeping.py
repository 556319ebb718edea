"""Keeping what was drawn for some seconds, for one reader's rights."""

import hashlib
from collections.abc import Callable

from django.core.cache import caches

from accounts.models import User
from catalogue.querysets import Reader


def kept(part: str, asked: str, user: Reader, draw: Callable[[], str], *, seconds: int) -> str:
    """Return a part of a page as it was drawn for this reader up to so many seconds ago, or draw it; 0 draws it always.

    asked: all that the part depends on, besides the catalogue and the reader. Whoever is not signed in shares it. With
    signed-in people the key holds all that their rights follow from, so that a change of role or organisation shows at
    once; what others publish or withdraw shows after those seconds.
    """
    if not seconds:
        return draw()
    key = f"{part}-{hashlib.sha256(f'{_rights(user)} {asked}'.encode()).hexdigest()}"
    cache = caches["seconds"]
    drawn: str | None = cache.get(key)
    if drawn is None:
        drawn = draw()
        cache.set(key, drawn, seconds)
    return drawn


def _rights(user: Reader) -> str:
    if not isinstance(user, User):
        return "anyone"
    return f"{user.pk} {user.role} {user.organisation_id} {user.is_member}"
