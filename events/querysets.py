"""Reads of events, bookings, and of what people say during a campaign."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, TypeVar

from django.db import models
from django.db.models import Count, F, Q
from django.utils import timezone

from accounts.models import User
from catalogue.choices import Status
from catalogue.querysets import ItemQuerySet, Reader
from events.choices import CARD, LIVE_STATES, BookingState, Moderation, PledgeProgress, ProposalState, Running

if TYPE_CHECKING:
    from events.models import Booking, Campaign, CoffeeTrial, Event, Notice, Pledge, Proposal, Story

EventType = TypeVar("EventType", bound="Event", covariant=True)
CampaignType = TypeVar("CampaignType", bound="Campaign", covariant=True)
BookingType = TypeVar("BookingType", bound="Booking", covariant=True)
NoticeType = TypeVar("NoticeType", bound="Notice", covariant=True)
PledgeType = TypeVar("PledgeType", bound="Pledge", covariant=True)
StoryType = TypeVar("StoryType", bound="Story", covariant=True)
ProposalType = TypeVar("ProposalType", bound="Proposal", covariant=True)
TrialType = TypeVar("TrialType", bound="CoffeeTrial", covariant=True)

# How long before its start the two reminders of an event are due.
DAY_BEFORE, HOUR_BEFORE = datetime.timedelta(hours=24), datetime.timedelta(hours=1)


def holds_place(moment: datetime.datetime, *, prefix: str = "") -> Q:
    """Return the condition on a booking that it takes one of the event's places at this moment."""
    held = {
        f"{prefix}state__in": (BookingState.OFFERED, BookingState.UNCONFIRMED),
        f"{prefix}held_until__gt": moment,
    }
    return Q(**{f"{prefix}state": BookingState.BOOKED}) | Q(**held)


def of_person(person: User) -> Q:
    """Return the condition on a booking that it is this person's, made with the account or as a guest before."""
    return Q(person=person) | Q(person=None, email=person.email.lower())


class EventQuerySet(ItemQuerySet[EventType]):
    """Events; every queryset of the catalogue applies."""

    def shown_to(self, user: Reader) -> EventQuerySet[EventType]:
        """What the programme shows this person: published, past events among them, which other lists leave out."""
        return self.listed_to(user, on_request=True).filter(status=Status.PUBLISHED)  # type: ignore[return-value]

    def timed(self) -> EventQuerySet[EventType]:
        """What happens at a time."""
        return self.filter(starts_at__isnull=False)

    def cards_for(self, user: Reader) -> EventQuerySet[EventType]:
        """Activity cards that lists show this person, the shortest first."""
        cards = self.listed_to(user).filter(form=CARD)
        return cards.order_by("minutes", "title")  # type: ignore[return-value]  # the parent's method keeps the class

    def coming(self, *, at: datetime.datetime | None = None) -> EventQuerySet[EventType]:
        """What is not over yet, the next one first."""
        return self.timed().filter(ends_at__gte=at or timezone.now()).order_by("starts_at", "pk")

    def past(self, *, at: datetime.datetime | None = None) -> EventQuerySet[EventType]:
        """What is over, the latest first."""
        return self.timed().filter(ends_at__lt=at or timezone.now()).order_by("-starts_at", "-pk")

    def between(self, first: datetime.datetime, last: datetime.datetime) -> EventQuerySet[EventType]:
        """What starts at or after the first moment and before the last."""
        return self.filter(starts_at__gte=first, starts_at__lt=last).order_by("starts_at", "pk")

    def with_places(self) -> EventQuerySet[EventType]:
        """Add `taken` and `waiting`: how many places are taken, and how many people wait for one."""
        return self.annotate(  # type: ignore[return-value]  # annotated rows are still events
            taken=Count("bookings", filter=holds_place(timezone.now(), prefix="bookings__"), distinct=True),
            waiting=Count("bookings", filter=Q(bookings__state=BookingState.WAITING), distinct=True),
        )

    def for_page(self) -> EventQuerySet[EventType]:
        """All that an event's page reads of it."""
        return self.select_related("organisation", "superseded_by", "campaign", "week", "recording", "leads_to")


class CampaignQuerySet(models.QuerySet[CampaignType]):
    """Campaigns."""

    def shown_to(self, user: Reader) -> CampaignQuerySet[CampaignType]:
        """Those that readers see; librarians see those in preparation too."""
        return self if user.is_authenticated and user.is_librarian else self.filter(is_shown=True)

    def newest_first(self) -> CampaignQuerySet[CampaignType]:
        """The latest year first."""
        return self.order_by("-starts_on", "-pk")

    def current(self, *, on: datetime.date | None = None) -> CampaignType | None:
        """The campaign that runs or comes next; where there is none, the last one."""
        day = on or timezone.localdate()
        return self.filter(ends_on__gte=day).order_by("starts_on").first() or self.newest_first().first()


