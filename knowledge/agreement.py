"""The link by which an author agrees to what a librarian wrote up: signed, for one version of one text."""

from typing import NamedTuple

from django.core import signing

from knowledge.models import KnowHow

SALT = "knowledge.agreement"
VALID_SECONDS = 60 * 24 * 60 * 60


class Agreed(NamedTuple):
    """Which text, and which version of it, a link speaks of; `author` is whom it was mailed to."""

    knowhow: int
    version: int
    author: int


def agreement_token(knowhow: KnowHow) -> str:
    """Return the token for the text as it stands."""
    return signing.dumps([knowhow.pk, knowhow.version, knowhow.owner_id], salt=SALT)


def read_agreement(token: str) -> Agreed | None:
    """Return what the token stands for, or None where it is not ours or older than 60 days."""
    try:
        return Agreed(*signing.loads(token, salt=SALT, max_age=VALID_SECONDS))
    except (signing.BadSignature, TypeError, ValueError):
        return None
