"""A parsed record as a record of the portal: a draft, with what the file says and nothing more."""

import datetime

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db.models import CharField
from django.utils import timezone

from accounts.models import User
from catalogue.choices import Status
from catalogue.services import default_review_due
from evidence.importing.records import ParsedRecord
from evidence.models import LONGEST_KEYWORD, MOST_KEYWORDS, Evidence

_is_web_address = URLValidator(schemes=["http", "https"])


def draft_from(parsed: ParsedRecord, *, curator: User | None = None) -> Evidence:
    """Return an unsaved draft.

    Text longer than its column is cut; the record as it stood in the file is kept beside it. The type, topics, bottom
    line and review date are the curator's, except where the record's own type states the first beyond doubt.
    """
    return Evidence(
        title=fit("title", parsed.title),
        form=parsed.evidence_type,
        publication_status=parsed.publication_status,
        year=parsed.year,
        published_on=parsed.published_on,
        authors="\n".join(str(name) for name in parsed.authors or parsed.editors),
        source=fit("source", parsed.source),
        publisher=fit("publisher", parsed.publisher),
        volume=fit("volume", parsed.volume),
        issue=fit("issue", parsed.issue),
        pages=fit("pages", parsed.pages),
        edition=fit("edition", parsed.edition),
        doi=whole("doi", parsed.doi),
        pmid=whole("pmid", parsed.pmid),
        isbn=whole("isbn", parsed.isbn),
        issn=whole("issn", parsed.issn),
        url=_web_address(parsed.url),
        language="" if parsed.language == "English" else fit("language", parsed.language),
        abstract=parsed.abstract,
        keywords=_keywords(parsed.keywords),
        is_retracted=parsed.is_retracted,
        curator=curator,
    )


def show_from_now(record: Evidence, *, at: datetime.datetime | None = None) -> None:
    """Make an unsaved draft a published record, to be reviewed by the rule of its type.

    Only for files that somebody vouches for as a whole: a type that the file does not state stays open, and readers are
    not told that the library reviewed a record that nobody has looked at.
    """
    record.derive()
    record.status = Status.PUBLISHED
    record.published_at = at or timezone.now()
    record.review_due = default_review_due(record, reviewed_on=timezone.localdate(at))


def fit(column: str, text: str) -> str:
    """Return `text`, cut with "…" where it is longer than the column of that name."""
    longest = _longest(column)
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def whole(column: str, identifier: str) -> str:
    """Return `identifier`, or "" where it is longer than its column: half an identifier names something else."""
    return identifier if len(identifier) <= _longest(column) else ""


def _keywords(words: tuple[str, ...]) -> list[str]:
    """Return the words once each, without those longer than a keyword may be, and no more than a record may have."""
    return list(dict.fromkeys(word for word in words if len(word) <= LONGEST_KEYWORD))[:MOST_KEYWORDS]


def _longest(column: str) -> int:
    field = Evidence._meta.get_field(column)
    assert isinstance(field, CharField)
    assert field.max_length is not None
    return field.max_length


def _web_address(address: str) -> str:
    try:
        _is_web_address(address)
    except ValidationError:
        return ""
    return whole("url", address)
