"""The envelopes that Celery carries."""

from celery import shared_task

from mail import sending, services
from mail.models import OutboxMessage


@shared_task(name="mail.send_waiting", ignore_result=True)
def send_waiting() -> None:
    """Send what waits in the outbox for one turn; where more waits, let other work have the worker and come back."""
    if sending.send_waiting() and OutboxMessage.objects.due().exists():
        services.send_hint()


@shared_task(name="mail.forget_old", ignore_result=True)
def forget_old() -> None:
    """Delete the text of old messages, and very old messages."""
    services.forget_old()
