"""Followers and saved searches follow a merged topic, and come back when the merge is undone."""

from typing import Any

import pytest

from digests.models import Follow, SavedSearch, Subscriber
from taxonomy.models import Topic
from taxonomy.services.merging import merge, numbers_of, undo
from tests.factories import TopicFactory, UserFactory

pytestmark = pytest.mark.django_db


def state() -> dict[str, Any]:
    return {
        "follows": sorted(
            Follow.objects.values_list("subscriber", "topic__slug", "search", "with_narrower", "code"), key=str
        ),
        "searches": sorted(SavedSearch.objects.values_list("pk", "query", "words")),
    }


def test_followers_and_saved_searches_move_and_come_back() -> None:
    source, target = TopicFactory(name="Falling", slug="falling"), TopicFactory(name="Falls", slug="falls")
    by = UserFactory(librarian=True)
    one, both = (Subscriber.objects.create(user=UserFactory()) for _ in range(2))
    for subscriber, topic in ((one, source), (both, source), (both, target)):
        Follow.objects.create(subscriber=subscriber, topic=topic, with_narrower=subscriber == one)
    alone = SavedSearch.objects.create(query="q=alarm&topic=falling", words="“alarm”, Topic: Falling")
    twin = SavedSearch.objects.create(query="q=bed&topic=falling", words="“bed”, Topic: Falling")
    same = SavedSearch.objects.create(query="q=bed&topic=falls", words="“bed”, Topic: Falls")
    other = SavedSearch.objects.create(query="q=x&topic=falling-down", words="x")
    for subscriber, search in ((one, alone), (one, twin), (both, twin), (both, same)):
        Follow.objects.create(subscriber=subscriber, search=search)
    before = state()
    assert numbers_of(source)["saved searches"] == 2

    change = merge(source=source, target=target, by=by)

    assert list(Follow.objects.filter(topic__isnull=False).values_list("topic", flat=True)) == [target.pk] * 2
    alone.refresh_from_db()
    assert alone.query == "q=alarm&topic=falls"
    assert "Falls" in alone.words
    assert set(Follow.objects.filter(search=same).values_list("subscriber", flat=True)) == {one.pk, both.pk}
    assert not Follow.objects.filter(search=twin).exists()
    other.refresh_from_db()
    assert other.query == "q=x&topic=falling-down"

    undo(change=change, by=by)
    assert state() == before
    assert Topic.objects.get(pk=source.pk).status == "active"


def test_followers_and_saved_searches_move_along_when_the_topic_they_moved_to_is_merged_too() -> None:
    first, second, third = (TopicFactory(name=name, slug=name.lower()) for name in ("Falling", "Falls", "Tumbles"))
    by = UserFactory(librarian=True)
    subscriber = Subscriber.objects.create(user=UserFactory())
    Follow.objects.create(subscriber=subscriber, topic=first)
    search = SavedSearch.objects.create(query="q=alarm&topic=falling", words="“alarm”, Topic: Falling")
    Follow.objects.create(subscriber=subscriber, search=search)
    before = state()

    earlier = merge(source=first, target=second, by=by)
    later = merge(source=second, target=third, by=by)

    assert Follow.objects.get(topic__isnull=False).topic == third
    search.refresh_from_db()
    assert search.query == "q=alarm&topic=tumbles"
    assert "Tumbles" in search.words

    undo(change=later, by=by)
    undo(change=earlier, by=by)
    assert state() == before
