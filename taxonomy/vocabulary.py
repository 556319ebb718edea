"""The starting vocabulary: 112 topics with their entry terms, and the ambiguous abbreviations."""

import csv
from dataclasses import dataclass
from pathlib import Path

import yaml
from django.db import transaction

from taxonomy.models import Abbreviation, EntryTerm, Meaning, Topic, TopicEdge
from taxonomy.names import name_key
from taxonomy.services import rebuild_closure

FOLDER = Path(__file__).parent / "starting_vocabulary"


@dataclass(frozen=True)
class Loaded:
    """How many rows were made."""

    topics: int
    entry_terms: int
    abbreviations: int


@transaction.atomic
def load_starting_vocabulary() -> Loaded:
    """Load the vocabulary into a portal that has no topics yet.

    From then on the list is the librarians': where there are topics nothing is added, as a topic they merged or
    removed would come back.
    """
    if Topic.objects.exists():
        return Loaded(0, 0, 0)
    with (FOLDER / "topics.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    # Candidate keys first: an entry term that is also some topic's own name would lead to two topics.
    names = {name_key(row["label"]) for row in rows}
    topics: dict[str, Topic] = {}
    terms = 0
    for row in rows:
        topic = Topic(name=row["label"], slug=row["slug"])
        topic.save()
        topics[topic.slug] = topic
        for text in filter(None, (part.strip() for part in (row["synonyms"] or "").split(";"))):
            if name_key(text) not in names and not EntryTerm.objects.filter(key=name_key(text)).exists():
                EntryTerm.objects.create(topic=topic, text=text)
                terms += 1
    TopicEdge.objects.bulk_create(
        TopicEdge(narrower=topics[row["slug"]], broader=topics[row["parent"]], is_primary=True)
        for row in rows
        if row["parent"]
    )
    rebuild_closure()
    return Loaded(len(topics), terms, _load_abbreviations(topics))


def _load_abbreviations(topics: dict[str, Topic]) -> int:
    meanings = yaml.safe_load((FOLDER / "abbreviations.yaml").read_text(encoding="utf-8"))
    for letters, choices in meanings.items():
        abbreviation = Abbreviation.objects.create(text=letters)
        for choice in choices:
            meaning = Meaning.objects.create(
                abbreviation=abbreviation, label=choice["label"], query=choice.get("query", "")
            )
            meaning.topics.set([topics[slug] for slug in choice.get("topics", ())])
    return len(meanings)
