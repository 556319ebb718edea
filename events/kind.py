"""What the catalogue must know of events."""

from collections.abc import Mapping
from typing import Any

from catalogue import kinds
from catalogue.choices import KindName
from catalogue.kinds import Kind, SearchText
from design.cards import CardFacts
from events.choices import EVENT_TYPES, REVIEW_MONTHS, STANDINGS
from events.models import Event, Speaker
from events.words import state_of, when_in_words


def searchable_text(item_ids: list[int]) -> Mapping[int, SearchText]:
    """Return the words by which each event is found, its speakers among them. Two queries."""
    speakers: dict[int, list[str]] = {}
    for event_id, name, role in Speaker.objects.filter(event__in=item_ids).values_list("event_id", "name", "role"):
        speakers.setdefault(event_id, []).append(f"{name} {role}")
    return {
        row.pk: SearchText(
            title=row.title,
            body="\n".join(
                part
                for part in (
                    row.summary,
                    row.gains,
                    row.what_to_do,
                    row.series,
                    row.place,
                    f"{row.campaign.title} {row.campaign.theme} {row.campaign.hashtag}" if row.campaign else "",
                    *speakers.get(row.pk, ()),
                )
                if part
            ),
        )
        for row in Event.objects.filter(pk__in=item_ids).select_related("campaign")
    }


def card_facts(item_ids: list[int]) -> Mapping[int, CardFacts]:
    """Return what the cards of these events show: when, where, and whether there are places. One query."""
    rows: Any = Event.objects.filter(pk__in=item_ids).with_places()
    return {
        row.pk: CardFacts(
            source=when_in_words(row),
            is_dated=row.starts_at is not None,
            access=facts_in_words(row, row.taken, row.waiting),
        )
        for row in rows
    }


def facts_in_words(event: Event, taken: int, waiting: int) -> str:
    """Return "Online, 12 places left"; of a card with whom it is done."""
    if event.is_card:
        return event.get_company_display()
    return f"{event.get_mode_display()}, {state_of(event, taken=taken, waiting=waiting).words.lower()}"


def register_kind() -> None:
    """Add events to the catalogue's kinds."""
    kinds.register(
        Kind(
            name=KindName.EVENT,
            model=Event,
            label="Event",
            plural="Events",
            route="events:detail",
            forms=EVENT_TYPES,
            standings=STANDINGS,
            standing_label="Recording",
            searchable_text=searchable_text,
            default_review_months=REVIEW_MONTHS,
            card_facts=card_facts,
            topic_heading="What is happening",
            home_route="events:home",
        )
    )
