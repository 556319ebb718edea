"""From what a server said to what a librarian should know.

Source of the rules: the project's research on interoperability, section 6. Three failures over at least seven days make
a link broken; a server that wants a sign-in or wants to be left alone says nothing about the link.
"""

import datetime
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from learning_zone.choices import Verdict
from learning_zone.linkcheck.fetching import Answer, Fetcher, NoAnswer, RefusedAddress

# Signing in, forbidden to machines, gone to fast, legal reasons: not a word on whether the page is there.
UNTOLD = frozenset({401, 402, 403, 407, 425, 429, 451, 503})
BROKEN_AFTER = 3
BROKEN_OVER = datetime.timedelta(days=7)
EVERY = datetime.timedelta(days=7)
AGAIN_AFTER_FAILURE = datetime.timedelta(days=3)
MOST_RETRY_AFTER = datetime.timedelta(days=7)
LEAST_RETRY_AFTER = datetime.timedelta(minutes=5)


@dataclass(frozen=True)
class Finding:
    """What one check found. `failed` counts towards broken. `wait`: how long the server wants to be left alone."""

    verdict: str
    note: str = ""
    status: int | None = None
    moved_to: str = ""
    failed: bool = False
    wait: datetime.timedelta | None = None


def look_at(url: str, fetcher: Fetcher, *, now: datetime.datetime) -> Finding:
    """Ask for the address and say what that means."""
    try:
        trail = fetcher.follow(url)
    except RefusedAddress as refusal:
        return Finding(Verdict.REFUSED, str(refusal))
    except NoAnswer as problem:
        return Finding(Verdict.FAILING, str(problem), failed=True)
    status = trail.answer.status
    if status in UNTOLD:
        return Finding(
            Verdict.UNKNOWN, "The server does not let us see.", status, wait=_retry_after(trail.answer, now=now)
        )
    if status >= 400:
        note = "The page is not there." if status in {404, 410} else f"The server answered with an error ({status})."
        return Finding(Verdict.FAILING, note, status, failed=True)
    if trail.moved_to:
        return Finding(Verdict.MOVED, "", status, moved_to=trail.moved_to)
    return Finding(Verdict.WORKS, "", status)


def _retry_after(answer: Answer, *, now: datetime.datetime) -> datetime.timedelta | None:
    """Return how long Retry-After asks us to wait, within reason; None where it does not ask (RFC 9110, 10.2.3)."""
    value = answer.headers.get("retry-after", "").strip()
    if not value:
        return None
    if value.isdecimal() and len(value) < 9:
        asked = datetime.timedelta(seconds=int(value))
    else:
        try:
            asked = parsedate_to_datetime(value) - now
        except (TypeError, ValueError):
            return None
    return min(max(asked, LEAST_RETRY_AFTER), MOST_RETRY_AFTER)
