"""Broader and narrower: the closure equals a slow recount, and no cycle gets in."""

import contextlib

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from catalogue.models import ItemAncestor
from taxonomy.models import Topic, TopicClosure, TopicEdge
from taxonomy.services import rebuild_closure, set_broader
from tests.factories import EvidenceFactory, TopicFactory


def depths_by_walking(edges: set[tuple[int, int]], topics: list[int]) -> dict[tuple[int, int], int]:
    """(ancestor, descendant) → shortest distance, by walking up from each topic."""
    found = {}
    for topic in topics:
        frontier, depth, seen = {topic}, 0, set[int]()
        while frontier:
            for reached in frontier - seen:
                found[(reached, topic)] = depth
            seen |= frontier
            frontier = {broader for narrower, broader in edges if narrower in frontier} - seen
            depth += 1
    return found


class ClosureTests(TestCase):
    @given(
        st.sets(st.tuples(st.integers(0, 6), st.integers(0, 6)).filter(lambda pair: pair[0] != pair[1]), max_size=14)
    )
    def test_closure_equals_a_walk_even_where_a_cycle_got_in(self, pairs: set[tuple[int, int]]) -> None:
        topics = [Topic.objects.create(name=f"T{n}", slug=f"t{n}") for n in range(7)]
        edges = {(topics[a].pk, topics[b].pk) for a, b in pairs}
        TopicEdge.objects.bulk_create(TopicEdge(narrower_id=a, broader_id=b) for a, b in edges)
        rebuild_closure()
        stored = {(row.ancestor_id, row.descendant_id): row.depth for row in TopicClosure.objects.all()}
        assert stored == depths_by_walking(edges, [topic.pk for topic in topics])

    @given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=15))
    def test_no_sequence_of_changes_makes_a_cycle(self, changes: list[tuple[int, int]]) -> None:
        topics = [Topic.objects.create(name=f"T{n}", slug=f"t{n}") for n in range(6)]
        rebuild_closure()
        for narrower, broader in changes:
            topic = topics[narrower]
            wanted = [*Topic.objects.parents_of(topic), topics[broader]]
            with contextlib.suppress(ValidationError):
                set_broader(topic=topic, broader=wanted)
        loops = [
            (row.ancestor_id, row.descendant_id)
            for row in TopicClosure.objects.filter(depth__gt=0)
            if TopicClosure.objects.filter(ancestor=row.descendant_id, descendant=row.ancestor_id, depth__gt=0).exists()
        ]
        assert loops == []


@pytest.mark.django_db
def test_items_count_under_every_broader_topic_when_the_hierarchy_moves() -> None:
    care, frailty, falls = TopicFactory(), TopicFactory(), TopicFactory()
    item = EvidenceFactory(topics=[falls])

    def counted_under() -> set[int]:
        return set(ItemAncestor.objects.filter(item=item).values_list("topic_id", flat=True))

    assert counted_under() == {falls.pk}
    set_broader(topic=falls, broader=[frailty])
    set_broader(topic=frailty, broader=[care])
    assert counted_under() == {falls.pk, frailty.pk, care.pk}
    set_broader(topic=frailty, broader=[])
    assert counted_under() == {falls.pk, frailty.pk}


@pytest.mark.django_db
def test_a_cycle_is_refused_in_words() -> None:
    care, falls = TopicFactory(name="Care"), TopicFactory(name="Falls")
    set_broader(topic=falls, broader=[care])
    with pytest.raises(ValidationError, match="Falls is already part of Care, so it cannot be broader than it"):
        set_broader(topic=care, broader=[falls])
    with pytest.raises(ValidationError, match="Falls cannot be its own broader topic"):
        set_broader(topic=falls, broader=[falls])
    assert list(Topic.objects.parents_of(falls)) == [care]


@pytest.mark.django_db
def test_first_broader_topic_is_the_one_for_breadcrumbs() -> None:
    safety, care, sepsis = TopicFactory(), TopicFactory(), TopicFactory()
    set_broader(topic=sepsis, broader=[care, safety])
    assert list(Topic.objects.parents_of(sepsis)) == [care, safety]
    set_broader(topic=sepsis, broader=[safety, care])
    assert Topic.objects.parents_of(sepsis).first() == safety
