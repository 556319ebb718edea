"""The index follows what is saved."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from catalogue.choices import Status
from catalogue.models import Item, SearchCount, SearchEntry
from catalogue.search import index, index_many, statistics
from catalogue.search.statistics import add_up, counts_of
from catalogue.search.sweeping import sweep
from catalogue.search.words import dimension
from catalogue.searchindex import TIERS, SearchWord
from catalogue.services import archive, set_topics, withdraw
from catalogue.tasks import refresh_search
from evidence.models import Evidence
from evidence.services import publish_many
from tests.catalogue.searching import find, titles
from tests.factories import EvidenceFactory, TopicFactory, UserFactory

pytestmark = pytest.mark.django_db


def documents(lexeme: str) -> int:
    """Return how many documents search believes to hold a lexeme."""
    key = dimension(lexeme) * TIERS
    return counts_of([key]).get(key, 0)


def test_a_changed_title_is_found_and_the_old_one_no_longer() -> None:
    record = EvidenceFactory(title="Delirium")
    record.title = "Sepsis"
    record.save()
    index(record)
    assert titles(find("delirium")) == []
    assert titles(find("sepsis")) == ["Sepsis"]
    assert documents("delirium") == 0
    assert documents("sepsi") == 1


def test_a_draft_has_no_entry_until_it_is_published() -> None:
    librarian = UserFactory(librarian=True)
    record = EvidenceFactory(title="Delirium", status=Status.DRAFT, published_at=None)
    assert not SearchEntry.objects.exists()
    publish_many(records=[record], by=librarian)
    assert titles(find("delirium")) == ["Delirium"]


def test_withdrawing_takes_the_entry_away_and_its_counts() -> None:
    librarian = UserFactory(librarian=True)
    record = EvidenceFactory(title="Delirium")
    withdraw(item=Item.objects.get(pk=record.pk), reason="An error in table 2.", by=librarian)
    assert not SearchEntry.objects.exists()
    assert documents("delirium") == 0
    assert counts_of([SearchCount.ALL_ENTRIES]) == {}


def test_archiving_leaves_it_to_those_who_ask() -> None:
    record = EvidenceFactory(title="Delirium")
    archive(items=[Item.objects.get(pk=record.pk)], by=UserFactory(librarian=True))
    assert find("delirium").total == 0
    assert find("delirium", status="all").total == 1


def test_a_changed_topic_is_found_by_its_name_and_its_filter() -> None:
    old, new = TopicFactory(name="Pressure ulcers", slug="ulcers"), TopicFactory(name="Nutrition", slug="nutrition")
    record = EvidenceFactory(title="A study", topics=[old])
    set_topics(item=Item.objects.get(pk=record.pk), topics=[new])
    assert titles(find("nutrition")) == titles(find(topic=["nutrition"])) == ["A study"]
    assert titles(find("ulcers")) == titles(find(topic=["ulcers"])) == []


def test_nothing_is_written_when_nothing_changed() -> None:
    record = EvidenceFactory()
    assert index_many([record.pk]) == 0


def test_many_items_take_as_many_queries_as_one(django_assert_num_queries) -> None:
    few = [EvidenceFactory(title=f"Few {number}").pk for number in range(1)]
    many = [EvidenceFactory(title=f"Many {number}").pk for number in range(9)]
    for ids in (few, many):
        SearchEntry.objects.filter(pk__in=ids).delete()
        with django_assert_num_queries(13):
            assert index_many(ids) == len(ids)


def test_counts_stay_those_of_the_entries_through_changes_and_adding_up() -> None:
    records = [EvidenceFactory(title=f"Falls in ward {number}", summary="Falls. Nurses.") for number in range(5)]
    Evidence.objects.filter(pk=records[0].pk).delete()
    Item.objects.filter(pk=records[1].pk).update(title="Sepsis")
    index_many([records[1].pk])
    add_up()
    held: dict[int, int] = {}
    for keys, filter_keys in SearchEntry.objects.values_list("keys", "filter_keys"):
        for key in [*keys, *filter_keys]:
            held[key] = held.get(key, 0) + 1
    stored = dict(SearchCount.objects.values_list("key", "documents"))
    assert stored.pop(SearchCount.ALL_ENTRIES) == 4
    assert stored == held
    assert SearchWord.objects.filter(word="falls").count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_sweep_gives_back_the_space_of_rows_that_were_added_up(monkeypatch: pytest.MonkeyPatch) -> None:
    EvidenceFactory(title="Delirium")
    SearchCount.objects.bulk_create(SearchCount(key=-8 * number, documents=0) for number in range(20_000))
    SearchWord.objects.bulk_create(SearchWord(word="sepsis", documents=1) for _time in range(3_000))

    def sizes() -> list[int]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_total_relation_size('catalogue_searchcount'), pg_total_relation_size('catalogue_searchword')"
            )
            return list(cursor.fetchone())

    add_up()
    before = sizes()
    assert statistics.give_back_space() == [], "too little to matter"
    monkeypatch.setattr(statistics, "WASTEFUL_FROM", 0)
    sweep()
    assert all(after < size / 2 for after, size in zip(sizes(), before, strict=True))
    assert documents("delirium") == 1
    assert SearchWord.objects.get(word="sepsis").documents == 3_000


def test_the_sweep_finds_what_was_changed_past_the_services() -> None:
    kept, gone = EvidenceFactory(title="Delirium"), EvidenceFactory(title="Sepsis")
    Item.objects.filter(pk=kept.pk).update(title="Asthma")
    Item.objects.filter(pk=gone.pk).update(
        status=Status.WITHDRAWN, withdrawn_reason="Wrong.", withdrawn_at=timezone.now()
    )
    missing = EvidenceFactory(title="Stroke")
    SearchEntry.objects.filter(pk=missing.pk).delete()
    refresh_search()
    assert titles(find("asthma")) == ["Asthma"]
    assert titles(find("stroke")) == ["Stroke"]
    assert set(SearchEntry.objects.values_list("pk", flat=True)) == {kept.pk, missing.pk}
    assert sweep().changed == 0


def test_the_sweep_measures_the_average_length_and_writes_entries_anew() -> None:
    record = EvidenceFactory(title="Short", summary="")
    before = SearchEntry.objects.get(pk=record.pk).weights
    sweep()
    after = SearchEntry.objects.get(pk=record.pk).weights
    assert after.values()[0] < before.values()[0]


def test_the_command_says_what_it_did(capsys: pytest.CaptureFixture[str]) -> None:
    EvidenceFactory()
    SearchEntry.objects.all().delete()
    call_command("reindex")
    assert capsys.readouterr().out.startswith("Looked at 1 items; ")
    assert SearchEntry.objects.count() == 1


def test_a_document_with_more_words_than_a_vector_holds_is_indexed() -> None:
    words = " ".join(f"word{number}q" for number in range(20_000))
    EvidenceFactory(title="Endless", abstract=words)
    assert titles(find("word17q endless")) == ["Endless"]


def test_words_of_any_length_and_script_are_indexed() -> None:
    EvidenceFactory(title="Straße 健康 здоровье " + "x" * 400, abstract="\u202eabc\u202c 🩺 " * 50)
    for query in ("strasse", "健康", "здоровье", "x" * 500):
        assert find(query).total == 1, query
