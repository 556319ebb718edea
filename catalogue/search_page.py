"""What the search page shows of what a search gave back."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.urls import reverse

from catalogue import kinds
from catalogue.cards import with_card_facts
from catalogue.choices import FormGroup
from catalogue.search import SearchPage
from catalogue.search.facets import Facet as FoundFacet
from design.facets import ActiveFilter, Facet, FacetLike, Option

# A long list is slow to draw and to read; the list of topics leads to every other one.
TOPICS_OFFERED = 40
# The filters of the panel, in order. The kind is chosen above the results.
PANEL = ("form", "topic", "standing", "publication_status", "setting", "audience", "phrase", "organisation")


@dataclass(frozen=True)
class KindLink:
    """One kind of content above the results. `url` is the same search for that kind."""

    label: str
    count: int
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
    address = reverse("search")

    def url(query: str) -> str:
        return f"{address}?{query}" if query else address

    chips = [ActiveFilter(chip.label, chip.value_label, url(chip.query)) for chip in page.applied]
    return {
        "page": page,
        "filters": filters,
        "kind": kinds.get(filters.kind[0]) if len(filters.kind) == 1 else None,
        "kind_links": kind_links(page, url=url),
        "panel": panel(page.facets),
        "chips": [chip for chip, applied in zip(chips, page.applied, strict=True) if applied.name != "kind"],
        "default_order": filters.changed(sort="").order,
        "clear_url": url(filters.cleared().changed(kind=filters.kind).as_query()),
        "everything_url": url(filters.cleared().as_query()),
        "ris_url": f"{reverse('search-ris')}?{filters.as_query(page=page.number)}",
        "pages": Paginator(range(page.last), 1).page(page.number),
        "remarks": remarks(page),
        "choices": [(choice, url(filters.changed(q=choice.query).as_query())) for choice in page.notes.choices],
        "did_you_mean_url": (
            url(filters.changed(q=page.notes.did_you_mean.query).as_query()) if page.notes.did_you_mean else ""
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


def kind_links(page: SearchPage, *, url: Any) -> list[KindLink]:
    """Return "Everything" and each kind with its count; nothing where there is one kind to choose from."""
    filters = page.filters
    options = page.kinds
    if len(options) < 2 and not filters.kind:
        return []
    everything = KindLink(
        "Everything", page.all_kinds_total, url(filters.changed(kind=()).as_query()), not filters.kind
    )
    return [
        everything,
        *(
            KindLink(option.label, option.count, url(filters.changed(kind=(option.value,)).as_query()), option.selected)
            for option in options
        ),
    ]


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
