"""What one word is to search: its lexemes, its number, and the weight that BM25 gives it."""

import hashlib
import math
from collections.abc import Collection, Iterable

from django.db import connection

# Robertson's BM25 with the usual constants. Source: Robertson and Zaragoza, "The Probabilistic Relevance Framework:
# BM25 and Beyond" (2009).
K1 = 1.2
B = 0.75
TITLE_WEIGHT = 2
# A word as it was typed counts this much on top of its stem, so that "organs" ranks above "organisation".
UNSTEMMED_WEIGHT = 0.2
# The weight from which a stem reaches tier 1, 2 … 7; the most a weight can be is K1 + 1.
TIER_THRESHOLDS = (1.25, 1.45, 1.6, 1.75, 1.85, 1.95, 2.02)
# Marks the dimension of an unstemmed word. No lexeme of PostgreSQL's contains it.
UNSTEMMED = "="

_CACHED_WORDS = 50_000
_lexemes: dict[str, tuple[str, ...]] = {}


def dimension(lexeme: str) -> int:
    """Return the number of a lexeme: the first seven hexadecimal digits of its MD5, so no table of numbers is needed."""
    return int(hashlib.md5(lexeme.encode(), usedforsecurity=False).hexdigest()[:7], 16)


def inverse_document_frequency(*, documents: int, having: int) -> float:
    """Return BM25's weight of a lexeme that so many of the documents hold; never negative."""
    having = max(0, min(having, documents))
    return math.log(1 + (documents - having + 0.5) / (having + 0.5))


def lexemes_of(words: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Return the lexemes of each folded word, none for a stop word, by PostgreSQL's English configuration.

    Asks the database in one query for those it has not met before.
    """
    unknown = [word for word in dict.fromkeys(words) if word not in _lexemes]
    if unknown:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT word, tsvector_to_array(to_tsvector('english', word)) FROM unnest(%s::text[]) AS word",
                [unknown],
            )
            found = {word: tuple(lexemes) for word, lexemes in cursor.fetchall()}
        if len(_lexemes) + len(found) > _CACHED_WORDS:
            _lexemes.clear()
        _lexemes.update(found)
        known = {word: _lexemes.get(word, ()) for word in words if word not in found}
        return known | found
    return {word: _lexemes[word] for word in words}


def distinct(values: Iterable[str], *, most: int) -> list[str]:
    """Return the first so many different values in their order."""
    return list(dict.fromkeys(values))[:most]


def quoted(word: str) -> str:
    """Return a folded word as a tsquery holds it. Folded words hold letters and digits only, so nothing is escaped."""
    return f"'{word}'"
