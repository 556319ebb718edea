"""Page ranges: databases write 1234-41, 1234-1241, e12-8 and S12-S19 for the same thing; each style wants its own."""

import re
from dataclasses import dataclass

_RANGE = re.compile(r"^([A-Za-z]{0,3})([0-9]+)\s*[-\u2010-\u2015]+\s*([A-Za-z]{0,3})([0-9]+)$")


@dataclass(frozen=True)
class PageRange:
    """The first and the last page in full, as printed: ("e12", "e18"). Equal where there is one page."""

    first: str
    last: str


def parse_pages(text: str) -> PageRange | None:
    """Return the range that the text names, or None where it is no single range (then print it as it stands).

    A shortened last page takes what it lacks from the first: 1234-41 ends on 1241, e12-8 on e18.
    """
    written = text.strip().rstrip(".")
    if re.fullmatch(r"[A-Za-z]{0,3}[0-9]+", written):
        return PageRange(written, written)
    found = _RANGE.match(written)
    if not found:
        return None
    prefix, start, last_prefix, end = found.groups()
    if last_prefix and last_prefix.lower() != prefix.lower():
        return None
    if len(end) < len(start):
        end = start[: len(start) - len(end)] + end
    if int(end) < int(start):
        return None
    return PageRange(f"{prefix}{start}", f"{prefix}{end}")


def full_pages(text: str) -> str:
    """Return the range with both pages in full and an en dash, as Harvard wants it: 1234–1241."""
    pages = parse_pages(text)
    if pages is None:
        return text.strip()
    return pages.first if pages.first == pages.last else f"{pages.first}–{pages.last}"


def short_pages(text: str) -> str:
    """Return the range without the digits that the last page repeats, as Vancouver wants it: 1234-41."""
    pages = parse_pages(text)
    if pages is None:
        return text.strip()
    if pages.first == pages.last:
        return pages.first
    first, last = (re.sub(r"^[A-Za-z]+", "", page) for page in (pages.first, pages.last))
    if len(first) != len(last):
        return f"{pages.first}-{last}"
    same = next(place for place, (one, other) in enumerate(zip(first, last, strict=True)) if one != other)
    return f"{pages.first}-{last[same:]}"
