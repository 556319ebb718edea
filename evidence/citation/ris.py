"""One record as RIS, for reference managers."""

import re

from evidence.citation.names import family_first
from evidence.citation.pages import parse_pages
from evidence.full_text import web_address
from evidence.models import Evidence

CONTENT_TYPE = "application/x-research-info-systems"
LINE_END = "\r\n"
_TYPES = {"thesis": "THES", "conference": "CONF", "dataset": "DATA", "webpage": "ELEC", "preprint": "GEN"}
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f]")


def to_ris(record: Evidence, *, topics: list[str]) -> str:
    """Return the record as one RIS entry, lines ended as the format asks.

    An abstract goes with it only where the record's licence lets the portal show it.
    """
    pages = parse_pages(record.pages)
    lines: list[tuple[str, str]] = [("TY", _type(record)), ("TI", record.title)]
    lines += [("AU", family_first(name)) for name in record.author_list]
    lines += [
        ("T2", record.source),
        ("PB", record.publisher),
        ("PY", str(record.year or "")),
        ("DA", record.published_on.strftime("%Y/%m/%d") if record.published_on else ""),
        ("VL", record.volume),
        ("IS", record.issue),
        ("SP", pages.first if pages else record.pages),
        ("EP", pages.last if pages and pages.last != pages.first else ""),
        ("ET", record.edition),
        ("SN", record.isbn or record.issn),
        ("DO", record.doi),
        ("AN", f"PMID: {record.pmid}" if record.pmid else ""),
        ("M3", record.form_label),
        ("LA", record.language),
        ("UR", web_address(record)),
        ("AB", record.abstract if record.may_show_text else ""),
    ]
    lines += [("KW", word) for word in dict.fromkeys([*topics, *record.keywords])]
    written = [f"{tag}  - {value}" for tag, text in lines if (value := one_line(text))]
    return LINE_END.join([*written, "ER  - ", ""])


def one_line(text: str) -> str:
    """Return the text with every run of white space, line ends of every script included, as one space.

    So no value can hold a line of its own, and none can end the record.
    """
    return " ".join(_CONTROL.sub("", text).split())


def _type(record: Evidence) -> str:
    if record.form in _TYPES:
        return _TYPES[record.form]
    if record.source:
        return "JOUR"
    return "UNPB" if record.publication_status == "internal" else "RPRT"
