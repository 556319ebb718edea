"""Where one record of a RIS file ends and the next begins, and where its fields do."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from evidence.importing.records import OpenRecord, RawRecord

TAGS = frozenset({
    "TY", "ER", "A1", "A2", "A3", "A4", "AB", "AD", "AI", "AN", "AU", "AV", "BT", "C1", "C2", "C3", "C4", "C5",
    "C6", "C7", "C8", "CA", "CC", "CL", "CN", "CP", "CR", "CT", "CY", "DA", "DB", "DI", "DO", "DP", "DS", "ED",
    "EP", "ET", "FD", "H1", "H2", "ID", "IP", "IS", "J1", "J2", "JA", "JF", "JN", "JO", "K1", "KW", "KY", "L1",
    "L2", "L3", "L4", "LA", "LB", "LK", "LL", "M1", "M2", "M3", "M4", "MD", "N1", "N2", "NO", "NV", "OL", "OP",
    "PA", "PB", "PG", "PI", "PM", "PP", "PT", "PY", "RD", "RI", "RN", "RP", "SE", "SF", "SL", "SN", "SO", "SP",
    "SR", "ST", "SV", "T1", "T2", "T3", "TA", "TI", "TT", "U1", "U2", "U3", "U4", "U5", "UR", "US", "VL", "VO",
    "WP", "WT", "WV", "XR", "Y1", "Y2", "YR",
})  # fmt: skip

# Fields so common that even one blank before the hyphen shows one, in a record that otherwise has two. Other tags are
# also words ("US - based"), and then more likely the start of a wrapped line.
_COMMON = frozenset({
    "TY", "ER", "TI", "T1", "T2", "AU", "A1", "PY", "Y1", "AB", "N2", "JF", "JO", "KW", "DO", "UR", "SN", "VL", "SP", "EP",
})  # fmt: skip

# What the specification asks for: two capitals or digits, two spaces, a hyphen, a space, the value.
_STRICT = re.compile(r"^([A-Z][A-Z0-9])  -(?: (.*)|\s*)$")
# What is found as well: other spacing, tabs, dashes a word processor made of the hyphen, lower case.
_LOOSE = re.compile(r"^(\s*)([A-Za-z][A-Za-z0-9])(\s*)[-\u2010-\u2014\u2212](\s|$)?(.*)$")
_TYPE = re.compile(r"^\s*[A-Za-z]{1,12}(?:[ -][A-Za-z]{1,12}){0,3}\s*$")
# Cochrane's exports name the DOI in three letters.
_DOI_LINE = re.compile(r"^DOI {0,2}- ?(.*)$")
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
    if found := _DOI_LINE.match(line):
        return "DO", found.group(1)
    loose = _LOOSE.match(line)
    if not loose:
        return None
    style = style or _Style()
    indent, tag, gap, space, value = loose.groups()
    if tag.upper() not in TAGS or indent not in {"", style.indent}:
        return None
    if tag != tag.upper() and not (tag.islower() and (style.is_lower or gap == "  ")):
        return None
    if len(gap) < len(style.gap) and not (gap and (tag.upper() in _COMMON or "\t" in gap)):
        return None
    if space is None and not (len(gap) == 2 or gap == style.gap):
        return None
    return tag.upper(), value


@dataclass(slots=True)
class _Open(OpenRecord):
    """The record being collected, with what its end line and the blank lines after it say."""

    style: _Style = field(default_factory=_Style)
    ended: bool = False
    blank_since_end: bool = False


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
            current = _Open(count, number, style=style)
            bare_end = False
        if bare_end and current and line.strip():
            current.go_on("ER")
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
            current.go_on(line)
        elif found[0] == "ER":
            current.ended = True
        else:
            current.ended = False
            current.begin(*found)
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
