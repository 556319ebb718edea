"""What the page of an import shows of its records."""

from collections.abc import Sequence
from dataclasses import dataclass

from catalogue.querysets import Reader
from evidence.importing.commit import parse_row
from evidence.importing.formats import Format, by_name
from evidence.importing.models import ImportBatch, ImportedRecord
from evidence.importing.records import ParsedRecord
from evidence.models import Evidence

SHOWN_AUTHORS = 3


@dataclass(frozen=True, slots=True)
class Described:
    """A record in a few words: the same words for one in a file and for one of the portal."""

    title: str
    authors: str
    published: str
    identifiers: str


@dataclass(frozen=True, slots=True)
class Shown:
    """One record of a file, what it says (None where it cannot be read), and the record of the portal beside it."""

    row: ImportedRecord
    described: Described | None
    evidence: Evidence | None
    evidence_described: Described | None


@dataclass(frozen=True, slots=True)
class Part:
    """One of the lists of the page: the outcome it shows, what it is called, and how many records it holds."""

    outcome: str
    label: str
    count: int


def parts(batch: ImportBatch) -> list[Part]:
    """Return the lists of the page, in their order."""
    done = batch.state == ImportBatch.State.DONE
    return [
        Part(ImportedRecord.Outcome.CREATED, "Made as drafts" if done else "New", batch.created_count),
        Part(ImportedRecord.Outcome.DUPLICATE, "Already here", batch.duplicate_count),
        Part(ImportedRecord.Outcome.REJECTED, "Cannot be imported", batch.rejected_count),
    ]


def shown(rows: Sequence[ImportedRecord], *, batch: ImportBatch, reader: Reader) -> list[Shown]:
    """Return the rows with what they say; a record of the portal only where this reader may see it. One query."""
    known = by_name(batch.format)
    here = Evidence.objects.visible_to(reader).in_bulk([row.evidence_id for row in rows if row.evidence_id])
    return [_shown(row, known, here.get(row.evidence_id or 0)) for row in rows]


def _shown(row: ImportedRecord, known: Format, evidence: Evidence | None) -> Shown:
    record = parse_row(row, known)
    described = describe_parsed(record) if isinstance(record, ParsedRecord) else None
    return Shown(row, described, evidence, describe_evidence(evidence) if evidence else None)


def describe_parsed(record: ParsedRecord) -> Described:
    """Describe a record of a file."""
    return _describe(
        title=record.title,
        authors=[str(name) for name in record.authors or record.editors],
        published=(record.source or record.publisher, record.year),
        identifiers={"DOI": record.doi, "PMID": record.pmid, "ISBN": record.isbn},
    )


def describe_evidence(record: Evidence) -> Described:
    """Describe a record of the portal."""
    return _describe(
        title=record.title,
        authors=record.author_list,
        published=(record.source or record.publisher, record.year),
        identifiers={"DOI": record.doi, "PMID": record.pmid, "ISBN": record.isbn},
    )


def _describe(
    *, title: str, authors: list[str], published: tuple[str, int | None], identifiers: dict[str, str]
) -> Described:
    named = "; ".join(authors[:SHOWN_AUTHORS])
    more = len(authors) - SHOWN_AUTHORS
    return Described(
        title=title,
        authors=f"{named} and {more} more" if more > 0 else named,
        published=", ".join(str(part) for part in published if part),
        identifiers=", ".join(f"{name} {value}" for name, value in identifiers.items() if value),
    )


def rejects_as_text(batch: ImportBatch) -> str:
    """Return the rejected records as they stood in the file, each below the reason, to be put right and tried again.

    The lines with the reasons lie outside the records, where the importer leaves them out.
    """
    rows = batch.records.filter(outcome=ImportedRecord.Outcome.REJECTED).order_by("index")
    return "".join(f"Record {row.index}, line {row.line}: {row.reason}\n\n{row.raw}\n\n" for row in rows.iterator())
