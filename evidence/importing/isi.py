"""The tagged format of Web of Science ("ISI"), which reaches us under the name .ris often enough to read it.

Two-letter tags without a hyphen, values set in by three columns on the lines that follow, `PT` at
the start of a record, `ER` at its end. Source of the tags: Clarivate, "Web of Science Core
Collection Field Tags".
"""

import re
from collections.abc import Iterator

from evidence import identifiers
from evidence.importing import publication_types
from evidence.importing.dates import most_exact
from evidence.importing.languages import language_name
from evidence.importing.names import parse_name
from evidence.importing.records import Name, OpenRecord, ParsedRecord, RawRecord
from evidence.importing.text import one_line, paragraphs

_FIELD = re.compile(r"^([A-Z][A-Z0-9])(?: (.*)|\s*)$")
_START = re.compile(r"^PT [A-Z](?:ournal|ook|atent|eries)?\s*$")


def is_start(line: str) -> bool:
    """Tell whether a record begins on `line`."""
    return bool(_START.match(line))


def split(lines: Iterator[tuple[int, str]], notices: list[str]) -> Iterator[RawRecord]:
    """Yield one RawRecord for each PT line of `lines`, in order."""
    current: OpenRecord | None = None
    count, ended = 0, False
    del notices  # nothing here needs a notice; the argument is the splitters' common shape
    for number, line in lines:
        if is_start(line):
            if current:
                yield current.close()
            count += 1
            current, ended = OpenRecord(count, number), False
        if current is None or ended:
            continue
        current.raw.append(line)
        found = _FIELD.match(line)
        if found and found.group(1) in {"ER", "EF"} and not found.group(2):
            ended = True
        elif found:
            current.begin(found.group(1), found.group(2) or "")
        else:
            current.go_on(line)
    if current:
        yield current.close()


_USED = frozenset({
    "PT", "TI", "SO", "JI", "AU", "AF", "CA", "BA", "BF", "BE", "ED", "PY", "PD", "VL", "IS", "BP", "EP", "PS",
    "AR", "DI", "PM", "SN", "EI", "BN", "LA", "DE", "ID", "AB", "PU", "PI", "DT",
})  # fmt: skip
_RIS_CODES = {"J": "JOUR", "S": "CHAP", "B": "BOOK", "P": "PAT", "C": "CONF"}


def parse(raw: RawRecord) -> ParsedRecord:
    """Return `raw` in the portal's terms; its title is "" where the record has none."""
    names = [part.strip() for lines in raw.values("DT") for part in _text(lines).split(";") if part.strip(" -")]
    code = _RIS_CODES.get(_first(raw, "PT")[:1], "")
    published, date_text = most_exact(_dates(raw))
    title, source, doi = _first(raw, "TI"), _first(raw, "SO"), _identifier(raw, identifiers.normalise_doi, "DI")
    kind = publication_types.evidence_type(names, ris_code=code)
    start, end = _first(raw, "BP"), _first(raw, "EP")
    return ParsedRecord(
        index=raw.index,
        line=raw.line,
        raw=raw.raw,
        title=title,
        authors=_names(raw, "AF", "AU") + tuple(Name(literal=_text(lines)) for lines in raw.values("CA")),
        editors=_names(raw, "BE", "ED"),
        year=published.year if published else None,
        published_on=published.as_date() if published else None,
        date_text=date_text,
        source=source,
        volume=_first(raw, "VL"),
        issue=_first(raw, "IS"),
        pages=f"{start}-{end}" if start and end and start != end else start or _first(raw, "PS", "AR") or end,
        publisher=_first(raw, "PU"),
        place=_first(raw, "PI"),
        doi=doi,
        pmid=_identifier(raw, identifiers.normalise_pmid, "PM"),
        isbn=_identifier(raw, identifiers.normalise_isbn, "BN"),
        issn=_identifier(raw, identifiers.normalise_issn, "SN", "EI"),
        abstract="\n".join(paragraphs(_text(lines)) for lines in raw.values("AB")),
        keywords=_keywords(raw),
        language=language_name(_first(raw, "LA")),
        type_codes=tuple(dict.fromkeys(name for name in [_first(raw, "PT"), *names] if name)),
        evidence_type=kind,
        publication_status=publication_types.publication_status(
            kind=kind, doi=doi, source=source, names=names, ris_code=code
        ),
        is_retracted=publication_types.is_retracted(names, title),
        unknown=_unknown(raw),
    )


def _text(lines: list[str]) -> str:
    return one_line(" ".join(lines))


def _first(raw: RawRecord, *tags: str) -> str:
    return next((_text(lines) for lines in raw.values(*tags)), "")


def _dates(raw: RawRecord) -> list[str]:
    year, day = _first(raw, "PY"), _first(raw, "PD")
    return [text for text in (f"{year} {day}".strip(), year, day) if text]


def _identifier(raw: RawRecord, normalise: identifiers.Normaliser, *tags: str) -> str:
    return identifiers.first_identifier(normalise, [_text(lines) for lines in raw.values(*tags)])


def _names(raw: RawRecord, *tags: str) -> tuple[Name, ...]:
    """Return the names of the first of `tags` that is there, one a line or a semicolon."""
    for tag in tags:
        texts = [part for lines in raw.values(tag) for line in lines for part in line.split(";")]
        if names := tuple(name for text in texts if (name := parse_name(text))):
            return names
    return ()


def _keywords(raw: RawRecord) -> tuple[str, ...]:
    words = (word.strip() for lines in raw.values("DE", "ID") for word in _text(lines).split(";"))
    return tuple(dict.fromkeys(word for word in words if word))


def _unknown(raw: RawRecord) -> dict[str, list[str]]:
    kept: dict[str, list[str]] = {}
    for tag, lines in raw.fields:
        if tag not in _USED and (text := _text(lines)):
            kept.setdefault(tag, []).append(text)
    return kept
