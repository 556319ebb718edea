"""Rows of events for tests, made the way the portal makes them."""

import datetime
from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from accounts.models import User
from catalogue.choices import Status
from catalogue.search import index
from events.choices import BookingState
from events.models import Booking, Campaign, Event
from tests.factories import UserFactory


class CampaignFactory(DjangoModelFactory):
    """A campaign of this November, shown to readers."""

    class Meta:
        model = Campaign

    name = "KNOWvember"
    year = factory.LazyFunction(lambda: timezone.localdate().year)
    slug = factory.Sequence(lambda n: f"knowvember-{n}")
    theme = "Knowledge that travels"
    starts_on = factory.LazyAttribute(lambda made: datetime.date(made.year, 11, 1))
    ends_on = factory.LazyAttribute(lambda made: datetime.date(made.year, 11, 30))
    is_shown = True


class EventFactory(DjangoModelFactory):
    """A published, public webinar in three days, for an hour, booked here without a limit; `topics=[…]` sets its topics."""

    class Meta:
        model = Event
        skip_postgeneration_save = True

    title = factory.Sequence(lambda n: f"Session {n}")
    form = "webinar"
    summary = "What it is about."
    mode = "online"
    booking = "here"
    join_url = "https://meet.example/room"
    status = Status.PUBLISHED
    published_at = factory.LazyFunction(lambda: timezone.now() - datetime.timedelta(days=60))
    starts_at = factory.LazyFunction(lambda: timezone.now() + datetime.timedelta(days=3))
    ends_at = factory.LazyAttribute(
        lambda made: made.starts_at + datetime.timedelta(hours=1) if made.starts_at else None
    )
    campaign = factory.SubFactory(CampaignFactory)

    @factory.post_generation
    def topics(self, create: bool, extracted: list[Any] | None, **kwargs: Any) -> None:
        """Set the topics, and bring search in step."""
        if extracted:
            self.topics.set(extracted)  # type: ignore[attr-defined]
        index(self)  # type: ignore[arg-type]


class CardFactory(EventFactory):
    """An activity card of 15 minutes."""

    title = factory.Sequence(lambda n: f"Card {n}")
    form = "activity"
    mode = "any_time"
    booking = "none"
    minutes = 15
    company = "either"
    what_to_do = "Begin.\nEnd."
    starts_at = None
    ends_at = None
    campaign = None


def booked(event: Event, person: User | None = None, **fields: Any) -> Booking:
    """Return a booking with a place, of this person or of somebody."""
    return Booking.objects.create(
        event=event,
        person=person or UserFactory(),
        **{"state": BookingState.BOOKED, "told": fields.get("state", BookingState.BOOKED), **fields},
    )
