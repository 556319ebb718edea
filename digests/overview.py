"""Reads for the page of a subscriber and for librarians: when, how many, whom it reaches, what fails."""

import datetime
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone

from design.charts import percentages
from design.dates import time_in_words, weekday_in_words
from digests.choices import COMPOSER, DigestState, Frequency
from digests.models import Announcement, Digest, Note, Run, Schedule, Subscriber
from digests.periods import LONGEST_PERIOD, PORTAL_ZONE, SENDING_HOUR, is_sending_day, local_moment, place_of
from digests.services.ticking import schedules
from mail.models import OutboxMessage, Suppression
from taxonomy.models import Topic


def next_moment(subscriber: Subscriber) -> datetime.datetime | None:
    """Return when the subscriber's next mail leaves at the earliest, as clocks there show it; None where none will."""
    schedule = schedule_of(subscriber.frequency)
    if subscriber.stopped_at is not None or not schedule.is_enabled:
        return None
    zone = ZoneInfo(subscriber.time_zone)
    lead = datetime.timedelta(hours=schedule.lead_hours)
    day = max(timezone.localdate(), subscriber.paused_until or datetime.date.min)
    for ahead in range(LONGEST_PERIOD.days):
        moment_day = day + datetime.timedelta(days=ahead)
        if is_sending_day(subscriber.frequency, moment_day, weekday=schedule.weekday):
            put_together = local_moment(moment_day, hour=SENDING_HOUR, zone=PORTAL_ZONE) - lead
            moment = max(put_together, local_moment(moment_day, hour=subscriber.local_hour, zone=zone))
            if moment > timezone.now():
                return moment.astimezone(zone)
    return None


def next_in_words(subscriber: Subscriber) -> str:
    """Return "Monday 30 November 2026 at 7am", with the time zone where it is not the portal's; "" where none will."""
    moment = next_moment(subscriber)
    if moment is None:
        return ""
    words = f"{weekday_in_words(moment.date())} at {time_in_words(moment.time())}"
    return words if subscriber.time_zone == PORTAL_ZONE.key else f"{words}, {place_of(subscriber.time_zone)} time"


def schedule_of(frequency: str) -> Schedule:
    """Return the rules of a frequency, those that hold by default where no librarian has touched it yet."""
    return Schedule.objects.filter(frequency=frequency).first() or Schedule(frequency=frequency)


def rhythm_at(address: str) -> str:
    """Return how often mail comes to somebody with this address: as they chose, or as it is for those who come new."""
    known = Subscriber.objects.at(address).order_by("user").first()
    frequency = Frequency(known.frequency if known else Frequency.WEEKLY)
    if frequency == Frequency.DAILY:
        return str(frequency.label)
    first = "the first " if frequency == Frequency.MONTHLY else ""
    return f"{frequency.label}, on {first}{Schedule.Weekday(schedule_of(frequency).weekday).label}"


@dataclass(frozen=True)
class Next:
    """One frequency: how many get it, when it is put together and sent next, and the notes that it will take along."""

    frequency: str
    label: str
    readers: int
    opens_at: datetime.datetime | None
    sends_at: datetime.datetime | None
    is_automatic: bool
    notes: Sequence[Note]


@dataclass(frozen=True)
class Numbers:
    """What the overview shows: reach is the share of subscribers who got at least one mail in three months."""

    subscribers: int
    guests: int
    stopped: int
    silenced: int
    reached: int
    since: datetime.date

    @property
    def reach(self) -> int:
        """The share in per cent."""
        return round(100 * self.reached / self.subscribers) if self.subscribers else 0


REACHED_WITHIN = datetime.timedelta(days=91)
SHOWN_RUNS = 12
SHOWN_TOPICS = 20


def next_runs() -> list[Next]:
    """Return what comes next for every frequency."""
    counts = dict(Subscriber.objects.wanting().order_by().values_list("frequency").annotate(number=Count("pk")))
    notes: dict[str, list[Note]] = defaultdict(list)
    for note in Note.objects.waiting().select_related("topic", "written_by"):
        notes[note.frequency].append(note)
    found = []
    for schedule in schedules():
        opens_at, sends_at = next_opening(schedule)
        found.append(
            Next(
                schedule.frequency,
                str(schedule),
                counts.get(schedule.frequency, 0),
                opens_at if schedule.is_enabled else None,
                sends_at if schedule.is_enabled else None,
                schedule.is_automatic,
                notes[schedule.frequency],
            )
        )
    return found


