"""The envelope that Celery carries."""

from celery import shared_task

from digests.services import ticking


@shared_task(name="digests.tick", ignore_result=True)
def tick() -> None:
    """Do what is due for the updates."""
    ticking.tick()
