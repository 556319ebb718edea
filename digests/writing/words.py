"""The sentences of a mail: why an item is in it, what the subject says. Pure."""

import datetime
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from design.dates import day_in_words, in_uk_time
from digests.choices import Reason

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
# Enough to recognise a title; a subject of two thousand characters helps nobody.
LONGEST_TITLE = 300
LONGEST_NAME = 60
LONGEST_SUBJECT = 120
NAMED_IN_SUBJECT = 2
# Marks where something is put in; `plain` takes every one of them out of what people wrote.
MARK = "\ue000"


@lru_cache(maxsize=20_000)
def plain(text: str, *, longest: int = LONGEST_TITLE) -> str:
    """Return the text on one line without control, direction and private characters, cut at a word where it is long."""
    visible = (
        text
        if text.isprintable()
        else "".join(
            " " if unicodedata.category(letter) in {"Cc", "Zl", "Zp"} else letter
            for letter in text
            if unicodedata.category(letter) not in {"Cf", "Cs", "Co", "Cn"} or letter == "\u200d"
        )
    )
    line = " ".join(visible.split())
    return line if len(line) <= longest else f"{line[:longest].rsplit(' ', 1)[0][:longest]}…"


def subject(number: int, names: Sequence[str]) -> str:
    """Return "5 updates for you: Falls, Sepsis and more". Names nothing but what the reader follows."""
    head = f"{number} update{'' if number == 1 else 's'} for you"
    distinct = list(dict.fromkeys(plain(name, longest=LONGEST_NAME) for name in names))
    if not distinct:
        return head
    more = " and more" if len(distinct) > NAMED_IN_SUBJECT else ""
    return plain(f"{head}: {', '.join(distinct[:NAMED_IN_SUBJECT])}{more}", longest=LONGEST_SUBJECT)


def because(name: str, *, is_search: bool) -> str:
    """Return "because you follow Falls"."""
    name = plain(name, longest=LONGEST_NAME)
    return f"because of your saved search {name}" if is_search else f"because you follow {name}"


def reason_line(
    reason: str, *, kind: str, standing: str, starts_at: datetime.datetime | None, on: datetime.date, why: str
) -> str:
    """Return the one line below a title: what is new about the item, and why this reader gets it."""
    news = ""
    if starts_at is not None and in_uk_time(starts_at).date() >= on:
        news = f"Takes place {when(in_uk_time(starts_at).date(), on=on)}"
    elif reason == Reason.STANDING and standing:
        news = standing if kind == "knowhow" else f"Quality now: {standing}"
    return f"{news}, {why}" if news else f"{why[:1].upper()}{why[1:]}"


def when(day: datetime.date, *, on: datetime.date) -> str:
    """Return "today", "tomorrow", "on Tuesday", "next Tuesday" or the date, seen from another day."""
    ahead = (day - on).days
    if ahead < 2:
        return "tomorrow" if ahead else "today"
    if ahead < 7:
        same_week = day.weekday() > on.weekday()
        return f"{'on' if same_week else 'next'} {WEEKDAYS[day.weekday()]}"
    if ahead < 14 and day.isocalendar().week != on.isocalendar().week and ahead - (6 - on.weekday()) <= 7:
        return f"next {WEEKDAYS[day.weekday()]}"
    return f"on {day_in_words(day)}"
