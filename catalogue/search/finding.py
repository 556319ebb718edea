"""The one door to finding: words, filters and a reader go in, a page of results comes out."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.db.models import Case, F, FloatField, IntegerField, Q, Value, When
from django.db.models.expressions import Combinable, Expression, OrderBy
from django.db.models.functions import Lower
from django.utils import timezone
from pgvector.django import MaxInnerProduct

from catalogue import kinds
from catalogue.models import Item
from catalogue.querysets import ItemQuerySet, Reader
from catalogue.search.facets import count, count_facets, filtered
from catalogue.search.filters import MAX_PAGE, QUALITY, RELEVANCE, TITLE, UPDATED, SearchFilters
from catalogue.search.parsing import MAX_WORDS, ParsedQuery, parse
from catalogue.search.planning import CANDIDATES, Plan, plan, stems_in_order
from catalogue.search.results import Hit, Notes, SearchPage, Suggestion
from catalogue.search.snippets import lexemes_of_texts, mark, snippet
from catalogue.search.spelling import fold_word
from catalogue.search.suggesting import misspelt, nearest_words, suggestion
from catalogue.search.synonyms import OtherNames, vocabulary
from catalogue.search.words import dimension, lexemes_of
from catalogue.searchindex import TIERS, SearchEntry

# An item past its review date counts a little less, one of the reader's own organisation a little more.
PAST_REVIEW_FACTOR = 0.9
OWN_ORGANISATION_FACTOR = 1.02
# Where the most promising candidates do not fill a page, because filters leave few of them, more are looked at.
WIDENING = 8

# No item has such a key: the condition of a query that asks for nothing that could be found.
NOTHING = Q(pk=-1)


def search(
    query: str, filters: SearchFilters, user: Reader, *, page_size: int | None = None, with_facets: bool = True
) -> SearchPage:
    """Return the page of `filters` with what this reader may see and the words ask for, best first.

    Takes any text and never raises for it. A page beyond the last gives the last one. page_size: default is the
    portal's setting. with_facets=False leaves the counts of the filters out, for those who load them later or not at
    all. The number of queries does not depend on how much is found; a misspelt word costs up to four more.
    """
    size = page_size or settings.SEARCH_PAGE_SIZE
    parsed = parse(query)
    names = vocabulary()
    others = names.other_names(stems_in_order(parsed))
    planned = plan(parsed, others)
    listed = Item.objects.listed_to(user, on_request=filters.with_archived)
    matching = listed.filter(planned.narrowing)
    looked_for = NOTHING if asks_for_nothing(parsed) else planned.matching
    counts = (count_facets if with_facets else count)(matching.filter(looked_for), filters)
    last = max(1, min(MAX_PAGE, -(-counts.total // size)))
    number = min(filters.page, last)
    items: list[Item] = []
    if counts.total:
        expected = min(size, counts.total - (number - 1) * size)
        items = _ranked(matching, planned, filters, user, start=(number - 1) * size, expected=expected)
    return SearchPage(
        filters=filters,
        hits=_hits(items, planned, others),
        counts=counts,
        number=number,
        requested=filters.page,
        last=last,
        notes=Notes(
            also_for=tuple(dict.fromkeys(name.label for found in others for name in found.others)),
            choices=tuple(names.choices(parsed.text, parsed.words)),
            did_you_mean=_did_you_mean(parsed, planned, others, listed),
            ignored=tuple(_sentences(parsed, filters)),
        ),
    )


def asks_for_nothing(parsed: ParsedQuery) -> bool:
    """Return whether something was typed that holds no word at all, such as punctuation or pictures."""
    return bool(parsed.text) and not (parsed.words or parsed.excluded or parsed.identifiers)


def _ranked(
    matching: ItemQuerySet[Item], planned: Plan, filters: SearchFilters, user: Reader, *, start: int, expected: int
) -> list[Item]:
    """Return the items of one page in order. One query, or a few where a large catalogue's filters keep little."""
    order = _order(planned, filters, user)
    wanted = filtered(matching, filters).for_cards().order_by(*order)
    end = start + expected
    if filters.order == RELEVANCE and not planned.looks_at_all:
        most = max(CANDIDATES, 4 * end)
        while most < planned.documents:
            candidates = planned.candidates(most)
            if candidates is None:
                break
            found = list(wanted.filter(candidates)[start:end])
            if len(found) == expected:
                return found
            most *= WIDENING
    return list(wanted.filter(planned.matching)[start:end])


