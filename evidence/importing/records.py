"""What the splitters and parsers hand on: raw records, parsed records, and refusals of one record."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

MAX_TITLE_LENGTH = 2000


@dataclass(frozen=True, slots=True)
class RawRecord:
    """One record as it stands in the file.

    `index` counts from 1, `line` is the file's line on which the record begins, `raw` is its whole
    text, and `fields` are its (tag in capitals, lines of the value) in the order of the file.
    """

    index: int
    line: int
    raw: str
    fields: tuple[tuple[str, list[str]], ...]

    def tags(self) -> set[str]:
        """Return every tag the record uses."""
        return {tag for tag, _ in self.fields}

    def values(self, *tags: str) -> Iterator[list[str]]:
        """Yield the non-empty values of `tags`: all of the first tag, then all of the second, …"""
        for wanted in tags:
            for tag, lines in self.fields:
                if tag == wanted and any(line.strip() for line in lines):
                    yield [line for line in lines if line.strip()]


@dataclass(slots=True)
class OpenRecord:
    """A record while its lines are being collected."""

    index: int
    line: int
    raw: list[str] = field(default_factory=list)
    fields: list[tuple[str, list[str]]] = field(default_factory=list)

    def begin(self, tag: str, value: str) -> None:
        """Begin a field."""
        self.fields.append((tag, [value]))

    def go_on(self, line: str) -> None:
        """Add a line to the field begun last, if there is one."""
        if self.fields and line.strip():
            self.fields[-1][1].append(line)

    def close(self) -> RawRecord:
        """Return the record without the blank lines after it."""
        while self.raw and not self.raw[-1].strip():
            self.raw.pop()
        return RawRecord(self.index, self.line, "\n".join(self.raw), tuple(self.fields))


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date of which the month and the day may be unknown."""

    year: int
    month: int | None = None
    day: int | None = None

    def as_date(self) -> date | None:
        """Return the full date, or None where month or day is unknown."""
        return date(self.year, self.month, self.day) if self.month and self.day else None


@dataclass(frozen=True, slots=True)
class Name:
    """A person (family and given names) or a body (`literal` alone)."""

    family: str = ""
    given: str = ""
    literal: str = ""

    def __str__(self) -> str:
        return self.literal or (f"{self.family}, {self.given}" if self.given else self.family)


@dataclass(frozen=True, slots=True)
class ParsedRecord:
    """One record in the portal's terms, whatever format it came in.

    Text is plain, on one line (the abstract: one line a paragraph), "" where the record says
    nothing; `language` is the English name. `doi`, `pmid`, `pmcid`, `isbn` and `issn` are in the normal form of
    `evidence.identifiers`. `evidence_type` and `publication_status` hold one of the portal's own
    values only where the record's own type says so beyond doubt. `unknown` keeps, by tag, what no
    field has a place for.
    """

    index: int
    line: int
    raw: str
    title: str
    authors: tuple[Name, ...] = ()
    editors: tuple[Name, ...] = ()
    year: int | None = None
    published_on: date | None = None
    date_text: str = ""
    source: str = ""
    volume: str = ""
    issue: str = ""
    pages: str = ""
    publisher: str = ""
    place: str = ""
    edition: str = ""
    doi: str = ""
    pmid: str = ""
    pmcid: str = ""
    isbn: str = ""
    issn: str = ""
    url: str = ""
    abstract: str = ""
    keywords: tuple[str, ...] = ()
    language: str = ""
    type_codes: tuple[str, ...] = ()
    evidence_type: str = ""
    publication_status: str = ""
    is_retracted: bool = False
    notes: tuple[str, ...] = ()
    unknown: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RejectedRecord:
    """One record that cannot become evidence, with the reason as a sentence."""

    index: int
    line: int
    raw: str
    reason: str
