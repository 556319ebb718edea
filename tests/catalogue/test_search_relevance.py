"""How well the search finds what people judged relevant. The collections are not part of the project."""

import os
from pathlib import Path

import pytest

from catalogue.search.embedding import fill_meanings
from kmportal.measuring.relevance import Collection, evaluate, load, ndcg_at, precision_averaged, read_collection

ROOT = Path(__file__).resolve().parents[2]
COLLECTIONS = Path(os.environ.get("PORTAL_SHARED_DATA", ROOT / ".." / "shared" / "data")).resolve() / "search"


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize(("name", "least"), [("med", 0.70), ("cranfield", 0.52)])
def test_words_alone_find_what_was_judged_relevant(name: str, least: float) -> None:
    if not (COLLECTIONS / name).is_dir():
        pytest.skip(f"the shared collection {name} is not here")
    collection = read_collection(COLLECTIONS / name)
    measured = evaluate(collection, load(collection))
    assert measured.documents == len(collection.documents)
    assert measured.ndcg_at_10 >= least


@pytest.mark.django_db
def test_a_small_collection_is_measured_as_by_hand(tmp_path: Path) -> None:
    (tmp_path / "corpus.jsonl").write_text(
        '{"_id": "a", "title": "Falls", "text": "On wards."}\n{"_id": "b", "title": "", "text": "Falls in care homes."}\n'
        '{"_id": "c", "title": "Sepsis", "text": "Bundles."}\n'
    )
    (tmp_path / "queries.jsonl").write_text('{"_id": "1", "text": "falls"}\n{"_id": "2", "text": "nobody judged"}\n')
    (tmp_path / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\n1\tb\t1\n1\tc\t1\n1\ta\t0\n")
    collection = read_collection(tmp_path)
    assert collection == Collection(
        {"a": ("Falls", "On wards."), "b": ("", "Falls in care homes."), "c": ("Sepsis", "Bundles.")},
        {"1": "falls", "2": "nobody judged"},
        {"1": {"b": 1.0, "c": 1.0}},
    )
    measured = evaluate(collection, load(collection))
    assert (measured.documents, measured.queries) == (3, 1)
    assert measured.map == 0.25
    assert measured.recall_at_100 == 0.5


@pytest.mark.django_db
def test_with_meanings_what_is_said_in_other_words_counts_too() -> None:
    collection = Collection(
        {"a": ("Myocardial infarction in women", ""), "b": ("Painting a canteen", "")},
        {"1": "heart attack"},
        {"1": {"a": 1.0}},
    )
    names = load(collection)
    assert evaluate(collection, names).recall_at_100 == 0.0
    fill_meanings()
    assert evaluate(collection, names).ndcg_at_10 == 1.0


def test_gain_and_precision_of_a_perfect_and_of_an_empty_answer() -> None:
    gains = {"a": 2.0, "b": 1.0}
    assert ndcg_at(10, ["a", "b", "x"], gains) == precision_averaged(["a", "b", "x"], gains) == 1.0
    assert ndcg_at(10, [], gains) == precision_averaged([], gains) == 0.0
    assert ndcg_at(10, ["b", "a"], gains) < 1.0
