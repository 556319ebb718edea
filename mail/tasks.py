"""The envelopes that Celery carries."""

from celery import shared_task

from mail import sending, services


@shared_task(name="mail.send_waiting", ignore_result=True)
def send_waiting() -> None:
    """Send what waits in the outbox."""
    sending.send_waiting()


@shared_task(name="mail.forget_old", ignore_result=True)
def forget_old() -> None:
    """Delete the text of old messages, and very old messages."""
    services.forget_old()
