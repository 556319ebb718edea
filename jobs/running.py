"""What a runner holds while it works: the claim on its job, and the ways to report.

    def import_file(run: Run) -> dict[str, object]:
        batch = ImportBatch.objects.get(pk=run.payload["batch"])
        run.progress(done=0, total=batch.count)
        for number, record in enumerate(batch.unfinished_records(), start=1):
            save(record)                       # safe to repeat: a dead worker's job begins again
            run.progress(done=number)          # writes about once a second, whatever the pace
        return {"message": "The records are drafts now.", "url": "/admin/…", "link": "See them"}

Call `progress` at least once a minute and outside long transactions: others see what is committed.
"""

import datetime
import time
import uuid
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone

from jobs.models import ERRORS_KEPT, Job

# How long a run may stay silent before another worker takes its job.
LEASE = datetime.timedelta(minutes=3)
# The least time between two writes of progress, in seconds.
WRITE_EVERY = 1.0


class JobFailed(Exception):
    """The work cannot be done; the message is the sentence its owner reads."""


class StopRequested(Exception):
    """Its owner asked the job to stop. A runner need not catch this: what it has done stays done."""


class ClaimLost(Exception):
    """Another worker has taken the job, or it was deleted: this run must write nothing more."""


class Run:
    """One worker's turn at one job."""

    def __init__(self, job: Job, claim: uuid.UUID) -> None:
        self.job = job
        self.claim = claim
        self._new_errors: list[str] = []
        self._written_at = time.monotonic()

    @property
    def payload(self) -> dict[str, Any]:
        """What the job was started with."""
        return self.job.payload

    def progress(self, *, done: int, total: int | None = None, errors: Iterable[str] = ()) -> None:
        """Report how far the work has got and what went wrong since the last report, in sentences.

        Costs a comparison; the database is written about once a second, at the first report of a total and at the
        end. Raises StopRequested where the owner asked for that and ClaimLost where another worker has the job.
        """
        first_total = total is not None and total != self.job.total
        self.job.done = done
        self.job.total = self.job.total if total is None else total
        self._new_errors += errors
        if first_total or time.monotonic() - self._written_at >= WRITE_EVERY:
            self.write()

    def write(self) -> None:
        """Write what was reported now. Raises as `progress` does."""
        with transaction.atomic():
            job = Job.objects.select_for_update().filter(pk=self.job.pk, claim=self.claim, state="running").first()
            if job is None:
                raise ClaimLost
            job.done, job.total = self.job.done, self.job.total
            job.error_count += len(self._new_errors)
            job.errors = [*job.errors, *self._new_errors][:ERRORS_KEPT]
            job.heartbeat_at = timezone.now()
            job.lease_until = job.heartbeat_at + LEASE
            job.save(
                update_fields=["done", "total", "error_count", "errors", "heartbeat_at", "lease_until"],
            )
        self.job = job
        self._new_errors = []
        self._written_at = time.monotonic()
        if job.stop_requested:
            raise StopRequested
