"""Which format a file is in, judged by its lines."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import unescape
from itertools import islice

from evidence.importing import isi, nbib, ris
from evidence.importing.decoding import Decoded, FileRefused
from evidence.importing.records import ParsedRecord, RawRecord

Lines = Iterator[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Format:
    """A format the portal reads: how to find its records, and how to read one."""

    name: str
    label: str
    is_start: Callable[[str], bool]
    split: Callable[[Lines, list[str]], Iterator[RawRecord]]
    parse: Callable[[RawRecord], ParsedRecord]


RIS = Format("ris", "RIS", ris.is_start, ris.split, ris.parse)
NBIB = Format("nbib", "PubMed", nbib.is_start, nbib.split, nbib.parse)
ISI = Format("isi", "Web of Science", isi.is_start, isi.split, isi.parse)
FORMATS = (RIS, NBIB, ISI)

_ASK = "Export the references as RIS or PubMed (.nbib) and try again."
_OPENING_LINES = 400
_NBIB_ONLY = frozenset(
    [
        "PMID",
        "PMC",
        "PMCR",
        "OWN",
        "STAT",
        "FAU",
        "JT",
        "MH",
        "MHDA",
        "EDAT",
        "CRDT",
        "PHST",
        "DCOM",
        "JID",
        "PST",
        "LID",
        "AID",
        "AUID",
        "BTI",
        "FED",
    ]
)
_HTML = re.compile(r"^\s*(?:<!doctype html|<html|<head|<body|<pre|<meta|<p[ >]|<div|<br)", re.IGNORECASE)
_BREAK = re.compile(r"<\s*(?:br|/?p|/?div|/?pre|/?tr|/?li|/?h[1-6])(?:\s[^<>]*)?/?>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-z][a-z0-9]*(?:\s[^<>]*)?/?>|<!--.*?-->|<![a-z][^<>]*>", re.IGNORECASE)

# What other files look like. Each pattern is tried on the opening lines joined; the first that fits
# names the file in the refusal.
_OTHERS = (
    (r"\s*\{\\rtf", "an RTF document"),
    (r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*|<!doctype[^>]*>\s*)*<svg\b", "a picture (SVG)"),
    (r"(?s).*<Pubmed(?:Book)?Article(?:Set)?\b", "PubMed XML"),
    (r"(?s)\s*(?:<\?xml[^>]*>\s*)?<xml>\s*<records>", "EndNote XML"),
    (r"\s*<(?:\?xml|!--|!doctype|[a-z][\w.-]*[:>\s])", "XML"),
    (r"(?ism).*?^\s*@[a-z]{3,20}\s*[{(]", "BibTeX"),
    (r"(?s)(?:.*\n)?%[0A-Z] ", "EndNote (.enw)"),
    (r"(?s)\s*[\[{].*[\"'][\w-]{1,60}[\"']\s*:", "JSON"),
    (r"(?s)\s*<\d+>\s*\n[A-Z]", "an Ovid export"),
    (r"(?i)^[^\n]*\b(?:title|author|doi|abstract)[^\n]*[,;\t][^\n]*\n", "a table (CSV)"),
)


def by_name(name: str) -> Format:
    """Return the format of that name; raise KeyError where there is none."""
    return {known.name: known for known in FORMATS}[name]


def detect_format(decoded: Decoded) -> Format:
    """Return the format of the file.

    The first line on which only one format's record can begin decides; the file's name plays no
    part. Raises FileRefused with a sentence that names what the file looks like instead.
    """
    ris_fields, nbib_fields = 0, 0
    for _, line in text_lines(decoded):
        for known in FORMATS:
            if known.is_start(line):
                return known
        if (found := nbib.tagged(line)) and found[0] in _NBIB_ONLY:
            nbib_fields += 1
        elif found := ris.tagged(line):
            ris_fields += 1
    if nbib_fields and nbib_fields * 10 >= ris_fields:
        return NBIB
    raise FileRefused(_refusal(decoded, ris_fields))


def _refusal(decoded: Decoded, ris_fields: int) -> str:
    opening = "\n".join(line[:500] for _, line in islice(decoded.lines(), _OPENING_LINES))
    if _HTML.match(opening):
        return f"This is a web page (HTML) without references in it. {_ASK}"
    for pattern, name in _OTHERS:
        if re.match(pattern, opening):
            return f"This looks like {name}, which cannot be imported. {_ASK}"
    if ris_fields > 1:
        return "This looks like RIS, but no record begins: the TY line that opens each record is missing."
    return f"No references were found in this file. {_ASK}"


def text_lines(decoded: Decoded) -> Lines:
    """Return the lines of the file, freed of HTML where a web page was saved around the references."""
    opening = "\n".join(line[:500] for _, line in islice(decoded.lines(), 20))
    return _without_html(decoded.lines()) if _HTML.match(opening) else decoded.lines()


def _without_html(lines: Lines) -> Lines:
    for number, line in lines:
        for part in _BREAK.split(line):
            text = unescape(_TAG.sub("", part)).replace("\xa0", " ")
            if text or not part:
                yield number, text
