"""Dates as reference databases write them."""

import calendar
import re

from django.utils import timezone

from evidence.importing.records import PartialDate

EARLIEST_YEAR = 1500
# Publishers date issues up to a year ahead.
YEARS_AHEAD = 1

_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name}
_COMPACT = re.compile(r"^\s*([0-9]{4})([01][0-9])([0-3][0-9])\s*$")
_YEAR = re.compile(r"(?<![0-9])([0-9]{4})(?![0-9])")
_DAY_FIRST = re.compile(r"^\s*([0-9]{1,2})[/.]([0-9]{1,2})[/.]([0-9]{4})\s*$")
_NUMBERS_AFTER_YEAR = re.compile(r"^[\s/.-]+([0-9]{1,2})(?![0-9])(?:[\s/.-]+([0-9]{1,2})(?![0-9]))?")
_MONTH_NAME = re.compile(r"(?<![a-z])(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*", re.IGNORECASE)
_DAY = re.compile(r"(?<![0-9])([0-9]{1,2})(?:st|nd|rd|th)?(?![0-9])")


def parse_date(text: str) -> PartialDate | None:
    """Return the date in `text`, or None where it holds no year from 1500 to the next.

    Reads RIS dates ("2019/05//", "2016/Dec//", "2013/04/18/received"), PubMed's ("2002 Sep",
    "2018 Jul-Sep", "1998 Dec-1999 Jan", "20160419"), ISO dates, and British ones in figures or
    words. An impossible month or day counts as unknown; a span counts from its first month.
    """
    if found := _COMPACT.match(text):
        year, month, day = (int(part) for part in found.groups())
        if is_plausible(year):
            return _possible(year, month, day)
    if found := _DAY_FIRST.match(text):
        day, month, year = (int(part) for part in found.groups())
        return _possible(year, month, day) if is_plausible(year) else None
    for found in _YEAR.finditer(text):
        year = int(found.group())
        if is_plausible(year):
            return _possible(year, *_month_and_day(before=text[: found.start()], after=text[found.end() :]))
    return None


def is_plausible(year: int) -> bool:
    """Tell whether something can have been published in `year`."""
    return EARLIEST_YEAR <= year <= timezone.now().year + YEARS_AHEAD


def _month_and_day(*, before: str, after: str) -> tuple[int | None, int | None]:
    if numbers := _NUMBERS_AFTER_YEAR.match(after):
        month, day = numbers.groups()
        return int(month), int(day) if day else None
    for side in (after, before):
        if name := _MONTH_NAME.search(side):
            spans_months = re.match(r"\s*[-–/]\s*[a-z]", side[name.end() :], re.IGNORECASE)
            day = None if spans_months else _DAY.search(side)
            return _MONTHS[name.group(1).lower()], int(day.group(1)) if day else None
    return None, None


def _possible(year: int, month: int | None, day: int | None) -> PartialDate:
    if not month or not 1 <= month <= 12:
        return PartialDate(year)
    if not day or not 1 <= day <= calendar.monthrange(year, month)[1]:
        return PartialDate(year, month)
    return PartialDate(year, month, day)


def most_exact(texts: list[str]) -> tuple[PartialDate | None, str]:
    """Return the date to use of several, with the text it was read from.

    The first text that holds a year decides the year; of the texts that agree on it, the one that
    says most wins. Without a year anywhere the answer is (None, the first text).
    """
    dated = [(parsed, text) for text in texts if (parsed := parse_date(text))]
    if not dated:
        return None, texts[0] if texts else ""
    same_year = [entry for entry in dated if entry[0].year == dated[0][0].year]
    return max(same_year, key=lambda entry: (entry[0].month is not None) + (entry[0].day is not None))
