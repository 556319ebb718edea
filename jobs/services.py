"""Changes to long work: starting, claiming, running, stopping, finding what was left behind."""

import datetime
import logging
import uuid
from typing import Any

from celery import signature
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F
from django.utils import timezone

from jobs.models import Job
from jobs.registry import runner
from jobs.running import LEASE, ClaimLost, JobFailed, Run, StopRequested

logger = logging.getLogger(__name__)

# A job whose worker dies so often takes its workers down with it.
MOST_ATTEMPTS = 5
# How long a hint may be under way before the sweep sends another.
HINT_GRACE = datetime.timedelta(seconds=30)

OUR_FAULT = "Something went wrong on our side. What was done so far is kept. Try again, or tell the support team."


@transaction.atomic
def start_job(
    *,
    kind: str,
    title: str,
    owner: AbstractBaseUser | None,
    payload: dict[str, Any] | None = None,
    total: int = 0,
    noun: str = "records",
) -> Job:
    """Make the row and, once it is committed, tell the workers.

    `title` is what people read ("Importing falls.ris"), `noun` what is counted, in the plural; `payload` a small JSON
    object with all that the runner of this kind needs. Raises ValueError where no room runs this kind.
    """
    if runner(kind) is None:
        raise ValueError(f"No room has registered a runner for jobs of the kind {kind}.")
    job = Job.objects.create(
        kind=kind, title=title, owner_id=owner.pk if owner else None, payload=payload or {}, total=total, noun=noun
    )
    send_hint(job.pk)
    return job


def send_hint(job_id: uuid.UUID) -> None:
    """Tell the workers after the transaction that a job waits. A lost hint costs time only: the sweep finds the row."""
    transaction.on_commit(signature("jobs.run", kwargs={"job_id": str(job_id)}).delay, robust=True)


def claim(*, job_id: uuid.UUID) -> Run | None:
    """Take the job for this worker; None where another one has it or nothing is left to do.

    Compares and sets in one statement, so that of many workers one wins.
    """
    token = uuid.uuid4()
    now = timezone.now()
    won = (
        Job.objects.claimable(at=now)
        .filter(pk=job_id)
        .update(
            state=Job.State.RUNNING, claim=token, attempts=F("attempts") + 1, heartbeat_at=now, lease_until=now + LEASE
        )
    )
    if not won:
        return None
    Job.objects.filter(pk=job_id, started_at=None).update(started_at=now)
    return Run(Job.objects.get(pk=job_id), token)


def run(*, job_id: uuid.UUID) -> None:
    """Claim the job and do it to its end: done, failed with a sentence, or stopped.

    A lost database raises on, so that the lease runs out and another worker begins again.
    """
    turn = claim(job_id=job_id)
    if turn is None:
        return
    work = runner(turn.job.kind)
    if turn.job.stop_requested:
        finish(run=turn, state=Job.State.STOPPED)
        return
    if work is None or turn.job.attempts > MOST_ATTEMPTS:
        logger.error("Job %s (%s) cannot be run, attempt %s", job_id, turn.job.kind, turn.job.attempts)
        finish(run=turn, state=Job.State.FAILED, failure=OUR_FAULT)
        return
    try:
        result = work(turn)
        finish(run=turn, state=Job.State.DONE, result=result or {})
    except StopRequested:
        finish(run=turn, state=Job.State.STOPPED)
    except ClaimLost:
        logger.warning("Job %s was taken over by another worker", job_id)
    except JobFailed as failure:
        finish(run=turn, state=Job.State.FAILED, failure=str(failure))
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        logger.exception("Job %s (%s) failed", job_id, turn.job.kind)
        finish(run=turn, state=Job.State.FAILED, failure=OUR_FAULT)


@transaction.atomic
def finish(*, run: Run, state: Job.State, failure: str = "", result: dict[str, Any] | None = None) -> None:
    """End the job in this state with what was reported last. Does nothing where the claim is lost."""
    try:
        run.write()
    except StopRequested:
        pass
    except ClaimLost:
        return
    Job.objects.filter(pk=run.job.pk, claim=run.claim).update(
        state=state,
        failure=failure[:500],
        result=result or {},
        finished_at=timezone.now(),
        claim=None,
        lease_until=None,
    )


@transaction.atomic
def request_stop(*, job: Job, by: AbstractBaseUser) -> Job:
    """Stop the job: at once where it waits, else at its next report. Whatever was done stays. A finished job stays so."""
    job = Job.objects.select_for_update().get(pk=job.pk)
    if job.is_finished:
        return job
    logger.info("Job %s: stop asked for by person %s", job.pk, by.pk)
    job.stop_requested = True
    if job.state == Job.State.WAITING:
        job.state = Job.State.STOPPED
        job.finished_at = timezone.now()
    job.save()
    return job


def sweep() -> int:
    """Tell the workers about every job that nobody works on; return how many there were."""
    left = list(Job.objects.left_behind(waiting_since=timezone.now() - HINT_GRACE).values_list("pk", flat=True)[:1_000])
    for job_id in left:
        send_hint(job_id)
    return len(left)
