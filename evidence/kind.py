"""What the catalogue must know of evidence."""

from collections.abc import Mapping

from catalogue import kinds
from catalogue.choices import KindName
from catalogue.kinds import Kind, SearchText
from evidence.choices import EVIDENCE_TYPES, REVIEW_MONTHS, Band
from evidence.models import Evidence


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
        )
    )
