"""The envelopes that Celery carries."""

from celery import shared_task

from events.services import booking, coffee, editing, forgetting, reminding, voices


@shared_task(name="events.send_reminders", ignore_result=True)
def send_reminders() -> None:
    """Remind those whose event starts soon, and ask those who came."""
    reminding.send_reminders()
    reminding.ask_for_feedback()


@shared_task(name="events.write_letters", ignore_result=True)
def write_letters() -> None:
    """Write to those whose booking has changed."""
    booking.write_letters()


@shared_task(name="events.send_notices", ignore_result=True)
def send_notices() -> None:
    """Tell the booked what changed."""
    editing.send_notices()


@shared_task(name="events.sweep", ignore_result=True)
def sweep() -> None:
    """Move waiting lists up where kept places ran out, and send what a lost message left behind."""
    booking.sweep()
    booking.forget_unconfirmed()
    editing.send_notices()


@shared_task(name="events.daily", ignore_result=True)
def daily() -> None:
    """Ask what became of pledges and coffees, and forget whose time is over."""
    voices.ask_what_became()
    coffee.ask_what_came()
    forgetting.forget_old()
