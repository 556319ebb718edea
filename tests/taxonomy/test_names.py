"""Names, entry terms and abbreviations never lead to two topics unnoticed."""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from catalogue.models import Item
from taxonomy.forms import TopicField
from taxonomy.models import Abbreviation, EntryTerm, Topic
from taxonomy.names import name_key
from taxonomy.vocabulary import load_starting_vocabulary
from tests.factories import EvidenceFactory, TopicFactory


@given(st.text(max_size=60))
def test_key_is_stable_and_blind_to_case_and_spacing(text: str) -> None:
    key = name_key(text)
    assert name_key(key) == key
    assert name_key(f"  {text}\t") == key
    assert name_key(text.replace(" ", "  ")) == key


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["falls prevention", "FALLS  PREVENTION", "Falls-prevention"])
def test_a_second_name_for_the_same_topic_is_refused(typed: str) -> None:
    TopicFactory(name="Falls prevention")
    with pytest.raises(ValidationError, match="Falls prevention"):
        Topic(name=typed, slug="other").full_clean()


@pytest.mark.django_db
def test_an_entry_term_leads_to_one_topic_and_never_to_an_ambiguous_abbreviation() -> None:
    falls, skin = TopicFactory(name="Falls prevention"), TopicFactory(name="Skin")
    EntryTerm.objects.create(topic=falls, text="inpatient falls")
    Abbreviation.objects.create(text="RCT")
    with pytest.raises(ValidationError, match="already leads to the topic Falls prevention"):
        EntryTerm(topic=skin, text="Inpatient  Falls").full_clean()
    with pytest.raises(ValidationError, match="more than one meaning"):
        EntryTerm(topic=skin, text="rct").full_clean()


@pytest.mark.django_db
def test_starting_vocabulary_loads_whole_and_only_once() -> None:
    first = load_starting_vocabulary()
    assert (first.topics, first.abbreviations) == (112, 10)
    falls = Topic.objects.get(slug="falls")
    assert {topic.slug for topic in Topic.objects.broader_than(falls)} == {"clinical", "frailty"}
    assert set(Topic.objects.top().values_list("slug", flat=True)) >= {"clinical", "safety", "people"}
    falls.delete()
    assert load_starting_vocabulary().topics == 0
    assert not Topic.objects.filter(slug="falls").exists()


@pytest.mark.django_db
def test_topics_are_chosen_never_typed_into_being() -> None:
    item = EvidenceFactory()
    with pytest.raises(TypeError, match="chosen from the list"):
        Item.objects.get(pk=item.pk).topics.add("a new topic")
    field = TopicField()
    with pytest.raises(ValidationError):
        field.clean(["a new topic"])
    assert Topic.objects.count() == 0
