"""Booking: places never run over, and the waiting list moves up in its order.

Everything that gives or frees a place holds the event's row in `catalogue.Item` first, so that of any number of
simultaneous requests one after the other sees the numbers as they are.
"""

import datetime
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from accounts.models import User
from catalogue.choices import Visibility
from catalogue.models import Item
from design.dates import moment_in_words
from events.choices import LIVE_STATES, BookingState, BookingWay, Running
from events.models import Booking, Event
from events.querysets import holds_place, of_person
from events.services import letters
from events.words import State, state_of

GUEST_HOLD = datetime.timedelta(minutes=30)
OFFER_HOLD = datetime.timedelta(hours=24)
LETTERS_AT_ONCE = 500


class CannotBook(Exception):
    """The booking is not possible; the message says why."""


@dataclass(frozen=True)
class Numbers:
    """Of one event: how many places are taken, how many people wait, and a person's own bookings that stand."""

    taken: int
    waiting: int
    own: int


def hold(event: Event) -> Event:
    """Return the event as it is now, its row held until the transaction ends."""
    Item.objects.select_for_update().filter(pk=event.pk).values_list("pk").get()
    return Event.objects.get(pk=event.pk)


@transaction.atomic
def book(*, event: Event, by: User) -> Booking:
    """Give a signed-in person a place, or one on the waiting list where all are taken. Pressed again it changes nothing.

    The caller has made sure that they may see the event. Raises CannotBook with a sentence.
    """
    event = hold(event)
    numbers = _numbers(event, of=by)
    if not numbers.own:
        refuse_unless_open(event)
        return _settle(Booking(event=event, person=by), event, numbers)
    own = event.bookings.live().of(by).latest("pk")
    own.event = event
    if own.person_id is None:
        # They had booked as a guest with the address of their account: the account proves that it is theirs.
        own.person, own.name, own.email = by, "", ""
        own.save()
    return _settle(own, event, numbers) if own.state == BookingState.UNCONFIRMED else own


@transaction.atomic
def book_as_guest(*, event: Event, name: str, email: str) -> Booking:
    """Keep a place for half an hour for somebody without an account, and ask them by e-mail to confirm.

    An address that has a booking already is sent the link to it, and nothing on the page tells which of the two it was.
    Raises CannotBook with a sentence.
    """
    event = hold(event)
    if not event.takes_guests or event.visibility != Visibility.PUBLIC:
        raise CannotBook("Sign in to book this event.")
    own = event.bookings.live().filter(Q(email__iexact=email) | Q(person__email__iexact=email)).first()
    if own is None:
        refuse_unless_open(event)
        own = Booking(event=event, name=name, email=email.lower(), state=BookingState.UNCONFIRMED)
    own.event = event
    if own.state == BookingState.UNCONFIRMED:
        if own.pk is None or not _is_held(own):
            own.held_until = timezone.now() + GUEST_HOLD if _has_room(event, _numbers(event)) else None
        own.save()
        letters.confirm(own)
    else:
        letters.again(own)
    return own


@transaction.atomic
def confirm(*, booking: Booking) -> Booking:
    """Turn a guest's kept place into theirs; where it ran out meanwhile, another or one on the waiting list.

    Confirming twice changes nothing. Raises CannotBook with a sentence.
    """
    event, booking = _hold_both(booking)
    if booking.state != BookingState.UNCONFIRMED:
        if booking.state in {BookingState.CANCELLED, BookingState.LAPSED}:
            raise CannotBook("This booking was cancelled. Book again on the page of the event.")
        return booking
    if event.has_started or event.running != Running.ON:
        refuse_unless_open(event)
    return _settle(booking, event, _numbers(event))


@transaction.atomic
def accept(*, booking: Booking) -> Booking:
    """Take up the place that was offered. Accepting twice changes nothing. Raises CannotBook with a sentence."""
    event, booking = _hold_both(booking)
    if booking.state == BookingState.BOOKED:
        return booking
    if booking.state != BookingState.OFFERED or not _is_held(booking):
        until = f" It was kept until {moment_in_words(booking.held_until)}." if booking.held_until else ""
        raise CannotBook(f"This place is no longer kept for you.{until} You can join the waiting list again.")
    if event.running != Running.ON:
        refuse_unless_open(event)
    booking.state, booking.held_until = BookingState.BOOKED, None
    booking.save()
    return booking


@transaction.atomic
def cancel(*, booking: Booking) -> Booking:
    """Give the place back, or leave the waiting list; the next person moves up. Twice changes nothing."""
    event, booking = _hold_both(booking)
    if booking.state in {BookingState.CANCELLED, BookingState.LAPSED}:
        return booking
    if event.is_over:
        raise CannotBook("The event is over, so there is nothing to cancel.")
    booking.state, booking.held_until, booking.queued_at = BookingState.CANCELLED, None, None
    booking.save()
    _move_up(event)
    return booking