def next_opening(schedule: Schedule) -> tuple[datetime.datetime | None, datetime.datetime | None]:
    """Return when the next run of a schedule is put together and when its first mail leaves."""
    lead = datetime.timedelta(hours=schedule.lead_hours)
    for ahead in range(LONGEST_PERIOD.days + 1):
        day = timezone.localdate() + datetime.timedelta(days=ahead)
        if is_sending_day(schedule.frequency, day, weekday=schedule.weekday):
            sends_at = local_moment(day, hour=SENDING_HOUR, zone=PORTAL_ZONE)
            if sends_at - lead > timezone.now():
                return sends_at - lead, sends_at
    return None, None


def numbers() -> Numbers:
    """Return whom the updates reach, of those who follow something. Four queries."""
    since = timezone.now() - REACHED_WITHIN
    active = Subscriber.objects.wanting()
    counts = active.aggregate(active=Count("pk"), guests=Count("pk", filter=Q(user=None)))
    got_one = Digest.objects.filter(subscriber=OuterRef("pk"), state=DigestState.SENT, settled_at__gte=since)
    return Numbers(
        subscribers=counts["active"],
        guests=counts["guests"],
        stopped=Subscriber.objects.exclude(stopped_at=None).count(),
        silenced=Suppression.objects.count(),
        reached=active.filter(Exists(got_one)).count(),
        since=since.date(),
    )


def sizes_of_runs() -> list[tuple[Run, int, int, int]]:
    """Return the latest runs, each with how many mails were sent, had nothing new, and did not arrive."""
    runs = list(
        Run.objects.newest_first().annotate(
            sent=Count("digests", filter=Q(digests__state=DigestState.SENT)),
            empty=Count("digests", filter=Q(digests__state=DigestState.EMPTY)),
            unsent=Count("digests", filter=Q(digests__state=DigestState.UNSENT)),
        )[:SHOWN_RUNS]
    )
    return [(run, run.sent, run.empty, run.unsent) for run in runs]  # type: ignore[attr-defined]  # annotated above


@dataclass(frozen=True)
class Bar:
    """One row of a small picture: words, number, its share of the largest in per cent, and where it leads."""

    label: str
    number: int
    share: float
    url: str = ""


def bars(rows: Sequence[tuple[str, int, str]]) -> list[Bar]:
    """Return rows of words, number and address with what the picture needs."""
    shares = percentages([number for _label, number, _url in rows])
    return [Bar(label, number, share, url) for (label, number, url), share in zip(rows, shares, strict=True)]


def refusals() -> list[Bar]:
    """Return the answers of mail servers that refused, most frequent first, of the last three months."""
    codes = (
        OutboxMessage.objects.filter(
            composer=COMPOSER, smtp_code__gte=400, created_at__gte=timezone.now() - REACHED_WITHIN
        )
        .order_by()
        .values_list("smtp_code")
        .annotate(number=Count("pk"))
        .order_by("-number")
    )
    return bars([(f"Code {code}", number, "") for code, number in codes])


def topics_with_nothing() -> list[tuple[Topic, int]]:
    """Return topics that people follow and on which nothing was announced in three months, most followed first."""
    since = timezone.now() - REACHED_WITHIN
    told = Announcement.objects.filter(item__ancestors__topic=OuterRef("pk"), silence="", batch__frozen_at__gte=since)
    followed = (
        Topic.objects.filter(followed_by__isnull=False, followed_by__subscriber__stopped_at=None)
        .annotate(followers=Count("followed_by"))
        .exclude(Exists(told))
        .order_by("-followers", "name")[:SHOWN_TOPICS]
    )
    return [(topic, topic.followers) for topic in followed]


def most_followed() -> list[Bar]:
    """Return the topics with most followers."""
    rows = (
        Topic.objects.filter(followed_by__isnull=False, followed_by__subscriber__stopped_at=None)
        .annotate(followers=Count("followed_by"))
        .order_by("-followers", "name")[:SHOWN_TOPICS]
    )
    return bars([(topic.name, topic.followers, topic.get_absolute_url()) for topic in rows])
