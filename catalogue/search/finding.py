"""The one door to finding: words, filters and a reader go in, a page of results comes out."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from django.conf import settings

from catalogue.models import Item
from catalogue.querysets import ItemQuerySet, Reader
from catalogue.search.asking import COUNTED, Answer, Page, ask, browse
from catalogue.search.counting import count
from catalogue.search.facets import chosen_facets
from catalogue.search.filters import MAX_PAGE, RELEVANCE, SearchFilters
from catalogue.search.parsing import MAX_WORDS, ParsedQuery, parse
from catalogue.search.planning import CANDIDATES, CANDIDATES_THAT_PASS, Plan, plan, stems_in_order, with_filters
from catalogue.search.results import Counts, Facets, Hit, Notes, SearchPage, Suggestion
from catalogue.search.snippets import lexemes_of_texts, mark, snippet
from catalogue.search.spelling import fold_word
from catalogue.search.statements import NOTHING, Part
from catalogue.search.suggesting import misspelt, nearest_words, suggestion
from catalogue.search.synonyms import Vocabulary, vocabulary
from catalogue.search.words import dimension, lexemes_of
from catalogue.searchindex import TIERS

# So many of the candidates, the best by their words, are compared in everything else,
COMPARED = 400
COMPARED_IN_MEANING = 1_000
# and so many times what a page shows, by the part of them that passes the filters.
FOR_EACH_SHOWN = 3
# So many times as many are taken where the first were not enough. Where this part of the catalogue would have to be
# looked at to fill a page, all of it is.
MORE_EACH_TIME = 8
ALL_FROM = 0.25
# Of how many there are in a large catalogue no more is said than that they are more than so many.
TOLD_UP_TO = 1_000
# Where so many entries hold one of the words, more than that are taken to be listed to the reader without counting;
# with filters where so many would, if words and filters had nothing to do with each other.
KNOWN_TO_BE_MANY = 3 * TOLD_UP_TO // 2
KNOWN_TO_PASS = 5 * TOLD_UP_TO


def search(
    query: str, filters: SearchFilters, user: Reader, *, page_size: int | None = None, facets: Facets = Facets.COUNTED
) -> SearchPage:
    """Return the page of `filters` with what this reader may see and the words ask for, best first.

    Takes any text and never raises for it. A page beyond the last gives the last one. page_size: default is the
    portal's setting. facets: whether the filters are counted; of a large catalogue that takes longer than the results,
    so that pages ask for it apart. The number of queries does not depend on how much is found; it does on how many
    filters are on, where they are counted apart, and a misspelt word costs up to four more.
    """
    size = page_size or settings.SEARCH_PAGE_SIZE
    names = vocabulary()
    planned = with_filters(plan_for(query, names), filters)
    parsed = planned.parsed
    listed = Item.objects.listed_to(user, on_request=filters.with_archived)
    narrowed = listed.filter(planned.narrowing)
    matches = _matches(planned)
    answer = _answer(narrowed, matches, planned, filters, user, size, with_facets=facets is not Facets.LEFT_OUT)
    counts = _counts(narrowed, matches, planned, filters, answer, facets)
    last = max(1, min(MAX_PAGE, -(-min(answer.found, COUNTED) // size)))
    return SearchPage(
        filters=filters,
        hits=_hits(_items(answer.ids, user), planned),
        total=min(answer.found, COUNTED),
        is_capped=answer.found > COUNTED or not answer.is_all,
        sampled=counts.sampled if counts else None,
        facets=counts.facets if counts else chosen_facets(filters),
        are_counted=counts is not None,
        number=min(filters.page, last),
        requested=filters.page,
        last=last,
        notes=Notes(
            also_for=tuple(dict.fromkeys(name.label for found in planned.others for name in found.others)),
            choices=tuple(names.choices(parsed.text, parsed.words)),
            did_you_mean=_did_you_mean(planned, listed),
            ignored=tuple(_sentences(parsed, filters)),
            by_meaning_alone=bool(planned.meaning and answer.found and not planned.held and not planned.others),
        ),
    )


def count_filters(query: str, filters: SearchFilters, user: Reader) -> Counts:
    """Return the filters with their numbers, without the results: what `search` was told to leave to be counted apart.

    Takes any text and never raises for it. A few queries, and one for each filter that is on.
    """
    planned = with_filters(plan_for(query, vocabulary()), filters)
    items = Item.objects.listed_to(user, on_request=filters.with_archived).filter(planned.narrowing)
    matches = _matches(planned)
    if planned.looks_at_all:
        return Counts(ask(items, matches, filters, user, with_facets=True).facets, None)
    return count(items, matches, planned, filters)


def matches(query: str, items: ItemQuerySet[Item], user: Reader) -> list[int]:
    """Return the keys of those among these items that the words ask for, best first: all, or the best COUNTED.

    For lists of one kind that count by columns of their own. `items` have passed the door already.
    """
    planned = plan(parsed := parse(query), vocabulary().other_names(stems_in_order(parsed)))
    narrowed = items.filter(planned.narrowing)
    everything = Page(1, COUNTED)
    filters = SearchFilters(q=query)
    return list(ask(narrowed, _matches(planned), filters, user, page=everything, interleaved=False).ids)


def plan_for(query: str, names: Vocabulary) -> Plan:
    """Return how the query is answered: what `search` does first."""
    parsed = parse(query)
    return plan(parsed, names.other_names(stems_in_order(parsed)))


def _answer(
    items: ItemQuerySet[Item],
    matches: Part | None,
    planned: Plan,
    filters: SearchFilters,
    user: Reader,
    size: int,
    *,
    with_facets: bool,
) -> Answer:
    """Ask in one statement where all matches may be looked at, else for their number and for the hits in turn.

    with_facets: whether that one statement counts the filters too, which adds little to it.
    """
    page = Page(filters.page, size)
    if planned.looks_at_all:
        return ask(items, matches, filters, user, page=page, with_facets=with_facets)
    if planned.is_filtered_to_few:
        return ask(items, planned.ranked(planned.filtered_matches()), filters, user, page=page)
    counted = _counted(items, planned, filters, user, by_words=matches is not None)
    last = max(1, min(MAX_PAGE, -(-min(counted.found, COUNTED) // size)))
    page = Page(min(filters.page, last), size)
    return replace(counted, ids=_best(items, matches, planned, filters, user, page, counted))


def _counts(
    items: ItemQuerySet[Item],
    matches: Part | None,
    planned: Plan,
    filters: SearchFilters,
    answer: Answer,
    facets: Facets,
) -> Counts | None:
    """Return the numbers of the filters as far as they are asked for; None where they are to be counted apart."""
    if facets is Facets.LEFT_OUT:
        return Counts((), None)
    if answer.facets:
        return Counts(answer.facets, None)
    return count(items, matches, planned, filters) if facets is Facets.COUNTED else None


def _counted(
    items: ItemQuerySet[Item], planned: Plan, filters: SearchFilters, user: Reader, *, by_words: bool
) -> Answer:
    """Return how many matches a large catalogue has at least, from looking at some of them."""
    many = Answer((), TOLD_UP_TO, TOLD_UP_TO, False)
    if not filters.is_filtered and planned.commonest >= KNOWN_TO_BE_MANY:
        return many
    if planned.filters and planned.passing(planned.commonest) >= KNOWN_TO_PASS:
        return many
    one_word = planned.rarest_with(KNOWN_TO_BE_MANY) if planned.filters else ()
    if one_word:
        some = planned.some_matches(2 * TOLD_UP_TO, filtered=True, terms=one_word)
        if ask(items, some, filters, user, most=TOLD_UP_TO).found > TOLD_UP_TO:
            return many
    matched = planned.some_matches(2 * TOLD_UP_TO, filtered=True) if by_words else None
    counted = ask(items, matched, filters, user, most=TOLD_UP_TO)
    # One more was asked for than is counted, to see whether there are more.
    return replace(counted, found=min(counted.found, TOLD_UP_TO), looked_at=min(counted.looked_at, TOLD_UP_TO))


def _matches(planned: Plan) -> Part | None:
    """Return what finds all matches; None where nothing is asked but to see what there is."""
    parsed = planned.parsed
    if not (parsed.words or parsed.identifiers):
        # Punctuation or pictures ask for something, which nothing can match; excluded words leave the rest.
        return NOTHING if parsed.text and not parsed.excluded else None
    return planned.ranked(planned.all_matches())


def _best(
    items: ItemQuerySet[Item],
    matches: Part | None,
    planned: Plan,
    filters: SearchFilters,
    user: Reader,
    page: Page,
    counted: Answer,
) -> tuple[int, ...]:
    """Return the hits of a page of a large catalogue, from as few candidates as fill it.

    The smaller the part of the matches that pass the filters, the more candidates it takes; more are taken until the page
    is filled. Where it takes too many, looking at all is as fast.
    """
    start = (page.number - 1) * page.size
    expected = max(0, min(page.size, counted.found - start))
    if not expected:
        return ()
    if matches is None:
        return browse(items, filters, page=page)
    if filters.order == RELEVANCE:
        passing = 1.0 if planned.filters else counted.found / counted.looked_at
        shown = FOR_EACH_SHOWN * page.number * page.size / passing
        compared = COMPARED_IN_MEANING if planned.meaning else COMPARED
        times = max(1.0, shown / compared)
        candidates = CANDIDATES_THAT_PASS if planned.filters else CANDIDATES
        while candidates * times < planned.documents * ALL_FROM:
            best = planned.best_matches(int(candidates * times), int(compared * times))
            if best is None:
                break
            answer = ask(items, planned.ranked(best), filters, user, page=page)
            if answer.found >= start + expected:
                return answer.ids
            times *= MORE_EACH_TIME
    if planned.filters:
        matches = planned.ranked(planned.filtered_matches())
    return ask(items, matches, filters, user, page=page).ids


def _items(ids: Sequence[int], user: Reader) -> list[Item]:
    """Return the items in this order, with what cards show. The door is passed again, although nobody left it."""
    found = {item.pk: item for item in Item.objects.visible_to(user).filter(pk__in=ids).for_cards()} if ids else {}
    return [found[pk] for pk in ids if pk in found]


def _hits(items: Sequence[Item], planned: Plan) -> tuple[Hit, ...]:
    wanted = {term.lexeme for term in planned.terms}
    wanted |= {lexeme for found in planned.others for name in found.others for lexeme in name.lexemes}
    lexemes = lexemes_of_texts(text for item in items for text in (item.title, item.summary)) if wanted else {}
    return tuple(Hit(item, mark(item.title, wanted, lexemes), snippet(item.summary, wanted, lexemes)) for item in items)


def _did_you_mean(planned: Plan, listed: ItemQuerySet[Item]) -> Suggestion | None:
    """Return what a query with words that nothing holds may have meant.

    A word of an item that this reader may not see would tell of it, so each is looked up as the reader would find it.
    """
    parsed = planned.parsed
    if parsed.is_identifier:
        return None
    held = {term.lexeme for term in planned.terms if term.counts[0]}
    held |= {lexeme for found in planned.others for lexeme in found.lexemes}
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
