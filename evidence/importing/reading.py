"""One file, record by record: what can become evidence, and what cannot and why."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from evidence.importing.decoding import Decoded
from evidence.importing.formats import Format, detect_format, text_lines
from evidence.importing.records import MAX_TITLE_LENGTH, ParsedRecord, RawRecord, RejectedRecord

MAX_RECORD_LENGTH = 2_000_000


@dataclass(slots=True)
class Reading:
    """A file whose format is known. `records()` may be called once for each pass over the file.

    `notices` are sentences about the file as a whole; the splitter adds to them while it runs.
    """

    decoded: Decoded
    format: Format
    notices: list[str] = field(default_factory=list)

    def records(self) -> Iterator[ParsedRecord | RejectedRecord]:
        """Yield every record of the file in order: parsed, or rejected with line and reason."""
        self.notices = list(self.decoded.notices)
        for raw in self.format.split(text_lines(self.decoded), self.notices):
            yield read_record(raw, self.format)


def open_reading(decoded: Decoded) -> Reading:
    """Return the reading of a decoded file; raise FileRefused where its format is not one we read."""
    return Reading(decoded, detect_format(decoded), list(decoded.notices))


def read_record(raw: RawRecord, known: Format) -> ParsedRecord | RejectedRecord:
    """Return `raw` as a parsed record, or rejected where it cannot stand as evidence."""
    if len(raw.raw) > MAX_RECORD_LENGTH:
        reason = f"The record is {len(raw.raw):,} characters long; the longest that is read is {MAX_RECORD_LENGTH:,}."
        return RejectedRecord(raw.index, raw.line, raw.raw[:MAX_RECORD_LENGTH], reason)
    parsed = known.parse(raw)
    if reason := _fault(parsed, raw):
        return RejectedRecord(raw.index, raw.line, raw.raw, reason)
    return parsed


def _fault(parsed: ParsedRecord, raw: RawRecord) -> str:
    if not parsed.title:
        says_something = sum(any(line.strip() for line in lines) for _, lines in raw.fields) > 1
        return "The record has no title." if says_something else "The record is empty."
    if not any(character.isalnum() for character in parsed.title):
        return f"The title holds no letter or figure: {parsed.title[:40]}"
    if len(parsed.title) > MAX_TITLE_LENGTH:
        return f"The title is {len(parsed.title):,} characters long; the longest allowed is {MAX_TITLE_LENGTH:,}."
    return ""
