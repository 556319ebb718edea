"""Topics and ambiguous abbreviations in the admin: one list, no cycles, no name twice."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalogue.models import ItemAncestor
from taxonomy.models import Abbreviation, EntryTerm, Meaning, Topic, TopicClosure
from tests.admin import librarian, signed_in
from tests.factories import EvidenceFactory, TopicFactory

pytestmark = pytest.mark.django_db

LIST = "/admin/taxonomy/topic/"
ADD = "/admin/taxonomy/topic/add/"


@pytest.fixture
def desk() -> Client:
    return signed_in(librarian())


def sent(topic: Topic | None = None, **changed: Any) -> dict[str, Any]:
    """What the form of a topic sends; other names follow as names=[…]."""
    names = changed.pop("names", [])
    kept = list(topic.entry_terms.all()) if topic else []
    data: dict[str, Any] = {
        "name": topic.name if topic else "Falls",
        "scope_note": "",
        "key_message": "",
        "status": "active",
        "main_broader": "",
        "other_broader": [],
        "mappings-TOTAL_FORMS": "0",
        "mappings-INITIAL_FORMS": "0",
        "entry_terms-TOTAL_FORMS": str(len(kept) + len(names)),
        "entry_terms-INITIAL_FORMS": str(len(kept)),
    }
    for place, term in enumerate(kept):
        data |= {f"entry_terms-{place}-id": term.pk, f"entry_terms-{place}-text": term.text}
        data[f"entry_terms-{place}-topic"] = term.topic_id
    for place, name in enumerate(names, start=len(kept)):
        data[f"entry_terms-{place}-text"] = name
    return data | changed


def change(topic: Topic) -> str:
    return reverse("admin:taxonomy_topic_change", args=[topic.pk])


def errors(response: Any) -> str:
    return " ".join(message for message, _ in response.context["error_links"])


def test_a_topic_is_made_with_its_place_and_names(desk: Client) -> None:
    safety, older = TopicFactory(name="Patient safety"), TopicFactory(name="Older people")
    response = desk.post(
        ADD, sent(main_broader=safety.pk, other_broader=[older.pk], names=["Slips and trips", "Accidental falls"])
    )
    assert response.status_code == 302
    topic = Topic.objects.get(name="Falls")
    assert list(Topic.objects.parents_of(topic)) == [safety, older]
    assert {term.text for term in topic.entry_terms.all()} == {"Slips and trips", "Accidental falls"}
    assert TopicClosure.objects.filter(ancestor=safety, descendant=topic, depth=1).exists()
    assert topic.slug == "falls"


def test_a_top_topic_is_in_the_closure_too(desk: Client) -> None:
    desk.post(ADD, sent())
    assert TopicClosure.objects.get().depth == 0


def test_moving_a_topic_takes_its_items_along(desk: Client) -> None:
    old, new = TopicFactory(name="Old home"), TopicFactory(name="New home")
    topic = TopicFactory(name="Falls", broader=[old])
    record = EvidenceFactory(topics=[topic])
    assert desk.post(change(topic), sent(topic, main_broader=new.pk)).status_code == 302
    counted_under = set(ItemAncestor.objects.filter(item=record).values_list("topic", flat=True))
    assert counted_under == {topic.pk, new.pk}


def test_a_save_without_a_move_leaves_the_hierarchy_alone(desk: Client) -> None:
    home = TopicFactory()
    topic = TopicFactory(broader=[home])
    edge = topic.broader_edges.get().pk
    desk.post(change(topic), sent(topic, main_broader=home.pk, scope_note="What belongs here."))
    assert topic.broader_edges.get().pk == edge
    assert Topic.objects.get(pk=topic.pk).scope_note == "What belongs here."


# History dates an event by its transaction: each save must have one of its own, as it has outside of tests.
@pytest.mark.django_db(transaction=True)
def test_the_second_of_two_librarians_at_one_topic_is_told_who_was_first_and_keeps_the_words() -> None:
    topic, home = TopicFactory(name="Falls"), TopicFactory(name="Patient safety")
    priya, tom = signed_in(librarian(name="Priya Raman")), signed_in(librarian(name="Tom Ashdown"))
    hers, his = ({"_seen": desk.get(change(topic)).context["seen"]} for desk in (priya, tom))
    assert priya.post(change(topic), sent(topic, main_broader=home.pk, **hers)).status_code == 302

    told = tom.post(change(topic), sent(topic, scope_note="His words.", **his))
    html = told.content.decode()
    assert told.status_code == 409
    assert "Priya Raman saved this" in html
    assert "His words." in html
    topic.refresh_from_db()
    assert (topic.scope_note, list(Topic.objects.parents_of(topic))) == ("", [home])

    again = sent(topic, scope_note="His words.", main_broader=home.pk, _seen=told.context["seen"])
    assert tom.post(change(topic), again).status_code == 302
    topic.refresh_from_db()
    assert topic.scope_note == "His words."


class TestRefusals:
    def test_a_cycle_at_the_field_and_in_words(self, desk: Client) -> None:
        top = TopicFactory(name="Safety")
        middle = TopicFactory(name="Falls", broader=[top])
        bottom = TopicFactory(name="Falls at home", broader=[middle])
        for chosen in ({"main_broader": bottom.pk}, {"main_broader": middle.pk, "other_broader": [bottom.pk]}):
            response = desk.post(change(top), sent(top, key_message="Kept.", **chosen))
            assert response.status_code == 422
            assert "is already part of Safety, so it cannot be broader than it." in errors(response)
            assert "Kept." in response.content.decode()
        assert not top.broader_edges.exists()

    def test_itself(self, desk: Client) -> None:
        topic = TopicFactory(name="Falls")
        response = desk.post(change(topic), sent(topic, main_broader=topic.pk))
        assert "Falls cannot be its own broader topic." in errors(response)

    @pytest.mark.parametrize("name", ["Falls", "FALLS", " falls ", "Fall", "Slips", "slips", "Slip"])
    def test_a_name_that_is_taken(self, desk: Client, name: str) -> None:
        topic = TopicFactory(name="Falls")
        EntryTerm.objects.create(topic=topic, text="Slips")
        response = desk.post(ADD, sent(name=name))
        assert response.status_code == 422
        assert Topic.objects.count() == 1

    @pytest.mark.parametrize(
        ("names", "sentence"),
        [
            (["Slips", "slips"], "is the same name as “Slips”. Keep one of them."),
            (["Slips-and-trips", "slips and  trips"], "is the same name as"),
            (["Slips", "slip"], "is the same name as “Slips”. Keep one of them."),
            (["falls"], "is the topic's own name."),
            (["Pressure ulcer"], "already leads to the topic Pressure ulcers."),
            (["Pressure ulcers"], "already leads to the topic Pressure ulcers."),
            (["PE"], "has more than one meaning."),
        ],
    )
    def test_other_names(self, desk: Client, names: list[str], sentence: str) -> None:
        TopicFactory(name="Pressure ulcers")
        Abbreviation.objects.create(text="PE")
        response = desk.post(ADD, sent(names=names))
        assert response.status_code == 422
        assert sentence in errors(response)
        assert not Topic.objects.filter(name="Falls").exists()

    def test_others_without_a_main_one(self, desk: Client) -> None:
        response = desk.post(ADD, sent(other_broader=[TopicFactory().pk]))
        assert "Choose the main broader topic" in errors(response)

    @pytest.mark.parametrize("nonsense", ["abc", "999999", "-1", "99999999999999999999999"])
    def test_broader_topics_that_do_not_exist(self, desk: Client, nonsense: str) -> None:
        response = desk.post(ADD, sent(main_broader=nonsense, other_broader=[nonsense]))
        assert response.status_code == 422

    def test_merged_is_not_chosen_by_hand(self, desk: Client) -> None:
        topic = TopicFactory()
        desk.post(change(topic), sent(topic, status="merged"))
        assert Topic.objects.get(pk=topic.pk).status == "active"
        assert desk.post(ADD, sent(name="Another", status="merged")).status_code == 422

    def test_no_deletion(self, desk: Client) -> None:
        topic = TopicFactory()
        desk.post(reverse("admin:taxonomy_topic_delete", args=[topic.pk]), {"post": "yes"})
        desk.post(LIST, {"action": "delete_selected", "_selected_action": [topic.pk], "post": "yes"})
        assert Topic.objects.filter(pk=topic.pk).exists()


def test_a_name_may_be_removed_and_taken_elsewhere(desk: Client) -> None:
    topic = TopicFactory(name="Falls")
    EntryTerm.objects.create(topic=topic, text="Slips")
    desk.post(change(topic), sent(topic, **{"entry_terms-0-DELETE": "on"}))
    assert not topic.entry_terms.exists()
    assert desk.post(ADD, sent(name="Slips")).status_code == 302


def test_an_old_name_leads_to_the_topic_after_it_was_renamed(desk: Client) -> None:
    topic = TopicFactory(name="Falls")
    slug = topic.slug
    desk.post(change(topic), sent(topic, name="Preventing falls"))
    topic.refresh_from_db()
    assert (topic.name, topic.slug) == ("Preventing falls", slug)
    assert [term.text for term in topic.entry_terms.all()] == ["Falls"]


def test_related_topics_are_chosen_on_either_page(desk: Client) -> None:
    topic, other = TopicFactory(name="Falls"), TopicFactory(name="Frailty")
    desk.post(change(other), sent(other, related=[topic.pk]))
    assert list(Topic.objects.related_to(topic)) == [other]
    desk.post(change(topic), sent(topic))
    assert not Topic.objects.related_to(other).exists()


class TestList:
    def test_counts_uses_and_names_apart(self, desk: Client) -> None:
        topic = TopicFactory()
        for text in ("one", "two", "three"):
            EntryTerm.objects.create(topic=topic, text=text)
        EvidenceFactory.create_batch(2, topics=[topic])
        row = desk.get(LIST).context["cl"].result_list[0]
        assert (row.use_number, row.term_number) == (2, 3)

    def test_filters(self, desk: Client) -> None:
        used, unused = TopicFactory(), TopicFactory(scope_note="Said.")
        EvidenceFactory(topics=[used])
        assert list(desk.get(LIST, {"uses": "none"}).context["cl"].result_list) == [unused]
        assert list(desk.get(LIST, {"uses": "one"}).context["cl"].result_list) == [used]
        assert list(desk.get(LIST, {"scope_note__isempty": "1"}).context["cl"].result_list) == [used]

    def test_search_finds_other_names(self, desk: Client) -> None:
        topic = TopicFactory(name="Pressure ulcers")
        EntryTerm.objects.create(topic=topic, text="Bedsores")
        TopicFactory()
        assert list(desk.get(LIST, {"q": "bedsore"}).context["cl"].result_list) == [topic]

    @pytest.mark.parametrize("number", [1, 3])
    def test_number_of_queries_does_not_grow(self, desk: Client, number: int) -> None:
        home = TopicFactory()
        for _ in range(number):
            topic = TopicFactory(broader=[home])
            EvidenceFactory(topics=[topic])
        with CaptureQueriesContext(connection) as queries:
            desk.get(LIST)
        assert len(queries) <= 12, [query["sql"][:100] for query in queries]

    def test_choosing_offers_topics_in_use_by_any_name(self, desk: Client) -> None:
        topic = TopicFactory(name="Pressure ulcers")
        EntryTerm.objects.create(topic=topic, text="Bedsores")
        retired = TopicFactory(name="Bedsores of old", status=Topic.Status.RETIRED)
        answer = desk.get(
            reverse("admin:autocomplete"),
            {"term": "bedsore", "app_label": "catalogue", "model_name": "itemtopic", "field_name": "tag"},
        )
        assert [entry["id"] for entry in answer.json()["results"]] == [str(topic.pk)]
        assert retired.name not in answer.content.decode()


class TestAbbreviations:
    ADD = "/admin/taxonomy/abbreviation/add/"

    def sent(self, **changed: Any) -> dict[str, Any]:
        return {
            "text": "PE",
            "meanings-TOTAL_FORMS": "2",
            "meanings-INITIAL_FORMS": "0",
            "meanings-0-label": "pulmonary embolism",
            "meanings-0-query": "",
            "meanings-1-label": "physical exercise",
            "meanings-1-query": "physical exercise",
            **changed,
        }

    def test_made_with_its_meanings(self, desk: Client) -> None:
        topic = TopicFactory()
        response = desk.post(self.ADD, self.sent(**{"meanings-0-topics": [topic.pk]}))
        assert response.status_code == 302
        first, second = Meaning.objects.order_by("pk")
        assert list(first.topics.all()) == [topic]
        assert second.query == "physical exercise"

    def test_a_meaning_leads_somewhere(self, desk: Client) -> None:
        response = desk.post(self.ADD, self.sent())
        assert "Choose topics, or write the words to search for instead." in errors(response)
        assert not Abbreviation.objects.exists()

    def test_letters_that_are_taken(self, desk: Client) -> None:
        topic = TopicFactory(name="Physical education")
        EntryTerm.objects.create(topic=topic, text="PE")
        sent = self.sent(**{"meanings-0-query": "x"})
        assert "leads straight to the topic Physical education" in errors(desk.post(self.ADD, sent))
        Abbreviation.objects.create(text="ED")
        assert "is on the list already." in errors(desk.post(self.ADD, {**sent, "text": "ed"}))
