"""What the search page shows of what a search gave back."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.paginator import Paginator
from django.urls import reverse

from catalogue import kinds
from catalogue.addresses import search_url
from catalogue.cards import with_card_facts
from catalogue.choices import FormGroup
from catalogue.search import SearchFilters, SearchPage
from catalogue.search.facets import Facet as FoundFacet
from catalogue.search.filters import kind_labels
from catalogue.search.results import Counts
from design.facets import ActiveFilter, Facet, FacetLike, Option

# A long list is slow to draw and to read; the list of topics leads to every other one.
TOPICS_OFFERED = 40
# What the form carries beside the filters that are counted.
DRAWN_ELSEWHERE = ("q", "kind", "group", "year_from", "year_to", "status", "sort")
# The filters of the panel, in order. The kind is chosen above the results.
PANEL = ("form", "topic", "standing", "publication_status", "setting", "audience", "phrase", "organisation")


@dataclass(frozen=True)
class KindLink:
    """One kind of content above the results. `url` is the same search for that kind. count: None where it is not known."""

    value: str
    label: str
    count: int | None
    url: str
    current: bool


@dataclass(frozen=True)
class PanelFacet:
    """A facet of the panel, with what keeps its ids apart from those of others, and whether it is sent open."""

    facet: Facet
    prefix: str
    opened: bool


def search_context(page: SearchPage) -> dict[str, Any]:
    """Return what the template reads. One query more for each kind among the results."""
    with_card_facts(page.items)
    filters = page.filters
    address = search_url()
    chips = [
        ActiveFilter(chip.label, chip.value_label, f"{address}?{chip.query}" if chip.query else address)
        for chip in page.applied
    ]
    return {
        "page": page,
        "kind": kinds.get(filters.kind[0]) if len(filters.kind) == 1 else None,
        **filters_context(filters, Counts(page.facets, page.sampled) if page.are_counted else None),
        "chips": [chip for chip, applied in zip(chips, page.applied, strict=True) if applied.name != "kind"],
        "default_order": filters.changed(sort="").order,
        "clear_url": _address(filters.cleared().changed(kind=filters.kind)),
        "everything_url": _address(filters.cleared()),
        "ris_url": f"{reverse('search-ris')}?{filters.as_query(page=page.number)}",
        "pages": Paginator(range(page.last), 1).page(page.number),
        "remarks": remarks(page),
        "choices": [(choice, _address(filters.changed(q=choice.query))) for choice in page.notes.choices],
        "did_you_mean_url": (
            _address(filters.changed(q=page.notes.did_you_mean.query)) if page.notes.did_you_mean else ""
        ),
        "chosen_kinds": filters.kind,
        "chosen_topics": topics.selected if (topics := page.facet("topic")) else (),
        "first_place": (page.number - 1) * settings.SEARCH_PAGE_SIZE + 1,
    }


def remarks(page: SearchPage) -> list[str]:
    """Return sentences about what was asked and could not be done."""
    sentences = list(page.notes.ignored)
    if page.notes.by_meaning_alone:
        sentences.append("Nothing here holds your words. These are the nearest in meaning.")
    if page.requested > page.number:
        which = f"this is page {page.number}, the last one" if page.last > 1 else "this is all there is"
        sentences.append(f"There is no page {page.requested:,}: {which}.")
    return sentences


def filters_context(filters: SearchFilters, counts: Counts | None, *, is_apart: bool = False) -> dict[str, Any]:
    """Return what the filters and the kinds above the results are drawn from. counts: None where they come apart.

    is_apart: drawn to take the place of those that were shown without numbers.
    """
    return {
        "filters": filters,
        "are_counted": counts is not None,
        "is_apart": is_apart,
        "sampled": counts.sampled if counts else None,
        "kind_links": kind_links(filters, counts, is_kept=is_apart),
        "panel": panel(counts.facets) if counts else [],
        "chosen_values": filters.pairs(leaving_out=DRAWN_ELSEWHERE),
        "filters_url": f"{reverse('search-filters')}?{filters.as_query()}",
    }


def kind_links(filters: SearchFilters, counts: Counts | None, *, is_kept: bool = False) -> list[KindLink]:
    """Return "Everything" and each kind with its count, where known; nothing where there is one kind to choose from.

    A kind without matches is left out where all were counted: among some of them the few of a rare kind may be missing.
    is_kept: shown for one kind too, as they are on the page already and nothing should move.
    """
    labels = kind_labels()
    numbers: dict[str, int | None] = dict.fromkeys(labels)
    everything = None
    if counts is not None:
        found = {
            option.value: option.count for facet in counts.facets if facet.name == "kind" for option in facet.options
        }
        everything = sum(found.values())
        numbers = {kind: found.get(kind) or None for kind in labels} if counts.sampled else {**found}
    if len(numbers) < 2 and not filters.kind and not is_kept:
        return []
    return [
        KindLink("", "Everything", everything, _address(filters.changed(kind=())), not filters.kind),
        *(
            KindLink(kind, labels[kind], number, _address(filters.changed(kind=(kind,))), kind in filters.kind)
            for kind, number in numbers.items()
        ),
    ]


def with_filters_url(filters: SearchFilters) -> str:
    """Return the address of the same search with every filter shown, however long counting takes."""
    return f"{search_url()}?{urlencode([*filters.pairs(), ('page', filters.page), ('filters', 'shown')])}"


def _address(filters: SearchFilters) -> str:
    query = filters.as_query()
    return f"{search_url()}?{query}" if query else search_url()


def panel(facets: Iterable[FoundFacet]) -> list[PanelFacet]:
    """Return the filters of the panel, types under their groups, standings under the kind that uses them.

    A filter without options is left out.
    """
    found = {facet.name: facet for facet in facets}
    shown: list[PanelFacet] = []
    for name in PANEL:
        facet = found.get(name)
        if facet is None or not facet.options:
            continue
        if name == "standing":
            shown += [PanelFacet(part, f"{kind}-", False) for kind, part in standings_by_kind(facet)]
        elif name == "form":
            shown.append(PanelFacet(grouped_types(facet), "", True))
        elif name == "topic":
            shown.append(PanelFacet(most_frequent(facet), "", True))
        else:
            shown.append(PanelFacet(Facet(name, facet.label, facet.options), "", False))
    return shown


def most_frequent(facet: FoundFacet) -> Facet:
    """Return the topics that most results are on, and those that are on."""
    options = [option for place, option in enumerate(facet.options) if place < TOPICS_OFFERED or option.selected]
    return Facet(facet.name, facet.label, options)


def grouped_types(facet: FoundFacet) -> Facet:
    """Return the types with the group that each counts under, groups in their own order, most frequent types first."""
    groups = {value: form.group for kind in kinds.all_kinds() for value, form in kind.forms.items()}
    order = {group: place for place, group in enumerate(FormGroup.values)}
    options = [
        Option(option.value, option.label, option.count, option.selected, FormGroup(groups[option.value]).label)
        for option in sorted(facet.options, key=lambda option: order[groups[option.value]])
    ]
    return Facet(facet.name, facet.label, options)


def standings_by_kind(facet: FacetLike) -> Iterable[tuple[str, Facet]]:
    """Yield, for each kind that has one, its name and the facet of its own standings under its own words."""
    for kind in kinds.all_kinds():
        options = [option for option in facet.options if option.value in kind.standings]
        if options:
            yield kind.name, Facet(facet.name, kind.standing_label, options)
