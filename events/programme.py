"""The programme: what comes, by day and week, and what is past, narrowed by type, way, topic and audience."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from itertools import groupby
from typing import Any, Self
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from catalogue.cards import with_card_facts
from catalogue.choices import Audience
from catalogue.models import ItemAncestor
from catalogue.querysets import Reader
from catalogue.search.filters import clean
from design.dates import in_uk_time, weekday_in_words
from design.facets import ActiveFilter, Facet, Option
from events.choices import CARD, EVENT_TYPES, Mode
from events.models import Campaign, Event
from events.querysets import EventQuerySet
from events.words import days_in_words
from taxonomy.models import Topic

PAGE_SIZE = 20
MOST_VALUES = 30
TOPICS_OFFERED = 30
WEEKS_OFFERED = 8
WEEK = datetime.timedelta(days=7)

LABELS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "type": ("Type", {value: form.label for value, form in EVENT_TYPES.items() if value != CARD}),
    "mode": ("Where", {value: label for value, label in Mode.choices if value != Mode.ANY_TIME}),
    "topic": ("Topic", {}),
    "audience": ("Who it is for", dict(Audience.choices)),
}


@dataclass(frozen=True)
class Choices:
    """What the address asks for. `week` is the Monday that it begins with; `when` is "past" or ""."""

    when: str = ""
    week: datetime.date | None = None
    campaign: str = ""
    type: tuple[str, ...] = ()
    mode: tuple[str, ...] = ()
    topic: tuple[str, ...] = ()
    audience: tuple[str, ...] = ()

    @classmethod
    def from_query(cls, params: QueryDict) -> Self:
        """Read an address. Never raises: what means nothing here is left out."""
        values: dict[str, Any] = {}
        for name, (_, labels) in LABELS.items():
            given = list(dict.fromkeys(clean(value) for value in params.getlist(name)))[:MOST_VALUES]
            values[name] = tuple(value for value in given if value in labels or (not labels and value))
        if values["topic"]:
            known = Topic.objects.active().filter(slug__in=values["topic"]).values_list("slug", flat=True)
            values["topic"] = tuple(known)
        return cls(
            when="past" if params.get("when") == "past" else "",
            week=_monday(params.get("week", "")),
            campaign=clean(params.get("campaign", ""))[:80],
            **values,
        )

    def chosen(self, name: str) -> tuple[str, ...]:
        """Return the values chosen of a filter."""
        values: tuple[str, ...] = getattr(self, name)
        return values

    def changed(self, **changes: Any) -> Self:
        """Return these choices with others in their place."""
        return replace(self, **changes)

    def url(self) -> str:
        """Return the address of the programme with these choices."""
        pairs: list[tuple[str, str]] = []
        for one in fields(self):
            value = getattr(self, one.name)
            pairs += [(one.name, str(part)) for part in (value if isinstance(value, tuple) else (value,)) if part]
        address = reverse("events:home")
        return f"{address}?{urlencode(pairs)}" if pairs else address


@dataclass(frozen=True)
class Day:
    """The events of one day."""

    words: str
    is_today: bool
    events: list[Event]


@dataclass(frozen=True)
class WeekLink:
    """A week that has events, and the address of its programme."""

    words: str
    url: str
    is_chosen: bool


@dataclass(frozen=True)
class Programme:
    """One page of the programme."""

    choices: Choices
    page: Page
    days: list[Day]
    total: int
    weeks: list[WeekLink]
    facets: list[Facet]
    active: list[ActiveFilter]
    campaign: Campaign | None


def programme(choices: Choices, user: Reader, *, page: str = "1") -> Programme:
    """Return what this reader may see of what is asked for, in a constant number of queries."""
    campaign = Campaign.objects.shown_to(user).filter(slug=choices.campaign).first() if choices.campaign else None
    choices = choices.changed(campaign=campaign.slug if campaign else "")
    shown = Event.objects.shown_to(user).timed().exclude(form=CARD)
    if campaign is not None:
        shown = shown.filter(campaign=campaign)
    timed = shown.past() if choices.when == "past" else shown.coming()
    if choices.week is not None:
        first = timezone.make_aware(datetime.datetime.combine(choices.week, datetime.time()))
        last = timezone.make_aware(datetime.datetime.combine(choices.week + WEEK, datetime.time()))
        # A week's programme is whole: what is over of it stands in it too.
        timed = shown.between(first, last)
    narrowed = timed.filter(*_conditions(choices))
    paginator = Paginator(narrowed.for_cards(), PAGE_SIZE)
    current = paginator.get_page(page)
    events = with_card_facts(current.object_list)
    return Programme(
        choices=choices,
        page=current,
        days=by_day(events) if choices.when or choices.week else running_first(events),
        total=paginator.count,
        weeks=_weeks(shown, choices),
        facets=[facet for facet in (_facet(name, timed, choices) for name in LABELS) if facet.options],
        active=_active(choices, campaign),
        campaign=campaign,
    )


def by_day(events: Iterable[Event]) -> list[Day]:
    """Return the events, which are in the order of their time, under the days of UK time on which they start."""
    today = timezone.localdate()
    timed = [(in_uk_time(event.starts_at).date(), event) for event in events if event.starts_at is not None]
    return [
        Day(weekday_in_words(day), day == today, [event for _, event in rows])
        for day, rows in groupby(timed, key=lambda row: row[0])
    ]


def running_first(events: list[Event]) -> list[Day]:
    """Return the same, what began on an earlier day and is not over put before today."""
    today = timezone.localdate()
    is_on = [event for event in events if event.starts_at and in_uk_time(event.starts_at).date() < today]
    later = by_day(event for event in events if event not in is_on)
    return [Day("On now", False, is_on), *later] if is_on else later


def monday_of(day: datetime.date) -> datetime.date:
    """Return the Monday of the day's week."""
    return day - datetime.timedelta(days=day.weekday())


