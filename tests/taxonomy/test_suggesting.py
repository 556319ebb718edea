"""Topics that a text suggests, offered and never applied by themselves."""

from typing import Any

import pytest

from taxonomy.models import Abbreviation, Concept, ConceptTerm, EntryTerm, Scheme, Topic, TopicMapping
from taxonomy.suggesting import Dictionary
from tests.admin import librarian, signed_in
from tests.factories import EvidenceFactory, TopicFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def falls() -> Topic:
    topic: Topic = TopicFactory(name="Falls prevention")
    EntryTerm.objects.create(topic=topic, text="Accidental falls")
    return topic


def names(title: str, text: str = "") -> list[str]:
    return [suggestion.topic.name for suggestion in Dictionary.of_topics().suggest(title, text)]


def test_names_are_found_whatever_case_plural_or_hyphen(falls: Topic) -> None:
    TopicFactory(name="Pressure ulcers")
    assert names("ACCIDENTAL FALL in hospital") == ["Falls prevention"]
    assert names("", "A pressure-ulcer, and falls-prevention.") == ["Falls prevention", "Pressure ulcers"]
    assert names("Waterfalls preventions") == []


def test_the_title_counts_more_and_a_longer_name_hides_a_shorter_one(falls: Topic) -> None:
    TopicFactory(name="Prevention")
    TopicFactory(name="Sepsis")
    assert names("Sepsis", "Falls prevention") == ["Sepsis", "Falls prevention"]
    assert names("Falls prevention, and prevention")[0] == "Falls prevention"
    assert names("Falls prevention") == ["Falls prevention"]


def test_abbreviations_are_found_as_they_are_written_and_never_when_ambiguous(falls: Topic) -> None:
    EntryTerm.objects.create(topic=falls, text="IF")
    EntryTerm.objects.create(topic=falls, text="AI")
    Abbreviation.objects.create(text="AI")
    assert names("", "What if we ask AI?") == []
    assert names("", "IF in older people") == ["Falls prevention"]


def test_topics_out_of_use_are_not_suggested_and_headings_lend_their_names(falls: Topic) -> None:
    TopicFactory(name="Old things", status="retired")
    concept = Concept.objects.create(scheme=Scheme.objects.create(name="mesh"), identifier="D1", label="x")
    ConceptTerm.objects.create(concept=concept, text="Slip and trip")
    assert names("Old things, slips and trips") == []
    TopicMapping.objects.create(topic=falls, concept=concept)
    assert names("Old things, slips and trips") == ["Falls prevention"]


def test_without_topics_nothing_is_suggested() -> None:
    assert names("Falls") == []


class TestOffered:
    def test_a_step_offers_and_adds_only_what_is_ticked(self, falls: Topic) -> None:
        TopicFactory(name="Sepsis")
        first = EvidenceFactory(title="Accidental falls and sepsis")
        second = EvidenceFactory(title="More accidental falls")
        carried = EvidenceFactory(title="Accidental falls again", topics=[falls])
        desk = signed_in(librarian())
        data: dict[str, Any] = {
            "action": "suggest-topics",
            "_selected_action": [first.pk, second.pk, carried.pk],
            "select_across": "0",
        }
        asked = desk.post("/admin/evidence/evidence/", data)
        form = asked.context["form"]
        assert set(form.fields) == {f"on-{first.pk}", f"on-{second.pk}"}
        assert "Falls prevention (says Accidental falls)" in asked.content.decode()
        done = {**data, "confirmed": "suggest-topics", "shown": "3", f"confirm-on-{first.pk}": [falls.pk]}
        assert desk.post("/admin/evidence/evidence/", done).status_code == 302
        assert list(first.topics.all()) == [falls]
        assert list(second.topics.all()) == []

    def test_the_form_offers_and_nothing_is_ticked(self, falls: Topic) -> None:
        record = EvidenceFactory(title="Accidental falls")
        html = signed_in(librarian()).get(f"/admin/evidence/evidence/{record.pk}/change/").content.decode()
        assert "Falls prevention (says Accidental falls)" in html
        assert not record.topics.exists()

    def test_a_topic_is_replaced_on_a_selection(self, falls: Topic) -> None:
        other = TopicFactory(name="Frailty")
        carrying, not_carrying = EvidenceFactory(topics=[falls]), EvidenceFactory()
        desk = signed_in(librarian())
        data: dict[str, Any] = {
            "action": "replace-topic",
            "_selected_action": [carrying.pk, not_carrying.pk],
            "select_across": "0",
        }
        assert "Falls prevention: carried by 1 record" in desk.post("/admin/evidence/evidence/", data).content.decode()
        answers = {"confirm-old": falls.pk, "confirm-new": other.pk}
        done = desk.post("/admin/evidence/evidence/", {**data, "confirmed": "replace-topic", "shown": "2", **answers})
        assert done.status_code == 302
        assert list(carrying.topics.all()) == [other]
        assert list(not_carrying.topics.all()) == []
