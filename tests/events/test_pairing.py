"""Pairing for a coffee trial, against every pairing there is."""

import random
from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from events.pairing import pair_up


def pairings(people: list[int]) -> Iterator[list[tuple[int, ...]]]:
    """Every way to put people into pairs, with one three where they are odd."""
    if len(people) % 2:
        for place, third in enumerate(people):
            for pairs in pairings(people[:place] + people[place + 1 :]):
                for number in range(len(pairs)):
                    yield [(*pair, third) if number == at else pair for at, pair in enumerate(pairs)]
        return
    if not people:
        yield []
        return
    first, rest = people[0], people[1:]
    for place, mate in enumerate(rest):
        for pairs in pairings(rest[:place] + rest[place + 1 :]):
            yield [(first, mate), *pairs]


def keeps(groups: list[tuple[int, ...]], edges: set[frozenset[int]]) -> bool:
    """Whether everybody fits somebody of their group."""
    return all(any(frozenset((a, b)) in edges for b in group if b != a) for group in groups for a in group)


@given(
    number=st.integers(2, 8),
    chosen=st.sets(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=28),
    seed=st.integers(0, 1_000),
)
def test_everybody_is_paired_and_the_rules_are_kept_where_they_can_be(
    number: int, chosen: set[tuple[int, int]], seed: int
) -> None:
    edges = {frozenset(pair) for pair in chosen if pair[0] != pair[1] and max(pair) < number}
    people = list(range(number))
    groups = pair_up(people, lambda a, b: frozenset((a, b)) in edges, rng=random.Random(seed))
    assert sorted(person for group in groups for person in group) == people
    sizes = sorted(len(group) for group in groups)
    assert sizes == [2] * (number // 2 - number % 2) + [3] * (number % 2)
    if any(keeps(possible, edges) for possible in pairings(people)):
        assert keeps(groups, edges)


@given(count=st.integers(2, 120), seed=st.integers(0, 1_000))
def test_two_halves_of_a_hospital_are_mixed(count: int, seed: int) -> None:
    clinical = [("clinical", number) for number in range(count // 2)]
    others = [("other", number) for number in range(count - count // 2)]
    groups = pair_up([*clinical, *others], lambda a, b: a[0] != b[0], rng=random.Random(seed))
    assert all(len({kind for kind, _ in group}) == 2 for group in groups)


def test_few_people() -> None:
    assert pair_up([], lambda a, b: True) == []
    assert pair_up(["one"], lambda a, b: True) == [("one",)]
    assert sorted(pair_up(["one", "two"], lambda a, b: False)[0]) == ["one", "two"]
