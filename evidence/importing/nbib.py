"""PubMed's own format (.nbib, "MEDLINE/PubMed data"), as PubMed and PubMed Central export it.

Source of the tags: NLM, "MEDLINE/PubMed Data Element (Field) Descriptions". A field begins with a
tag padded to four columns and a hyphen; the lines after it are set in by six spaces.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from evidence import identifiers
from evidence.importing import publication_types
from evidence.importing.dates import most_exact
from evidence.importing.languages import language_name
from evidence.importing.names import parse_name, parse_names
from evidence.importing.records import Name, OpenRecord, ParsedRecord, RawRecord
from evidence.importing.text import join_title, one_line, paragraphs

TAGS = frozenset({
    "AB", "AD", "AID", "AU", "AUID", "BTI", "CDAT", "CI", "CIN", "CN", "COI", "COIS", "CON", "CP", "CRDT", "CRF",
    "CRI", "CTDT", "CTI", "DA", "DCOM", "DDIN", "DEP", "DP", "DRDT", "DRIN", "ECF", "ECI", "EDAT", "EFR", "EIN",
    "ED", "EN", "EP", "FAU", "FED", "FIR", "FPS", "GN", "GR", "GS", "IP", "IR", "IRAD", "IS", "ISBN", "JID", "JT",
    "LA", "LID", "LR", "MH", "MHDA", "MID", "MMDS", "NI", "NM", "OAB", "OABL", "OCI", "OID", "ORI", "OT", "OTO",
    "OWN", "PB", "PG", "PHST", "PL", "PMC", "PMCR", "PMID", "PRIN", "PROF", "PS", "PST", "PT", "PUBM", "RF", "RIN",
    "RN", "ROF", "RPF", "RPI", "RRF", "RRI", "SB", "SFM", "SI", "SO", "SPIN", "STAT", "TA", "TI", "TT", "UIN",
    "UOF", "VI", "VTI",
})  # fmt: skip

_PADDED = re.compile(r"^([A-Z][A-Z0-9]{1,3}) *-(?: (.*)|\s*)$")
_KNOWN = re.compile(r"^([A-Za-z][A-Za-z0-9]{1,3})( {0,3})-(.*)$")

# Lines a record opens with in PubMed's and PubMed Central's exports.
_OPENING = frozenset({"PMID", "PMC", "PMCR", "OWN", "STAT"})
# Fields a record has once; a second one after a blank line means another record.
_ONCE = frozenset({
    "PMID", "PMC", "TI", "JT", "TA", "SO", "DP", "VI", "PG", "OWN", "STAT", "PST", "JID",
})  # fmt: skip


def tagged(line: str) -> tuple[str, str] | None:
    """Return (tag, value) where `line` begins a field, or None where it goes on with the one before."""
    padded = _PADDED.match(line)
    if padded and (line[4:5] == "-" or padded.group(1) in TAGS):
        return padded.group(1), padded.group(2) or ""
    known = _KNOWN.match(line)
    if known and known.group(1).upper() in TAGS:
        tag, padding, value = known.groups()
        is_in_column = len(tag) + len(padding) == 4
        if is_in_column or (tag.isupper() and not padding and len(tag) >= 2 and value[:1] in {"", " "}):
            return tag.upper(), value.removeprefix(" ")
    return None


def is_start(line: str) -> bool:
    """Tell whether `line` is one that only a PubMed record opens with."""
    found = tagged(line)
    return bool(found and found[0] == "PMID" and re.match(r"\s*[0-9]+\s*$", found[1]))


@dataclass(slots=True)
class _Open(OpenRecord):
    """The record being collected, with the tags it has so far."""

    seen: set[str] = field(default_factory=set)


def split(lines: Iterator[tuple[int, str]], notices: list[str]) -> Iterator[RawRecord]:
    """Yield the records of `lines` in order, also those without a PMID.

    Records stand apart by a blank line; a second PMID begins a record without one. A blank line
    inside a record (an abstract with paragraphs, line ends doubled on the way) does not cut it: a
    new record opens with a field that records open with, or repeats a field that records have once.
    """
    current: _Open | None = None
    count = 0
    blank = True
    first_tag = ""
    del notices  # nothing here needs a notice; the argument is the splitters' common shape
    for number, line in lines:
        if not line.strip():
            blank = True
            if current:
                current.raw.append(line)
            continue
        found = tagged(line)
        if found and (current is None or _begins_another(found[0], current, after_blank=blank, first_tag=first_tag)):
            if current:
                yield current.close()
            count += 1
            current = _Open(count, number)
            first_tag = first_tag or found[0]
        if current is None or (not found and blank and not line.startswith(" ")):
            continue  # a title page, a remark between records
        current.raw.append(line)
        if found:
            current.begin(*found)
            current.seen.add(found[0])
        else:
            current.go_on(line)
        blank = False
    if current:
        yield current.close()


def _begins_another(tag: str, current: _Open, *, after_blank: bool, first_tag: str) -> bool:
    if tag in _OPENING and ("SO" in current.seen or (tag == "PMID" and "PMID" in current.seen)):
        return True
    if not after_blank:
        return False
    if current.seen <= _OPENING:
        return tag in current.seen
    return "SO" in current.seen or tag in _OPENING or tag == first_tag or (tag in _ONCE and tag in current.seen)


# --- one raw record to a ParsedRecord -------------------------------------------------------------

_DOI_MARK = re.compile(r"\[doi\]|^\W*doi\b|^\s*10\.[0-9]{4}", re.IGNORECASE)
_DOI_IN_CITATION = re.compile(r"\bdoi:\s*(\S+)", re.IGNORECASE)
_USED = frozenset({
    "PMID", "PMC", "TI", "BTI", "CTI", "TT", "AU", "FAU", "CN", "ED", "FED", "DP", "DEP", "JT", "TA", "VI", "IP",
    "PG", "PB", "PL", "EN", "AID", "LID", "SO", "AB", "MH", "OT", "LA", "PT", "IS", "ISBN", "RIN",
})  # fmt: skip


def parse(raw: RawRecord) -> ParsedRecord:
    """Return `raw` in the portal's terms; its title is "" where the record has none."""
    names = [_text(lines) for lines in raw.values("PT")]
    title, source = _title_and_source(raw)
    published, date_text = most_exact([_text(lines) for lines in raw.values("DP", "DEP")])
    doi = _doi(raw)
    kind = publication_types.evidence_type(names)
    return ParsedRecord(
        index=raw.index,
        line=raw.line,
        raw=raw.raw,
        title=title,
        authors=_authors(raw),
        editors=parse_names([_text(lines) for lines in raw.values("FED", "ED")]),
        year=published.year if published else None,
        published_on=published.as_date() if published else None,
        date_text=date_text,
        source=source,
        volume=_first(raw, "VI"),
        issue=_first(raw, "IP"),
        pages=_first(raw, "PG"),
        publisher=_first(raw, "PB"),
        place=_first(raw, "PL"),
        edition=_first(raw, "EN"),
        doi=doi,
        pmid=identifiers.first_identifier(identifiers.normalise_pmid, [lines[0] for lines in raw.values("PMID")]),
        pmcid=identifiers.first_identifier(identifiers.normalise_pmcid, [_text(lines) for lines in raw.values("PMC")]),
        isbn=identifiers.first_identifier(identifiers.normalise_isbn, [_text(lines) for lines in raw.values("ISBN")]),
        issn=identifiers.first_identifier(identifiers.normalise_issn, [_text(lines) for lines in raw.values("IS")]),
        abstract="\n".join(
            dict.fromkeys(paragraphs(" ".join(line.strip() for line in lines)) for lines in raw.values("AB"))
        ),
        keywords=_keywords(raw),
        language=language_name(_first(raw, "LA")),
        type_codes=tuple(dict.fromkeys(names)),
        evidence_type=kind,
        publication_status=publication_types.publication_status(
            kind=kind, doi=doi, source=source, names=names, ris_code="JOUR" if raw.tags() & {"JT", "TA"} else ""
        ),
        is_retracted=publication_types.is_retracted(names, title) or any(raw.values("RIN")),
        unknown=_unknown(raw),
    )


