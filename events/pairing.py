"""Pairing people for a coffee trial: everybody gets a partner, and the rules are kept where any pairing keeps them.

A pairing that keeps the rules for as many people as possible is a maximum matching of the graph whose edges join those
who may meet. Source: J. Edmonds, "Paths, trees, and flowers", Canadian Journal of Mathematics 17 (1965), 449-467.
"""

import random
from collections import deque
from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

Person = TypeVar("Person", bound=Hashable)
# Nobody: a person without a partner, or the beginning of a path.
NONE = -1


def pair_up(
    people: Sequence[Person], fits: Callable[[Person, Person], bool], *, rng: random.Random | None = None
) -> list[tuple[Person, ...]]:
    """Return the people in pairs, one of three for an odd number; one person alone stays alone, as there is nobody.

    fits: symmetric, whether two may meet by the rules. Where a pairing in which all fit exists, it is one: in a three
    everybody fits at least one of the other two. Else as many as possible fit. Chance decides among what is equal.
    """
    chance = rng or random.Random()  # noqa: S311 - who has coffee with whom is no secret
    order = list(people)
    chance.shuffle(order)
    if len(order) < 2:
        return [tuple(order)] if order else []
    near = [[b for b in range(len(order)) if b != a and fits(order[a], order[b])] for a in range(len(order))]
    mates = _maximum_matching(near)
    groups = [[a, mates[a]] for a in range(len(order)) if a < mates[a]]
    alone = [a for a in range(len(order)) if mates[a] == NONE]
    odd = _to_join(alone, near) if len(order) % 2 else NONE
    alone = [a for a in alone if a != odd]
    groups += [[a, b] for a, b in zip(alone[::2], alone[1::2], strict=True)]
    if odd != NONE:
        next(group for group in groups if _best_group(group, odd, groups, near)).append(odd)
    return [tuple(order[place] for place in group) for group in groups]


def _to_join(alone: list[int], near: list[list[int]]) -> int:
    """Return who of those without a partner makes a three: somebody who fits anybody, where there is one."""
    return next((a for a in alone if near[a]), alone[0])


def _best_group(group: list[int], odd: int, groups: list[list[int]], near: list[list[int]]) -> bool:
    """Whether the group is one that the odd person fits; any is, where they fit none."""
    fitting = set(near[odd])
    if any(fitting.intersection(other) for other in groups):
        return bool(fitting.intersection(group))
    return True


def _maximum_matching(near: list[list[int]]) -> list[int]:
    """Return for each vertex its mate in a maximum matching, NONE where it has none. O(n³)."""
    mates = [NONE] * len(near)
    for root in range(len(near)):
        if mates[root] == NONE:
            _augment(root, near, mates)
    return mates


def _augment(root: int, near: list[list[int]], mates: list[int]) -> None:
    """Look for a path from the root to another vertex without a mate, on which every second edge is in the matching,
    and swap the edges of that path."""
    count = len(near)
    base = list(range(count))
    parent = [NONE] * count
    is_outer = [False] * count
    is_outer[root] = True
    queue = deque([root])
    while queue:
        here = queue.popleft()
        for there in near[here]:
            if base[here] == base[there] or mates[here] == there:
                continue
            if there == root or (mates[there] != NONE and parent[mates[there]] != NONE):
                _shrink(here, there, base, parent, mates, is_outer, queue)
            elif parent[there] == NONE:
                parent[there] = here
                if mates[there] == NONE:
                    _swap(there, parent, mates)
                    return
                is_outer[mates[there]] = True
                queue.append(mates[there])


def _shrink(
    here: int,
    there: int,
    base: list[int],
    parent: list[int],
    mates: list[int],
    is_outer: list[bool],
    queue: deque[int],
) -> None:
    """Treat an odd cycle (a blossom) as one vertex."""
    top = _common_base(here, there, base, parent, mates)
    blossom = [False] * len(base)
    _mark(here, top, there, base, parent, mates, blossom)
    _mark(there, top, here, base, parent, mates, blossom)
    for vertex in range(len(base)):
        if blossom[base[vertex]]:
            base[vertex] = top
            if not is_outer[vertex]:
                is_outer[vertex] = True
                queue.append(vertex)


def _common_base(here: int, there: int, base: list[int], parent: list[int], mates: list[int]) -> int:
    seen = set()
    while True:
        here = base[here]
        seen.add(here)
        if mates[here] == NONE:
            break
        here = parent[mates[here]]
    while base[there] not in seen:
        there = parent[mates[base[there]]]
    return base[there]


def _mark(
    vertex: int, top: int, child: int, base: list[int], parent: list[int], mates: list[int], blossom: list[bool]
) -> None:
    while base[vertex] != top:
        blossom[base[vertex]] = blossom[base[mates[vertex]]] = True
        parent[vertex] = child
        child = mates[vertex]
        vertex = parent[mates[vertex]]


def _swap(end: int, parent: list[int], mates: list[int]) -> None:
    while end != NONE:
        before = parent[end]
        following = mates[before]
        mates[end], mates[before] = before, end
        end = following
