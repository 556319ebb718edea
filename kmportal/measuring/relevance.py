"""How well the portal's own search finds what people judged relevant, in collections of the BEIR layout."""

import csv
import json
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from catalogue.bulk import insert_items
from catalogue.choices import KindName, Status
from catalogue.search import Facets, SearchFilters, index_many, search
from catalogue.search.embedding import fill_meanings
from catalogue.search.sweeping import sweep
from evidence.models import Evidence

BATCH = 500
TITLE_LENGTH = 500
# The depth to which average precision is computed, as is usual for these collections.
DEPTH = 1_000


@dataclass(frozen=True)
class Collection:
    """Documents by their name, queries by theirs, and for each query the documents judged relevant with their gain."""

    documents: Mapping[str, tuple[str, str]]
    queries: Mapping[str, str]
    judged: Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class Measured:
    """The averages over the queries that have something relevant to find."""

    documents: int
    queries: int
    ndcg_at_10: float
    map: float
    recall_at_100: float


def read_collection(folder: Path) -> Collection:
    """Read corpus.jsonl, queries.jsonl and qrels.tsv. Raises OSError or ValueError where one is missing or malformed."""
    documents = {row["_id"]: (row.get("title") or "", row.get("text") or "") for row in _lines(folder / "corpus.jsonl")}
    queries = {row["_id"]: row["text"] for row in _lines(folder / "queries.jsonl")}
    judged: dict[str, dict[str, float]] = defaultdict(dict)
    with (folder / "qrels.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.reader(file, delimiter="\t"):
            if len(row) == 3 and row[2].replace(".", "", 1).isdigit() and float(row[2]) > 0:
                judged[row[0]][row[1]] = float(row[2])
    return Collection(documents, queries, judged)


def _lines(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            if line.strip():
                yield json.loads(line)


def load(collection: Collection, *, with_meanings: bool = False) -> dict[int, str]:
    """Add the documents as published evidence, indexed as the portal indexes; return key → name of the document.

    with_meanings=False leaves out what the portal finds out in the background, so that words rank alone.
    """
    names: dict[int, str] = {}
    rows = list(collection.documents.items())
    for start in range(0, len(rows), BATCH):
        batch = rows[start : start + BATCH]
        records = [
            Evidence(
                kind=KindName.EVIDENCE,
                title=title[:TITLE_LENGTH],
                abstract=text,
                form="report",
                status=Status.PUBLISHED,
                published_at=timezone.now(),
            )
            for name, (title, text) in batch
        ]
        keys = insert_items(records)
        index_many(keys)
        names.update(zip(keys, (name for name, document in batch), strict=True))
    sweep()
    if with_meanings:
        fill_meanings()
    return names


def evaluate(collection: Collection, names: Mapping[int, str]) -> Measured:
    """Run every query that has something to find through the function that the site uses."""
    asked = [query for query in collection.queries if collection.judged.get(query)]
    ndcg = average_precision = recall = 0.0
    for query in asked:
        words = collection.queries[query]
        page = search(words, SearchFilters(q=words), AnonymousUser(), page_size=DEPTH, facets=Facets.LEFT_OUT)
        found = [names[item.pk] for item in page.items]
        gains = collection.judged[query]
        ndcg += ndcg_at(10, found, gains)
        average_precision += precision_averaged(found, gains)
        recall += len(gains.keys() & set(found[:100])) / len(gains)
    number = max(len(asked), 1)
    return Measured(len(names), len(asked), ndcg / number, average_precision / number, recall / number)


def ndcg_at(depth: int, found: Sequence[str], gains: Mapping[str, float]) -> float:
    """Return normalised discounted cumulative gain with linear gains; what nobody judged counts as not relevant.

    >>> ndcg_at(10, ["a", "b"], {"a": 1.0})
    1.0
    """

    def discounted(values: Sequence[float]) -> float:
        return sum(value / math.log2(place + 2) for place, value in enumerate(values[:depth]))

    return discounted([gains.get(name, 0.0) for name in found]) / discounted(sorted(gains.values(), reverse=True))


def precision_averaged(found: Sequence[str], gains: Mapping[str, float]) -> float:
    """Return the average precision of one query.

    >>> precision_averaged(["a", "x", "b"], {"a": 1.0, "b": 1.0})
    0.8333333333333333
    """
    hits, total = 0, 0.0
    for place, name in enumerate(found, start=1):
        if name in gains:
            hits += 1
            total += hits / place
    return total / len(gains)
