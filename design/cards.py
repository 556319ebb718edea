"""What a card of the catalogue shows: what it reads of an item, and the words for the quality of evidence."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

# Band → the words on the tag where the appraisal tool's own words are not known. The source of the bands is GRADE's
# four levels; the last two are not judgements.
BAND_WORDS = {
    "high": "High quality",
    "moderate": "Moderate quality",
    "low": "Low quality",
    "very_low": "Very low quality",
    "not_appraised": "Quality not checked yet",
    "not_applicable": "Quality rating does not apply",
}
# How many of the four marks on the tag are filled.
BAND_MARKS = {"high": 4, "moderate": 3, "low": 2, "very_low": 1}


@dataclass(frozen=True)
class CardFacts:
    """What a card shows beyond the columns that every kind of item has. The content app fills it in for many at once.

    quality_words: the appraisal tool's own result, as in "Moderate certainty (GRADE)". publication_status: as in
    "Peer reviewed". source: the journal or publisher. access: what it takes to read it, as in "Free to read". minutes:
    how long it takes, where it is something to do. is_dated: the source says the day, which makes the year superfluous.
    """

    quality_words: str = ""
    publication_status: str = ""
    source: str = ""
    is_dated: bool = False
    access: str = ""
    minutes: int | None = None
    is_preprint: bool = False
    is_retracted: bool = False


class CardItem(Protocol):
    """What the card reads of an item. `topics.all()` should be prefetched, and `card_facts` attached where known."""

    title: str
    summary: str
    standing: str
    status: str
    year: int | None
    reviewed_at: datetime.date | None
    review_due: datetime.date | None
    is_demonstration: bool

    def get_absolute_url(self) -> str: ...
    @property
    def kind_label(self) -> str: ...
    @property
    def form_label(self) -> str: ...
    @property
    def standing_label(self) -> str: ...
    @property
    def setting_labels(self) -> Sequence[str]: ...
    @property
    def is_past_review(self) -> bool: ...


def quality_words(band: str, words: str = "") -> str:
    """Return the words for a band: the given ones, or the band's own. Raises KeyError for an unknown band."""
    own = BAND_WORDS[band]
    return words or own
