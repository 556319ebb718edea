"""The arithmetic of a ring: shares of the real circumference, gaps between, nothing too small to see."""

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from design.charts import ring_parts


@given(st.lists(st.integers(1, 100_000), min_size=2, max_size=5), st.floats(10, 30))
def test_parts_and_gaps_go_once_round(values: list[int], radius: float) -> None:
    parts = ring_parts(values, radius=radius, gap=2)
    around = 2 * math.pi * radius
    assert sum(part.length for part in parts) + 2 * len(parts) == pytest.approx(around, abs=0.1)
    assert all(part.length >= 1.5 and part.length + part.rest == pytest.approx(around, abs=0.1) for part in parts)
    ends = [(-part.offset, -part.offset + part.length) for part in parts]
    assert all(later[0] - earlier[1] == pytest.approx(2, abs=0.1) for earlier, later in itertools.pairwise(ends))


def test_one_value_closes_the_ring() -> None:
    assert ring_parts([7], radius=17)[0].rest == 0


@pytest.mark.parametrize("values", [[], [0, 1], [-1]])
def test_nothing_to_draw_is_refused(values: list[int]) -> None:
    with pytest.raises(ValueError, match="above zero"):
        ring_parts(values, radius=17)
