"""The part of a text that shows why it was found, with the words that matched marked."""

import re
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache

from catalogue.search.spelling import fold
from catalogue.search.words import lexemes_of

Marked = list[tuple[str, bool]]

# Two lines of a result on a wide screen.
SNIPPET_LENGTH = 280
# Text before the first match, so that it is read in its sentence.
LEAD = 60
_WORD = re.compile(r"[^\W_]+(?:[’'\-\u2010\u2011][^\W_]+)*")


def lexemes_of_texts(texts: Iterable[str]) -> dict[str, frozenset[str]]:
    """Return the lexemes of every word of the texts, by the word as it stands there. At most one query."""
    folded = {word: _folded(word) for text in texts for word in _WORD.findall(text)}
    lexemes = lexemes_of({part for parts in folded.values() for part in parts})
    return {word: frozenset(one for part in parts for one in lexemes[part]) for word, parts in folded.items()}


@lru_cache(maxsize=50_000)
def _folded(word: str) -> tuple[str, ...]:
    return tuple(fold(word).split())


def mark(text: str, wanted: Collection[str], lexemes: dict[str, frozenset[str]]) -> Marked:
    """Return the text in pieces, each with whether it is one of the wanted words; the pieces together are the text.

    Words that follow one another are marked as one.
    """
    return _pieces(text, _matches(text, wanted, lexemes))


def snippet(text: str, wanted: Collection[str], lexemes: dict[str, frozenset[str]]) -> Marked:
    """Return the stretch of the text with the most different wanted words, marked; its beginning where there are none.

    An ellipsis stands where text was left out.
    """
    text = " ".join(text.split())
    places = _matches(text, wanted, lexemes)
    start, end = _best_stretch(text, places, lexemes)
    shown = text[start:end]
    inside = [(first - start, last - start) for first, last in places if start <= first and last <= end]
    pieces = _pieces(shown, inside)
    if start > 0:
        pieces.insert(0, ("… ", False))
    if end < len(text):
        pieces.append((" …", False))
    return pieces


def _matches(text: str, wanted: Collection[str], lexemes: dict[str, frozenset[str]]) -> list[tuple[int, int]]:
    return [found.span() for found in _WORD.finditer(text) if not lexemes.get(found[0], frozenset()).isdisjoint(wanted)]


def _best_stretch(text: str, places: Sequence[tuple[int, int]], lexemes: dict[str, frozenset[str]]) -> tuple[int, int]:
    if len(text) <= SNIPPET_LENGTH:
        return 0, len(text)
    best, start = 0, 0
    for first, _last in places:
        held = {
            lexeme
            for begin, end in places
            if first <= begin and end <= first + SNIPPET_LENGTH - LEAD
            for lexeme in lexemes[text[begin:end]]
        }
        if len(held) > best:
            best, start = len(held), first
    start = 0 if start <= LEAD else text.rfind(" ", 0, start - LEAD) + 1
    end = min(start + SNIPPET_LENGTH, len(text))
    if end < len(text):
        end = max(text.rfind(" ", start, end), start + 1)
    return start, end


def _pieces(text: str, places: Iterable[tuple[int, int]]) -> Marked:
    pieces: Marked = []
    done = 0
    for first, last in places:
        between = text[done:first]
        if pieces and not between.strip():
            pieces[-1] = (pieces[-1][0] + between + text[first:last], True)
        else:
            if between:
                pieces.append((between, False))
            pieces.append((text[first:last], True))
        done = last
    if done < len(text):
        pieces.append((text[done:], False))
    return pieces
