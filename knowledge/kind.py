"""What the catalogue must know of know-how."""

from collections.abc import Mapping

from django.urls import reverse

from catalogue import kinds
from catalogue.choices import KindName
from catalogue.kinds import Kind, SearchText
from catalogue.techniques import Technique
from design.cards import CardFacts
from knowledge.choices import KNOWHOW_TYPES, REVIEW_MONTHS, Level
from knowledge.models import KnowHow, TechniqueTemplate


def searchable_text(item_ids: list[int]) -> Mapping[int, SearchText]:
    """Return the words by which each contribution is found, the technique's name among them."""
    return {
        row.pk: SearchText(
            title=row.title,
            body="\n".join(
                part
                for part in (
                    row.summary,
                    row.context,
                    row.what_we_did,
                    row.what_happened,
                    row.works_when,
                    row.next_time,
                    *map(str, row.answers.values()),
                    *(answer.text for answer in row.colleagues_answers.all()),
                    row.technique.name if row.technique else "",
                )
                if part
            ),
        )
        for row in KnowHow.objects.filter(pk__in=item_ids)
        .select_related("technique")
        .prefetch_related("colleagues_answers")
    }


def card_facts(item_ids: list[int]) -> Mapping[int, CardFacts]:
    """Return what the cards of these contributions show: who told it."""
    rows = KnowHow.objects.filter(pk__in=item_ids).select_related("owner", "organisation")
    return {row.pk: CardFacts(source=row.told_by) for row in rows}


def techniques_to_name() -> list[Technique]:
    """Return the current techniques for the other rooms to name. One query."""
    return [
        Technique(key, name, reverse("knowledge:technique", args=[key]), reverse("knowledge:sheet", args=[key]))
        for key, name in TechniqueTemplate.objects.current().values_list("key", "name")
    ]


def register_kind() -> None:
    """Add know-how to the catalogue's kinds."""
    kinds.register(
        Kind(
            name=KindName.KNOWHOW,
            model=KnowHow,
            label="Know-how",
            plural="Know-how",
            route="knowledge:detail",
            forms=KNOWHOW_TYPES,
            standings=dict(Level.choices),
            standing_label="How well tested",
            searchable_text=searchable_text,
            default_review_months=REVIEW_MONTHS,
            card_facts=card_facts,
            topic_heading="What colleagues have learned",
            topic_missing=("Tell us who could share know-how", "share_knowhow"),
            home_route="knowledge:home",
            drafts_are_private=True,
        )
    )
