"""One raw RIS record in the portal's terms."""

import re

from evidence import identifiers
from evidence.importing import publication_types
from evidence.importing.dates import most_exact
from evidence.importing.languages import language_name
from evidence.importing.names import parse_names
from evidence.importing.records import ParsedRecord, RawRecord
from evidence.importing.text import join_title, join_wrapped, one_line, paragraphs

_BOOK_CODES = {"BOOK", "WHOLE", "EDBOOK", "EBOOK", "UNPB", "THES", "RPRT", "SER"}
_PART_CODES = {"CHAP", "ECHAP", "CONF", "CPAPER", "ENCYC", "DICT"}
_MEDLINE = re.compile(r"\b(?:pubmed|medline|nlm)\b", re.IGNORECASE)
_DOI_NOTE = re.compile(r"^\W*doi\b", re.IGNORECASE)
_DOI_ADDRESS = re.compile(r"doi\.org/|/doi/(?:\w+/)?10\.", re.IGNORECASE)
_PMCID_VALUE = re.compile(r"^\s*PMC\s?[0-9]+|/pmc/articles/PMC[0-9]+", re.IGNORECASE)
_PMID_VALUE = re.compile(r"\[pmid\]|^\s*PMID\b|ncbi\.nlm\.nih\.gov/(?:m/)?(?:pubmed/)?[0-9]", re.IGNORECASE)
_WEB = re.compile(r"(?:https?:|(?<![:\w]))//[^\s;<>\"]+", re.IGNORECASE)
_USED = frozenset({
    "TY", "ER", "TI", "T1", "CT", "BT", "ST", "TT", "AU", "A1", "A2", "ED", "PY", "Y1", "DA", "YR", "JF", "JO",
    "T2", "JA", "J2", "J1", "VL", "IS", "SP", "EP", "PB", "CY", "ET", "DO", "DI", "UR", "AB", "N2", "KW", "LA",
    "SN", "N1", "KY", "NO", "PG", "PM", "PT",
})  # fmt: skip


def parse(raw: RawRecord) -> ParsedRecord:
    """Return `raw` in the portal's terms; its title is "" where the record has none."""
    code = next((one_line(" ".join(lines)).upper() for lines in raw.values("TY")), "")
    names = [one_line(" ".join(lines)) for lines in raw.values("M3", "PT")]
    title = _title(raw, code)
    published, date_text = most_exact([join_wrapped(lines) for lines in raw.values("PY", "Y1", "DA", "YR")])
    source = _source(raw, code)
    doi = _doi(raw)
    kind = publication_types.evidence_type(names, ris_code=code)
    return ParsedRecord(
        index=raw.index,
        line=raw.line,
        raw=raw.raw,
        title=title,
        authors=parse_names([join_wrapped(lines) for lines in raw.values("AU", "A1")]),
        editors=parse_names([join_wrapped(lines) for lines in raw.values("ED", "A2")]),
        year=published.year if published else None,
        published_on=published.as_date() if published else None,
        date_text=one_line(date_text),
        source=source,
        volume=_first(raw, "VL", "VO"),
        issue=_first(raw, "IS", "NO"),
        pages=_pages(raw),
        publisher=_first(raw, "PB"),
        place=_first(raw, "CY"),
        edition=_first(raw, "ET"),
        doi=doi,
        pmid=_pmid(raw),
        pmcid=identifiers.first_identifier(
            identifiers.normalise_pmcid,
            [text for text in _texts(raw, "C2", "U2", "U1", "AN", "UR", "L2", "L1") if _PMCID_VALUE.search(text)],
        ),
        isbn=identifiers.first_identifier(identifiers.normalise_isbn, _texts(raw, "SN")),
        issn=_issn(raw),
        url=_address(raw),
        abstract=_abstract(raw),
        keywords=_keywords(raw),
        language=language_name(_first(raw, "LA")),
        type_codes=tuple(dict.fromkeys([code, *names])) if code else tuple(dict.fromkeys(names)),
        evidence_type=kind,
        publication_status=publication_types.publication_status(
            kind=kind, doi=doi, source=source, publisher=_first(raw, "PB"), names=names, ris_code=code
        ),
        is_retracted=publication_types.is_retracted(names, title),
        notes=tuple(paragraphs(join_wrapped(lines)) for lines in raw.values("N1")),
        unknown=_unknown(raw),
    )


