"""What a campaign's page shows."""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone

from catalogue.cards import with_card_facts
from catalogue.querysets import Reader
from events.choices import CARD, Moderation, PledgeProgress
from events.models import Campaign, Event, Week
from events.programme import Day, by_day
from events.words import days_in_words

VOICES_SHOWN = 3
CARDS_SHOWN = 6


@dataclass
class Part:
    """A week of the campaign, or what stands outside its weeks, with its events by day."""

    name: str
    days_words: str
    is_now: bool
    days: list[Day] = field(default_factory=list)


def campaign_context(campaign: Campaign, user: Reader) -> dict[str, Any]:
    """Return what the page reads, in a constant number of queries."""
    timed = Event.objects.shown_to(user).timed().filter(campaign=campaign).exclude(form=CARD)
    events = with_card_facts(timed.order_by("starts_at", "pk").for_cards())
    cards = Event.objects.cards_for(user).filter(Q(campaign=campaign) | Q(campaign=None))
    today = timezone.localdate()
    return {
        "campaign": campaign,
        "dates": days_in_words(campaign.starts_on, campaign.ends_on),
        "is_over": campaign.ends_on < today,
        "number": len(events),
        "parts": parts(list(campaign.weeks.all()), events),
        "cards": with_card_facts(cards.for_cards()[:CARDS_SHOWN]),
        "packs": list(campaign.packs.all()),
        "pledges": list(campaign.pledge_set.shown()[:VOICES_SHOWN]),
        "stories": list(campaign.story_set.shown()[:VOICES_SHOWN]),
        "pledge_counts": pledge_counts(campaign),
        "programme_url": f"{reverse('events:home')}?campaign={campaign.slug}",
    }


def parts(weeks: list[Week], events: list[Event]) -> list[Part]:
    """Return the events under the weeks that they belong to: the one that was chosen, else the one of their day."""
    today = timezone.localdate()
    rows: dict[int, list[Event]] = {week.pk: [] for week in weeks}
    others: list[Event] = []
    for event in events:
        key = event.week_id if event.week_id in rows else _week_of(event, weeks)
        (others if key is None else rows[key]).append(event)
    made = [
        Part(
            week.name,
            days_in_words(week.starts_on, week.ends_on),
            week.starts_on <= today <= week.ends_on,
            by_day(rows[week.pk]),
        )
        for week in weeks
    ]
    if others:
        made.append(Part("Other days" if weeks else "Programme", "", False, by_day(others)))
    return made


def _week_of(event: Event, weeks: list[Week]) -> int | None:
    if event.starts_at is None:
        return None
    day = timezone.localdate(event.starts_at)
    return next((week.pk for week in weeks if week.starts_on <= day <= week.ends_on), None)


def pledge_counts(campaign: Campaign) -> dict[str, int]:
    """Return how many pledges the wall shows, and how many of them are done."""
    return campaign.pledge_set.filter(moderation=Moderation.SHOWN).aggregate(
        made=Count("pk"), done=Count("pk", filter=Q(progress=PledgeProgress.DONE))
    )
