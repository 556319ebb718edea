"""Merging, splitting, undoing: everything follows, nothing is lost, and the state before comes back."""

import datetime
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connections, transaction
from django.test import Client
from django.utils import timezone

from catalogue.models import Item, ItemAncestor, ItemTopic
from catalogue.services import set_topics
from knowledge.models import ChampionProfile, Community
from taxonomy.models import (
    Abbreviation,
    EntryTerm,
    Meaning,
    RelatedTopics,
    Topic,
    TopicChange,
    TopicClosure,
    TopicEdge,
)
from taxonomy.services import set_broader
from taxonomy.services.curating import NotPossible
from taxonomy.services.following import current
from taxonomy.services.merging import merge, numbers_of, split, undo
from tests.admin import librarian, signed_in
from tests.factories import EvidenceFactory, TopicFactory, UserFactory


def state() -> dict[str, Any]:
    """All of the vocabulary and of what carries it, in a form that two moments can be compared in."""
    return {
        "topics": list(Topic.objects.order_by("pk").values_list("pk", "name", "slug", "status", "merged_into")),
        "terms": list(EntryTerm.objects.order_by("pk").values_list("pk", "topic", "text")),
        "edges": sorted(TopicEdge.objects.values_list("narrower", "broader", "is_primary")),
        "closure": sorted(TopicClosure.objects.values_list("ancestor", "descendant", "depth")),
        "related": sorted(RelatedTopics.objects.values_list("first", "second")),
        "items": sorted(ItemTopic.objects.values_list("pk", "content_object", "tag")),
        "ancestors": sorted(ItemAncestor.objects.values_list("item", "topic")),
        "champions": sorted(ChampionProfile.topics.through.objects.values_list("championprofile", "topic")),
        "communities": sorted(Community.topics.through.objects.values_list("community", "topic")),
        "meanings": sorted(Meaning.topics.through.objects.values_list("meaning", "topic")),
    }


@pytest.fixture
def falls() -> Topic:
    """The topic that goes, with something of everything."""
    home, other = TopicFactory(name="Older people"), TopicFactory(name="Patient safety")
    topic: Topic = TopicFactory(name="Falls", broader=[home, other])
    EntryTerm.objects.create(topic=topic, text="Slips and trips")
    TopicFactory(name="Falls at night", broader=[topic])
    return topic


@pytest.fixture
def target() -> Topic:
    topic: Topic = TopicFactory(name="Preventing accidents")
    EntryTerm.objects.create(topic=topic, text="Accident prevention")
    return topic


