"""From words to a database question: which entries to look at, and what each is worth."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from django.db.models import Q
from django.db.models.expressions import RawSQL
from pgvector import SparseVector

from catalogue.search.filterkeys import asked_values, keys_of_every_entry
from catalogue.search.filters import SearchFilters
from catalogue.search.meaning import vector_of_query
from catalogue.search.parsing import ParsedQuery
from catalogue.search.statements import (
    BEST,
    BY_IDENTIFIER,
    BY_TITLE,
    BY_WORDS,
    NEAR,
    NOTHING,
    RANKED_BY_NOTHING,
    RANKED_BY_WORDS,
    RANKED_LARGE,
    RANKED_SMALL,
    READ_THROUGH,
    SCORED,
    SOME_WITH_ANY,
    SOME_WITH_WORDS,
    WITH_ANY,
    Part,
    array_text,
    together,
)
from catalogue.search.statistics import counts_of, expected_together
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
# With filters in the index too, fewer: the most promising ones are found among fewer in the first place.
FEW_THAT_PASS = 1_500
# Words no further apart than this in what was typed are neighbours.
NEIGHBOURS = 3
# Else the entries with a group of the rarest words, of each group the most promising so many. Source of the numbers:
# docs/search.md, "Measured".
CANDIDATES = 1_600
CANDIDATES_THAT_PASS = 800
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
class AskedFilter:
    """One filter as the index is asked for it: an entry has to hold one of the keys. having: how many entries do."""

    name: str
    keys: tuple[int, ...]
    having: int

    @property
    def text(self) -> str:
        """The keys as the database reads an array; no entry holds 0, so that a filter which none passes stays one."""
        return array_text(self.keys or (0,))


@dataclass(frozen=True)
class Plan:
    """How one query is answered.

    terms: the stems to look for. vector: what they are worth, to be multiplied with an entry's weights; None where
    there are none. exact: the entries to find for other reasons than the stems. narrowing: the condition that phrases
    are there as typed and excluded words are not. others: the other names that are looked for. documents: of the
    catalogue. meaning: the vector of what was asked, None where words rank alone. filters: what the index is asked for
    beside the words; () where it is not asked, and the filters are applied to what it gave.
    """

    parsed: ParsedQuery
    terms: tuple[Term, ...]
    vector: SparseVector | None
    exact: tuple[Part, ...]
    narrowing: Q
    others: tuple[OtherNames, ...]
    documents: int
    meaning: str | None = None
    filters: tuple[AskedFilter, ...] = ()

    @property
    def held(self) -> int:
        """How many entries hold one of the words, those that hold several counted for each, at most all entries."""
        return min(self.documents, sum(term.counts[0] for term in self.terms))

    @property
    def commonest(self) -> int:
        """How many entries hold the word that most of them hold; 0 where phrases or excluded words narrow the matches."""
        return 0 if self.narrowing else max((term.counts[0] for term in self.terms), default=0)

    def passing(self, held: int) -> float:
        """Return how many of so many entries pass the filters, if words and filters have nothing to do with each other."""
        return held * math.prod(one.having / self.documents for one in self.filters)

    def rarest_with(self, most: int) -> tuple[Term, ...]:
        """Return the rarest of the words that alone probably has so many entries that pass the filters, if there is one."""
        enough = [term for term in self.terms if self.passing(term.counts[0]) >= most]
        return tuple(sorted(enough, key=lambda term: term.counts[0])[:1])

    @property
    def looks_at_all(self) -> bool:
        """True where every entry that holds one of the words may be looked at, or the whole catalogue without words."""
        return self.documents <= LOOKED_AT_ALWAYS or (bool(self.terms) and self.held <= FEW)

    @property
    def is_filtered_to_few(self) -> bool:
        """True where the index is asked for filters too, and by estimate few entries hold a word and pass."""
        return bool(self.filters and self.terms) and self._expected([self.held]) <= FEW_THAT_PASS

    def leaving_out(self, name: str) -> "Plan":
        """Return the plan without one of the filters."""
        return replace(self, filters=tuple(one for one in self.filters if one.name != name))

    def filtered_matches(self) -> Part:
        """Return what `all_matches` finds, of the words only those entries that pass the filters."""
        if self.vector is None or not self.filters:
            return self.all_matches()
        keys = [term.key(0) for term in self.terms]
        with_any = Part(WITH_ANY, (self.vector.to_text(), keys, self._filter_texts()))
        return together((with_any, *self.exact, *self._named(BY_WORDS)))

    def all_matches(self) -> Part:
        """Return what finds every entry that has anything to do with the query, and what it is worth."""
        named = self._named(BY_WORDS)
        if self.vector is None:
            return together((*self.exact, *named))
        vector = self.vector.to_text()
        if self.held > READ_THROUGH_FROM * self.documents:
            added = together((*self.exact, *named))
            return Part(READ_THROUGH.format(added=added.sql), (vector, *added.parameters))
        keys = [term.key(0) for term in self.terms]
        return together((Part(f"{SCORED} WHERE keys && %s::int[]", (vector, keys)), *self.exact, *named))

    def some_matches(self, most: int, *, filtered: bool = False, terms: Sequence[Term] = ()) -> Part:
        """Return what finds about so many of the matches, whichever they are, with a relevance of nothing.

        filtered: of the words only those entries that pass the filters the index is asked for. terms: default is all.
        """
        near = [Part(NEAR, (self.meaning, MOST_BY_MEANING, NEAR_FROM))] if self.meaning else []
        keys = [term.key(0) for term in terms or self.terms]
        with_any = [Part(SOME_WITH_ANY, (keys, self._filter_texts() if filtered else [], most))] if keys else []
        parts = (*with_any, *near, *self.exact, *self._named(SOME_WITH_WORDS, most))
        if not parts:
            return NOTHING
        some = together(parts)
        return Part(RANKED_BY_NOTHING.format(words=some.sql), some.parameters)

    def best_matches(self, candidates: int, most: int) -> Part | None:
        """Return what finds the most promising entries, the best `most`, or None where that cannot be said.

        Candidates are the entries that pass the filters the index is asked for, with any of the rarest words, any two of
        them and all of them together, each at the lowest tier at which by estimate no more than `candidates` hold them.
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
                wanted.append(array_text([term.key(tier) for term in group]))
        if self.vector is None or not wanted:
            return None
        best = Part(BEST, (wanted, self._filter_texts(), self.vector.to_text(), most))
        whole = together((best, *self.exact, *self._named(SOME_WITH_WORDS, MOST_READ_FOR_NAMES)))
        return Part(f"{whole.sql} ORDER BY above DESC, score DESC LIMIT {most:d}", whole.parameters)

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
        is_one_thing = len(group) == 2 and self._are_neighbours(*group)
        for tier in range(TIERS):
            counts = [term.counts[tier] for term in group]
            if self._expected([min(counts)] if is_one_thing else counts) <= most:
                return tier
        return None

    def _are_neighbours(self, one: Term, other: Term) -> bool:
        """Whether the words were typed side by side or nearly so, as in "net zero": such words mostly name one
        thing, and stand together wherever the rarer one does.
        """
        return abs(self.terms.index(one) - self.terms.index(other)) <= NEIGHBOURS

    def _expected(self, counts: Sequence[int]) -> float:
        """Return how many entries probably hold what so many entries hold each, and pass the filters."""
        return expected_together([*counts, *(one.having for one in self.filters)], self.documents)

    def _filter_texts(self) -> list[str]:
        return [one.text for one in self.filters]


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


def with_filters(planned: Plan, filters: SearchFilters) -> Plan:
    """Return the plan with the filters as the index is asked for them, in one to three queries.

    Without them where the catalogue is small, where no words are asked for or nothing is filtered, and where some entries
    have no keys of filters yet: the nightly sweep gives them to entries of an older version.
    """
    if planned.documents <= LOOKED_AT_ALWAYS or not planned.terms or not filters.is_filtered:
        return planned
    asked = asked_values(filters)
    of_every_entry = keys_of_every_entry()
    counts = counts_of([*of_every_entry, *(key for keys in asked.values() for key in keys)])
    if sum(counts.get(key, 0) for key in of_every_entry) < planned.documents:
        return planned
    held = {name: tuple(key for key in keys if counts.get(key)) for name, keys in asked.items()}
    return replace(
        planned,
        filters=tuple(AskedFilter(name, keys, sum(counts[key] for key in keys)) for name, keys in held.items()),
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
