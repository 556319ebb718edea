"""Making evidence of the records of a file, in chunks that are saved whole or not at all."""

from collections.abc import Callable, Sequence
from itertools import chain

import pghistory
from django.db import DataError, IntegrityError, connection, transaction
from django.db.models import Count
from django.utils import timezone

from accounts.models import User
from catalogue.bulk import insert_items
from catalogue.search import index_many
from evidence.importing import formats
from evidence.importing.drafts import draft_from, show_from_now
from evidence.importing.judging import CHUNK, Judged, Outcome, chunks, judge
from evidence.importing.matching import Matcher
from evidence.importing.models import ImportBatch, ImportedRecord
from evidence.importing.reading import Reading, read_record
from evidence.importing.records import ParsedRecord, RawRecord, RejectedRecord

# One import writes at a time, so that two of them cannot both find a source missing. The number is arbitrary.
_IMPORT_LOCK = 7_240_931

State = ImportBatch.State
# Called between two chunks with the number of records that are done.
Progress = Callable[[int], None]


def import_reading(
    *, reading: Reading, file_name: str, by: User | None = None, publish: bool = False, progress: Progress | None = None
) -> ImportBatch:
    """Make drafts (or, with `publish`, published records) of every record of the file, and return the batch.

    Each chunk is saved whole or not at all. Where the process dies, what was saved stays, and importing the file again
    finishes it: what is there already counts as duplicates.
    """
    batch = make_batch(reading=reading, file_name=file_name, by=by, publish=publish, state=State.IMPORTING)
    matcher = Matcher(sha256=batch.sha256)
    done = 0
    for chunk in chunks(reading.records()):
        rows = [row_for(batch, record) for record in chunk]
        _save_chunk(batch=batch, rows=rows, records=chunk, matcher=matcher)
        done += len(chunk)
        if progress:
            progress(done)
    _finish(batch, notices=reading.notices)
    return batch


def import_batch(*, batch: ImportBatch, progress: Progress | None = None) -> None:
    """Import what is not settled yet of a checked file. Safe to begin again: settled records are left alone."""
    known = formats.by_name(batch.format)
    matcher = Matcher(sha256=batch.sha256)
    done = batch.records.filter(is_settled=True).count()
    while rows := list(batch.records.unsettled()[:CHUNK]):
        _save_chunk(batch=batch, rows=rows, records=[_again(row, known) for row in rows], matcher=matcher)
        done += len(rows)
        if progress:
            progress(done)
    _finish(batch, notices=batch.notices)


def _save_chunk(
    *,
    batch: ImportBatch,
    rows: list[ImportedRecord],
    records: Sequence[ParsedRecord | RejectedRecord],
    matcher: Matcher,
) -> None:
    """Save a chunk whole; where the database refuses it, record by record, so that one cannot spoil the others."""
    try:
        _save_together(batch=batch, rows=rows, records=records, matcher=matcher)
    except (DataError, IntegrityError):
        for row, record in zip(rows, records, strict=True):
            try:
                _save_together(batch=batch, rows=[row], records=[record], matcher=matcher)
            except (DataError, IntegrityError) as error:
                refusal = RejectedRecord(row.index, row.line, row.raw, _database_reason(error))
                _save_together(batch=batch, rows=[row], records=[refusal], matcher=matcher)


@transaction.atomic
def _save_together(
    *,
    batch: ImportBatch,
    rows: list[ImportedRecord],
    records: Sequence[ParsedRecord | RejectedRecord],
    matcher: Matcher,
) -> None:
    """Make evidence of what is new, bring search in step and settle the rows: all of it or nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_IMPORT_LOCK])
    judged = judge(records, matcher)
    new = [row.record for row in judged if isinstance(row.record, ParsedRecord) and row.outcome == Outcome.CREATED]
    drafts = [draft_from(record, curator=batch.uploaded_by) for record in new]
    if batch.publish:
        for draft in drafts:
            show_from_now(draft)
    with pghistory.context(user=batch.uploaded_by_id, import_batch=batch.pk, file=batch.file_name):
        keys = insert_items(drafts)
    index_many(keys)
    made = dict(zip((record.index for record in new), keys, strict=True))
    for row, verdict in zip(rows, judged, strict=True):
        fill(row, verdict, made)
        row.is_settled = True
    if rows[0].pk is None:
        ImportedRecord.objects.bulk_create(rows)
    else:
        ImportedRecord.objects.bulk_update(
            rows, ["outcome", "is_settled", "reason", "twin_index", "evidence"], batch_size=250
        )
    recount(batch)
    matcher.remember(new, made)


def fill(row: ImportedRecord, judged: Judged, made: dict[int, int] | None = None) -> ImportedRecord:
    """Write a verdict on its row."""
    made = made or {}
    row.outcome = judged.outcome
    row.reason = judged.reason[:500]
    row.twin_index = judged.match.twin_index if judged.match else None
    row.evidence_id = made.get(row.index)
    if judged.match:
        row.evidence_id = judged.match.evidence_id or made.get(judged.match.twin_index or 0)
    return row


def row_for(batch: ImportBatch, record: ParsedRecord | RejectedRecord) -> ImportedRecord:
    return ImportedRecord(batch=batch, index=record.index, line=record.line, raw=record.raw)


def _again(row: ImportedRecord, known: formats.Format) -> ParsedRecord | RejectedRecord:
    """Read a kept record once more. The raw text of one record stays one record, whatever it holds."""
    if row.outcome == Outcome.REJECTED:
        return RejectedRecord(row.index, row.line, row.raw, row.reason)
    return parse_row(row, known)


def parse_row(row: ImportedRecord, known: formats.Format) -> ParsedRecord | RejectedRecord:
    """Return what the kept text of a record says."""
    numbered = enumerate(row.raw.split("\n"), start=row.line)
    fields = tuple(chain.from_iterable(part.fields for part in known.split(numbered, [])))
    return read_record(RawRecord(row.index, row.line, row.raw, fields), known)


def _database_reason(error: Exception) -> str:
    first_line = str(error).strip().split("\n")[0]
    return f"The database refused this record: {first_line}"


def recount(batch: ImportBatch) -> None:
    """Bring the counts of the batch in step with its rows."""
    counted = dict(batch.records.order_by().values_list("outcome").annotate(Count("pk")))
    batch.record_count = sum(counted.values())
    batch.created_count = counted.get(Outcome.CREATED, 0)
    batch.updated_count = counted.get(Outcome.UPDATED, 0)
    batch.duplicate_count = counted.get(Outcome.DUPLICATE, 0)
    batch.rejected_count = counted.get(Outcome.REJECTED, 0)
    batch.save(update_fields=["record_count", "created_count", "updated_count", "duplicate_count", "rejected_count"])


def make_batch(*, reading: Reading, file_name: str, by: User | None, publish: bool, state: State) -> ImportBatch:
    return ImportBatch.objects.create(
        file_name=file_name[-255:],
        sha256=reading.decoded.sha256,
        format=reading.format.name,
        encoding=reading.decoded.encoding,
        notices=list(reading.notices),
        state=state,
        publish=publish,
        uploaded_by=by,
    )


def _finish(batch: ImportBatch, *, notices: list[str]) -> None:
    batch.state = State.DONE
    batch.notices = notices
    batch.finished_at = timezone.now()
    batch.save(update_fields=["state", "notices", "finished_at"])
