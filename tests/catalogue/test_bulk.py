"""Many items written at once are the same rows as one by one."""

import datetime

import pytest
from django.db import IntegrityError
from django.utils import timezone

from catalogue.bulk import insert_items
from catalogue.models import Item
from evidence.models import Evidence

pytestmark = pytest.mark.django_db


def record(**changes: object) -> Evidence:
    """Return an unsaved record that uses every sort of column."""
    fields = {
        "title": "Falls in hospital: “what works”? \\N 100 %",
        "form": "cohort",
        "publication_status": "peer_reviewed",
        "phrases": ["apply", "build"],
        "audience": [],
        "summary": "Line one.\nLine two, with 'quotes' and a \t tab.",
        "authors": "Müller, Jörg\nWorld Health Organization",
        "source": "BMJ",
        "published_on": datetime.date(2020, 2, 29),
        "doi": "10.1000/one",
        "pmid": "1",
        "is_open_access": True,
        "key_points": ["One, two", 'three "four"'],
        "sample_size": 12,
        "embargo_until": timezone.now(),
        "abstract": "x" * 5000,
    }
    return Evidence(**{**fields, **changes})


def columns(pk: int) -> dict[str, object]:
    """Return every column of parent and child but the key and the moment of writing."""
    (row,) = Evidence.objects.filter(pk=pk).values()
    return {name: value for name, value in row.items() if name not in {"id", "item_ptr_id", "created_at", "updated_at"}}


def test_rows_are_those_of_save() -> None:
    moment = timezone.now()
    saved = record(embargo_until=moment)
    saved.save()
    expected = columns(saved.pk)
    saved.delete()

    (key,) = insert_items([record(embargo_until=moment)])

    assert columns(key) == expected
    assert expected["slug"] == "falls-in-hospital-what-works-n-100"
    assert expected["year"] == 2020


def test_keys_come_back_in_order_and_on_the_items() -> None:
    items = [record(title=f"Title {number}", doi="", pmid="") for number in range(1_100)]

    keys = insert_items(items)

    assert [item.pk for item in items] == keys
    assert list(Evidence.objects.order_by("pk").values_list("title", flat=True)) == [item.title for item in items]
    items[0].title = "Changed"
    items[0].save()
    assert Item.objects.get(pk=keys[0]).title == "Changed"


def test_history_is_kept() -> None:
    (key,) = insert_items([record()])

    assert Evidence.objects.get(pk=key).evidence_events.count() == 1


def test_all_or_nothing() -> None:
    with pytest.raises(IntegrityError):
        insert_items([record(), record(pmid="2")])

    assert not Item.objects.exists()


def test_nothing_is_nothing_and_kinds_are_not_mixed(django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        assert insert_items([]) == []
    with pytest.raises(TypeError):
        insert_items([record(), Item(title="Of no kind")])
