"""Words that a reader may have meant, from the catalogue's own words."""

import re

from django.db import connection

from catalogue.search.parsing import ParsedQuery
from catalogue.search.results import Suggestion
from catalogue.search.snippets import Marked
from catalogue.search.spelling import fold_word
from catalogue.search.words import distinct, lexemes_of

SHORTEST = 4
MAX_SUGGESTED = 3

# Words with the most letters in common first; of equally near ones the one that more entries hold.
NEAREST = """
    SELECT typed, (
        SELECT word FROM catalogue_searchword WHERE word %% typed AND abs(length(word) - length(typed)) <= 2
        GROUP BY word ORDER BY round(similarity(word, typed)::numeric, 1) DESC, sum(documents) DESC, word LIMIT 1
    ) FROM unnest(%s::text[]) AS typed
"""
_WORD = re.compile(r"[^\W_]+")


def misspelt(parsed: ParsedQuery, held: set[str]) -> list[str]:
    """Return the typed words that no entry holds. held: the lexemes that some entry holds."""
    lexemes = lexemes_of([fold_word(word) for word in parsed.spelt])
    return distinct(
        (
            word
            for word in parsed.spelt
            if len(word) >= SHORTEST
            and word.isalpha()
            and lexemes[fold_word(word)]
            and held.isdisjoint(lexemes[fold_word(word)])
        ),
        most=MAX_SUGGESTED,
    )


def nearest_words(words: list[str]) -> dict[str, str]:
    """Return the nearest word of the catalogue's for each word that has one. One query."""
    with connection.cursor() as cursor:
        cursor.execute(NEAREST, [words])
        return {typed: word for typed, word in cursor.fetchall() if word}


def suggestion(text: str, corrections: dict[str, str]) -> Suggestion:
    """Return the query with the corrected words in place of the typed ones."""
    pieces: Marked = []
    done = 0
    for found in _WORD.finditer(text):
        corrected = corrections.get(found[0].lower())
        if corrected:
            pieces += [(text[done : found.start()], False), (corrected, True)]
            done = found.end()
    pieces.append((text[done:], False))
    shown = [(piece, changed) for piece, changed in pieces if piece]
    return Suggestion(shown, "".join(piece for piece, changed in shown))
