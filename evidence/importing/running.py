"""The two kinds of long work of an import, as the jobs room runs them."""

from typing import Any

from evidence.importing.commit import import_batch
from evidence.importing.decoding import FileRefused
from evidence.importing.models import ImportBatch
from evidence.importing.services import CHECK_JOB, IMPORT_JOB, check_batch, stop_batch
from jobs import registry
from jobs.running import JobFailed, Run, StopRequested


def run_check(run: Run) -> dict[str, Any]:
    """Check an uploaded file; raises JobFailed with a sentence where it is gone."""
    batch = _batch(run)
    try:
        check_batch(batch=batch, progress=lambda done: run.progress(done=done))
    except FileRefused as refusal:
        raise JobFailed(str(refusal)) from refusal
    return {
        "message": f"{batch.record_count:,} records were read. Nothing is imported yet.",
        "url": batch.get_absolute_url(),
        "link": "See what would be imported",
    }


def run_import(run: Run) -> dict[str, Any]:
    """Import a checked file, from where an earlier turn left it."""
    batch = _batch(run)
    run.progress(done=0, total=batch.record_count)
    try:
        import_batch(batch=batch, progress=lambda done: run.progress(done=done))
    except StopRequested:
        stop_batch(batch=batch)
        raise
    return {
        "message": (
            f"{batch.created_count:,} drafts were made, {batch.duplicate_count:,} records were here already and "
            f"{batch.rejected_count:,} could not be imported."
        ),
        "url": batch.get_absolute_url(),
        "link": "See the records",
    }


def _batch(run: Run) -> ImportBatch:
    try:
        return ImportBatch.objects.get(pk=run.payload["batch"])
    except ImportBatch.DoesNotExist:
        raise JobFailed("This import is no longer there.") from None


def register_jobs() -> None:
    """Let the jobs room run imports."""
    registry.register(CHECK_JOB, run_check)
    registry.register(IMPORT_JOB, run_import)
