"""Other names, ambiguous abbreviations and misspelt words."""

import pytest

from taxonomy.models import Abbreviation, EntryTerm, Meaning
from tests.catalogue.searching import find, titles
from tests.factories import EvidenceFactory, TopicFactory, UserFactory

pytestmark = pytest.mark.django_db

# A name that is typed, and another name of the same topic that stands in the document.
SYNONYMS = (
    ("heart attack", "myocardial infarction"), ("myocardial infarction", "acute coronary syndrome"),
    ("high blood pressure", "hypertension"), ("cardiac failure", "heart failure"), ("COPD", "chronic bronchitis"),
    ("CVA", "stroke"), ("mini stroke", "transient ischaemic attack"), ("tumour", "malignancy"),
    ("acute confusion", "delirium"), ("renal", "acute kidney injury"), ("paediatrics", "child health"),
    ("pediatrics", "child health"), ("palliative care", "hospice care"), ("osteoarthritis", "back pain"),
    ("psychosis", "bipolar disorder"), ("obstetrics", "midwifery"), ("oncology", "neoplasms"),
    ("self injury", "suicide prevention"), ("dermatology", "eczema"), ("analgesia", "chronic pain"),
)  # fmt: skip


def test_each_name_of_a_topic_finds_what_is_written_under_another_and_says_so(vocabulary: None) -> None:
    for written in dict.fromkeys(written for typed, written in SYNONYMS):
        EvidenceFactory(title=f"Clinic report on {written}", summary="")
    EvidenceFactory(title="Something else entirely", summary="")
    for typed, written in SYNONYMS:
        page = find(typed)
        assert f"Clinic report on {written}" in titles(page), typed
        assert "Something else entirely" not in titles(page)
        assert page.notes.also_for, typed


def test_what_was_typed_comes_before_its_other_names(vocabulary: None) -> None:
    EvidenceFactory(title="Myocardial infarction myocardial infarction", summary="")
    EvidenceFactory(title="Heart attack in women", summary="")
    assert titles(find("heart attack"))[0] == "Heart attack in women"


def test_an_other_name_of_several_words_must_stand_together(vocabulary: None) -> None:
    EvidenceFactory(title="Acute wards and coronary syndrome notes", summary="")
    assert titles(find("heart attack")) == []


def test_a_new_entry_term_works_at_once_without_writing_the_index_again(vocabulary: None) -> None:
    EvidenceFactory(title="Zigzag gait assessment", summary="")
    assert titles(find("wobbles")) == []
    topic = TopicFactory(name="Zigzag gait")
    EntryTerm.objects.create(topic=topic, text="wobbles")
    assert titles(find("wobbles")) == ["Zigzag gait assessment"]


def test_an_ambiguous_abbreviation_offers_its_meanings_and_guesses_none(vocabulary: None) -> None:
    meanings = Meaning.objects.select_related("abbreviation").order_by("pk")
    for meaning in meanings:
        EvidenceFactory(title=f"On {meaning.query}", summary="")
    for letters in ("RCT", "AI", "PPI", "ICS", "MI", "PE", "ED", "SLT", "CAP", "SR"):
        page = find(f"{letters.lower()} standards")
        assert page.total == 0, letters
        assert page.notes.also_for == ()
        wanted = [meaning for meaning in meanings if meaning.abbreviation.text == letters]
        assert [choice.query for choice in page.notes.choices] == [f"{meaning.query} standards" for meaning in wanted]
        for choice in page.notes.choices:
            assert titles(find(choice.query))[0] == f"On {choice.label}"


def test_a_meaning_without_words_of_its_own_is_searched_by_its_label() -> None:
    abbreviation = Abbreviation.objects.create(text="BAR")
    Meaning.objects.create(abbreviation=abbreviation, label="before action review")
    assert [choice.query for choice in find("a (bar) chart").notes.choices] == ["a (before action review) chart"]


def test_did_you_mean_uses_the_catalogue_s_own_words() -> None:
    EvidenceFactory(title="Haemorrhage after childbirth")
    suggestion = find("hemorhage childbirth").notes.did_you_mean
    assert suggestion is not None
    assert suggestion.query == "haemorrhage childbirth"
    assert suggestion.pieces == [("haemorrhage", True), (" childbirth", False)]
    assert titles(find(suggestion.query)) == ["Haemorrhage after childbirth"]


def test_did_you_mean_is_silent_where_the_words_are_known_or_nothing_is_near() -> None:
    EvidenceFactory(title="Haemorrhage after childbirth")
    assert find("haemorrhage").notes.did_you_mean is None
    assert find("hemorrhages").notes.did_you_mean is None
    assert find("xqzzk").notes.did_you_mean is None


def test_did_you_mean_does_not_tell_of_what_the_reader_may_not_see() -> None:
    EvidenceFactory(title="Whistleblowing at Northgate", visibility="members")
    assert find("northgaet").notes.did_you_mean is None
    suggestion = find("northgaet", user=UserFactory(staff=True)).notes.did_you_mean
    assert suggestion is not None
    assert suggestion.query == "northgate"
