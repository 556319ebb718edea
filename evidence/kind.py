"""What the catalogue must know of evidence."""

from collections.abc import Mapping

from catalogue import kinds
from catalogue.choices import KindName, PublicationStatus
from catalogue.kinds import Kind, SearchText
from design.cards import CardFacts
from evidence.choices import EVIDENCE_TYPES, REVIEW_MONTHS, Access, Band
from evidence.models import Appraisal, Evidence


def searchable_text(item_ids: list[int]) -> Mapping[int, SearchText]:
    """Return the words by which each record is found. Abstracts are searched whatever their licence."""
    texts: dict[int, SearchText] = {}
    for record in Evidence.objects.filter(pk__in=item_ids):
        body = (
            record.summary,
            *record.key_points,
            record.abstract,
            record.question,
            record.intervention,
            record.outcomes,
            record.limitations,
            record.does_not_tell,
            record.authors,
            record.source,
            record.publisher,
        )
        texts[record.pk] = SearchText(
            title=record.title,
            body="\n".join(part for part in body if part),
            exact=tuple(value for value in (record.doi, record.pmid, record.isbn) if value),
        )
    return texts


def card_facts(item_ids: list[int]) -> Mapping[int, CardFacts]:
    """Return what the cards of these records show, in two queries: the appraisal tool's own words come first."""
    words = {row.evidence_id: row.in_words for row in Appraisal.objects.deciding(item_ids)}
    return {
        record.pk: CardFacts(
            quality_words="" if record.band_override else words.get(record.pk, ""),
            publication_status=record.get_publication_status_display(),
            source=record.source or record.publisher,
            access=Access(record.access).label,
            is_preprint=record.publication_status == PublicationStatus.PREPRINT,
            is_retracted=record.is_retracted,
        )
        for record in Evidence.objects.filter(pk__in=item_ids)
    }


def register_kind() -> None:
    """Add evidence to the catalogue's kinds."""
    kinds.register(
        Kind(
            name=KindName.EVIDENCE,
            model=Evidence,
            label="Evidence",
            plural="Evidence",
            route="evidence:detail",
            forms=EVIDENCE_TYPES,
            standings=dict(Band.choices),
            standing_label="Quality",
            searchable_text=searchable_text,
            default_review_months=REVIEW_MONTHS,
            card_facts=card_facts,
            topic_heading="What the evidence says",
        )
    )