@pytest.mark.django_db
class TestMerging:
    def test_everything_follows_and_comes_back(self, falls: Topic, target: Topic) -> None:
        night = Topic.objects.get(name="Falls at night")
        set_broader(topic=night, broader=[falls, target])
        own, both, theirs = (EvidenceFactory(topics=topics) for topics in ([falls], [falls, target], [target]))
        champion = ChampionProfile.objects.create(user=UserFactory(champion=True))
        champion.topics.set([falls, target])
        community = Community.objects.create(name="Falls network", purpose="x", how_to_join="x")
        community.topics.set([falls])
        meaning = Meaning.objects.create(abbreviation=Abbreviation.objects.create(text="FP"), label="falls")
        meaning.topics.set([falls])
        frailty = TopicFactory(name="Frailty")
        RelatedTopics.objects.create(first=falls, second=frailty)
        before = state()
        numbers = numbers_of(falls)
        assert (numbers["items"], numbers["champions"], numbers["other names"]) == (2, 1, 1)

        change = merge(source=falls, target=target, by=UserFactory(librarian=True))

        for item in (own, both, theirs):
            assert list(item.topics.all()) == [target]
        assert list(champion.topics.all()) == [target]
        assert list(community.topics.all()) == [target]
        assert list(meaning.topics.all()) == [target]
        assert {term.text for term in target.entry_terms.all()} == {"Accident prevention", "Slips and trips", "Falls"}
        assert list(Topic.objects.parents_of(night)) == [target]
        assert TopicEdge.objects.get(narrower=night).is_primary
        assert list(Topic.objects.related_to(target)) == [frailty]
        assert set(ItemAncestor.objects.filter(item=own).values_list("topic", flat=True)) == {target.pk}
        falls.refresh_from_db()
        assert (falls.status, falls.merged_into) == ("merged", target)
        assert change.numbers["items"] == 2

        undo(change=change, by=UserFactory(librarian=True))
        assert state() == before

    def test_what_was_added_since_stays_where_it_was_put(self, falls: Topic, target: Topic) -> None:
        moved = EvidenceFactory(topics=[falls])
        taken_off = EvidenceFactory(topics=[falls])
        change = merge(source=falls, target=target, by=UserFactory(librarian=True))
        later = EvidenceFactory(topics=[target])
        set_topics(item=taken_off, topics=[])
        undo(change=change, by=UserFactory(librarian=True))
        assert list(moved.topics.all()) == [falls]
        assert list(later.topics.all()) == [target]
        assert list(taken_off.topics.all()) == []

    def test_merges_are_undone_in_their_order(self, falls: Topic, target: Topic) -> None:
        third, by = TopicFactory(name="Third"), UserFactory(librarian=True)
        item = EvidenceFactory(topics=[falls])
        first = merge(source=falls, target=target, by=by)
        second = merge(source=target, target=third, by=by)
        assert list(item.topics.all()) == [third]
        with pytest.raises(NotPossible, match="Undo that first"):
            undo(change=first, by=by)
        undo(change=second, by=by)
        undo(change=first, by=by)
        assert list(item.topics.all()) == [falls]
        with pytest.raises(NotPossible, match="can no longer be undone"):
            undo(change=first, by=by)

    def test_after_thirty_days_it_stands(self, falls: Topic, target: Topic) -> None:
        by = UserFactory(librarian=True)
        change = merge(source=falls, target=target, by=by)
        later = timezone.now() + datetime.timedelta(days=30, minutes=1)
        with time_machine.travel(later, tick=False), pytest.raises(NotPossible, match="older than 30 days"):
            undo(change=change, by=by)

    def test_undo_names_a_name_that_was_given_away(self, falls: Topic, target: Topic) -> None:
        by = UserFactory(librarian=True)
        change = merge(source=falls, target=target, by=by)
        EntryTerm.objects.filter(text="Falls").delete()
        EntryTerm.objects.create(topic=TopicFactory(name="Waterfalls"), text="Falls")
        with pytest.raises(NotPossible, match="now leads to Waterfalls"):
            undo(change=change, by=by)

    @pytest.mark.parametrize("wrong", ["itself", "narrower", "retired", "merged", "reader"])
    def test_what_makes_no_sense_is_refused_and_changes_nothing(self, falls: Topic, target: Topic, wrong: str) -> None:
        night = Topic.objects.get(name="Falls at night")
        source, into, by = falls, target, UserFactory(librarian=True)
        match wrong:
            case "itself":
                into = falls
            case "narrower":
                into = night
            case "retired":
                Topic.objects.filter(pk=target.pk).update(status="retired")
            case "merged":
                Topic.objects.filter(pk=falls.pk).update(status="merged", merged_into=night)
            case "reader":
                by = UserFactory(staff=True)
        before = state()
        with pytest.raises(NotPossible):
            merge(source=source, target=into, by=by)
        assert state() == before

    def test_a_form_opened_before_the_merge_still_saves(self, falls: Topic, target: Topic) -> None:
        from taxonomy.forms import TopicField

        merge(source=falls, target=target, by=UserFactory(librarian=True))
        assert list(TopicField().clean([str(falls.pk)])) == [target]
        assert current([Topic.objects.get(pk=falls.pk), target]) == [target]


@pytest.mark.django_db
class TestSplitting:
    def test_takes_along_what_is_chosen_and_comes_back(self, falls: Topic) -> None:
        chosen, kept = EvidenceFactory(topics=[falls]), EvidenceFactory(topics=[falls])
        term = falls.entry_terms.get()
        by = UserFactory(librarian=True)
        before = state()
        change = split(topic=falls, name="Tripping", by=by, item_ids=[chosen.pk], term_ids=[term.pk])
        made = Topic.objects.get(name="Tripping")
        assert list(chosen.topics.all()) == [made]
        assert list(kept.topics.all()) == [falls]
        assert list(Topic.objects.parents_of(made)) == [falls]
        assert [row.text for row in made.entry_terms.all()] == ["Slips and trips"]
        undo(change=change, by=by)
        assert state() == before
        assert str(TopicChange.objects.get()) == "Falls split into Tripping"

    def test_beside_it_shares_its_place(self, falls: Topic) -> None:
        split(topic=falls, name="Tripping", by=UserFactory(librarian=True), below=False)
        made = Topic.objects.get(name="Tripping")
        assert list(Topic.objects.parents_of(made)) == list(Topic.objects.parents_of(falls))

    def test_a_name_that_is_taken_is_refused(self, falls: Topic) -> None:
        with pytest.raises(ValidationError, match="already stands for"):
            split(topic=falls, name="slip and trip", by=UserFactory(librarian=True))

    def test_it_is_not_undone_once_more_was_filed_there(self, falls: Topic) -> None:
        by = UserFactory(librarian=True)
        change = split(topic=falls, name="Tripping", by=by)
        EvidenceFactory(topics=[Topic.objects.get(name="Tripping")])
        with pytest.raises(NotPossible, match=r"items \(1\)"):
            undo(change=change, by=by)


