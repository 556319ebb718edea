"""Keeping what was drawn for some seconds, so that what many look at is not drawn for each of them."""

import hashlib
import zlib
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from accounts.models import User
from catalogue.querysets import Reader

View = Callable[..., HttpResponse]


def kept(part: str, asked: str, user: Reader, draw: Callable[[], str], *, seconds: int) -> str:
    """Return a part of a page as it was drawn for this reader up to so many seconds ago, or draw it; 0 draws it always.

    asked: all that the part depends on, besides the catalogue and the reader. Whoever is not signed in shares it. With
    signed-in people the key holds all that their rights follow from, so that a change of role or organisation shows at
    once; what others publish or withdraw shows after those seconds.
    """
    if not seconds:
        return draw()
    key = _key(part, f"{_rights(user)} {asked}")
    drawn = _look_up(key)
    if drawn is None:
        drawn = draw().encode()
        _keep(key, drawn, seconds)
    return drawn.decode()


def kept_for_visitors(view: View) -> View:
    """Show whoever carries no cookie the page as it was up to settings.PAGES_KEPT_SECONDS ago: a link mailed to thousands
    is opened by many at once. Signed-in people, and visitors whom the portal has to recognise, get it drawn for them.
    """

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        seconds = settings.PAGES_KEPT_SECONDS
        if not seconds or request.COOKIES or request.method != "GET":
            return view(request, *args, **kwargs)
        key = _key("page", request.build_absolute_uri())
        content = _look_up(key)
        if content is None:
            response = view(request, *args, **kwargs)
            sets_cookie = bool(response.cookies) or request.META.get("CSRF_COOKIE_NEEDS_UPDATE")
            if response.status_code == 200 and not sets_cookie:
                _keep(key, response.content, seconds)
        else:
            response = HttpResponse(content)
        patch_vary_headers(response, ["Cookie"])
        return response

    return answer


def _key(part: str, asked: str) -> str:
    return f"{part}-{hashlib.sha256(asked.encode()).hexdigest()}"


def _look_up(key: str) -> bytes | None:
    packed: bytes | None = caches["seconds"].get(key)
    return None if packed is None else zlib.decompress(packed)


def _keep(key: str, content: bytes, seconds: int) -> None:
    # Packed it takes a fifth of the memory, and less than half a millisecond.
    caches["seconds"].set(key, zlib.compress(content, 1), seconds)


def _rights(user: Reader) -> str:
    if not isinstance(user, User):
        return "anyone"
    return f"{user.pk} {user.role} {user.organisation_id} {user.is_member}"
