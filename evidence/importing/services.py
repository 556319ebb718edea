"""The way of a file through the admin: received, checked, confirmed or discarded, and one day forgotten."""

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from evidence.importing.commit import Progress, fill, make_batch, recount, row_for
from evidence.importing.decoding import Decoded, FileRefused, decode, refuse_size
from evidence.importing.judging import Outcome, chunks, foresee
from evidence.importing.matching import Matcher
from evidence.importing.models import ImportBatch, ImportedRecord
from evidence.importing.reading import Reading, open_reading
from jobs.models import Job
from jobs.services import start_job

# Files up to this size, in bytes, are checked while the person waits; larger ones by a worker.
CHECKED_AT_ONCE = 1024 * 1024

CHECK_JOB = "evidence.check_import"
IMPORT_JOB = "evidence.import"

State = ImportBatch.State


def receive_file(*, file_name: str, content: bytes, by: User) -> ImportBatch:
    """Keep an uploaded file and check it, at once where it is small and by a job where it is not.

    Nothing becomes evidence. Raises FileRefused with a sentence where the file cannot be imported at all.
    """
    reading = open_reading(decode(content, max_bytes=upload_limit()))
    forget_old_uploads()
    with transaction.atomic():
        batch = make_batch(reading=reading, file_name=file_name, by=by, publish=False, state=State.RECEIVED)
        batch.file.save(f"{batch.sha256[:16]}.txt", ContentFile(content))
        if len(content) > CHECKED_AT_ONCE:
            _start(batch, kind=CHECK_JOB, title=f"Reading {batch.file_name}", by=by)
            return batch
    check_batch(batch=batch, reading=reading)
    return batch


def upload_limit() -> int:
    """Return how many bytes a file may have."""
    limit: int = settings.IMPORT_MAX_BYTES
    return limit


def refuse_upload_size(size: int) -> None:
    """Raise FileRefused with a sentence where a file of so many bytes is not taken."""
    refuse_size(size, max_bytes=upload_limit())


def check_batch(*, batch: ImportBatch, reading: Reading | None = None, progress: Progress | None = None) -> None:
    """Write down, record by record, what importing the file would do. Safe to begin again."""
    reading = reading or open_reading(_stored_file(batch))
    batch.records.all().delete()
    done = 0
    for judged in chunks(foresee(reading, Matcher(sha256=batch.sha256))):
        ImportedRecord.objects.bulk_create([fill(row_for(batch, row.record), row) for row in judged])
        done += len(judged)
        if progress:
            progress(done)
    with transaction.atomic():
        batch.state = State.CHECKED
        batch.notices = reading.notices
        batch.save(update_fields=["state", "notices"])
        recount(batch)


@transaction.atomic
def confirm_batch(*, batch: ImportBatch, by: User) -> Job:
    """Start the import of a checked file as a job, and return the job. Asking again returns the same job.

    Raises FileRefused with a sentence where there is nothing to import.
    """
    batch = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    if batch.state == State.IMPORTING and batch.job and batch.is_worked_on:
        return batch.job
    if not batch.may_be_confirmed:
        raise FileRefused(f"This file cannot be imported now: it is {batch.state_words.lower()}.")
    if not batch.records.filter(outcome=Outcome.CREATED, is_settled=False).exists():
        raise FileRefused("There is nothing new in this file to import.")
    batch.state = State.IMPORTING
    return _start(batch, kind=IMPORT_JOB, title=f"Importing {batch.file_name}", by=by, total=batch.record_count)


@transaction.atomic
def discard_batch(*, batch: ImportBatch, by: User) -> None:
    """Put a checked file away without importing it. Raises FileRefused where its import has begun."""
    batch = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    if not batch.may_be_discarded:
        raise FileRefused(f"This file cannot be discarded: it is {batch.state_words.lower()}.")
    batch.records.all().delete()
    batch.state = State.DISCARDED
    batch.finished_at = timezone.now()
    batch.uploaded_by = batch.uploaded_by or by
    batch.save(update_fields=["state", "finished_at", "uploaded_by"])


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


def _start(batch: ImportBatch, *, kind: str, title: str, by: User, total: int = 0) -> Job:
    job = start_job(kind=kind, title=title[:200], owner=by, payload={"batch": batch.pk}, total=total)
    batch.job = job
    batch.save(update_fields=["job", "state"])
    return job


def _stored_file(batch: ImportBatch) -> Decoded:
    try:
        with batch.file.open("rb") as stored:
            return decode(stored.read(), max_bytes=upload_limit())
    except (FileNotFoundError, ValueError):
        raise FileRefused("The uploaded file is no longer there. Upload it again.") from None
