"""Loading the invented campaigns, events, activity cards, bookings and what people said."""

import datetime
import uuid
from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from accounts.models import User
from catalogue.choices import Phrase, Status
from catalogue.models import Item
from catalogue.search import index_many
from events.choices import CARD, BookingState, BookingWay, Mode, Moderation, PledgeProgress
from events.models import Booking, Campaign, CoffeeTrial, Event, Material, Pledge, Session, Speaker, Story, Week
from taxonomy.models import Topic

# Fields that stand in the content file under the name they have on the model.
PLAIN_FIELDS = (
    "title", "form", "mode", "place", "join_url", "booking", "booking_url", "capacity", "phrases", "audience", "summary",
    "gains", "visibility", "company", "what_to_do", "technique",
)  # fmt: skip
NOVEMBER = 11
FRIDAY = 4
HOLIDAYS = {(12, 25), (12, 26), (1, 1)}


def load_events(
    content: dict[str, Any], *, items: Mapping[str, Item], users: Mapping[str, User], curator: User
) -> None:
    """Load this year's and last year's campaign, the events and the cards; `items` are what they lead to or left."""
    loader = _Loader(items, users, curator)
    today = timezone.localdate()
    year = today.year + (today > datetime.date(today.year, NOVEMBER, 30))
    campaign = loader.campaign(content["campaign"], year=year, theme=content["campaign"]["theme"])
    weeks = list(campaign.weeks.all())
    for row in content["sessions"]:
        week = weeks[row["week"] - 1]
        first = week.starts_on + datetime.timedelta(days=row["weekday"])
        loader.event(row, day=first, campaign=campaign, week=week)
    earlier = loader.campaign(content["campaign"], year=year - 1, theme=content["last_year_theme"])
    for row in content["last_year"]:
        day = datetime.date(year - 1, NOVEMBER, row["day"])
        loader.event({"mode": Mode.ONLINE, "summary": "A session of last year’s KNOWvember.", **row}, day=day,
                     campaign=earlier)  # fmt: skip
    for row in content["others"]:
        lasting = row.get("second_day", row["days"]) - row["days"]
        loader.event(row, day=_working_day(today + datetime.timedelta(days=row["days"]), lasting=lasting))
    for row in content["cards"]:
        loader.event({"form": CARD, "mode": Mode.ANY_TIME, "booking": BookingWay.NONE, **row}, day=None)
    loader.voices(content, campaign)
    index_many(loader.loaded)


def clear_events() -> None:
    """Remove the invented campaigns with their weeks, pledges and stories; events go with the other items."""
    Campaign.objects.filter(is_demonstration=True).delete()


