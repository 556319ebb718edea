"""How well tested know-how is: the written rules, and nothing else. Pure, so that every case can be tried.

Source: the project's domain research, section 6.2.
"""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from catalogue.services import months_later
from knowledge.choices import Level, Verdict

# A last confirmation older than this shows "not confirmed recently".
RECENT_MONTHS = 24


@dataclass(frozen=True)
class Voice:
    """What one colleague said. `organisation` is the one they belonged to when they said it."""

    person: int | None
    organisation: int | None
    verdict: str
    on: datetime.date
    is_settled: bool = False


@dataclass(frozen=True)
class Standing:
    """The level, the day of the last confirmation, and how many organisations other than the author's confirm."""

    level: Level
    last_confirmed: datetime.date | None
    confirmations: int
    other_organisations: int


def standing_of(
    *,
    voices: Iterable[Voice],
    own_people: frozenset[int],
    own_organisation: int | None,
    is_evaluated: bool = False,
    is_retired: bool = False,
) -> Standing:
    """Return what follows from the voices by the rules.

    Nobody confirms their own: voices of `own_people` (author, contributors, whoever wrote it up) do not count.
    Confirmed needs one person who agrees; repeated needs agreement from two organisations other than the author's, an
    organisation counted once; evaluated needs a linked evaluation that a librarian has checked; challenged holds while
    a colleague's "I'd be careful" is not answered; no longer advised stands above all.
    """
    others = [voice for voice in voices if voice.person is None or voice.person not in own_people]
    matched = [voice for voice in others if voice.verdict == Verdict.MATCHED]
    organisations = {voice.organisation for voice in matched if voice.organisation is not None} - {own_organisation}
    if is_retired:
        level = Level.RETIRED
    elif any(voice.verdict == Verdict.CAREFUL and not voice.is_settled for voice in others):
        level = Level.CHALLENGED
    elif is_evaluated:
        level = Level.EVALUATED
    elif len(organisations) >= 2:
        level = Level.REPEATED
    elif matched:
        level = Level.CONFIRMED
    else:
        level = Level.SHARED
    return Standing(
        level=level,
        last_confirmed=max((voice.on for voice in matched), default=None),
        confirmations=len(matched),
        other_organisations=len(organisations),
    )


def is_recent(last_confirmed: datetime.date, *, today: datetime.date) -> bool:
    """Whether a confirmation of that day still counts as recent."""
    return months_later(last_confirmed, RECENT_MONTHS) >= today