@pytest.mark.django_db
class TestInTheAdmin:
    def test_a_merge_says_what_would_move_and_moves_it(self, falls: Topic, target: Topic) -> None:
        EvidenceFactory(topics=[falls])
        desk = signed_in(librarian())
        address = f"/admin/taxonomy/topic/{falls.pk}/merge/"
        asked = desk.get(address).content.decode()
        assert "would move items (1), other names (1), narrower topics (1)" in asked
        assert desk.post(address, {"confirm-target": target.pk}).status_code == 302
        change = TopicChange.objects.get()
        assert "Can be undone until" in desk.get("/admin/taxonomy/topicchange/").content.decode()
        assert desk.post(f"/admin/taxonomy/topicchange/{change.pk}/undo/").status_code == 302
        falls.refresh_from_db()
        assert falls.status == "active"

    def test_a_refusal_is_a_sentence(self, falls: Topic) -> None:
        night = Topic.objects.get(name="Falls at night")
        response = signed_in(librarian()).post(f"/admin/taxonomy/topic/{falls.pk}/merge/", {"confirm-target": night.pk})
        assert response.status_code == 422
        assert "is part of Falls" in response.content.decode()

    def test_split_retire_bring_back_approve_and_decline(self, falls: Topic, target: Topic) -> None:
        item, desk = EvidenceFactory(topics=[falls]), signed_in(librarian())
        base = f"/admin/taxonomy/topic/{falls.pk}"
        data = {"confirm-name": "Tripping", "confirm-place": "below", "confirm-items": [item.pk]}
        assert desk.post(f"{base}/split/", data).status_code == 302
        assert [topic.name for topic in item.topics.all()] == ["Tripping"]
        assert desk.post(f"{base}/retire/", {"confirm-successor": target.pk}).status_code == 302
        falls.refresh_from_db()
        assert (falls.status, falls.successor) == ("retired", target)
        assert desk.post(f"{base}/bring-back/").status_code == 302
        falls.refresh_from_db()
        assert (falls.status, falls.successor) == ("active", None)
        good, bad = TopicFactory(status="candidate"), TopicFactory(status="candidate")
        assert desk.post(f"/admin/taxonomy/topic/{good.pk}/approve/").status_code == 302
        assert desk.post(f"/admin/taxonomy/topic/{bad.pk}/decline/").status_code == 302
        assert Topic.objects.get(pk=good.pk).status == "active"
        assert not Topic.objects.filter(pk=bad.pk).exists()

    def test_the_report_names_what_needs_tidying(self, falls: Topic) -> None:
        TopicFactory(name="Pressure ulcer prevention", scope_note="x")
        TopicFactory(name="Pressure ulcers prevention plan", scope_note="x")
        single = TopicFactory(name="Used once", scope_note="x")
        EvidenceFactory(topics=[single])
        report = signed_in(librarian()).get("/admin/taxonomy/topic/tidy/").context["report"]
        assert [(pair.first.name, pair.second.name) for pair in report.alike] == [
            ("Pressure ulcer prevention", "Pressure ulcers prevention plan")
        ]
        assert report.single == [single]
        assert falls in report.without_note
        assert single not in report.unused


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    """Two connections."""

    def test_an_item_that_is_tagged_while_a_merge_runs_is_not_left_behind(self) -> None:
        source, target, by = TopicFactory(name="From"), TopicFactory(name="To"), UserFactory(librarian=True)
        item, later = EvidenceFactory(), EvidenceFactory()
        tagged, merging = Event(), Event()

        def tag() -> None:
            try:
                with transaction.atomic():
                    Item.objects.get(pk=item.pk).topics.add(source)
                    tagged.set()
                    # The merge runs into the topic's lock and waits for this transaction.
                    merging.wait(2)
                    merging.wait(0.3) if merging.is_set() else None
            finally:
                connections.close_all()

        def combine() -> None:
            try:
                tagged.wait(10)
                merging.set()
                merge(source=source, target=target, by=by)
            finally:
                connections.close_all()

        with ThreadPoolExecutor(2) as pool:
            for done in [pool.submit(tag), pool.submit(combine)]:
                done.result(30)
        # A tagger who chose the topic before the merge and saves after it.
        Item.objects.get(pk=later.pk).topics.add(source)
        rows = sorted(ItemTopic.objects.values_list("content_object", "tag"))
        assert rows == sorted([(item.pk, target.pk), (later.pk, target.pk)])

    def test_many_taggers_and_one_merge(self) -> None:
        source, target, by = TopicFactory(name="From"), TopicFactory(name="To"), UserFactory(librarian=True)
        items = [EvidenceFactory() for _ in range(12)]

        def tag(pk: int) -> None:
            try:
                set_topics(item=Item.objects.get(pk=pk), topics=[source])
            finally:
                connections.close_all()

        def combine() -> None:
            try:
                merge(source=source, target=target, by=by)
            finally:
                connections.close_all()

        with ThreadPoolExecutor(6) as pool:
            jobs = [pool.submit(tag, item.pk) for item in items]
            jobs.insert(4, pool.submit(combine))
            for job in jobs:
                job.result(60)
        assert list(ItemTopic.objects.values_list("tag", flat=True)) == [target.pk] * len(items)
        assert ItemAncestor.objects.filter(topic=target).count() == len(items)


@pytest.mark.django_db
def test_a_merged_topic_leads_readers_on(client: Client, falls: Topic, target: Topic) -> None:
    merge(source=falls, target=target, by=UserFactory(librarian=True))
    for address in (falls.get_absolute_url(), f"{falls.get_absolute_url()}ward/"):
        response = client.get(address)
        assert (response.status_code, response["Location"]) == (301, address.replace(falls.slug, target.slug))