def _monday(typed: str) -> datetime.date | None:
    try:
        day = datetime.date.fromisoformat(typed.strip())
    except ValueError:
        return None
    return monday_of(day) if datetime.date(2000, 1, 3) <= day <= datetime.date(2199, 12, 30) else None


def _conditions(choices: Choices, *, besides: str = "") -> list[Q]:
    conditions = []
    for name in LABELS:
        values = choices.chosen(name)
        if values and name != besides:
            conditions.append(_condition(name, values))
    return conditions


def _condition(name: str, values: tuple[str, ...]) -> Q:
    if name == "topic":
        return Q(pk__in=ItemAncestor.objects.filter(topic__slug__in=values).values("item"))
    if name == "audience":
        return Q(audience__overlap=list(values))
    return Q(**{f"{'form' if name == 'type' else name}__in": values})


def _facet(name: str, timed: EventQuerySet[Event], choices: Choices) -> Facet:
    """Return a filter with how many events each of its values would give; values that give none are left out."""
    label, labels = LABELS[name]
    narrowed = timed.filter(*_conditions(choices, besides=name)).order_by()
    chosen = choices.chosen(name)
    numbers: dict[str, int]
    if name == "topic":
        rows = ItemAncestor.objects.filter(item__in=narrowed.values("pk")).order_by()
        counted = rows.values_list("topic__slug", "topic__name").annotate(number=Count("item"))
        found = sorted(counted, key=lambda row: (-row[2], row[1]))[:TOPICS_OFFERED]
        labels, numbers = {row[0]: row[1] for row in found}, {row[0]: row[2] for row in found}
        missing = [slug for slug in chosen if slug not in labels]
        if missing:
            labels = {**labels, **dict(Topic.objects.filter(slug__in=missing).values_list("slug", "name"))}
    elif name == "audience":
        numbers = narrowed.aggregate(**{value: Count("pk", filter=Q(audience__contains=[value])) for value in labels})
    else:
        numbers = dict(narrowed.values_list("form" if name == "type" else name).annotate(number=Count("pk")))
    return Facet(
        name,
        label,
        [
            Option(value, words, numbers.get(value, 0), value in chosen)
            for value, words in labels.items()
            if numbers.get(value) or value in chosen
        ],
    )


def _weeks(shown: EventQuerySet[Event], choices: Choices) -> list[WeekLink]:
    """Return the next weeks that have events, whatever else is chosen."""
    starts = (
        shown.filter(starts_at__gte=timezone.now() - WEEK).order_by("starts_at").values_list("starts_at", flat=True)
    )
    this = monday_of(timezone.localdate())
    mondays = dict.fromkeys(monday_of(timezone.localdate(moment)) for moment in starts[:500] if moment)
    offered = [monday for monday in mondays if monday >= this][:WEEKS_OFFERED]
    return [
        WeekLink(
            ("This week, " if monday == this else "") + days_in_words(monday, monday + datetime.timedelta(days=6)),
            choices.changed(week=monday, when="").url(),
            monday == choices.week,
        )
        for monday in offered
    ]


def _active(choices: Choices, campaign: Campaign | None) -> list[ActiveFilter]:
    active = []
    if campaign is not None:
        active.append(ActiveFilter("Campaign", campaign.title, choices.changed(campaign="").url()))
    if choices.week is not None:
        words = days_in_words(choices.week, choices.week + datetime.timedelta(days=6))
        active.append(ActiveFilter("Week", words, choices.changed(week=None).url()))
    names = {}
    if choices.topic:
        names = dict(Topic.objects.filter(slug__in=choices.topic).values_list("slug", "name"))
    for name, (label, labels) in LABELS.items():
        chosen = choices.chosen(name)
        active += [
            ActiveFilter(
                label,
                labels.get(value) or names.get(value, value),
                choices.changed(**{name: tuple(one for one in chosen if one != value)}).url(),
            )
            for value in chosen
        ]
    return active
