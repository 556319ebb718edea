"""A record in the terms of schema.org, for search engines and other programs that read the page."""

from typing import Any

from evidence.citation.names import family_first
from evidence.full_text import web_address
from evidence.importing.names import parse_name
from evidence.models import Evidence

_TYPES = {"dataset": "Dataset", "thesis": "Thesis", "webpage": "WebPage"}


def scholarly_work(record: Evidence, *, topics: list[str]) -> dict[str, Any]:
    """Return the record as JSON-LD, what is not known left out; the abstract only where its licence lets it be shown."""
    work = {
        "@context": "https://schema.org",
        "@type": _TYPES.get(record.form, "ScholarlyArticle" if record.source else "Report"),
        "name": record.title,
        "author": [_author(name) for name in record.author_list],
        "datePublished": record.published_on.isoformat() if record.published_on else str(record.year or ""),
        "isPartOf": {"@type": "Periodical", "name": record.source} if record.source else None,
        "publisher": {"@type": "Organization", "name": record.publisher} if record.publisher else None,
        "identifier": f"https://doi.org/{record.doi}" if record.doi else "",
        "url": web_address(record),
        "description": record.summary,
        "abstract": record.abstract if record.may_show_text else "",
        "isAccessibleForFree": record.is_open_access,
        "about": topics,
    }
    return {key: value for key, value in work.items() if value not in (None, "", [])}


def _author(text: str) -> dict[str, str]:
    name = parse_name(text)
    kind = "Organization" if name is None or name.literal else "Person"
    return {"@type": kind, "name": family_first(text)}
