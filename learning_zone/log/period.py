"""The days that a record covers."""

import datetime
from dataclasses import dataclass
from typing import Self

from django.utils import timezone
from django.utils.dateparse import parse_date

from design.dates import day_in_words
from learning_zone.choices import REVALIDATION_YEARS


@dataclass(frozen=True)
class Period:
    """From the first to the last day, both included."""

    first: datetime.date
    last: datetime.date

    @classmethod
    def until(cls, last: datetime.date, *, years: int = REVALIDATION_YEARS) -> Self:
        """Return the years that end on this day: 1 October 2023 to 30 September 2026."""
        following = last + datetime.timedelta(days=1)
        try:
            first = following.replace(year=following.year - years)
        except ValueError:  # 29 February
            first = following.replace(year=following.year - years, month=3, day=1)
        return cls(first, last)

    @classmethod
    def from_address(cls, first: str, last: str) -> Self:
        """Read the days of an address as 2026-11-25; what means nothing is the three years until today.

        Days in the wrong order change places.
        """
        end = _day(last) or timezone.localdate()
        begin = _day(first) or cls.until(end).first
        return cls(min(begin, end), max(begin, end))

    def as_query(self) -> str:
        """Return the period as the address carries it."""
        return f"from={self.first.isoformat()}&to={self.last.isoformat()}"

    @property
    def in_words(self) -> str:
        """As in "1 October 2023 to 30 September 2026"."""
        return f"{day_in_words(self.first)} to {day_in_words(self.last)}"


def _day(text: str) -> datetime.date | None:
    try:
        day = parse_date(text.strip())
    except ValueError:
        return None
    return day if day and 1900 <= day.year <= 2100 else None
