"""RIS: the format most reference managers and databases export.

Source of the tags: "RIS Format Specifications" (Research Information Systems, 2001; revised by
Thomson Reuters, 2011). What databases really write differs from it and from each other, so the
reading is tolerant where the meaning is clear and never guesses where a record begins: at a `TY`
line, and nowhere else.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from evidence import identifiers
from evidence.importing import publication_types
from evidence.importing.dates import most_exact
from evidence.importing.languages import language_name
from evidence.importing.names import parse_names
from evidence.importing.records import ParsedRecord, RawRecord
from evidence.importing.text import join_title, join_wrapped, one_line, paragraphs

TAGS = frozenset(
    [
        "TY",
        "ER",
        "A1",
        "A2",
        "A3",
        "A4",
        "AB",
        "AD",
        "AI",
        "AN",
        "AU",
        "AV",
        "BT",
        "C1",
        "C2",
        "C3",
        "C4",
        "C5",
        "C6",
        "C7",
        "C8",
        "CA",
        "CL",
        "CN",
        "CP",
        "CR",
        "CT",
        "CY",
        "DA",
        "DB",
        "DI",
        "DO",
        "DP",
        "DS",
        "ED",
        "EP",
        "ET",
        "FD",
        "H1",
        "H2",
        "ID",
        "IP",
        "IS",
        "J1",
        "J2",
        "JA",
        "JF",
        "JO",
        "K1",
        "KW",
        "L1",
        "L2",
        "L3",
        "L4",
        "LA",
        "LB",
        "LK",
        "LL",
        "M1",
        "M2",
        "M3",
        "M4",
        "MD",
        "N1",
        "N2",
        "NO",
        "NV",
        "OL",
        "OP",
        "PA",
        "PB",
        "PM",
        "PP",
        "PY",
        "RD",
        "RI",
        "RN",
        "RP",
        "SE",
        "SF",
        "SL",
        "SN",
        "SP",
        "SR",
        "ST",
        "SV",
        "T1",
        "T2",
        "T3",
        "TA",
        "TI",
        "TT",
        "U1",
        "U2",
        "U3",
        "U4",
        "U5",
        "UR",
        "VL",
        "VO",
        "WP",
        "WT",
        "WV",
        "Y1",
        "Y2",
        "YR",
    ]
)

# What the specification asks for: two capitals or digits, two spaces, a hyphen, a space, the value.
_STRICT = re.compile(r"^([A-Z][A-Z0-9])  -(?: (.*)|\s*)$")
# What is found as well: other spacing, tabs, dashes a word processor made of the hyphen, lower case.
_LOOSE = re.compile(r"^(\s*)([A-Za-z][A-Za-z0-9])(\s*)[-\u2010-\u2014\u2212](\s|$)?(.*)$")
_TYPE = re.compile(r"^\s*[A-Za-z]{1,12}(?:[ -][A-Za-z]{1,12}){0,3}\s*$")
_BARE_END = re.compile(r"^ER\s*$")


@dataclass(slots=True)
class _Style:
    """How the record's own TY line is written; its other lines may be written the same way."""

    indent: str = ""
    gap: str = "  "
    is_lower: bool = False


def is_start(line: str) -> bool:
    """Tell whether a record begins on `line`."""
    return _start_style(line) is not None


def _start_style(line: str) -> _Style | None:
    if "TY" not in line[:40].upper():
        return None
    strict = _STRICT.match(line)
    if strict:
        return _Style() if strict.group(1) == "TY" else None
    loose = _LOOSE.match(line)
    if not loose or loose.group(2) not in {"TY", "ty"}:
        return None
    indent, tag, gap, space, value = loose.groups()
    follows = space is not None or len(gap) >= 2
    if follows and (_TYPE.match(value) or (not value.strip() and gap)):
        return _Style(indent, gap, tag == "ty")
    return None


def tagged(line: str, style: _Style | None = None) -> tuple[str, str] | None:
    """Return (tag, value) where `line` begins a field, or None where it goes on with the one before.

    A strictly written line is a field whatever its tag. A loosely written one is a field only when
    the tag is one of RIS's own and the looseness is that of the record's TY line or harmless.
    """
    strict = _STRICT.match(line)
    if strict:
        return strict.group(1), strict.group(2) or ""
    loose = _LOOSE.match(line)
    if not loose:
        return None
    style = style or _Style()
    indent, tag, gap, space, value = loose.groups()
    if tag.upper() not in TAGS or indent not in {"", style.indent}:
        return None
    if tag != tag.upper() and not (tag.islower() and (style.is_lower or gap == "  ")):
        return None
    if not gap and style.gap:
        return None
    if space is None and not (len(gap) == 2 or gap == style.gap):
        return None
    return tag.upper(), value


