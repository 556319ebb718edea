"""Other names of what was typed, from the topics' entry terms, and the meanings of ambiguous abbreviations."""

import re
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from catalogue.search.spelling import fold
from catalogue.search.words import lexemes_of, quoted
from taxonomy.models import Topic

# More names than this bring results that have less and less to do with the query.
MAX_OTHER_NAMES = 8
LONGEST_NAME = 6
# The vocabulary is read again when it changes; a change that its version does not show is seen after so many seconds.
READ_AGAIN_AFTER = 60.0
# From this length on a name's last word also finds its plural or singular: "heart attack" finds "heart attacks".
SHORTEST_WITH_PLURAL = 4

VERSION = """
    SELECT (SELECT (count(*), max(updated_at)) FROM taxonomy_topic)::text
        || (SELECT (count(*), max(id)) FROM taxonomy_entryterm)::text
        || (SELECT (count(*), max(id)) FROM taxonomy_meaning)::text
"""
READ = """
    SELECT topic, label, meaning FROM (
        SELECT id::text AS topic, name AS label, '' AS meaning, 1 AS part, id FROM taxonomy_topic WHERE status = %(active)s
        UNION ALL
        SELECT topic.id::text, term.text, '', 2, term.id
            FROM taxonomy_entryterm term JOIN taxonomy_topic topic ON topic.id = term.topic_id WHERE topic.status = %(active)s
        UNION ALL
        SELECT '', abbreviation.text, coalesce(nullif(meaning.query, ''), meaning.label), 3, meaning.id
            FROM taxonomy_meaning meaning JOIN taxonomy_abbreviation abbreviation ON abbreviation.id = meaning.abbreviation_id
    ) AS names ORDER BY part, id
"""


@dataclass(frozen=True)
class Name:
    """One name of a topic: as librarians wrote it, folded, and by its lexemes."""

    label: str
    folded: str
    lexemes: tuple[str, ...]

    def as_tsquery(self) -> str:
        """Return the condition that unstemmed words hold this name, its last word in singular or plural."""
        *words, last = self.folded.split()
        either = " | ".join(quoted(word) for word in _numbers(last))
        return f"({' <-> '.join([*map(quoted, words), f'({either})'])})"


@dataclass(frozen=True)
class OtherNames:
    """That a part of the query is one name of a topic. lexemes: of that part. others: the topic's other names."""

    lexemes: tuple[str, ...]
    others: tuple[Name, ...]

    def as_tsquery(self) -> str:
        """Return the condition that unstemmed words hold any of the other names."""
        return " | ".join(name.as_tsquery() for name in self.others)


@dataclass(frozen=True)
class Choice:
    """One meaning of an ambiguous abbreviation, and the query with the letters replaced by it."""

    letters: str
    label: str
    query: str


@dataclass(frozen=True)
class Vocabulary:
    """The names of all topics, the topic of each by its lexemes, and the meanings by their folded letters."""

    topic_of: dict[tuple[str, ...], str]
    names_of: dict[str, tuple[Name, ...]]
    meanings: dict[str, tuple[tuple[str, str], ...]]

    def other_names(self, lexemes: Sequence[str]) -> list[OtherNames]:
        """Return the names that a query holds, the longest at each place, none overlapping another."""
        found: list[OtherNames] = []
        place = 0
        while place < len(lexemes):
            step = 1
            for length in range(min(LONGEST_NAME, len(lexemes) - place), 0, -1):
                part = tuple(lexemes[place : place + length])
                topic = self.topic_of.get(part)
                if topic is not None:
                    others = tuple(name for name in self.names_of[topic] if name.lexemes != part)[:MAX_OTHER_NAMES]
                    if others:
                        found.append(OtherNames(part, others))
                    step = length
                    break
            place += step
        return found

    def choices(self, text: str, words: Sequence[str]) -> list[Choice]:
        """Return the meanings of the ambiguous abbreviations in a query, each with the query that asks for it."""
        return [
            Choice(letters, meaning, _replaced(text, letters, meaning))
            for word in words
            for letters, meaning in self.meanings.get(word, ())
        ]


def _numbers(word: str) -> list[str]:
    """Return a noun as it stands and in the other number, as far as English spelling tells; not every one is a word.

    A prefix would find them too, but the database expects far too many matches of one and reads every entry.
    """
    if len(word) < SHORTEST_WITH_PLURAL:
        return [word]
    if word.endswith("ies"):
        return [word, f"{word[:-3]}y"]
    if word.endswith("s"):
        return [word] if word.endswith(("ss", "is", "us")) else [word, word[:-1]]
    return [word, f"{word[:-1]}ies" if word.endswith("y") else f"{word}s"]


def _replaced(text: str, letters: str, meaning: str) -> str:
    return re.sub(rf"(?<!\w){re.escape(letters)}(?!\w)", lambda match: meaning, text, count=1, flags=re.IGNORECASE)


_read: dict[str, tuple[str, float, Vocabulary]] = {}


def vocabulary() -> Vocabulary:
    """Return the vocabulary; one query tells whether what this process read before still holds."""
    name = str(connection.settings_dict["NAME"])
    with connection.cursor() as cursor:
        cursor.execute(VERSION)
        (version,) = cursor.fetchone()
        known = _read.get(name)
        if known and known[0] == version and time.monotonic() - known[1] < READ_AGAIN_AFTER:
            return known[2]
        cursor.execute(READ, {"active": Topic.Status.ACTIVE})
        rows = cursor.fetchall()
    read = _from_rows(rows)
    _read[name] = (version, time.monotonic(), read)
    return read


def _from_rows(rows: list[tuple[str, str, str]]) -> Vocabulary:
    folded = {label: fold(label) for topic, label, meaning in rows}
    lexemes = lexemes_of({word for words in folded.values() for word in words.split()})
    topic_of: dict[tuple[str, ...], str] = {}
    names_of: dict[str, list[Name]] = defaultdict(list)
    meanings: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for topic, label, meaning in rows:
        words = folded[label]
        if not topic:
            meanings[words].append((label, meaning))
            continue
        key = tuple(lexeme for word in words.split() for lexeme in lexemes[word])
        # A British and an American spelling are one name here: the first is shown.
        if key and all(name.folded != words for name in names_of[topic]):
            topic_of.setdefault(key, topic)
            names_of[topic].append(Name(label, words, key))
    return Vocabulary(
        topic_of,
        {topic: tuple(names) for topic, names in names_of.items()},
        {letters: tuple(rows) for letters, rows in meanings.items()},
    )
