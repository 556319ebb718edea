"""The rules without a database: periods and clocks, choosing, and words."""

import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.choices import Frequency, Reason
from digests.choosing import choose
from digests.periods import PORTAL_ZONE, latest_period, local_moment, period_key
from digests.writing import words

MOMENTS = st.integers(0, 7 * 365 * 24 * 3_600).map(
    lambda seconds: datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC) + datetime.timedelta(seconds=seconds)
)


@pytest.mark.parametrize(
    ("day", "key"),
    [
        ("2026-12-21", "2026-W52"),
        ("2026-12-28", "2026-W53"),
        ("2027-01-03", "2026-W53"),
        ("2027-01-04", "2027-W01"),
        ("2024-12-30", "2025-W01"),
    ],
)
def test_a_week_has_the_number_that_iso_8601_gives_it(day: str, key: str) -> None:
    assert period_key(Frequency.WEEKLY, datetime.date.fromisoformat(day)) == key


@given(MOMENTS, st.sampled_from(Frequency.values), st.integers(0, 6), st.integers(0, 72))
def test_a_moment_lies_in_one_period_that_is_open(
    now: datetime.datetime, frequency: str, weekday: int, lead: int
) -> None:
    period = latest_period(frequency, weekday=weekday, lead_hours=lead, now=now)
    assert period.opens_at <= now
    later = latest_period(frequency, weekday=weekday, lead_hours=lead, now=now + datetime.timedelta(minutes=5))
    assert later.opens_at == period.opens_at or later.opens_at > now
    assert (later.key == period.key) == (later.sends_on == period.sends_on)
    assert period.sends_on.weekday() == weekday or frequency == Frequency.DAILY


@given(MOMENTS, st.sampled_from(Frequency.values), st.integers(0, 6))
def test_mail_of_one_period_is_of_no_use_before_the_next_is_sent(
    now: datetime.datetime, frequency: str, weekday: int
) -> None:
    period = latest_period(frequency, weekday=weekday, lead_hours=0, now=now)
    after = now
    while (later := latest_period(frequency, weekday=weekday, lead_hours=0, now=after)).key == period.key:
        after += datetime.timedelta(hours=12)
    assert period.expires_at <= later.opens_at


@pytest.mark.parametrize(
    ("zone", "day", "hour", "utc"),
    [
        ("Europe/London", "2026-03-28", 7, "2026-03-28T07:00"),
        ("Europe/London", "2026-03-29", 7, "2026-03-29T06:00"),
        ("Europe/London", "2026-03-29", 1, "2026-03-29T01:00"),
        ("Europe/London", "2026-10-25", 1, "2026-10-25T00:00"),
        ("Europe/London", "2026-10-25", 7, "2026-10-25T07:00"),
        ("America/New_York", "2026-11-01", 7, "2026-11-01T12:00"),
        ("Australia/Lord_Howe", "2026-10-04", 7, "2026-10-03T20:00"),
        ("Asia/Kolkata", "2026-10-04", 7, "2026-10-04T01:30"),
    ],
)
def test_an_hour_is_what_the_clocks_there_show_when_they_change(zone: str, day: str, hour: int, utc: str) -> None:
    moment = local_moment(datetime.date.fromisoformat(day), hour=hour, zone=ZoneInfo(zone))
    assert moment == datetime.datetime.fromisoformat(utc).replace(tzinfo=datetime.UTC)


def test_the_weekly_update_is_sent_on_a_monday_over_both_changes_of_the_clock() -> None:
    for now in ("2026-03-30T05:59:59", "2026-10-26T06:59:59"):
        moment = datetime.datetime.fromisoformat(now).replace(tzinfo=datetime.UTC)
        before = latest_period("weekly", weekday=0, lead_hours=0, now=moment)
        after = latest_period("weekly", weekday=0, lead_hours=0, now=moment + datetime.timedelta(seconds=1))
        assert after.sends_on - before.sends_on == datetime.timedelta(days=7)
        assert after.opens_at.astimezone(PORTAL_ZONE).hour == 7


HITS = st.dictionaries(
    st.integers(1, 12),
    st.dictionaries(st.integers(0, 39), st.floats(0.1, 1.1), min_size=1, max_size=40),
    max_size=12,
)


@given(HITS, st.integers(2, 12))
def test_a_choice_is_full_fair_and_best_first(hits: dict[int, dict[int, float]], most: int) -> None:
    codes = list(range(1, 10))
    chosen = choose(codes, hits, [0.0] * 40, most=most)
    brought = {code: set(hits.get(code, ())) for code in codes}
    available = set().union(*brought.values())
    assert len(chosen.places) == len(set(chosen.places)) == min(most, len(available))
    assert chosen.total == len(available)
    assert all(place in brought[code] for place, code in zip(chosen.places, chosen.codes, strict=True))
    for code in set(chosen.codes):
        if chosen.codes.count(code) > (most + 1) // 2:
            left = available - set(chosen.places)
            others = {place for place in left if any(place in brought[other] for other in codes if other != code)}
            assert not others, f"{code} has more than half, and others have items left"


def test_the_same_readers_and_news_give_the_same_choice() -> None:
    hits = {1: {0: 1.0, 1: 1.0}, 2: {1: 1.0, 2: 1.0}}
    first, again = (choose([1, 2], hits, [0.0, 0.0, 0.0], most=10) for _time in range(2))
    assert first == again
    assert first.places[0] == 1, "what two follows bring comes first"


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2026-11-23", "today"),
        ("2026-11-24", "tomorrow"),
        ("2026-11-27", "on Friday"),
        ("2026-12-01", "next Tuesday"),
        ("2026-12-10", "on 10 December 2026"),
    ],
)
def test_when_something_takes_place_is_said_as_people_say_it(day: str, said: str) -> None:
    assert words.when(datetime.date.fromisoformat(day), on=datetime.date(2026, 11, 23)) == said


def test_the_reason_says_what_changed_and_whose_follow_it_was() -> None:
    fixed = {"starts_at": None, "on": datetime.date(2026, 11, 23), "why": words.because("Falls", is_search=False)}
    line = words.reason_line(Reason.STANDING, kind="knowhow", standing="Confirmed by someone else", **fixed)
    assert line == "Confirmed by someone else, because you follow Falls"
    assert words.reason_line(Reason.NEW, kind="evidence", standing="", **fixed) == "Because you follow Falls"
    soon = fixed | {"starts_at": datetime.datetime(2026, 12, 1, 12, tzinfo=datetime.UTC)}
    line = words.reason_line(Reason.SOON, kind="event", standing="", **soon)
    assert line == "Takes place next Tuesday, because you follow Falls"


@given(st.text())
def test_plain_text_is_one_line_without_hidden_letters(text: str) -> None:
    line = words.plain(text, longest=100)
    assert len(line) <= 101
    assert not set("\r\n\x00\u202e\u2066\ue000\u2028") & set(line)
    assert words.plain(line, longest=200) == line


@given(st.integers(1, 10), st.lists(st.text(min_size=1), max_size=5))
def test_a_subject_is_short_and_says_how_many(number: int, names: list[str]) -> None:
    subject = words.subject(number, names)
    assert len(subject) <= words.LONGEST_SUBJECT + 1
    assert subject.startswith(f"{number} update")
