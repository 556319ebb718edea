"""The envelopes that Celery carries."""

import uuid

from celery import shared_task

from jobs import services


@shared_task(name="jobs.run", ignore_result=True)
def run_job(*, job_id: str) -> None:
    """Do one job, unless another worker has it."""
    services.run(job_id=uuid.UUID(job_id))


@shared_task(name="jobs.sweep", ignore_result=True)
def sweep() -> None:
    """Find jobs whose hint was lost or whose worker died."""
    services.sweep()
