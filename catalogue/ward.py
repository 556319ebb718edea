"""One page of a topic for the wall of a ward: the message, three findings, two things tried, one thing to learn."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

import segno
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator

from catalogue.cards import with_card_facts
from catalogue.choices import KindName
from catalogue.models import Item
from catalogue.querysets import Reader
from catalogue.topic_page import best_first
from design.cards import BAND_WORDS, CardFacts, quality_words
from taxonomy.models import Topic

FINDINGS = 3
TRIED = 2
MINUTES = 15
# How many of a kind are looked through: the best may say nothing in words, be retracted, or take too long to learn.
LOOKED_THROUGH = 30
# What fits one sheet of A4 at a size that can be read from a wall.
MESSAGE_WORDS = 60
FINDING_WORDS = 34


@dataclass(frozen=True)
class Line:
    """One thing on the sheet: what it says, how good or how well tested it is, and what says so."""

    text: str
    standing: str
    source: str


@dataclass(frozen=True)
class Learning:
    """What to learn, and how long it takes: None where nobody knows."""

    title: str
    minutes: int | None


@dataclass(frozen=True)
class Sheet:
    """All of the sheet. review_due: the first day on which something on it falls due for review."""

    message: str
    findings: list[Line]
    tried: list[Line]
    learning: Learning | None
    review_due: datetime.date | None


def sheet_of(topic: Topic, user: Reader) -> Sheet:
    """Return the sheet of a topic for one reader; what the reader may not list is not on it. Two queries a kind."""
    findings = _with_words(_best(topic, user, KindName.EVIDENCE), FINDINGS)
    tried = _with_words(_best(topic, user, KindName.KNOWHOW), TRIED)
    learning = _shortest(_best(topic, user, KindName.LEARNING))
    dates = [item.review_due for item in (*findings, *tried) if item.review_due]
    return Sheet(
        message=_short(topic.key_message, MESSAGE_WORDS),
        findings=[_line(item) for item in findings],
        tried=[_line(item) for item in tried],
        learning=learning,
        review_due=min(dates, default=None),
    )


def scan_code(address: str) -> SafeString:
    """Return a QR code of the address as an SVG element without a size of its own, hidden from screen readers."""
    code = segno.make(address, error="m", micro=False)
    drawing = code.svg_inline(
        scale=4, border=4, dark="#000", light="#fff", omitsize=True, svgclass="kp-scan", lineclass=None
    )
    # segno draws from numbers alone: nothing of the address is in the mark-up.
    return mark_safe(drawing.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1))  # noqa: S308


def _best(topic: Topic, user: Reader, kind: KindName) -> list[Item]:
    found = Item.objects.listed_to(user).about([topic]).filter(kind=kind).order_by(*best_first())
    items = with_card_facts(found[:LOOKED_THROUGH])
    return [item for item in items if not _facts(item).is_retracted]


def _facts(item: Item) -> CardFacts:
    return getattr(item, "card_facts", None) or CardFacts()


def _with_words(items: Iterable[Item], number: int) -> list[Item]:
    return [item for item in items if item.summary][:number]


def _line(item: Item) -> Line:
    if item.standing in BAND_WORDS:
        standing = quality_words(item.standing, _facts(item).quality_words)
    else:
        standing = item.standing_label
    year = f", {item.year}" if item.year else ""
    source = f"{_short(item.title, 18)} ({item.form_label.lower()}{year})"
    return Line(_short(item.summary, FINDING_WORDS), standing, source)


def _shortest(items: list[Item]) -> Learning | None:
    """Return the best that takes a quarter of an hour at most, else the shortest."""
    if not items:
        return None
    longest = 10**6
    chosen = min(items, key=lambda item: max(_facts(item).minutes or longest, MINUTES))
    return Learning(chosen.title, _facts(chosen).minutes)


def _short(text: str, words: int) -> str:
    return Truncator(" ".join(text.split())).words(words, truncate=" …")
