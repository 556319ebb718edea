"""A campaign in numbers: sessions, bookings, attendance, pledges, stories."""

from dataclasses import dataclass

from django.db.models import Count, Q
from django.db.models.functions import TruncDate

from design.charts import percentages
from design.dates import day_in_words
from events.choices import CARD, BookingState, Moderation, PledgeProgress
from events.models import Booking, Campaign, Event


@dataclass(frozen=True)
class Bar:
    """One row of a picture: words, a number, its share of the largest in per cent."""

    label: str
    number: int
    share: float


@dataclass(frozen=True)
class Numbers:
    """What the page shows. `totals` are names and numbers; the rest are pictures; feedback what people will do."""

    totals: list[tuple[str, int]]
    booked: list[Bar]
    came: list[Bar]
    by_day: list[Bar]
    pledges: list[Bar]
    feedback: list[tuple[str, str]]


def numbers_of(campaign: Campaign) -> Numbers:
    """Work the page out, in a number of queries that does not grow with the campaign."""
    sessions = list(
        Event.objects.filter(campaign=campaign, status="published")
        .exclude(form=CARD)
        .annotate(
            places=Count("bookings", filter=Q(bookings__state=BookingState.BOOKED)),
            present=Count("bookings", filter=Q(bookings__came=True)),
        )
        .order_by("starts_at", "pk")
    )
    bookings = Booking.objects.filter(event__campaign=campaign)
    by_day = list(
        bookings.annotate(day=TruncDate("created_at")).values_list("day").annotate(number=Count("pk")).order_by("day")
    )
    shown = campaign.pledge_set.filter(moderation=Moderation.SHOWN)
    progress = dict(shown.order_by().values_list("progress").annotate(number=Count("pk")))
    feedback = bookings.exclude(feedback="").order_by("-feedback_at").values_list("event__title", "feedback")
    return Numbers(
        totals=[
            ("Sessions", len(sessions)),
            ("With a recording", sum(1 for session in sessions if session.recording_id)),
            ("Bookings", sum(session.places for session in sessions)),
            ("People who came", sum(session.present for session in sessions)),
            ("Pledges", sum(progress.values())),
            ("Pledges done", progress.get(PledgeProgress.DONE, 0)),
            ("Stories", campaign.story_set.filter(moderation=Moderation.SHOWN).count()),
        ],
        booked=_bars([(session.title, session.places) for session in sessions]),
        came=_bars([(session.title, session.present) for session in sessions]),
        by_day=_bars([(day_in_words(day), number) for day, number in by_day]),
        pledges=_bars([(label, progress.get(value, 0)) for value, label in PledgeProgress.choices]),
        feedback=list(feedback),
    )


def _bars(rows: list[tuple[str, int]]) -> list[Bar]:
    shares = percentages([number for _, number in rows])
    return [Bar(label, number, share) for (label, number), share in zip(rows, shares, strict=True)]
