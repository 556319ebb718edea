"""From words to a database question: which entries to look at, and what each is worth."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

from django.db.models import Q
from django.db.models.expressions import RawSQL
from pgvector import SparseVector

from catalogue.search.meaning import vector_of_query
from catalogue.search.parsing import ParsedQuery
from catalogue.search.statistics import counts_of
from catalogue.search.synonyms import OtherNames
from catalogue.search.words import (
    UNSTEMMED,
    UNSTEMMED_WEIGHT,
    dimension,
    inverse_document_frequency,
    lexemes_of,
    quoted,
)
from catalogue.searchindex import DIMENSIONS, TIERS, SearchCount

# In a catalogue of no more entries than this, every entry that holds one of the words is looked at; in a larger one where
# no more than FEW hold one of them, added up.
LOOKED_AT_ALWAYS = 15_000
FEW = 4_000
# Else the entries with a group of the rarest words, of each group the most promising so many. Source of the numbers:
# docs/search.md, "Measured".
CANDIDATES = 400
RAREST_TERMS = 5
# Where the words are in a greater part of the entries than this, multiplying all is faster than asking the index.
READ_THROUGH_FROM = 0.2
# Another name of what was typed counts half.
OTHER_NAME_WEIGHT = 0.5
# Of a name of several words the index gives the entries that hold them all, and each has to be read to see whether they
# stand together. Names that by estimate make us read more than this are left out: their words are everywhere.
MOST_READ_FOR_NAMES = 300
# An item with just this title, or with this identifier, comes before all that words and meaning are worth.
ABOVE_BY_TITLE = 1
ABOVE_BY_IDENTIFIER = 2
# So many entries may be found by their meaning alone, without any of the words, and each must be as near as this: the
# cosine of the angle between the vectors. Unrelated texts have 0 to .2 with this model, a question and its answer .4 to .8.
MOST_BY_MEANING = 100
NEAR_FROM = 0.35
# Of the score of an entry the part that its meaning has; the rest is its words'.
PART_OF_MEANING = 0.5
# Where less of the catalogue than this has been read for its meaning, words rank alone.
MEANINGS_FROM = 0.5


@dataclass(frozen=True)
class Part:
    """One reason to find entries: rows of item_id, score and above, or with `relevance` from 0 to 1 once `ranked`."""

    sql: str
    parameters: tuple[Any, ...]


@dataclass(frozen=True)
class Term:
    """One stem of the query. counts: how many entries hold it at least at tier 0, 1 … 7."""

    lexeme: str
    dimension: int
    rarity: float
    counts: tuple[int, ...]

    def key(self, tier: int) -> int:
        """The key that entries hold whose weight for this stem reaches the tier."""
        return self.dimension * TIERS + tier


@dataclass(frozen=True)
class Plan:
    """How one query is answered.

    terms: the stems to look for. vector: what they are worth, to be multiplied with an entry's weights; None where
    there are none. exact: the entries to find for other reasons than the stems. narrowing: the condition that phrases
    are there as typed and excluded words are not. others: the other names that are looked for. documents: of the
    catalogue. meaning: the vector of what was asked, None where words rank alone.
    """

    parsed: ParsedQuery
    terms: tuple[Term, ...]
    vector: SparseVector | None
    exact: tuple[Part, ...]
    narrowing: Q
    others: tuple[OtherNames, ...]
    documents: int
    meaning: str | None = None

    @property
    def held(self) -> int:
        """How many entries hold one of the words, those that hold several counted for each, at most all entries."""
        return min(self.documents, sum(term.counts[0] for term in self.terms))

    @property
    def commonest(self) -> int:
        """How many entries hold the word that most of them hold; 0 where phrases or excluded words narrow the matches."""
        return 0 if self.narrowing else max((term.counts[0] for term in self.terms), default=0)

    @property
    def looks_at_all(self) -> bool:
        """True where every entry that holds one of the words may be looked at, or the whole catalogue without words."""
        return self.documents <= LOOKED_AT_ALWAYS or (bool(self.terms) and self.held <= FEW)

    def all_matches(self) -> Part:
        """Return what finds every entry that has anything to do with the query, and what it is worth."""
        named = self._named(BY_WORDS)
        if self.vector is None:
            return _together((*self.exact, *named))
        vector = self.vector.to_text()
        if self.held > READ_THROUGH_FROM * self.documents:
            added = _together((*self.exact, *named))
            return Part(READ_THROUGH.format(added=added.sql), (vector, *added.parameters))
        keys = [term.key(0) for term in self.terms]
        return _together((Part(f"{SCORED} WHERE keys && %s::int[]", (vector, keys)), *self.exact, *named))

    def some_matches(self, most: int) -> Part:
        """Return what finds about so many of the matches, whichever they are, with a relevance of nothing."""
        near = [Part(NEAR, (self.meaning, MOST_BY_MEANING, NEAR_FROM))] if self.meaning else []
        keys = [term.key(0) for term in self.terms]
        with_any = [Part(SOME_WITH_ANY, (keys, most))] if keys else []
        some = _together((*with_any, *near, *self.exact, *self._named(SOME_WITH_WORDS, most)))
        return Part(RANKED_BY_NOTHING.format(words=some.sql), some.parameters)

    def best_matches(self, candidates: int, most: int) -> Part | None:
        """Return what finds the most promising entries, the best `most`, or None where that cannot be said.

        Candidates are the entries with any of the rarest words, any two of them and all of them together, each at the
        lowest tier at which by estimate no more than `candidates` hold them. The estimate takes words to be independent.
        """
        rarest = sorted(self.terms, key=lambda term: term.counts[0])[:RAREST_TERMS]
        groups: list[Sequence[Term]] = [[term] for term in rarest]
        groups += combinations(rarest, 2)
        if len(rarest) > 2:
            groups.append(rarest)
        wanted = []
        for group in groups:
            tier = self._lowest_tier(group, candidates)
            if tier is not None:
                wanted.append(f"{{{','.join(str(term.key(tier)) for term in group)}}}")
        if self.vector is None or not wanted:
            return None
        best = Part(BEST, (wanted, self.vector.to_text(), most))
        together = _together((best, *self.exact, *self._named(SOME_WITH_WORDS, MOST_READ_FOR_NAMES)))
        return Part(f"{together.sql} ORDER BY above DESC, score DESC LIMIT {most:d}", together.parameters)

    def ranked(self, words: Part) -> Part:
        """Return the entries of `words` and those near in meaning, with their relevance from 0 to 1 in place of scores.

        The weighted sum of what words and meaning are worth, each divided by the most that an entry here has of it. An
        entry whose meaning is not known yet is worth what its words are.
        """
        if self.meaning is None or self.vector is None:
            return Part(RANKED_BY_WORDS.format(words=words.sql), words.parameters)
        meaning, vector = self.meaning, self.vector.to_text()
        worth = (PART_OF_MEANING, PART_OF_MEANING)
        if self.documents <= LOOKED_AT_ALWAYS:
            sql = RANKED_SMALL.format(words=words.sql)
            return Part(sql, (*words.parameters, meaning, NEAR_FROM, MOST_BY_MEANING, *worth))
        sql = RANKED_LARGE.format(words=words.sql)
        return Part(sql, (*words.parameters, meaning, MOST_BY_MEANING, NEAR_FROM, meaning, vector, *worth))

    def _named(self, sql: str, *parameters: int) -> list[Part]:
        """Return the parts that find the other names by this text, which takes what they are worth and a condition."""
        rarity = {term.lexeme: term.rarity for term in self.terms}
        return [
            Part(
                sql,
                (
                    OTHER_NAME_WEIGHT * sum(rarity[lexeme] for lexeme in names.lexemes),
                    names.as_tsquery(),
                    *parameters,
                ),
            )
            for names in self.others
        ]

    def _lowest_tier(self, group: Sequence[Term], most: int) -> int | None:
        for tier in range(TIERS):
            share = math.prod(term.counts[tier] / self.documents for term in group)
            if share * self.documents <= most:
                return tier
        return None


SCORED = "SELECT item_id, -(weights <#> %s::sparsevec) AS score, 0 AS above FROM catalogue_searchentry"
SOME_WITH_ANY = "SELECT item_id, 0.0, 0 FROM catalogue_some_entries_with_any(%s::int[], %s) AS item_id"
NEAR = "SELECT item_id, 0.0, 0 FROM catalogue_entries_near(%s::halfvec, %s) WHERE similarity >= %s"
BEST = "SELECT item_id, score, 0 FROM catalogue_best_entries(%s::text[], %s::sparsevec, %s)"
BY_TITLE = "SELECT item_id, 0.0, %s FROM catalogue_searchentry WHERE title_key = %s"
BY_IDENTIFIER = "SELECT item_id, 0.0, %s FROM catalogue_searchentry WHERE identifiers && %s::text[]"
BY_WORDS = "SELECT item_id, %s, 0 FROM catalogue_entries_with_words(%s) AS item_id"
SOME_WITH_WORDS = "SELECT item_id, %s, 0 FROM catalogue_some_entries_with_words(%s, %s) AS item_id"
READ_THROUGH = """
    SELECT * FROM (
        SELECT item_id, -(weights <#> %s::sparsevec) + coalesce(added.score, 0) AS score, coalesce(added.above, 0) AS above
        FROM catalogue_searchentry LEFT JOIN ({added}) AS added USING (item_id)
        OFFSET 0
    ) AS scored WHERE score > 0 OR above > 0
"""
RANKED_BY_WORDS = "SELECT item_id, score AS relevance, above FROM ({words}) AS words"
RANKED_BY_NOTHING = "SELECT item_id, 0.0 AS relevance, 0 AS above FROM ({words}) AS words"
RELEVANCE = """
    SELECT item_id, above, (1 - %s) * score / most + %s * CASE
        WHEN similarity IS NULL THEN score / most ELSE greatest(similarity, 0) / nearest
    END AS relevance
    FROM joined, (
        SELECT greatest(max(score), 0.001) AS most, greatest(max(similarity), 0.001) AS nearest FROM joined
    ) AS greatest_of_all
"""
# Every vector is compared.
RANKED_SMALL = f"""
    WITH words AS MATERIALIZED ({{words}}), compared AS MATERIALIZED (
        SELECT item_id, -(vector <#> %s::halfvec) AS similarity FROM catalogue_searchmeaning WHERE vector IS NOT NULL
    ), near AS (
        SELECT item_id FROM compared WHERE similarity >= %s ORDER BY similarity DESC LIMIT %s
    ), joined AS MATERIALIZED (
        SELECT item_id, coalesce(score, 0) AS score, coalesce(above, 0) AS above, similarity
        FROM words FULL JOIN near USING (item_id) LEFT JOIN compared USING (item_id)
    ) {RELEVANCE}
"""  # noqa: S608 - texts of this module
# The index of vectors gives the nearest; the words of those and the vectors of the others are looked up.
RANKED_LARGE = f"""
    WITH words AS MATERIALIZED ({{words}}), near AS MATERIALIZED (
        SELECT * FROM catalogue_entries_near(%s::halfvec, %s) WHERE similarity >= %s
    ), joined AS MATERIALIZED (
        SELECT item_id, above, score, coalesce(near.similarity, -(vector <#> %s::halfvec)) AS similarity
        FROM (
            SELECT item_id, above, score FROM words
            UNION ALL
            SELECT item_id, 0, -(entry.weights <#> %s::sparsevec) FROM near JOIN catalogue_searchentry entry USING (item_id)
            WHERE NOT EXISTS (SELECT FROM words WHERE words.item_id = near.item_id)
        ) AS candidates LEFT JOIN near USING (item_id) LEFT JOIN catalogue_searchmeaning USING (item_id)
    ) {RELEVANCE}
"""  # noqa: S608 - texts of this module


def _together(parts: Sequence[Part]) -> Part:
    """Return one part of several: each is found by its own index, where an OR of them would read every entry."""
    union = " UNION ALL ".join(part.sql for part in parts)
    return Part(
        f"""SELECT item_id, sum(score) AS score, max(above) AS above
            FROM ({union}) AS part (item_id, score, above) GROUP BY item_id""",  # noqa: S608
        tuple(value for part in parts for value in part.parameters),
    )


def stems_in_order(parsed: ParsedQuery) -> list[str]:
    """Return the lexemes of the query's words in their order, stop words left out."""
    lexemes = lexemes_of(parsed.words)
    return [lexeme for word in parsed.words for lexeme in lexemes[word]]


def plan(parsed: ParsedQuery, others: Sequence[OtherNames]) -> Plan:
    """Plan a query, in one query to the database for the counts of its words."""
    lexemes = lexemes_of(parsed.words)
    numbers = {lexeme: dimension(lexeme) for word in parsed.words for lexeme in lexemes[word]}
    keys = [number * TIERS + tier for number in numbers.values() for tier in range(TIERS)]
    keys += [dimension(lexeme) * TIERS for found in others for name in found.others for lexeme in name.lexemes]
    counts = counts_of([*keys, SearchCount.ALL_ENTRIES, SearchCount.ALL_MEANINGS])
    documents = max(counts.get(SearchCount.ALL_ENTRIES, 0), 1)
    terms = {
        stem: Term(
            stem,
            number,
            inverse_document_frequency(documents=documents, having=counts.get(number * TIERS, 0)),
            tuple(counts.get(number * TIERS + tier, 0) for tier in range(TIERS)),
        )
        for stem, number in numbers.items()
    }
    kept = tuple(filter(None, (_worth_reading(found, counts, documents) for found in others)))
    worth = {term.dimension: term.rarity for term in terms.values()}
    for word in parsed.words:
        if lexemes[word]:
            rarity = max(terms[lexeme].rarity for lexeme in lexemes[word])
            worth.setdefault(dimension(UNSTEMMED + word), UNSTEMMED_WEIGHT * rarity)
    is_asked = bool(terms) and not parsed.is_identifier
    is_read = counts.get(SearchCount.ALL_MEANINGS, 0) >= MEANINGS_FROM * documents
    return Plan(
        parsed=parsed,
        terms=tuple(terms.values()) if is_asked else (),
        vector=SparseVector(worth, DIMENSIONS) if is_asked else None,
        exact=tuple(_exact(parsed, terms)),
        narrowing=_narrowing(parsed),
        others=kept if is_asked else (),
        documents=documents,
        meaning=vector_of_query(parsed.wanted) if is_asked and is_read else None,
    )


def _worth_reading(found: OtherNames, counts: dict[int, int], documents: int) -> OtherNames | None:
    """Return the other names that can be looked for without reading too many entries, rarest first; None if there are none."""
    expected = {
        name: expected_together([counts.get(dimension(lexeme) * TIERS, 0) for lexeme in name.lexemes], documents)
        for name in found.others
    }
    kept = []
    read = 0.0
    for name in sorted(found.others, key=expected.__getitem__):
        read += expected[name] if len(name.lexemes) > 1 else 0
        if read > MOST_READ_FOR_NAMES:
            break
        kept.append(name)
    return replace(found, others=tuple(kept)) if kept else None


def expected_together(counts: Sequence[int], documents: int) -> float:
    """Return how many entries probably hold all the words of a name, of which so many hold each.

    Words of a name stand together more often than by chance: the rarest counts in full, the next by its square root and so
    on ("exponential backoff", the estimate of SQL Server since 2014 for conditions that belong together).
    """
    shares = sorted(count / documents for count in counts)
    return documents * math.prod(share ** (0.5**place) for place, share in enumerate(shares))


def _exact(parsed: ParsedQuery, terms: dict[str, Term]) -> list[Part]:
    """Return the parts that find an identifier, a whole title, and words that have no stem."""
    parts = []
    if parsed.identifiers:
        parts.append(Part(BY_IDENTIFIER, (ABOVE_BY_IDENTIFIER, list(parsed.identifiers))))
    if parsed.is_identifier:
        return parts
    if parsed.words:
        parts.append(Part(BY_TITLE, (ABOVE_BY_TITLE, parsed.title_key)))
    if parsed.words and not terms:
        # Only words that the index of stems leaves out, as in "who" or "it": the unstemmed words have them.
        parts.append(Part(BY_WORDS, (0.0, " | ".join(quoted(word) for word in parsed.words))))
    return parts


def _narrowing(parsed: ParsedQuery) -> Q:
    """Return the condition that phrases are there as typed and excluded words are not."""
    condition = Q()
    for words in parsed.phrases:
        condition &= _holds(words)
    for words in parsed.excluded:
        condition &= ~_holds(words)
    return condition


def _holds(words: str) -> Q:
    """Return the condition that an item holds these unstemmed words one after the other."""
    phrase = " <-> ".join(quoted(word) for word in words.split())
    return Q(pk__in=RawSQL("SELECT catalogue_entries_with_words(%s)", [phrase]))
