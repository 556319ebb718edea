"""Invented events happen on days on which people are at work."""

import datetime

from hypothesis import given
from hypothesis import strategies as st

from demonstration.events import _working_day


@given(st.dates(datetime.date(2020, 1, 1), datetime.date(2040, 1, 1)), st.integers(0, 1))
def test_an_event_is_moved_on_to_days_of_work(day: datetime.date, lasting: int) -> None:
    moved = _working_day(day, lasting=lasting)
    days = [moved + datetime.timedelta(days=later) for later in range(lasting + 1)]
    assert all(date.weekday() < 5 and (date.month, date.day) not in {(12, 25), (12, 26), (1, 1)} for date in days)
    assert 0 <= (moved - day).days <= 8


def test_two_days_that_would_begin_at_christmas_begin_on_the_monday_after() -> None:
    assert _working_day(datetime.date(2026, 12, 25), lasting=1) == datetime.date(2026, 12, 28)
