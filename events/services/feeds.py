"""The secret address of a person's own calendar: made when asked for, made anew, taken away."""

from django.db import transaction

from accounts.models import User
from events.models import CalendarFeed, new_secret


@transaction.atomic
def new_address(*, by: User) -> CalendarFeed:
    """Give the person's calendar an address nobody knows; the one before no longer works."""
    feed, _ = CalendarFeed.objects.update_or_create(person=by, defaults={"secret": new_secret()})
    return feed


@transaction.atomic
def take_away(*, by: User) -> None:
    """Take the address away; calendars that read it find nothing any more."""
    CalendarFeed.objects.filter(person=by).delete()
