"""Importing files: receiving and checking them, and making drafts of their records chunk by chunk."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import TypeVar

import pghistory
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import DataError, IntegrityError, connection, transaction
from django.db.models import Count
from django.utils import timezone

from accounts.models import User
from catalogue.bulk import insert_items
from catalogue.search import index_many
from evidence.importing import formats
from evidence.importing.decoding import Decoded, FileRefused, decode, refuse_size
from evidence.importing.drafts import draft_from, show_from_now
from evidence.importing.matching import Match, Matcher
from evidence.importing.models import ImportBatch, ImportedRecord
from evidence.importing.reading import Reading, open_reading, read_record
from evidence.importing.records import ParsedRecord, RawRecord, RejectedRecord
from jobs.models import Job
from jobs.services import start_job

CHUNK = 500
# Files up to this size are checked while the person waits; larger ones by a worker.
CHECKED_AT_ONCE = 1024 * 1024

CHECK_JOB = "evidence.check_import"
IMPORT_JOB = "evidence.import"

# One import writes at a time, so that two of them cannot both find a source missing. The number is arbitrary.
_IMPORT_LOCK = 7_240_931

Outcome = ImportedRecord.Outcome
State = ImportBatch.State
Progress = Callable[[int], None]
Entry = TypeVar("Entry")


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


# --- From the command line: one pass -------------------------------------------------------------


def import_reading(
    *, reading: Reading, file_name: str, by: User | None = None, publish: bool = False, progress: Progress | None = None
) -> ImportBatch:
    """Make drafts (or, with `publish`, published records) of every record of the file, and return the batch.

    Each chunk is saved whole or not at all. Where the process dies, what was saved stays, and importing the file again
    finishes it: what is there already counts as duplicates.
    """
    batch = _make_batch(reading=reading, file_name=file_name, by=by, publish=publish, state=State.IMPORTING)
    matcher = Matcher(sha256=batch.sha256)
    done = 0
    for chunk in chunks(reading.records()):
        rows = [_row(batch, record) for record in chunk]
        _save_chunk(batch=batch, rows=rows, records=chunk, matcher=matcher)
        done += len(chunk)
        if progress:
            progress(done)
    _finish(batch, notices=reading.notices)
    return batch


# --- In the admin: receive, check, confirm -------------------------------------------------------


def receive_file(*, file_name: str, content: bytes, by: User) -> ImportBatch:
    """Keep an uploaded file and check it, at once where it is small and by a job where it is not.

    Nothing becomes evidence. Raises FileRefused with a sentence where the file cannot be imported at all.
    """
    reading = open_reading(decode(content, max_bytes=settings.IMPORT_MAX_BYTES))
    forget_old_uploads()
    with transaction.atomic():
        batch = _make_batch(reading=reading, file_name=file_name, by=by, publish=False, state=State.RECEIVED)
        batch.file.save(f"{batch.sha256[:16]}.txt", ContentFile(content))
        if len(content) > CHECKED_AT_ONCE:
            _start(batch, kind=CHECK_JOB, title=f"Reading {batch.file_name}", by=by)
            return batch
    check_batch(batch=batch, reading=reading)
    return batch


def refuse_upload_size(size: int) -> None:
    """Raise FileRefused with a sentence where a file of so many bytes is not taken."""
    refuse_size(size, max_bytes=settings.IMPORT_MAX_BYTES)


def check_batch(*, batch: ImportBatch, reading: Reading | None = None, progress: Progress | None = None) -> None:
    """Write down, record by record, what importing the file would do. Safe to begin again."""
    reading = reading or open_reading(_stored_file(batch))
    batch.records.all().delete()
    done = 0
    for judged in chunks(foresee(reading, Matcher(sha256=batch.sha256))):
        ImportedRecord.objects.bulk_create([_fill(_row(batch, row.record), row) for row in judged])
        done += len(judged)
        if progress:
            progress(done)
    with transaction.atomic():
        batch.state = State.CHECKED
        batch.notices = reading.notices
        batch.save(update_fields=["state", "notices"])
        _recount(batch)


@transaction.atomic
def confirm_batch(*, batch: ImportBatch, by: User) -> Job:
    """Start the import of a checked file as a job, and return the job. Asking again returns the same job.

    Raises FileRefused with a sentence where there is nothing to import.
    """
    batch = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    if batch.state == State.IMPORTING and batch.job:
        return batch.job
    if not batch.may_be_confirmed:
        raise FileRefused(f"This file cannot be imported now: it is {batch.get_state_display().lower()}.")
    if not batch.records.filter(outcome=Outcome.CREATED, is_settled=False).exists():
        raise FileRefused("There is nothing new in this file to import.")
    batch.state = State.IMPORTING
    return _start(batch, kind=IMPORT_JOB, title=f"Importing {batch.file_name}", by=by, total=batch.record_count)


@transaction.atomic
def discard_batch(*, batch: ImportBatch, by: User) -> None:
    """Put a checked file away without importing it. Raises FileRefused where its import has begun."""
    batch = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    if batch.state not in {State.RECEIVED, State.CHECKED}:
        raise FileRefused(f"This file cannot be discarded: it is {batch.get_state_display().lower()}.")
    batch.records.all().delete()
    batch.state = State.DISCARDED
    batch.finished_at = timezone.now()
    batch.uploaded_by = batch.uploaded_by or by
    batch.save(update_fields=["state", "finished_at", "uploaded_by"])


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


def stop_batch(*, batch: ImportBatch) -> None:
    """Note that the import was stopped part of the way; what was saved stays and the rest can be imported later."""
    ImportBatch.objects.filter(pk=batch.pk, state=State.IMPORTING).update(state=State.STOPPED)


def forget_old_uploads() -> int:
    """Delete files kept for thirty days, and batches that nobody confirmed in that time; return how many."""
    unconfirmed = list(ImportBatch.objects.never_confirmed())
    old = list(ImportBatch.objects.with_old_file())
    for batch in {*unconfirmed, *old}:
        batch.file.delete(save=False)
    ImportBatch.objects.filter(pk__in=[batch.pk for batch in old]).update(file="")
    ImportBatch.objects.filter(pk__in=[batch.pk for batch in unconfirmed]).delete()
    return len({*unconfirmed, *old})


# --- One chunk -----------------------------------------------------------------------------------


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
        _fill(row, verdict, made)
        row.is_settled = True
    if rows[0].pk is None:
        ImportedRecord.objects.bulk_create(rows)
    else:
        ImportedRecord.objects.bulk_update(
            rows, ["outcome", "is_settled", "reason", "twin_index", "evidence"], batch_size=250
        )
    _recount(batch)
    matcher.remember(new, made)


def _fill(row: ImportedRecord, judged: Judged, made: dict[int, int] | None = None) -> ImportedRecord:
    """Write a verdict on its row."""
    made = made or {}
    row.outcome = judged.outcome
    row.reason = judged.reason[:500]
    row.twin_index = judged.match.twin_index if judged.match else None
    row.evidence_id = made.get(row.index)
    if judged.match:
        row.evidence_id = judged.match.evidence_id or made.get(judged.match.twin_index or 0)
    return row


def _row(batch: ImportBatch, record: ParsedRecord | RejectedRecord) -> ImportedRecord:
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


def _recount(batch: ImportBatch) -> None:
    """Bring the counts of the batch in step with its rows."""
    counted = dict(batch.records.order_by().values_list("outcome").annotate(Count("pk")))
    batch.record_count = sum(counted.values())
    batch.created_count = counted.get(Outcome.CREATED, 0)
    batch.updated_count = counted.get(Outcome.UPDATED, 0)
    batch.duplicate_count = counted.get(Outcome.DUPLICATE, 0)
    batch.rejected_count = counted.get(Outcome.REJECTED, 0)
    batch.save(update_fields=["record_count", "created_count", "updated_count", "duplicate_count", "rejected_count"])


def _make_batch(*, reading: Reading, file_name: str, by: User | None, publish: bool, state: State) -> ImportBatch:
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


def _start(batch: ImportBatch, *, kind: str, title: str, by: User, total: int = 0) -> Job:
    job = start_job(kind=kind, title=title[:200], owner=by, payload={"batch": batch.pk}, total=total)
    batch.job = job
    batch.save(update_fields=["job", "state"])
    return job


def _finish(batch: ImportBatch, *, notices: list[str]) -> None:
    batch.state = State.DONE
    batch.notices = notices
    batch.finished_at = timezone.now()
    batch.save(update_fields=["state", "notices", "finished_at"])


def _stored_file(batch: ImportBatch) -> Decoded:
    try:
        with batch.file.open("rb") as stored:
            return decode(stored.read(), max_bytes=settings.IMPORT_MAX_BYTES)
    except (FileNotFoundError, ValueError):
        raise FileRefused("The uploaded file is no longer there. Upload it again.") from None


def chunks(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """Yield `entries` in lists of CHUNK."""
    remaining = iter(entries)
    while chunk := list(islice(remaining, CHUNK)):
        yield chunk
