"""What the catalogue must know of learning."""

from collections.abc import Mapping

from catalogue import kinds
from catalogue.choices import KindName
from catalogue.kinds import Kind, SearchText
from design.cards import CardFacts
from learning_zone import durations, transcripts
from learning_zone.choices import LEARNING_TYPES, REVIEW_MONTHS, Access, Level
from learning_zone.models import Chapter, LearningResource, Step


def searchable_text(item_ids: list[int]) -> Mapping[int, SearchText]:
    """Return the words by which each resource is found, the transcript of a recording among them. Three queries."""
    parts: dict[int, list[str]] = {}
    for model in (Step, Chapter):
        for resource_id, title in model._default_manager.filter(resource__in=item_ids).values_list(
            "resource_id", "title"
        ):
            parts.setdefault(resource_id, []).append(title)
    return {
        row.pk: SearchText(
            title=row.title,
            body="\n".join(
                part
                for part in (
                    row.summary,
                    row.outcomes,
                    row.prerequisites,
                    row.provider,
                    row.series,
                    *parts.get(row.pk, ()),
                    transcripts.spoken(row.transcript),
                )
                if part
            ),
        )
        for row in LearningResource.objects.filter(pk__in=item_ids)
    }


def card_facts(item_ids: list[int]) -> Mapping[int, CardFacts]:
    """Return what the cards of these resources show: how long, for whom it is easy, what it takes to get in."""
    rows = LearningResource.objects.filter(pk__in=item_ids).values_list("pk", "provider", "minutes", "level", "access")
    return {
        pk: CardFacts(source=provider, access=facts_in_words(minutes, level, access), minutes=minutes)
        for pk, provider, minutes, level, access in rows
    }


def facts_in_words(minutes: int | None, level: str, access: str) -> str:
    """Return "35 minutes, introduction, open to all"."""
    length = [] if minutes is None else [durations.in_words(minutes)]
    # "NHS login or Athens" keeps its capitals.
    entry = Access(access).label
    return ", ".join([*length, Level(level).label.lower(), entry if access == Access.ATHENS else entry.lower()])


def register_kind() -> None:
    """Add learning to the catalogue's kinds."""
    kinds.register(
        Kind(
            name=KindName.LEARNING,
            model=LearningResource,
            label="Learning",
            plural="Learning",
            route="learning_zone:detail",
            forms=LEARNING_TYPES,
            standings={},
            standing_label="",
            searchable_text=searchable_text,
            default_review_months=REVIEW_MONTHS,
            card_facts=card_facts,
            topic_heading="What you can learn",
            home_route="learning_zone:home",
        )
    )
