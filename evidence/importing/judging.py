"""What becomes of each record of a file: new, a duplicate, or rejected. Nothing here writes."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from evidence.importing.matching import Match, Matcher
from evidence.importing.models import ImportedRecord
from evidence.importing.reading import Reading
from evidence.importing.records import ParsedRecord, RejectedRecord

# Records looked up, and later saved, together.
CHUNK = 500

Entry = TypeVar("Entry")
Outcome = ImportedRecord.Outcome


@dataclass(frozen=True, slots=True)
class Judged:
    """A record and what becomes of it."""

    record: ParsedRecord | RejectedRecord
    outcome: str
    reason: str = ""
    match: Match | None = None


def judge(records: Sequence[ParsedRecord | RejectedRecord], matcher: Matcher) -> list[Judged]:
    """Return what becomes of each record, in the same order; writes nothing."""
    matches = iter(matcher.match([record for record in records if isinstance(record, ParsedRecord)]))
    judged = []
    for record in records:
        if isinstance(record, RejectedRecord):
            judged.append(Judged(record, Outcome.REJECTED, record.reason))
        elif match := next(matches):
            judged.append(Judged(record, Outcome.DUPLICATE, match.reason, match))
        else:
            judged.append(Judged(record, Outcome.CREATED))
    return judged


def foresee(reading: Reading, matcher: Matcher) -> Iterator[Judged]:
    """Yield what would become of each record of the file; writes nothing."""
    for chunk in chunks(reading.records()):
        judged = judge(chunk, matcher)
        matcher.remember(row.record for row in judged if isinstance(row.record, ParsedRecord) and row.match is None)
        yield from judged


def chunks(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """Yield `entries` in lists of CHUNK."""
    remaining = iter(entries)
    while chunk := list(islice(remaining, CHUNK)):
        yield chunk
