"""Keeping a drawn map for some seconds, for one reader's rights and one choice of rows, columns and filters."""

import hashlib
from collections.abc import Callable

from django.conf import settings
from django.core.cache import caches

from accounts.models import User
from catalogue.map.choices import MapChoices
from catalogue.querysets import Reader


def kept(user: Reader, choices: MapChoices, draw: Callable[[], str]) -> str:
    """Return the map as it was drawn for this reader some seconds ago, or draw it.

    Whoever is not signed in shares it. With signed-in people the key holds all that their rights follow from, so that
    a change of role or organisation shows at once; what others publish or withdraw shows after those seconds.
    """
    seconds = settings.EVIDENCE_MAP["kept_seconds"]
    if not seconds:
        return draw()
    asked = f"{_rights(user)} {choices.url()} {' '.join(choices.remarks)}"
    key = f"map-{hashlib.sha256(asked.encode()).hexdigest()}"
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
