"""Meta tags that reference managers and scholarly search engines read from a page (Google Scholar's inclusion guide)."""

from evidence.citation.names import family_first
from evidence.citation.pages import parse_pages
from evidence.citation.ris import one_line
from evidence.models import Evidence


def meta_tags(record: Evidence) -> list[tuple[str, str]]:
    """Return name and content of each tag, those with nothing to say left out."""
    pages = parse_pages(record.pages)
    date = record.published_on.strftime("%Y/%m/%d") if record.published_on else str(record.year or "")
    is_report = not record.source
    tags = [
        ("citation_title", record.title),
        *(("citation_author", family_first(name)) for name in record.author_list),
        ("citation_publication_date", date),
        ("citation_journal_title", record.source),
        ("citation_technical_report_institution", record.publisher if is_report else ""),
        ("citation_publisher", record.publisher),
        ("citation_volume", record.volume),
        ("citation_issue", record.issue),
        ("citation_firstpage", pages.first if pages else record.pages),
        ("citation_lastpage", pages.last if pages and pages.last != pages.first else ""),
        ("citation_doi", record.doi),
        ("citation_pmid", record.pmid),
        ("citation_issn", record.issn),
        ("citation_isbn", record.isbn),
        ("citation_language", record.language),
    ]
    return [(name, value) for name, text in tags if (value := one_line(text))]
