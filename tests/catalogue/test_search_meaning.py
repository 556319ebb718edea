"""Finding what is said in other words: the vectors of texts, filled in the background and weighed with the words."""

import pytest
from django.conf import LazySettings
from django.db import connection

from catalogue.search import index_many, planning, search
from catalogue.search.embedding import fill_meanings
from catalogue.search.meaning import vector_of
from catalogue.search.statistics import add_up
from catalogue.searchindex import SearchCount, SearchEntry, SearchMeaning
from catalogue.services import withdraw
from evidence.models import Evidence
from tests.catalogue.searching import ANYONE, filters_of, find, titles
from tests.factories import EvidenceFactory, UserFactory
from tests.knowledge.factories import published

pytestmark = pytest.mark.django_db


def known() -> int:
    """How many meanings search believes to be known."""
    return sum(SearchCount.objects.filter(key=SearchCount.ALL_MEANINGS).values_list("documents", flat=True))


def test_a_vector_has_length_one_and_points_where_texts_of_like_meaning_point() -> None:
    vectors = {text: vector_of(text) for text in ("heart attack", "myocardial infarction", "falls in care homes", "")}
    numbers = {text: [float(one) for one in (vector or "[]")[1:-1].split(",")] for text, vector in vectors.items()}
    assert all(len(vector) == 384 for vector in numbers.values())
    assert sum(one * one for one in numbers["heart attack"]) == pytest.approx(1, abs=0.001)

    def likeness(one: str, other: str) -> float:
        return sum(a * b for a, b in zip(numbers[one], numbers[other], strict=True))

    assert (
        likeness("heart attack", "myocardial infarction") > 0.5 > 0.2 > likeness("heart attack", "falls in care homes")
    )


def test_what_is_said_in_other_words_is_found_once_the_background_job_has_read_it() -> None:
    EvidenceFactory(title="Myocardial infarction in younger women")
    EvidenceFactory(title="Painting the corridors of the canteen")
    assert titles(find("heart attack")) == []
    assert fill_meanings() == 2
    page = find("heart attack")
    assert titles(page) == ["Myocardial infarction in younger women"]
    assert page.notes.by_meaning_alone
    assert not find("infarction").notes.by_meaning_alone


def test_words_and_meaning_are_weighed_together() -> None:
    EvidenceFactory(title="Sleep of people who look after a relative with dementia")
    EvidenceFactory(title="Carers of building sites: cement, sand and other materials they carry")
    fill_meanings()
    assert titles(find("carers dementia rest at night"))[0] == "Sleep of people who look after a relative with dementia"


def test_a_new_item_is_found_at_once_by_its_words_and_an_exact_title_stays_first() -> None:
    for place in range(4):
        EvidenceFactory(title=f"Delirium after surgery in older people, part {place}")
    fill_meanings()
    EvidenceFactory(title="Delirium")
    assert titles(find("delirium"))[0] == "Delirium"
    assert find("delirium").total == 5


def test_only_what_was_written_again_is_read_again() -> None:
    item = EvidenceFactory(title="Sepsis bundles")
    EvidenceFactory(title="Falls")
    assert fill_meanings() == 2
    assert fill_meanings() == 0
    before = SearchMeaning.objects.get(pk=item.pk).vector
    item.title = "Stroke units"
    item.save()
    index_many([item.pk])
    assert fill_meanings() == 1
    assert SearchMeaning.objects.get(pk=item.pk).vector != before
    assert known() == 2


def test_an_entry_written_anew_with_the_same_words_keeps_its_vector() -> None:
    item = EvidenceFactory(title="Sepsis bundles")
    fill_meanings()
    SearchEntry.objects.update(content_hash="of an older version of the rules")
    index_many([item.pk])
    assert SearchMeaning.objects.get(pk=item.pk).is_due
    assert fill_meanings() == 0
    assert not SearchMeaning.objects.get(pk=item.pk).is_due


