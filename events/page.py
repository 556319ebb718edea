"""What the page of one event shows."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Count, Q
from django.utils import timezone

from accounts.models import User
from catalogue.addresses import search_url
from catalogue.cards import with_card_facts
from catalogue.choices import READABLE_BY_ADDRESS, Phrase, Status, Visibility
from catalogue.models import Item
from catalogue.querysets import Reader
from catalogue.relations import shown_to
from catalogue.search.likeness import more_like
from catalogue.techniques import all_techniques
from design.dates import span_in_words
from events.choices import BookingState, BookingWay, Running
from events.models import Booking, CoffeeTrial, Event, SignUp
from events.querysets import holds_place
from events.structured import json_ld
from events.words import state_of, when_in_words

SERIES_SHOWN = 12


def page_context(event: Event, user: Reader) -> dict[str, Any]:
    """Return what the page reads, in a constant number of queries. `event` comes from `for_page`."""
    own = own_booking(event, user)
    numbers = places(event)
    state = state_of(event, taken=numbers["taken"], waiting=numbers["waiting"])
    trial = CoffeeTrial.objects.filter(event=event).first() if event.form == "social" else None
    linked = [item.pk for item in (event.recording, event.leads_to) if item is not None]
    topics = list(event.topics.all())
    visible = {item.pk: item for item in Item.objects.visible_to(user).filter(pk__in=linked)} if linked else {}
    return {
        "event": event,
        "is_live": event.status in READABLE_BY_ADDRESS and not event.is_scheduled,
        "when": when_in_words(event),
        "state": state,
        "days": [(session, span_in_words(session.starts_at, session.ends_at)) for session in event.sessions.all()],
        "speakers": list(event.speakers.all()),
        "materials": list(event.materials.all()),
        "topics": topics,
        "related": more_like(event, user, topics=topics),
        "phrases": [(Phrase(value).label, search_url(phrase=value)) for value in event.phrases],
        "own": own,
        "own_place": place_in_line(own),
        "may_join": may_join(event, own, user),
        "takes_guests": event.takes_guests and event.visibility == Visibility.PUBLIC,
        "booking_host": urlsplit(event.booking_url).hostname or "",
        "recording": visible.get(event.recording_id or 0),
        "leads_to": visible.get(event.leads_to_id or 0),
        "technique": all_techniques().get(event.technique) if event.technique else None,
        "trial": trial,
        "own_sign_up": own_sign_up(trial, user),
        "links": shown_to(user, event),
        "series": in_series(event, user),
        "successor": successor(event, user),
        "facts": facts(event, numbers),
        "json_ld": json_ld(event),
        "team_email": settings.LIBRARY_TEAM_EMAIL,
    }


def places(event: Event) -> dict[str, int]:
    """Return how many places are `taken` and how many people are `waiting`, in one query."""
    return event.bookings.aggregate(
        taken=Count("pk", filter=holds_place(timezone.now())),
        waiting=Count("pk", filter=Q(state=BookingState.WAITING)),
    )


def own_booking(event: Event, user: Reader) -> Booking | None:
    """Return the booking of this event that stands, where the reader has one."""
    if not isinstance(user, User):
        return None
    return Booking.objects.live().of(user).filter(event=event).select_related("person").order_by("-pk").first()


def own_sign_up(trial: CoffeeTrial | None, user: Reader) -> SignUp | None:
    """Return the reader's part in a coffee trial."""
    if trial is None or not isinstance(user, User):
        return None
    return trial.sign_ups.filter(person=user).first()


def place_in_line(own: Booking | None) -> int:
    """Return which place on the waiting list a booking has, from 1; 0 where it is not on it."""
    if own is None or own.state != BookingState.WAITING or own.queued_at is None:
        return 0
    before = Q(queued_at__lt=own.queued_at) | Q(queued_at=own.queued_at, pk__lte=own.pk)
    return own.event.bookings.waiting().filter(before).count()


def may_join(event: Event, own: Booking | None, user: Reader) -> bool:
    """Whether the link to join may be shown: to those with a place; where nobody books, to whoever may read the page
    and is signed in; never once the event is over, off or no longer published."""
    if not event.join_url or event.status != Status.PUBLISHED or event.running != Running.ON or event.is_over:
        return False
    if event.booking == BookingWay.HERE:
        return own is not None and own.has_place
    return user.is_authenticated


def in_series(event: Event, user: Reader) -> list[Event]:
    """Return the series that an event belongs to, in its order; nothing where it belongs to none."""
    if not event.series:
        return []
    rows = Event.objects.shown_to(user).filter(series=event.series).order_by("series_position", "starts_at", "pk")
    return list(rows[:SERIES_SHOWN])


def successor(event: Event, user: Reader) -> Item | None:
    """Return what replaced the event, where the reader may see it."""
    if event.status != Status.SUPERSEDED or event.superseded_by_id is None:
        return None
    return Item.objects.visible_to(user).filter(pk=event.superseded_by_id).first()


def facts(event: Event, numbers: dict[str, int]) -> list[tuple[str, object]]:
    """Return name and value of each fact; the component leaves out those without a value."""
    shows_places = event.booking == BookingWay.HERE and event.capacity is not None
    return [
        ("Type", event.form_label),
        ("When", when_in_words(event)),
        ("Where", event.get_mode_display()),
        ("Place", event.place),
        ("Places", f"{event.capacity}, {numbers['taken']} taken" if shows_places else ""),
        ("Done", event.get_company_display()),
        ("For", ", ".join(event.audience_labels)),
        ("Setting", ", ".join(event.setting_labels)),
        ("Campaign", event.campaign.title if event.campaign and event.campaign.is_shown else ""),
        ("Week", event.week.name if event.week else ""),
        ("Held by", event.organisation.name if event.organisation else ""),
    ]


def next_events(user: Reader, *, number: int) -> list[Event]:
    """Return the next events that this reader may see and that take place, with what their cards show."""
    rows = Event.objects.shown_to(user).coming().exclude(running=Running.CANCELLED).for_cards()
    return with_card_facts(rows[:number])