class _Loader:
    """What every part of the loading needs."""

    def __init__(self, items: Mapping[str, Item], users: Mapping[str, User], curator: User) -> None:
        self.items, self.users, self.curator = items, users, curator
        self.topics = {topic.slug: topic for topic in Topic.objects.all()}
        self.loaded: list[int] = []

    def campaign(self, row: dict[str, Any], *, year: int, theme: str) -> Campaign:
        """Make one year's campaign: November, in four weeks that are called by the four phrases."""
        first, last = datetime.date(year, NOVEMBER, 1), datetime.date(year, NOVEMBER, 30)
        campaign = Campaign.objects.create(
            name=row["name"],
            year=year,
            slug=f"knowvember-{year}",
            theme=theme,
            hashtag=row["hashtag"],
            intro=row["intro"],
            starts_on=first,
            ends_on=last,
            is_shown=True,
            is_demonstration=True,
        )
        monday = first + datetime.timedelta(days=-first.weekday() % 7)
        for phrase in Phrase:
            ends_on = min(monday + datetime.timedelta(days=6), last)
            Week.objects.create(campaign=campaign, name=phrase.label, phrase=phrase, starts_on=monday, ends_on=ends_on)
            monday += datetime.timedelta(days=7)
        return campaign

    def event(
        self,
        row: dict[str, Any],
        *,
        day: datetime.date | None,
        campaign: Campaign | None = None,
        week: Week | None = None,
    ) -> Event:
        """Make one event on this day, or a card where there is none."""
        added = timezone.now() - datetime.timedelta(days=20)
        starts = _moment(day, row["at"]) if day else None
        if day and day < timezone.localdate(added):
            added = _moment(day - datetime.timedelta(days=40), "09:00")
        event = Event(
            **{name: row[name] for name in PLAIN_FIELDS if name in row},
            campaign=campaign,
            week=week,
            starts_at=starts,
            ends_at=_end(starts, row) if starts else None,
            minutes=None if starts else row["minutes"],
            leads_to=self.items.get(row.get("leads_to", "")),
            recording=self.items.get(row.get("recording", "")),
            status=Status.PUBLISHED,
            published_at=added,
            owner=self.curator,
            organisation=self.curator.organisation,
            is_demonstration=True,
        )
        event.full_clean(exclude=["slug", "form_group"])
        event.save()
        event.topics.set([self.topics[slug] for slug in row["topics"] if slug in self.topics])
        self.loaded.append(event.pk)
        self._below(event, row)
        return event

    def _below(self, event: Event, row: dict[str, Any]) -> None:
        for speaker in row.get("speakers", ()):
            Speaker.objects.create(event=event, **speaker)
        for material in row.get("materials", ()):
            Material.objects.create(event=event, **material)
        if "second_day" in row and event.starts_at and event.ends_at:
            later = datetime.timedelta(days=row["second_day"] - row["days"])
            Session.objects.create(
                event=event, title="From idea to aim", starts_at=event.starts_at, ends_at=event.ends_at
            )
            last = Session.objects.create(
                event=event, title="A first test", starts_at=event.starts_at + later, ends_at=event.ends_at + later
            )
            event.ends_at = last.ends_at
            event.save()
        now = timezone.now()
        # Nobody invented is written to.
        silent = {"day_reminder_at": now, "hour_reminder_at": now, "feedback_asked_at": now}
        for number, address in enumerate(row.get("booked", ())):
            # One in four who booked did not come after all.
            came = number % 4 != 3 if event.is_over else None
            Booking.objects.create(
                event=event,
                person=self.users[address],
                state=BookingState.BOOKED,
                told=BookingState.BOOKED,
                created_at=min(event.starts_at or now, now) - datetime.timedelta(days=12 - 2 * number),
                came=came,
                feedback=row.get("feedback", "") if came and not number else "",
                feedback_at=event.ends_at if came and not number and "feedback" in row else None,
                **silent,
            )
        for address in row.get("waiting", ()):
            Booking.objects.create(
                event=event,
                person=self.users[address],
                state=BookingState.WAITING,
                told=BookingState.WAITING,
                queued_at=now,
                **silent,
            )
        if "coffee" in row:
            last_day = timezone.localdate() + datetime.timedelta(days=row["coffee"]["sign_up_days"])
            CoffeeTrial.objects.create(event=event, sign_up_by=last_day, rules=["other_organisation"])

    def voices(self, content: dict[str, Any], campaign: Campaign) -> None:
        """Make pledges and stories, shown already."""
        shown: dict[str, Any] = {
            "campaign": campaign, "moderation": Moderation.SHOWN, "is_demonstration": True
        }  # fmt: skip
        for row in content["pledges"]:
            Pledge.objects.create(**shown, submission=uuid.uuid4(), **{"progress": PledgeProgress.PLEDGED, **row})
        for row in content["stories"]:
            Story.objects.create(**shown, submission=uuid.uuid4(), **row)


def _end(starts: datetime.datetime, row: dict[str, Any]) -> datetime.datetime:
    """Return when it ends: a coffee trial at the end of its last day to sign up, so that there is always one to try."""
    ends = starts + datetime.timedelta(minutes=row["minutes"])
    if "coffee" not in row:
        return ends
    return max(ends, _moment(timezone.localdate() + datetime.timedelta(days=row["coffee"]["sign_up_days"]), "17:00"))


def _working_day(day: datetime.date, *, lasting: int) -> datetime.date:
    """Return the day, or the next from which on none of so many more days is a weekend or a holiday at the year's end."""
    while any(
        date.weekday() > FRIDAY or (date.month, date.day) in HOLIDAYS
        for date in (day + datetime.timedelta(days=later) for later in range(lasting + 1))
    ):
        day += datetime.timedelta(days=1)
    return day


def _moment(day: datetime.date, at: str) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time.fromisoformat(at)))