def test_what_is_taken_back_is_forgotten_and_counted_no_more() -> None:
    item, librarian = EvidenceFactory(title="Sepsis bundles"), UserFactory(librarian=True)
    EvidenceFactory(title="Falls")
    fill_meanings()
    withdraw(item=item, reason="It was wrong.", by=librarian)
    assert not SearchMeaning.objects.filter(pk=item.pk).exists()
    assert known() == 1
    add_up()
    assert known() == 1


def test_readers_find_by_meaning_only_what_they_may_see() -> None:
    EvidenceFactory(title="Myocardial infarction in younger women", visibility="members")
    fill_meanings()
    assert find("heart attack").total == 0
    assert find("heart attack", user=UserFactory(staff=True)).total == 1


def test_a_phrase_and_an_excluded_word_bind_what_is_found_by_meaning() -> None:
    EvidenceFactory(title="Myocardial infarction in women")
    EvidenceFactory(title="Myocardial infarction in men")
    fill_meanings()
    assert titles(find("heart attack -men")) == ["Myocardial infarction in women"]
    assert find('"heart attack"').total == 0


def test_a_large_catalogue_ranks_as_a_small_one(monkeypatch: pytest.MonkeyPatch) -> None:
    # What is gone stays in the graph until vacuum. Texts that come after it are linked into it; one that came before may be
    # cut off by a hundred and fifty that are nearly the same, which no catalogue of six has: docs/search.md, "Limits".
    with connection.cursor() as cursor:
        cursor.execute("REINDEX INDEX search_meaning_nearest")
    leave_old_versions_in_the_index()
    for place, words in enumerate(("falls", "delirium", "stroke", "asthma", "sepsis")):
        EvidenceFactory(title=f"Care for {words} on ward {place}", summary=f"{words} and rehabilitation")
    EvidenceFactory(title="Cerebrovascular accident: the first hour")
    fill_meanings()
    asked = [filters_of(q=query) for query in ("stroke rehabilitation", "stroke", "brain infarct", "care on a ward")]
    small = [titles(search(filters.q, filters, ANYONE)) for filters in asked]
    assert any("Cerebrovascular accident: the first hour" in found for found in small)
    monkeypatch.setattr(planning, "LOOKED_AT_ALWAYS", 0)
    monkeypatch.setattr(planning, "FEW", 0)
    assert [titles(search(filters.q, filters, ANYONE)) for filters in asked] == small


def leave_old_versions_in_the_index() -> None:
    """Write texts that are near one another and take them away again: they stay in the graph until vacuum."""
    gone = [EvidenceFactory(title=f"Cerebrovascular accident in hour {hour}") for hour in range(150)]
    fill_meanings()
    Evidence.objects.filter(pk__in=[record.pk for record in gone]).delete()


def test_the_portal_can_be_told_to_find_by_words_alone(settings: LazySettings) -> None:
    settings.SEARCH_BY_MEANING = False
    EvidenceFactory(title="Myocardial infarction")
    assert fill_meanings() == 0
    assert vector_of("heart attack") is None
    assert SearchMeaning.objects.get().is_due


def test_know_how_is_not_drowned_by_evidence() -> None:
    for place in range(30):
        EvidenceFactory(title=f"Delirium on ward {place}", summary="Delirium, delirium and delirium.")
    for place in range(3):
        published(title=f"What we did about delirium at night {place}", visibility="public")
    found = [find("delirium", page=page) for page in (1, 2, 3, 4)]
    assert [item.kind for item in found[0].items].index("knowhow") < 4
    assert [item.kind for item in found[0].items].count("knowhow") >= 2
    everything = [item.pk for page in found for item in page.items]
    assert len(everything) == len(set(everything)) == 33
    assert [item.kind for item in find("delirium", sort="title").items].count("knowhow") == 0


def test_an_item_of_another_kind_that_hardly_fits_gets_no_place() -> None:
    for place in range(12):
        EvidenceFactory(title=f"Delirium after hip surgery {place}", summary="Delirium after hip surgery.")
    published(title="A summary of quite other things that only mention surgery", visibility="public")
    assert {item.kind for item in find("delirium hip surgery").items} == {"evidence"}
