"""Which of a few new items belong to which of many saved searches, worked out for all of them together.

A saved search is stricter than the search page, which ranks what holds any of the words: here an item holds all of them,
each as it is or by another name of the topic that it names. Filters, phrases and excluded words count as there.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection
from django.http import QueryDict

from catalogue.models import Item, ItemAncestor
from catalogue.search.filters import FACETS, SearchFilters
from catalogue.search.parsing import ParsedQuery, parse
from catalogue.search.synonyms import OtherNames, Vocabulary, vocabulary
from catalogue.search.words import dimension, lexemes_of, quoted
from catalogue.searchindex import TIERS, SearchEntry

HOLDING = """
    SELECT wanted.phrase, entry.item_id
    FROM unnest(%s::text[]) AS wanted (phrase) JOIN catalogue_searchentry entry ON entry.words @@ wanted.phrase::tsquery
    WHERE entry.item_id = ANY (%s)
"""


class Collection:
    """A few items, with for each value of a filter and each word the items that have it, as the bits of a number."""

    def __init__(self, item_ids: Sequence[int], phrases: Sequence[str]) -> None:
        """Read what is needed of the items, in four queries."""
        self.ids = list(item_ids)
        self.bits = {item_id: 1 << place for place, item_id in enumerate(self.ids)}
        self.all = (1 << len(self.ids)) - 1
        self.by_value: dict[tuple[str, str], int] = defaultdict(int)
        self.by_year: dict[int, int] = defaultdict(int)
        self.by_word: dict[int, int] = defaultdict(int)
        self.by_identifier: dict[str, int] = defaultdict(int)
        self.by_phrase: dict[str, int] = defaultdict(int)
        self._read_columns()
        self._read_entries()
        self._read_phrases(phrases)

    def _read_columns(self) -> None:
        columns = [facet for facet in FACETS if facet.column]
        names = ["pk", "year", "organisation__slug", *(facet.column for facet in columns)]
        for pk, year, organisation, *values in Item.objects.filter(pk__in=self.ids).order_by().values_list(*names):
            bit = self.bits[pk]
            self.by_value["organisation", organisation or ""] |= bit
            if year is not None:
                self.by_year[year] |= bit
            for facet, value in zip(columns, values, strict=True):
                for one in value if facet.is_array else [value]:
                    self.by_value[facet.name, one] |= bit
        rows = ItemAncestor.objects.filter(item__in=self.ids).values_list("item_id", "topic__slug")
        for pk, slug in rows:
            self.by_value["topic", slug] |= self.bits[pk]

    def _read_entries(self) -> None:
        entries = SearchEntry.objects.filter(pk__in=self.ids).values_list("pk", "keys", "identifiers")
        for pk, keys, identifiers in entries:
            bit = self.bits[pk]
            for key in keys:
                if key % TIERS == 0:
                    self.by_word[key // TIERS] |= bit
            for identifier in identifiers:
                self.by_identifier[identifier] |= bit

    def _read_phrases(self, phrases: Sequence[str]) -> None:
        if not phrases:
            return
        with connection.cursor() as cursor:
            cursor.execute(HOLDING, [list(phrases), self.ids])
            for phrase, pk in cursor.fetchall():
                self.by_phrase[phrase] |= self.bits[pk]

    def passing(self, filters: SearchFilters) -> int:
        """Return the items that every filter lets pass."""
        found = self.all
        for facet in FACETS:
            chosen = filters.chosen(facet)
            if chosen:
                any_of = 0
                for value in chosen:
                    any_of |= self.by_value.get((facet.name, value), 0)
                found &= any_of
        if filters.year_from is not None or filters.year_to is not None:
            first, last = filters.year_from or 0, filters.year_to or 9999
            years = 0
            for year, bits in self.by_year.items():
                years |= bits if first <= year <= last else 0
            found &= years
        return found

    def holding(self, lexemes: Sequence[str]) -> int:
        """Return the items that hold all the lexemes."""
        found = self.all
        for lexeme in lexemes:
            found &= self.by_word.get(dimension(lexeme), 0)
        return found

    def asked_for(self, parsed: ParsedQuery, lexemes: Mapping[str, tuple[str, ...]], names: Vocabulary) -> int:
        """Return the items that the words ask for."""
        if not parsed.text:
            return self.all
        if parsed.is_identifier:
            found = 0
            for identifier in parsed.identifiers:
                found |= self.by_identifier.get(identifier, 0)
            return found
        stems = [lexeme for word in parsed.words for lexeme in lexemes[word]]
        if not stems and not parsed.excluded:
            return 0
        others = names.other_names(stems)
        named = {lexeme for other in others for lexeme in other.lexemes}
        found = self.holding([stem for stem in stems if stem not in named])
        for other in others:
            found &= self._by_any_name(other)
        for words in parsed.phrases:
            found &= self.by_phrase.get(as_phrase(words), 0)
        for words in parsed.excluded:
            found &= ~self.by_phrase.get(as_phrase(words), 0)
        return found & self.all

    def _by_any_name(self, other: OtherNames) -> int:
        found = self.holding(other.lexemes)
        for name in other.others:
            found |= self.holding(name.lexemes)
        return found

    def items_in(self, bits: int) -> list[int]:
        """Return the items that stand for these bits, in their order."""
        return [item_id for item_id, bit in self.bits.items() if bits & bit]


def as_written(query: str, *, merged: Mapping[str, str] | None = None) -> SearchFilters:
    """Read the address of a search as `SearchFilters.as_query` wrote it, without asking the database.

    merged: for topics that became part of others, the slug to use instead.
    """
    asked = QueryDict(query)
    values: dict[str, Any] = {facet.name: tuple(asked.getlist(facet.name)) for facet in FACETS}
    values["topic"] = tuple(dict.fromkeys((merged or {}).get(slug, slug) for slug in values["topic"]))
    years = {name: int(asked[name]) for name in ("year_from", "year_to") if asked.get(name, "").isdigit()}
    return SearchFilters(q=asked.get("q", ""), status=asked.get("status", ""), **values, **years)  # type: ignore[arg-type]


def as_phrase(words: str) -> str:
    """Return the condition that an entry holds these folded words one after the other."""
    return " <-> ".join(quoted(word) for word in words.split())


def matching(searches: Mapping[int, SearchFilters], item_ids: Sequence[int]) -> dict[int, list[int]]:
    """Return, by the key of each search that some of these items belong to, those items in their order.

    The number of queries depends neither on how many searches there are nor on how many items.
    """
    parsed = {key: parse(filters.q) for key, filters in searches.items()}
    phrases = {as_phrase(words) for query in parsed.values() for words in (*query.phrases, *query.excluded)}
    collection = Collection(item_ids, sorted(phrases))
    lexemes = lexemes_of({word for query in parsed.values() for word in query.words})
    names = vocabulary()
    found: dict[int, list[int]] = {}
    for key, filters in searches.items():
        bits = collection.passing(filters)
        bits &= collection.asked_for(parsed[key], lexemes, names) if bits else 0
        if bits:
            found[key] = collection.items_in(bits)
    return found
