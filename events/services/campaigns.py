"""Building a campaign: from last year's, with the four phrases as its weeks."""

import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from catalogue.choices import Phrase, Status
from catalogue.search import index_many
from catalogue.services import NotReady
from events.choices import CARD
from events.models import Campaign, Event, Pack, Session, Speaker, Week

WEEK_DAYS = 7
# What a session of last year gives to this year's draft. Rooms, links, numbers and people's bookings are new each year.
COPIED = (
    "form", "title", "summary", "gains", "series", "series_position", "mode", "place", "join_note", "booking",
    "capacity", "takes_guests", "phrases", "audience", "setting", "visibility", "organisation_id",
)  # fmt: skip


@transaction.atomic
def clone(*, campaign: Campaign, year: int, theme: str, starts_on: datetime.date, by: User) -> Campaign:
    """Return a new campaign in preparation, with the weeks, downloads and sessions of an earlier one.

    Everything moves by whole weeks, so that what was on a Tuesday is on a Tuesday, at the same time of the clock.
    Sessions are drafts, and ask for a new link to join. Raises NotReady with a sentence.
    """
    if not by.is_librarian:
        raise NotReady("Only librarians can do this.")
    slug = f"{campaign.slug.removesuffix(str(campaign.year)).strip('-') or 'campaign'}-{year}"
    if Campaign.objects.filter(slug=slug).exists():
        raise NotReady(f"There is a campaign of {year} at this address already.")
    exact = starts_on - campaign.starts_on
    weeks = datetime.timedelta(days=WEEK_DAYS * round(exact.days / WEEK_DAYS))
    made = Campaign.objects.create(
        name=campaign.name.replace(str(campaign.year), str(year)),
        year=year,
        slug=slug,
        theme=theme,
        hashtag=campaign.hashtag,
        intro=campaign.intro,
        starts_on=starts_on,
        ends_on=campaign.ends_on + exact,
        takes_pledges=campaign.takes_pledges,
        takes_stories=campaign.takes_stories,
        takes_proposals=campaign.takes_proposals,
        cloned_from=campaign,
    )
    new_weeks = {
        week.pk: Week.objects.create(
            campaign=made,
            name=week.name,
            phrase=week.phrase,
            starts_on=week.starts_on + weeks,
            ends_on=week.ends_on + weeks,
        )
        for week in campaign.weeks.all()
    }
    for pack in campaign.packs.all():
        Pack.objects.create(campaign=made, title=pack.title, file=pack.file.name, url=pack.url, position=pack.position)
    rows = Event.objects.editable_by(by).filter(campaign=campaign).exclude(form=CARD)
    events = [
        _clone_event(event, made, new_weeks.get(event.week_id or 0), weeks, by)
        for event in rows.prefetch_related("speakers", "sessions")
    ]
    index_many([event.pk for event in events])
    return made


def _clone_event(event: Event, campaign: Campaign, week: Week | None, shift: datetime.timedelta, by: User) -> Event:
    made = Event(
        **{name: getattr(event, name) for name in COPIED},
        campaign=campaign,
        week=week,
        starts_at=shifted(event.starts_at, shift),
        ends_at=shifted(event.ends_at, shift),
        opens_at=shifted(event.opens_at, shift),
        closes_at=shifted(event.closes_at, shift),
        booking_url=event.booking_url,
        owner=by,
        status=Status.DRAFT,
    )
    made.save()
    made.topics.set(event.topics.all())
    for speaker in event.speakers.all():
        Speaker.objects.create(
            event=made, name=speaker.name, role=speaker.role, email=speaker.email, person=speaker.person
        )
    for day in event.sessions.all():
        starts_at, ends_at = shifted(day.starts_at, shift), shifted(day.ends_at, shift)
        if starts_at and ends_at:
            Session.objects.create(event=made, title=day.title, starts_at=starts_at, ends_at=ends_at)
    return made


def shifted(moment: datetime.datetime | None, by: datetime.timedelta) -> datetime.datetime | None:
    """Return the moment so much later by the clock on the wall: 2pm stays 2pm on the other side of a clock change."""
    if moment is None:
        return None
    local = timezone.localtime(moment).replace(tzinfo=None)
    return timezone.make_aware(local + by)


@transaction.atomic
def add_phrase_weeks(*, campaign: Campaign, by: User) -> int:
    """Give a campaign without weeks four of them, called by the four phrases, from its first Monday on.

    Returns how many. Raises NotReady with a sentence.
    """
    if not by.is_librarian:
        raise NotReady("Only librarians can do this.")
    if campaign.weeks.exists():
        raise NotReady("The campaign has weeks already.")
    first = campaign.starts_on + datetime.timedelta(days=-campaign.starts_on.weekday() % WEEK_DAYS)
    number = 0
    for phrase in Phrase:
        if first > campaign.ends_on:
            break
        last = min(first + datetime.timedelta(days=WEEK_DAYS - 1), campaign.ends_on)
        Week.objects.create(campaign=campaign, name=phrase.label, phrase=phrase, starts_on=first, ends_on=last)
        first += datetime.timedelta(days=WEEK_DAYS)
        number += 1
    return number
