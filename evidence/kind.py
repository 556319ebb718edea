"""What the catalogue must know of evidence."""

from collections.abc import Mapping

from catalogue import kinds
from catalogue.choices import KindName, PublicationStatus
from catalogue.kinds import Kind, SearchText
from design.cards import CardFacts
from evidence.appraisal import result_in_words
from evidence.choices import EVIDENCE_TYPES, REVIEW_MONTHS, Access, Band
from evidence.citation import to_ris
from evidence.identifiers import normalise_doi, normalise_isbn, normalise_pmid
from evidence.models import Evidence

FILE_HERE = "File to download"
# What cards are made of: a record has sixty columns more, and a page of results draws many.
CARD_COLUMNS = (
    "standing",
    "publication_status",
    "band_override",
    "source",
    "publisher",
    "is_open_access",
    "is_retracted",
    "doi",
    "pmid",
    "url",
)


def searchable_text(item_ids: list[int]) -> Mapping[int, SearchText]:
    """Return the words by which each record is found. Abstracts are searched whatever their licence."""
    texts: dict[int, SearchText] = {}
    for record in Evidence.objects.filter(pk__in=item_ids):
        body = (
            record.summary,
            *record.key_points,
            record.abstract,
            *record.keywords,
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
    """Return what the cards of these records show, in one query: the appraisal tool's own words come first."""
    return {
        record.pk: CardFacts(
            quality_words=_quality_words(record),
            publication_status=record.get_publication_status_display(),
            source=record.source or record.publisher,
            access=_access_words(record),
            is_preprint=record.publication_status == PublicationStatus.PREPRINT,
            is_retracted=record.is_retracted,
        )
        for record in Evidence.objects.filter(pk__in=item_ids).with_deciding_result().with_file().only(*CARD_COLUMNS)
    }


def ris_entries(item_ids: list[int]) -> Mapping[int, str]:
    """Return these records as entries for reference managers, with their topics as keywords. Two queries."""
    records = Evidence.objects.filter(pk__in=item_ids).prefetch_related("topics")  # type: ignore[misc]  # taggit's manager
    return {record.pk: to_ris(record, topics=[topic.name for topic in record.topics.all()]) for record in records}


def identifiers_in(text: str) -> list[str]:
    """Return the identifiers that words typed into the search box may be: they find their record when pasted in."""
    return [value for value in (normalise_doi(text), normalise_pmid(text), normalise_isbn(text)) if value]


def _access_words(record: Evidence) -> str:
    """Return how a reader gets at it, in words: a file that stands for the full text spares the library a copy."""
    has_file = record.has_file  # type: ignore[attr-defined]  # annotated by with_file
    return FILE_HERE if has_file and record.access == Access.LIBRARY else Access(record.access).label


def _quality_words(record: Evidence) -> str:
    """Return the deciding tool's own result in words; "" where the band's own words must do."""
    result = record.deciding_result  # type: ignore[attr-defined]  # annotated by with_deciding_result
    if record.band_override or not result:
        return ""
    return result_in_words(tool=result["tool"], result=result["result"], band=result["band"])


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
            identifiers_in=identifiers_in,
            ris_entries=ris_entries,
            topic_heading="What the evidence says",
            experience_forms=frozenset({"qualitative", "qual_synthesis", "patient_info"}),
            topic_missing=("Ask for an evidence search", "evidence_search"),
        )
    )
