"""A record's reference in words, in two styles."""

from collections.abc import Sequence
from dataclasses import dataclass

from evidence.citation.names import harvard_name, vancouver_name
from evidence.citation.pages import full_pages, parse_pages, short_pages
from evidence.full_text import web_address
from evidence.models import Evidence

VANCOUVER_AUTHORS = 6
HARVARD_AUTHORS = 3
# What NLM puts in square brackets behind a title that is no article or book.
MEDIUM = {
    "thesis": "dissertation",
    "conference": "conference abstract",
    "dataset": "dataset",
    "preprint": "preprint",
    "webpage": "web page",
}


@dataclass(frozen=True)
class Part:
    """A piece of a reference; an emphasised one is set in italics."""

    text: str
    emphasised: bool = False


@dataclass(frozen=True)
class Citation:
    """A reference as pieces, so that a page can set the title in italics."""

    parts: Sequence[Part]

    def __str__(self) -> str:
        return "".join(part.text for part in self.parts)


def vancouver(record: Evidence) -> Citation:
    """Return the reference as the Vancouver style writes it: six authors, then "et al."; short page ranges."""
    authors = [vancouver_name(name) for name in record.author_list]
    if len(authors) > VANCOUVER_AUTHORS:
        authors = [*authors[:VANCOUVER_AUTHORS], "et al"]
    medium = "retracted" if record.is_retracted else _medium(record)
    title = _title(record) + (f" [{medium}]" if medium else "")
    year = str(record.year) if record.year else "date unknown"
    if record.source:
        place = f"{_ended(record.source)} {year}"
        numbers = record.volume + (f"({record.issue})" if record.issue else "")
        pages = short_pages(record.pages)
        if numbers or pages:
            place += f";{numbers}" + (f":{pages}" if pages else "")
    else:
        edition = f"{_ended(record.edition)} " if record.edition else ""
        place = edition + (f"{record.publisher}; {year}" if record.publisher else year)
    sentences = [_ended(part) for part in (", ".join(authors), title, place) if part]
    if record.doi:
        sentences.append(f"doi:{record.doi}")
    elif address := web_address(record):
        sentences.append(f"Available from: {address}")
    return Citation([Part(" ".join(sentences))])


def harvard(record: Evidence) -> Citation:
    """Return the reference as the Harvard style writes it: all of three authors, else the first "et al."; full pages."""
    authors = [harvard_name(name) for name in record.author_list]
    if len(authors) > HARVARD_AUTHORS:
        lead = f"{authors[0]} et al."
    elif len(authors) > 1:
        lead = f"{', '.join(authors[:-1])} and {authors[-1]}"
    else:
        lead = authors[0] if authors else ""
    if not lead and not record.source:
        lead = record.publisher
    year = f"({record.year})" if record.year else "(no date)"
    title = _title(record)
    medium = "retracted" if record.is_retracted else _medium(record)
    mark = f" [{medium}]" if medium else ""
    before = f"{lead} {year} " if lead else ""
    after = "" if lead else f" {year}"
    if record.source:
        parts = [Part(f"{before}‘{title}’{mark}{after}, "), Part(record.source, emphasised=True)]
        parts.append(Part(_place_in_source(record) + "."))
    else:
        more = [record.edition, record.publisher if record.publisher != lead else ""]
        tail = " ".join(_ended(text) for text in more if text)
        parts = [Part(before), Part(title, emphasised=True)]
        parts.append(Part(f"{mark}{after}" + ("" if title.endswith(("?", "!")) and not mark + after else ".")))
        if tail:
            parts.append(Part(f" {tail}"))
    if address := (f"https://doi.org/{record.doi}" if record.doi else web_address(record)):
        parts.append(Part(f" Available at: {address}"))
    return Citation([part for part in parts if part.text])


def _place_in_source(record: Evidence) -> str:
    numbers = record.volume + (f"({record.issue})" if record.issue else "")
    pages = parse_pages(record.pages)
    if pages is None or (pages.first == pages.last and not pages.first.isdigit()):
        where = full_pages(record.pages)
    else:
        where = f"{'p.' if pages.first == pages.last else 'pp.'} {full_pages(record.pages)}"
    return "".join(f", {part}" for part in (numbers, where) if part)


def _title(record: Evidence) -> str:
    title = " ".join(record.title.split())
    return title[:-1] if title.endswith(".") and not title.endswith("...") else title


def _medium(record: Evidence) -> str:
    if record.publication_status == "preprint":
        return "preprint"
    if record.publication_status == "internal" and record.form not in MEDIUM:
        return "internal document"
    return MEDIUM.get(record.form, "")


def _ended(text: str) -> str:
    """Return the text with a full stop where it ends without a mark."""
    return text if text.endswith((".", "?", "!")) else f"{text}."