def _texts(raw: RawRecord, *tags: str) -> list[str]:
    return ["\n".join(lines) for lines in raw.values(*tags)]


def _first(raw: RawRecord, *tags: str) -> str:
    return next((one_line(join_wrapped(lines)) for lines in raw.values(*tags)), "")


def _title(raw: RawRecord, code: str) -> str:
    """Return the title: TI before T1 before CT; BT is the title of a whole book."""
    tags = ("TI", "T1", "CT", "BT", "TT", "ST") if code not in _PART_CODES else ("TI", "T1", "CT", "TT", "ST")
    for tag in tags:
        parts = list(dict.fromkeys(one_line(" ".join(lines)) for lines in raw.values(tag)))
        if title := join_title([part for part in parts if part]):
            return title
    return ""


def _source(raw: RawRecord, code: str) -> str:
    if code in _BOOK_CODES:
        return _first(raw, "T2", "T3")
    if code in _PART_CODES:
        return _first(raw, "T2", "BT", "JF", "JO", "JA", "J2", "J1")
    return _first(raw, "JF", "T2", "JO", "JN", "JA", "J2", "J1", "SO")


def _doi(raw: RawRecord) -> str:
    stated = identifiers.first_identifier(identifiers.normalise_doi, _texts(raw, "DO", "DI"))
    if stated:
        return stated
    noted = [text for text in _texts(raw, "M3", "N1", "C7", "ID", "L3") if _DOI_NOTE.match(text)]
    plain = [text for text in _texts(raw, "M3", "L3") if text.strip().startswith("10.")]
    linked = [text for text in _texts(raw, "UR", "L2", "LK") if _DOI_ADDRESS.search(text)]
    return identifiers.first_identifier(identifiers.normalise_doi, [*noted, *plain, *linked])


def _pmid(raw: RawRecord) -> str:
    stated = _texts(raw, "PM")
    marked = [
        text for text in _texts(raw, "U1", "U2", "C2", "AN", "N1", "M2", "UR", "L2", "ID") if _PMID_VALUE.search(text)
    ]
    from_medline = any(_MEDLINE.search(text) for text in _texts(raw, "DB", "DP"))
    accession = _texts(raw, "AN") if from_medline else []
    return identifiers.first_identifier(identifiers.normalise_pmid, [*stated, *marked, *accession])


def _issn(raw: RawRecord) -> str:
    texts = [text for text in _texts(raw, "SN") if not identifiers.normalise_isbn(text)]
    return identifiers.first_identifier(identifiers.normalise_issn, texts)


def _pages(raw: RawRecord) -> str:
    start, end = _first(raw, "SP"), _first(raw, "EP")
    if not start or not end or start == end or re.search(r"\d\s*[-–]\s*\w", start):
        return start or end or _first(raw, "PG")
    return f"{start}-{end}"


def _address(raw: RawRecord) -> str:
    for text in _texts(raw, "UR", "US", "L2"):
        if found := _WEB.search(text):
            address = found.group().rstrip(".,)")
            return address if address.lower().startswith("http") else f"https:{address}"
    return ""


def _abstract(raw: RawRecord) -> str:
    texts = list(dict.fromkeys(paragraphs(join_wrapped(lines)) for lines in raw.values("AB", "N2")))
    if len(texts) == 2 and (texts[0] in texts[1] or texts[1] in texts[0]):  # N2 is often AB cut short
        return max(texts, key=len)
    return "\n".join(text for text in texts if text)


def _keywords(raw: RawRecord) -> tuple[str, ...]:
    """Return the keywords, one a line or a semicolon; some exports list them all under one KW."""
    words = (
        one_line(part).lstrip("*")
        for lines in raw.values("KW", "K1", "KY")
        for line in lines
        for part in line.split(";")
    )
    return tuple(dict.fromkeys(word for word in words if word))


def _unknown(raw: RawRecord) -> dict[str, list[str]]:
    kept: dict[str, list[str]] = {}
    for tag, lines in raw.fields:
        if tag not in _USED and any(line.strip() for line in lines):
            kept.setdefault(tag, []).append(join_wrapped(lines))
    return kept