@dataclass(slots=True)
class _Open:
    """The record being collected."""

    index: int
    line: int
    style: _Style
    raw: list[str] = field(default_factory=list)
    fields: list[tuple[str, list[str]]] = field(default_factory=list)
    ended: bool = False
    blank_since_end: bool = False

    def close(self) -> RawRecord:
        while self.raw and not self.raw[-1].strip():
            self.raw.pop()
        return RawRecord(self.index, self.line, "\n".join(self.raw), tuple(self.fields))


def split(lines: Iterator[tuple[int, str]], notices: list[str]) -> Iterator[RawRecord]:
    """Yield one RawRecord for each TY line of `lines`, in order.

    The end line may be missing, or be a bare "ER": the next TY line, or the end of the file, ends a
    record too. Fields that follow an end line without a space between belong to the record still,
    because abstracts hold lines that look like one. Lines
    between records are left out; where they are fields, and so may have been meant as a record, a
    sentence that names the first of them is appended to `notices`.
    """
    current: _Open | None = None
    count, strays, first_stray = 0, 0, 0
    bare_end = False
    for number, line in lines:
        style = _start_style(line)
        if style is not None:
            if current:
                yield current.close()
            count += 1
            current = _Open(count, number, style)
            bare_end = False
        if bare_end and current and line.strip():
            _continue(current, "ER")
            bare_end = False
        found = tagged(line, current.style if current else None)
        if current is None or (current.ended and (current.blank_since_end or not found)):
            if found and found[0] != "ER":
                strays += 1
                first_stray = first_stray or number
            elif current and not line.strip():
                current.blank_since_end = True
            continue
        current.raw.append(line)
        if found is None and _BARE_END.match(line):
            bare_end = True
        elif found is None:
            _continue(current, line)
        elif found[0] == "ER":
            current.ended = True
        else:
            current.ended = False
            current.fields.append((found[0], [found[1]]))
    if current:
        yield current.close()
    if strays:
        which = (
            f"{strays:,} lines, the first of them line {first_stray}, stand"
            if strays > 1
            else f"Line {first_stray} stands"
        )
        verb = "were" if strays > 1 else "was"
        notices.append(f"{which} outside any record and {verb} left out: no TY line begins a record there.")


def _continue(current: _Open, line: str) -> None:
    if current.fields and line.strip():
        current.fields[-1][1].append(line)


# --- one raw record to a ParsedRecord -------------------------------------------------------------

_BOOK_CODES = {"BOOK", "WHOLE", "EDBOOK", "EBOOK", "UNPB", "THES", "RPRT", "SER"}
_PART_CODES = {"CHAP", "ECHAP", "CONF", "CPAPER", "ENCYC", "DICT"}
_MEDLINE = re.compile(r"\b(?:pubmed|medline|nlm)\b", re.IGNORECASE)
_DOI_NOTE = re.compile(r"^\W*doi\b", re.IGNORECASE)
_DOI_ADDRESS = re.compile(r"doi\.org/|/doi/(?:\w+/)?10\.", re.IGNORECASE)
_PMCID_VALUE = re.compile(r"^\s*PMC\s?[0-9]+|/pmc/articles/PMC[0-9]+", re.IGNORECASE)
_PMID_VALUE = re.compile(r"\[pmid\]|^\s*PMID\b|ncbi\.nlm\.nih\.gov/(?:m/)?(?:pubmed/)?[0-9]", re.IGNORECASE)
_WEB = re.compile(r"(?:https?:|(?<![:\w]))//[^\s;<>\"]+", re.IGNORECASE)
_USED = frozenset(
    [
        "TY",
        "ER",
        "TI",
        "T1",
        "CT",
        "BT",
        "ST",
        "TT",
        "AU",
        "A1",
        "A2",
        "ED",
        "PY",
        "Y1",
        "DA",
        "YR",
        "JF",
        "JO",
        "T2",
        "JA",
        "J2",
        "J1",
        "VL",
        "IS",
        "SP",
        "EP",
        "PB",
        "CY",
        "ET",
        "DO",
        "DI",
        "UR",
        "AB",
        "N2",
        "KW",
        "LA",
        "SN",
        "N1",
    ]
)


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
        issue=_first(raw, "IS"),
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
            kind=kind, doi=doi, source=source, names=names, ris_code=code
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
    return _first(raw, "JF", "T2", "JO", "JA", "J2", "J1")


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
        return start or end
    return f"{start}-{end}"


def _address(raw: RawRecord) -> str:
    for text in _texts(raw, "UR", "L2"):
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
        one_line(part).lstrip("*") for lines in raw.values("KW", "K1") for line in lines for part in line.split(";")
    )
    return tuple(dict.fromkeys(word for word in words if word))


def _unknown(raw: RawRecord) -> dict[str, list[str]]:
    kept: dict[str, list[str]] = {}
    for tag, lines in raw.fields:
        if tag not in _USED and any(line.strip() for line in lines):
            kept.setdefault(tag, []).append(join_wrapped(lines))
    return kept
