"""Playing a recording on its page: only from the hosts that the portal's settings allow."""

from urllib.parse import urlsplit

from django.conf import settings


def allowed_origin(url: str) -> str:
    """Return the origin of an address that may be shown in a frame, or "" where it may not."""
    parts = urlsplit(url)
    origin = f"{parts.scheme}://{parts.netloc}"
    return origin if parts.scheme == "https" and origin in settings.EMBED_HOSTS else ""


def at_second(url: str, seconds: int) -> str:
    """Return the address that begins to play at this second, in the way of its host.

    Source: the players' own documentation. Vimeo takes a fragment, the others that are known a parameter `start`.
    """
    if not seconds:
        return url
    parts = urlsplit(url)
    if parts.netloc.endswith("vimeo.com"):
        return parts._replace(fragment=f"t={seconds}s").geturl()
    query = f"{parts.query}&start={seconds}" if parts.query else f"start={seconds}"
    return parts._replace(query=query).geturl()
