"""Page numbers, the split of long filters, and the arithmetic of pictures."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from design.charts import SPARKLINE_HEIGHT, SPARKLINE_WIDTH, percentages, rising_marks, sparkline_points
from design.facets import Option, split_options
from design.paging import page_numbers


@pytest.mark.parametrize(
    ("current", "last", "numbers"),
    [
        (1, 1, [1]),
        (1, 3, [1, 2, 3]),
        (1, 12, [1, 2, None, 12]),
        (3, 12, [1, 2, 3, 4, None, 12]),
        (4, 12, [1, 2, 3, 4, 5, None, 12]),
        (6, 12, [1, None, 5, 6, 7, None, 12]),
        (12, 12, [1, None, 11, 12]),
    ],
)
def test_pages_around_the_current_one_are_offered(current: int, last: int, numbers: list[int | None]) -> None:
    assert page_numbers(current, last) == numbers


@given(st.integers(1, 500), st.data())
def test_page_numbers_rise_from_the_first_to_the_last_and_no_gap_hides_a_single_page(
    last: int, data: st.DataObject
) -> None:
    current = data.draw(st.integers(1, last))
    numbers = page_numbers(current, last)
    shown = [number for number in numbers if number is not None]
    assert shown == sorted(set(shown))
    assert (shown[0], shown[-1]) == (1, last)
    assert current in shown
    assert len(numbers) <= 7
    for place, number in enumerate(numbers):
        if number is None:
            before, after = numbers[place - 1], numbers[place + 1]
            assert before is not None
            assert after is not None
            assert after - before > 2
        elif place:
            before = numbers[place - 1]
            assert before in (number - 1, None)


@pytest.mark.parametrize(("current", "last"), [(0, 3), (4, 3), (1, 0)])
def test_a_page_that_does_not_exist_is_refused(current: int, last: int) -> None:
    with pytest.raises(ValueError, match="There is no page"):
        page_numbers(current, last)


@given(st.lists(st.booleans(), max_size=40))
def test_every_option_is_shown_once_and_every_chosen_one_at_once(chosen: list[bool]) -> None:
    options = [Option(str(place), str(place), selected=selected) for place, selected in enumerate(chosen)]
    first, rest = split_options(options)
    assert sorted([*first, *rest], key=lambda option: int(option.value)) == options
    assert [option for option in rest if option.selected] == []
    assert first == sorted(first, key=lambda option: int(option.value))
    assert len(options) > 12 or rest == []


@given(st.lists(st.floats(0, 1e9), min_size=1, max_size=60))
def test_a_line_stays_inside_its_picture(values: list[float]) -> None:
    points = sparkline_points(values)
    assert len(points) == max(2, len(values))
    assert all(4 <= x <= SPARKLINE_WIDTH - 4 and 4 <= y <= SPARKLINE_HEIGHT - 4 for x, y in points)
    assert [x for x, _ in points] == sorted(x for x, _ in points)


def test_a_line_needs_numbers_it_can_show() -> None:
    with pytest.raises(ValueError, match="at least one"):
        sparkline_points([])
    with pytest.raises(ValueError, match="negative"):
        sparkline_points([3, -1])


def test_bars_are_measured_against_the_largest() -> None:
    assert percentages([41, 0, 20.5]) == [100.0, 0.0, 50.0]
    assert percentages([0, 0]) == [0.0, 0.0]
    assert percentages([]) == []


def test_marks_rise_and_so_many_are_filled() -> None:
    marks = rising_marks(3)
    assert [mark.filled for mark in marks] == [True, True, True, False]
    assert [mark.height for mark in marks] == [5, 8, 11, 14]
    assert all(mark.y + mark.height == 14 for mark in marks)
