"""Dates and times in words."""

import datetime
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template
from hypothesis import given
from hypothesis import strategies as st

from design.dates import day_in_words, moment_in_words, span_in_words, time_in_words

LONDON = ZoneInfo("Europe/London")


@given(st.dates(min_value=datetime.date(1000, 1, 1)))
def test_a_day_in_words_can_be_read_back(day: datetime.date) -> None:
    assert datetime.datetime.strptime(day_in_words(day), "%d %B %Y").date() == day  # noqa: DTZ007 - a day has no zone
    assert not day_in_words(day).startswith("0")


@pytest.mark.parametrize(
    ("hour", "minute", "words"),
    [
        (0, 0, "midnight"),
        (0, 5, "12:05am"),
        (9, 0, "9am"),
        (12, 0, "midday"),
        (12, 30, "12:30pm"),
        (14, 30, "2:30pm"),
        (23, 59, "11:59pm"),
    ],
)
def test_a_time_is_written_as_people_say_it(hour: int, minute: int, words: str) -> None:
    assert time_in_words(datetime.time(hour, minute)) == words


def test_a_moment_is_shown_in_uk_time_in_summer_and_in_winter() -> None:
    summer = datetime.datetime(2026, 7, 3, 23, 30, tzinfo=datetime.UTC)
    winter = datetime.datetime(2026, 12, 3, 23, 30, tzinfo=datetime.UTC)
    assert moment_in_words(summer) == "4 July 2026 at 12:30am"
    assert moment_in_words(winter) == "3 December 2026 at 11:30pm"
    assert day_in_words(summer) == "4 July 2026"


def test_the_tag_gives_programs_the_same_day_as_people() -> None:
    template = Template(
        "{% load components %}{% date day %}|{% date moment time=True %}|{% date moment %}|{% date None %}"
    )
    moment = datetime.datetime(2026, 7, 3, 23, 30, tzinfo=datetime.UTC)
    assert template.render(Context({"day": datetime.date(2026, 3, 3), "moment": moment})).split("|") == [
        '<time datetime="2026-03-03">3 March 2026</time>',
        '<time datetime="2026-07-03T23:30:00+00:00">4 July 2026 at 12:30am</time>',
        '<time datetime="2026-07-04">4 July 2026</time>',
        "",
    ]


@given(st.datetimes(timezones=st.just(LONDON)))
def test_the_filters_say_what_the_functions_say(moment: datetime.datetime) -> None:
    template = Template("{% load components %}{{ moment|moment_in_words }}")
    assert template.render(Context({"moment": moment})) == moment_in_words(moment)


def test_a_span_names_its_day_once_and_stands_in_uk_time() -> None:
    begins = datetime.datetime(2026, 7, 1, 8, tzinfo=datetime.UTC)
    assert span_in_words(begins, begins + datetime.timedelta(hours=3)) == "Wednesday 1 July 2026, 9am to midday"
    assert (
        span_in_words(begins, begins + datetime.timedelta(hours=15))
        == "Wednesday 1 July 2026, 9am to Thursday 2 July 2026, midnight"
    )
    assert span_in_words(begins, None) == ""
