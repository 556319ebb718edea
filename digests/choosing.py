"""Which of the new items one reader gets, and in what order. Pure, and quick enough to be asked a hundred thousand times."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

# An item one step below the topic that is followed counts less than one on the topic itself.
STEP_COSTS = 0.3
LEAST_WEIGHT = 0.1
SEARCH_WEIGHT = 1.1
KIND_WEIGHT = 0.2


@dataclass(frozen=True)
class Chosen:
    """What one reader gets: the places of the items, best first, the code that chose each, and how many there were."""

    places: list[int]
    codes: list[int]
    total: int


def topic_weight(depth: int) -> float:
    """Return what an item so many steps below a followed topic counts."""
    return max(LEAST_WEIGHT, 1.0 - STEP_COSTS * depth)


def choose(
    codes: Iterable[int],
    hits: Mapping[int, Mapping[int, float]],
    worth: Sequence[float],
    *,
    most: int,
) -> Chosen:
    """Choose for somebody who follows these codes.

    hits: for each code the items it brings, by place, with their weight. worth: of each item by itself. An item's score
    is its worth and all the weights that bring it; the code that weighs most gives the reason. No code gives more than
    half of the mail, rounded up, while others have items left.
    """
    scores: dict[int, float] = {}
    found = [(code, hits[code]) for code in codes if code in hits]
    known = scores.get
    for _code, items in found:
        for place, weight in items.items():
            scores[place] = known(place, worth[place]) + weight
    if not scores:
        return Chosen([], [], 0)
    # Pairs compare quicker than a function of each.
    ranked = sorted([(-score, place) for place, score in scores.items()])
    share = (most + 1) // 2
    taken: dict[int, int] = {}
    places: list[int] = []
    reasons: list[int] = []
    passed_over: list[tuple[int, int]] = []
    for _score, place in ranked:
        code = _reason(place, found, taken, share)
        if taken.get(code, 0) < share:
            taken[code] = taken.get(code, 0) + 1
            places.append(place)
            reasons.append(code)
            if len(places) == most:
                break
        else:
            passed_over.append((place, code))
    for place, code in passed_over[: most - len(places)]:
        places.append(place)
        reasons.append(code)
    if passed_over:
        order = sorted(range(len(places)), key=lambda index: (-scores[places[index]], places[index]))
        places, reasons = [places[index] for index in order], [reasons[index] for index in order]
    return Chosen(places, reasons, len(scores))


def _reason(
    place: int, by_code: Sequence[tuple[int, Mapping[int, float]]], taken: Mapping[int, int], share: int
) -> int:
    """Return the code that weighs most for the item; one whose half is full only where no other brings it."""
    best, best_weight, best_full = 0, -1.0, True
    for code, items in by_code:
        weight = items.get(place)
        if weight is None:
            continue
        full = taken.get(code, 0) >= share
        if (best_full and not full) or (full == best_full and weight > best_weight):
            best, best_weight, best_full = code, weight, full
    return best