def _order(planned: Plan, filters: SearchFilters, user: Reader) -> list[Combinable | str]:
    newest: list[Combinable | str] = ["-published_at", "-pk"]
    if filters.order == TITLE:
        return [Lower("title"), "pk"]
    if filters.order == UPDATED:
        return ["-updated_at", "-pk"]
    relevance = (
        [_exactness(planned.parsed).desc(), OrderBy(_score(planned, user), descending=True)]
        if planned.vector is not None
        else []
    )
    if filters.order == QUALITY:
        return [_standing().asc(), *relevance, *newest]
    return [*relevance, *newest] if filters.order == RELEVANCE else newest


def _exactness(parsed: ParsedQuery) -> Case:
    """Return 2 for an item with the identifier that was typed, 1 for one with just that title, 0 for the others."""
    whens = [When(search_entry__title_key=parsed.title_key, then=1)]
    if parsed.identifiers:
        whens.insert(0, When(search_entry__identifiers__overlap=list(parsed.identifiers), then=2))
    return Case(*whens, default=0, output_field=IntegerField())


def _score(planned: Plan, user: Reader) -> Expression:
    """Return BM25, with what other names add, and how much an item's state and owner count."""
    score: Any = -MaxInnerProduct(F("search_entry__weights"), planned.vector)
    for bonus in planned.bonuses:
        holders = SearchEntry.objects.filter(words=bonus.names).values("pk")
        holds = Q(pk__in=holders) if planned.looks_at_all else Q(search_entry__words=bonus.names)
        score += Case(When(holds, then=Value(bonus.worth)), default=Value(0.0), output_field=FloatField())
    score *= _factor(Q(review_due__lt=timezone.localdate()), PAST_REVIEW_FACTOR)
    if user.is_authenticated and user.is_member and user.organisation_id:
        score *= _factor(Q(organisation=user.organisation_id), OWN_ORGANISATION_FACTOR)
    ranked: Expression = score
    return ranked


def _factor(condition: Q, factor: float) -> Case:
    return Case(When(condition, then=Value(factor)), default=Value(1.0), output_field=FloatField())


def _standing() -> Case:
    """Return the place of an item's standing among those of its kind, best first."""
    places = [
        When(kind=kind.name, standing=value, then=place)
        for kind in kinds.all_kinds()
        for place, value in enumerate(kind.standings)
    ]
    return Case(*places, default=len(places), output_field=IntegerField())


def _hits(items: Sequence[Item], planned: Plan, others: Iterable[OtherNames]) -> tuple[Hit, ...]:
    wanted = {term.lexeme for term in planned.terms}
    wanted |= {lexeme for found in others for name in found.others for lexeme in name.lexemes}
    lexemes = lexemes_of_texts(text for item in items for text in (item.title, item.summary)) if wanted else {}
    return tuple(Hit(item, mark(item.title, wanted, lexemes), snippet(item.summary, wanted, lexemes)) for item in items)


def _did_you_mean(
    parsed: ParsedQuery, planned: Plan, others: Sequence[OtherNames], listed: ItemQuerySet[Item]
) -> Suggestion | None:
    """Return what a query with words that nothing holds may have meant.

    A word of an item that this reader may not see would tell of it, so each is looked up as the reader would find it.
    """
    if parsed.is_identifier:
        return None
    held = {term.lexeme for term in planned.terms if term.counts[0]}
    held |= {lexeme for found in others for lexeme in found.lexemes}
    unknown = misspelt(parsed, held)
    if not unknown:
        return None
    corrections = {typed: word for typed, word in nearest_words(unknown).items() if _is_found(word, listed)}
    return suggestion(parsed.text, corrections) if corrections else None


def _is_found(word: str, listed: ItemQuerySet[Item]) -> bool:
    folded = fold_word(word)
    keys = [dimension(lexeme) * TIERS for lexeme in lexemes_of([folded])[folded]]
    return bool(keys) and listed.filter(search_entry__keys__contains=keys).exists()


def _sentences(parsed: ParsedQuery, filters: SearchFilters) -> Iterable[str]:
    yield from (ignored.sentence for ignored in filters.ignored)
    if parsed.was_cut:
        yield f"Your question has many words, so we searched for the first {MAX_WORDS} of them."