class BookingQuerySet(models.QuerySet[BookingType]):
    """Bookings."""

    def live(self) -> BookingQuerySet[BookingType]:
        """Those that stand."""
        return self.filter(state__in=LIVE_STATES)

    def booked(self) -> BookingQuerySet[BookingType]:
        """Those that have their place for certain."""
        return self.filter(state=BookingState.BOOKED)

    def holding(self, *, at: datetime.datetime | None = None) -> BookingQuerySet[BookingType]:
        """Those that take a place."""
        return self.filter(holds_place(at or timezone.now()))

    def waiting(self) -> BookingQuerySet[BookingType]:
        """The waiting list in its order."""
        return self.filter(state=BookingState.WAITING).order_by("queued_at", "pk")

    def to_tell(self) -> BookingQuerySet[BookingType]:
        """Those whom a change of the event concerns: booked, waiting or offered a place."""
        return self.filter(state__in=(BookingState.BOOKED, BookingState.WAITING, BookingState.OFFERED))

    def of(self, person: User) -> BookingQuerySet[BookingType]:
        """The person's own, also those made as a guest with the same address."""
        return self.filter(of_person(person))

    def untold(self) -> BookingQuerySet[BookingType]:
        """Those whose state has changed since it was last written to them; who cancelled knows it."""
        told_of = (BookingState.BOOKED, BookingState.WAITING, BookingState.OFFERED, BookingState.LAPSED)
        return self.exclude(told=F("state")).filter(state__in=told_of).order_by("pk")

    def due_reminder(self, *, at: datetime.datetime) -> BookingQuerySet[BookingType]:
        """Those whose event starts within a day or an hour and that were not told so yet."""
        is_due = Q(event__starts_at__lte=at + HOUR_BEFORE, hour_reminder_at=None) | Q(
            event__starts_at__gt=at + HOUR_BEFORE, event__starts_at__lte=at + DAY_BEFORE, day_reminder_at=None
        )
        return self.filter(
            is_due,
            state=BookingState.BOOKED,
            event__starts_at__gt=at,
            event__running=Running.ON,
            event__status=Status.PUBLISHED,
        )

    def due_feedback(self, *, at: datetime.datetime) -> BookingQuerySet[BookingType]:
        """Those who came and were not asked yet what they will do with it."""
        return self.filter(came=True, feedback_asked_at=None, event__ends_at__lte=at)


class NoticeQuerySet(models.QuerySet[NoticeType]):
    """Notices to the booked."""

    def unsent(self) -> NoticeQuerySet[NoticeType]:
        """Those that have not been written to everybody yet."""
        return self.filter(done_at=None).order_by("pk")


class PledgeQuerySet(models.QuerySet[PledgeType]):
    """Pledges."""

    def shown(self) -> PledgeQuerySet[PledgeType]:
        """What the wall shows, the newest first."""
        return self.filter(moderation=Moderation.SHOWN).order_by("-created_at", "-pk")

    def due_follow_up(self, *, at: datetime.datetime, after: datetime.timedelta) -> PledgeQuerySet[PledgeType]:
        """Those who gave an address, whose pledge is shown and open, and who were not asked yet what came of it."""
        return (
            self.filter(
                moderation=Moderation.SHOWN,
                progress__in=(PledgeProgress.PLEDGED, PledgeProgress.IN_PROGRESS),
                asked_at=None,
                created_at__lte=at - after,
            )
            .exclude(email="")
            .order_by("pk")
        )


class StoryQuerySet(models.QuerySet[StoryType]):
    """What people did."""

    def shown(self) -> StoryQuerySet[StoryType]:
        """What the wall shows, the newest first."""
        return self.filter(moderation=Moderation.SHOWN).order_by("-created_at", "-pk")


class ProposalQuerySet(models.QuerySet[ProposalType]):
    """Proposed sessions."""

    def waiting(self) -> ProposalQuerySet[ProposalType]:
        """Those that a librarian has not decided on, the oldest first."""
        return self.filter(state=ProposalState.WAITING).order_by("created_at")


class CoffeeTrialQuerySet(models.QuerySet[TrialType]):
    """Coffee trials."""

    def open(self) -> CoffeeTrialQuerySet[TrialType]:
        """Those that people can still sign up for."""
        return self.filter(introduced_at=None, sign_up_by__gte=timezone.localdate())

    def due_question(self, *, at: datetime.datetime, after: datetime.timedelta) -> CoffeeTrialQuerySet[TrialType]:
        """Those whose people are to be asked what came of it."""
        return self.filter(introduced_at__lte=at - after, asked_at=None)