@transaction.atomic
def move_up(*, event: Event) -> int:
    """Let offers lapse whose time is over, and offer what is free to those who wait longest; return how many offers."""
    return _move_up(hold(event))


def write_letters() -> int:
    """Write to everybody whose booking has changed since they were last written to; return how many messages.

    A worker does it every few seconds, so that nobody waits for messages to be composed while the event's row is held.
    The mark and the message are one transaction, and the mark is set by comparing: each message is written once.
    """
    number = 0
    for booking in Booking.objects.untold().select_related("event", "person")[:LETTERS_AT_ONCE]:
        with transaction.atomic():
            unchanged = Booking.objects.filter(pk=booking.pk, state=booking.state, told=booking.told)
            if unchanged.update(told=booking.state):
                letters.OF_STATE[BookingState(booking.state)](booking)
                number += 1
    return number


def sweep(*, at: datetime.datetime | None = None) -> int:
    """Move up every waiting list that can move, as kept places run out without a request; return how many offers."""
    moment = at or timezone.now()
    run_out = Q(bookings__state=BookingState.OFFERED, bookings__held_until__lte=moment)
    waits = Q(bookings__state=BookingState.WAITING)
    events = Event.objects.coming(at=moment).filter(run_out | waits).distinct()
    return sum(move_up(event=event) for event in events)


def forget_unconfirmed(*, at: datetime.datetime | None = None) -> int:
    """Delete what guests never confirmed within two days; return how many."""
    long_ago = (at or timezone.now()) - 2 * OFFER_HOLD
    return Booking.objects.filter(state=BookingState.UNCONFIRMED, created_at__lt=long_ago).delete()[0]


def refuse_unless_open(event: Event) -> State:
    """Raise CannotBook with a sentence where nobody can book the event here now."""
    state = state_of(event, taken=0, waiting=0)
    if event.booking != BookingWay.HERE:
        raise CannotBook("This event is not booked here.")
    if event.is_over or event.has_started:
        raise CannotBook("This event has begun or is over, so it can no longer be booked.")
    if not state.may_book:
        raise CannotBook(f"This event cannot be booked now: {state.words[:1].lower()}{state.words[1:]}.")
    return state


def _hold_both(booking: Booking) -> tuple[Event, Booking]:
    event = hold(booking.event)
    fresh = Booking.objects.select_related("person").get(pk=booking.pk)
    fresh.event = event
    return event, fresh


def _is_held(booking: Booking) -> bool:
    return booking.held_until is not None and booking.held_until > timezone.now()


def _settle(booking: Booking, event: Event, numbers: Numbers) -> Booking:
    """Give a booking its place, or one at the end of the waiting list, and say which. The event's row is held."""
    keeps_its_place = booking.state == BookingState.UNCONFIRMED and _is_held(booking)
    booking.held_until = None
    if keeps_its_place or _has_room(event, numbers):
        booking.state = BookingState.BOOKED
    else:
        booking.state, booking.queued_at = BookingState.WAITING, timezone.now()
    booking.save()
    return booking


def _numbers(event: Event, *, of: User | None = None) -> Numbers:
    """Count the places and those who wait, and the bookings of this person that stand, in one query."""
    own = Q(state__in=LIVE_STATES) & of_person(of) if of else Q(pk=None)
    return Numbers(
        **event.bookings.aggregate(
            taken=Count("pk", filter=holds_place(timezone.now())),
            waiting=Count("pk", filter=Q(state=BookingState.WAITING)),
            own=Count("pk", filter=own),
        )
    )


def _has_room(event: Event, numbers: Numbers) -> bool:
    """Whether the next person gets a place: one is free and nobody waits for it."""
    return event.capacity is None or (numbers.taken < event.capacity and not numbers.waiting)


def _move_up(event: Event) -> int:
    now = timezone.now()
    for booking in event.bookings.filter(state=BookingState.OFFERED, held_until__lte=now).select_related("person"):
        booking.event, booking.state = event, BookingState.LAPSED
        booking.save()
    if event.running != Running.ON or event.starts_at is None or event.starts_at <= now:
        return 0
    queue = event.bookings.waiting().select_related("person")
    if event.capacity is not None:
        queue = queue[: max(event.capacity - _numbers(event).taken, 0)]
    offers = 0
    for booking in queue:
        booking.event, booking.state = event, BookingState.OFFERED
        booking.held_until = min(now + OFFER_HOLD, event.starts_at)
        booking.save()
        offers += 1
    return offers
