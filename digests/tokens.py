"""The signed parts of links in mails. They carry no secret and say nothing about the reader.

A link is made of what it is for and whose it is, without a date, so that the same mail written again is the same byte by
byte. A new `Subscriber.key` makes all of somebody's links useless.
"""

import datetime
import hashlib
import hmac
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.core import signing
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from digests.models import Digest, Subscriber

MANAGE, STOP, VIEW = "manage", "stop", "view"
LENGTH = 32
CONFIRM_WITHIN = datetime.timedelta(days=7)
READABLE_FOR = datetime.timedelta(weeks=8)
CONFIRM_SALT = "digests.confirm"


def token(subscriber: Subscriber, purpose: str, detail: str = "") -> str:
    """Return the token of a link: whose it is, what it is about, and the proof."""
    return f"{subscriber.pk}-{detail}-{_proof(subscriber, purpose, detail)}"


def _proof(subscriber: Subscriber, purpose: str, detail: str) -> str:
    value = f"{subscriber.pk}.{subscriber.key}.{detail}"
    return hmac.digest(_key(purpose, settings.SECRET_KEY), value.encode(), "sha256").hex()[:LENGTH]


@lru_cache(maxsize=20)
def _key(purpose: str, secret: str) -> bytes:
    """Return the key for one purpose, as Django's `salted_hmac` makes it; a hundred thousand mails need it thrice each."""
    return hashlib.sha256(f"digests.{purpose}{secret}".encode()).digest()


def read(text: str, purpose: str) -> tuple[Subscriber, str] | None:
    """Return whose token this is and its detail; None where it is none of ours or not for this purpose."""
    key, _, rest = text.partition("-")
    detail, _, proof = rest.partition("-")
    if not (key.isascii() and key.isdigit() and len(key) < 18):
        return None
    subscriber = Subscriber.objects.select_related("user").filter(pk=int(key)).first()
    if subscriber is None or not constant_time_compare(proof, _proof(subscriber, purpose, detail)):
        return None
    return subscriber, detail


def read_view(text: str) -> Digest | None:
    """Return the update that the token shows, while it can still be read."""
    found = read(text, VIEW)
    if found is None or not found[1].isdigit():
        return None
    digest = Digest.objects.with_reader().filter(pk=int(found[1]), subscriber=found[0]).first()
    if digest is None or digest.run.created_at < timezone.now() - READABLE_FOR:
        return None
    return digest


@dataclass(frozen=True)
class Wish:
    """What somebody without an account asked for: an address, and the address part that names what to follow."""

    email: str
    query: str
    with_narrower: bool


def seal(wish: Wish) -> str:
    """Return the token of a confirmation. Nothing is kept of it here: whoever never confirms leaves no trace."""
    return signing.dumps([wish.email, wish.query, wish.with_narrower], salt=CONFIRM_SALT, compress=True)


def unseal(text: str) -> Wish | None:
    """Return what the token asks for; None where it is none of ours or too old."""
    try:
        email, query, with_narrower = signing.loads(text, salt=CONFIRM_SALT, max_age=CONFIRM_WITHIN)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return Wish(email, query, with_narrower)
