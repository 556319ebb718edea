"""The arithmetic of small pictures of numbers."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString, mark_safe

SPARKLINE_WIDTH = 120
SPARKLINE_HEIGHT = 32
# Half the line's thickness and the dot at its end must stay inside the picture.
SPARKLINE_MARGIN = 4


def sparkline_points(values: Sequence[float]) -> list[tuple[float, float]]:
    """Return the points of a line through the values, left to right, zero at the bottom, in the picture's own units.

    One value gives a flat line. Raises ValueError for no values and for a negative one.
    """
    if not values:
        raise ValueError("A line needs at least one value.")
    if min(values) < 0:
        raise ValueError("A line begins at zero: it cannot show a negative number.")
    if len(values) == 1:
        values = [values[0], values[0]]
    top = max(values) or 1
    across = (SPARKLINE_WIDTH - 2 * SPARKLINE_MARGIN) / (len(values) - 1)
    down = SPARKLINE_HEIGHT - 2 * SPARKLINE_MARGIN
    return [
        (round(SPARKLINE_MARGIN + across * place, 1), round(SPARKLINE_MARGIN + down * (1 - value / top), 1))
        for place, value in enumerate(values)
    ]


def percentages(values: Sequence[float]) -> list[float]:
    """Return each value as a percentage of the largest, for bars; all zero where nothing is above zero."""
    top = max(values, default=0)
    return [round(100 * value / top, 1) if top > 0 else 0.0 for value in values]


@dataclass(frozen=True)
class Mark:
    """One of a row of marks that rise from left to right, in the picture's own units."""

    x: int
    y: int
    height: int
    filled: bool


def rising_marks(filled: int, *, of: int = 4) -> list[Mark]:
    """Return marks of rising height, the first so many of them filled: 22 wide and 14 high for four."""
    heights = [14 - 3 * (of - place) for place in range(1, of + 1)]
    return [
        Mark(x=6 * place, y=14 - height, height=height, filled=place < filled) for place, height in enumerate(heights)
    ]


@dataclass(frozen=True)
class RingPart:
    """One part of a ring, as the dash of a circle's line: its length, what is left of the way round, where it begins."""

    length: float
    rest: float
    offset: float


def ring_parts(values: Sequence[float], *, radius: float, gap: float = 2, least: float = 1.5) -> list[RingPart]:
    """Return a part for each value, its length a share of the circle's real circumference, with a gap after each.

    All in the picture's own units. One value alone closes the ring. Shares too small to see are drawn `least` long, at
    the cost of the others. Raises ValueError for no values and for one that is not above zero.
    """
    if not values or min(values) <= 0:
        raise ValueError("A ring needs parts above zero.")
    around = 2 * math.pi * radius
    if len(values) == 1:
        return [RingPart(round(around, 2), 0.0, 0.0)]
    room = around - len(values) * (gap + least)
    total = sum(values)
    parts: list[RingPart] = []
    start = 0.0
    for value in values:
        length = least + room * value / total
        parts.append(RingPart(round(length, 2), round(around - length, 2), round(-start, 2)))
        start += length + gap
    return parts


def ring_circles(parts: Sequence[tuple[str, RingPart]], *, radius: float) -> SafeString:
    """Return the circles of a ring, each with the class of its tone, for an SVG of 48 by 48.

    Drawn here and not in a template: a map of a hundred topics has more than a thousand of them.
    """
    circles = []
    for tone, part in parts:
        dash = f' stroke-dasharray="{part.length} {part.rest}" stroke-dashoffset="{part.offset}"' if part.rest else ""
        circles.append(f'<circle class="kp-ring__{tone}" cx="24" cy="24" r="{radius}"{dash} />')
    # Tones are names of our own and the rest are numbers.
    return mark_safe("".join(circles))  # noqa: S308
