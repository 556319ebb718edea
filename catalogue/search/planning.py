"""From words to a database question: which entries to look at, and what each is worth."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from django.contrib.postgres.search import SearchQuery
from django.db.models import Q
from pgvector import SparseVector

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

# Where the words are in no more entries than this, added up, every entry that holds one is looked at: about 20 ms.
LOOKED_AT_ALWAYS = 15_000
# Above it the most promising so many are looked at. Source of the number: docs/search.md, "Measured".
CANDIDATES = 800
RAREST_TERMS = 6
# Another name of what was typed counts half.
OTHER_NAME_WEIGHT = 0.5


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
class Bonus:
    """What an entry gains that holds another name of what was typed."""

    names: SearchQuery
    worth: float


@dataclass(frozen=True)
class Plan:
    """How one query is answered.

    terms: the stems to look for. vector: what they are worth, to be multiplied with an entry's weights. matching: the
    condition that an entry has anything to do with the query. bonuses: for other names. documents: of the catalogue.
    """

    parsed: ParsedQuery
    terms: tuple[Term, ...]
    vector: SparseVector | None
    matching: Q
    narrowing: Q
    bonuses: tuple[Bonus, ...]
    documents: int

    @property
    def looks_at_all(self) -> bool:
        """True where every entry that holds one of the words may be looked at."""
        held = sum(term.counts[0] for term in self.terms)
        return self.vector is None or min(self.documents, held) <= LOOKED_AT_ALWAYS

    def candidates(self, most: int) -> Q | None:
        """Return the condition for about so many of the most promising entries, or None where it cannot be said.

        Any of the rarest words, any two of them and all of them together, each at the lowest tier at which by
        estimate no more than that many entries hold them. The estimate takes words to be independent.
        """
        rarest = sorted(self.terms, key=lambda term: term.counts[0])[:RAREST_TERMS]
        groups: list[Sequence[Term]] = [[term] for term in rarest]
        groups += combinations(rarest, 2)
        if len(rarest) > 2:
            groups.append(rarest)
        condition = Q()
        for group in groups:
            tier = self._lowest_tier(group, most)
            if tier is not None:
                condition |= Q(search_entry__keys__contains=[term.key(tier) for term in group])
        return condition | self._exact() if condition else None

    def _lowest_tier(self, group: Sequence[Term], most: int) -> int | None:
        for tier in range(TIERS):
            share = math.prod(term.counts[tier] / self.documents for term in group)
            if share * self.documents <= most:
                return tier
        return None

    def _exact(self) -> Q:
        condition = Q(search_entry__title_key=self.parsed.title_key)
        for bonus in self.bonuses:
            condition |= Q(search_entry__words=bonus.names)
        if self.parsed.identifiers:
            condition |= Q(search_entry__identifiers__overlap=list(self.parsed.identifiers))
        return condition


def stems_in_order(parsed: ParsedQuery) -> list[str]:
    """Return the lexemes of the query's words in their order, stop words left out."""
    lexemes = lexemes_of(parsed.words)
    return [lexeme for word in parsed.words for lexeme in lexemes[word]]


def plan(parsed: ParsedQuery, others: Sequence[OtherNames]) -> Plan:
    """Plan a query, in one query to the database for the counts of its words."""
    lexemes = lexemes_of(parsed.words)
    stems = list(dict.fromkeys(lexeme for word in parsed.words for lexeme in lexemes[word]))
    numbers = {stem: dimension(stem) for stem in stems}
    keys = [number * TIERS + tier for number in numbers.values() for tier in range(TIERS)]
    counts = counts_of([*keys, SearchCount.ALL_ENTRIES])
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
    worth = {term.dimension: term.rarity for term in terms.values()}
    for word in parsed.words:
        if lexemes[word]:
            rarity = max(terms[lexeme].rarity for lexeme in lexemes[word])
            worth.setdefault(dimension(UNSTEMMED + word), UNSTEMMED_WEIGHT * rarity)
    bonuses = tuple(
        Bonus(
            SearchQuery(names.as_tsquery(), config="simple", search_type="raw"),
            OTHER_NAME_WEIGHT * sum(terms[lexeme].rarity for lexeme in names.lexemes),
        )
        for names in others
    )
    is_asked = bool(terms) and not parsed.is_identifier
    return Plan(
        parsed=parsed,
        terms=tuple(terms.values()) if is_asked else (),
        vector=SparseVector(worth, DIMENSIONS) if is_asked else None,
        matching=_matching(parsed, tuple(terms.values()), bonuses),
        narrowing=_narrowing(parsed),
        bonuses=bonuses if is_asked else (),
        documents=documents,
    )


def _matching(parsed: ParsedQuery, terms: Sequence[Term], bonuses: Sequence[Bonus]) -> Q:
    """Return the condition that an entry holds one of the words, another name of them, or the identifier."""
    condition = Q()
    if parsed.identifiers:
        condition |= Q(search_entry__identifiers__overlap=list(parsed.identifiers))
    if parsed.is_identifier:
        return condition
    if terms:
        condition |= Q(search_entry__keys__overlap=[term.key(0) for term in terms])
        for bonus in bonuses:
            condition |= Q(search_entry__words=bonus.names)
    elif parsed.words:
        # Only words that the index of stems leaves out, as in "who" or "it": the unstemmed words have them.
        any_of_them = " | ".join(quoted(word) for word in parsed.words)
        condition |= Q(search_entry__words=SearchQuery(any_of_them, config="simple", search_type="raw"))
    return condition


def _narrowing(parsed: ParsedQuery) -> Q:
    """Return the condition that phrases are there as typed and excluded words are not."""
    condition = Q()
    for phrase in parsed.phrases:
        condition &= Q(search_entry__words=SearchQuery(phrase, config="simple", search_type="phrase"))
    for words in parsed.excluded:
        condition &= ~Q(search_entry__words=SearchQuery(words, config="simple", search_type="phrase"))
    return condition