def _text(lines: list[str]) -> str:
    return one_line(" ".join(lines))


def _first(raw: RawRecord, *tags: str) -> str:
    return next((_text(lines) for lines in raw.values(*tags)), "")


def _title_and_source(raw: RawRecord) -> tuple[str, str]:
    """Return the title and what it appeared in; a book without chapter has its own title in BTI."""
    journal = _first(raw, "JT", "TA")
    title = join_title([_text(lines) for lines in raw.values("TI")])
    if title:
        return title, journal or _first(raw, "BTI", "CTI")
    return _first(raw, "BTI", "TT", "CTI"), journal


def _authors(raw: RawRecord) -> tuple[Name, ...]:
    """Return people and bodies in their order; FAU is the full form of the AU line after it."""
    authors: list[Name] = []
    full_form_given = False
    for tag, lines in raw.fields:
        name = None
        if tag == "FAU":
            name = parse_name(_text(lines))
            full_form_given = name is not None
        elif tag == "AU":
            name = None if full_form_given else parse_name(_text(lines))
            full_form_given = False
        elif tag == "CN" and _text(lines):
            name = Name(literal=_text(lines))
        if name:
            authors.append(name)
    return tuple(authors)


def _doi(raw: RawRecord) -> str:
    marked = [text for lines in raw.values("LID", "AID") if _DOI_MARK.search(text := _text(lines))]
    cited = [found.group(1) for lines in raw.values("SO") if (found := _DOI_IN_CITATION.search(_text(lines)))]
    return identifiers.first_identifier(identifiers.normalise_doi, [*marked, *cited])


def _keywords(raw: RawRecord) -> tuple[str, ...]:
    """Return the MeSH headings and the authors' keywords without the marks of main topics."""
    words = (_text(lines).replace("*", "") for lines in raw.values("MH", "OT"))
    return tuple(dict.fromkeys(word for word in words if word))


def _unknown(raw: RawRecord) -> dict[str, list[str]]:
    kept: dict[str, list[str]] = {}
    for tag, lines in raw.fields:
        if tag not in _USED and (text := _text(lines)):
            kept.setdefault(tag, []).append(text)
    return kept
