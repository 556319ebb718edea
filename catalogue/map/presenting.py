"""The map as the page and the file show it."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils import timezone
from django.utils.safestring import SafeString

from catalogue import kinds
from catalogue.addresses import search_url
from catalogue.choices import FormGroup, Setting
from catalogue.map.choices import FILTER_NAMES, Across, MapChoices, Rows, View, groups_in_use
from catalogue.map.counting import Tallies, Tally, tallies, year_columns
from catalogue.map.gaps import Gap, RowFacts, all_gaps, row_facts
from catalogue.map.rows import TopicRow, topic_rows
from catalogue.querysets import Reader
from catalogue.search.filters import FACETS, SearchFilters, standing_labels
from catalogue.search_page import PanelFacet, standings_by_kind
from design.charts import ring_circles, ring_parts
from design.facets import Facet, Option
from taxonomy.models import Topic

# Standing → the tone of its part of the ring. Know-how is not graded, so that its ring never looks like a grade.
TONES = {"high": "high", "moderate": "moderate", "low": "low", "very_low": "low", "not_appraised": "unchecked"}
TONE_WITHOUT_GRADE = "plain"
TONE_ORDER = ("high", "moderate", "low", "unchecked", "plain")
NO_CIRCLES = SafeString()
# From how many items on → the radius of the ring, in the picture's own units: sizes are classes, told in the legend.
SIZES = ((10, 20), (3, 17), (1, 14))


@dataclass(frozen=True)
class Column:
    """One column: the value it counts, its heading, the filters that a search for it adds, and the search's address.

    url: the map with the types of this group across; "" where the column is no group.
    """

    value: str
    label: str
    narrowing: Mapping[str, object]
    search: str
    url: str = ""


@dataclass(frozen=True)
class Cell:
    """One cell; number 0 is an empty one. quality: the mix in words, as in "2 high, 1 low". url: the same search.

    name: what the cell says without its picture. circles: the ring as SVG.
    """

    column: Column
    number: int = 0
    quality: str = ""
    newest: int | None = None
    overdue: int = 0
    url: str = ""
    name: str = ""
    circles: SafeString = NO_CIRCLES


@dataclass(frozen=True)
class Row:
    """One topic. url: the map of its narrower topics, "" where it has none or they are shown. unchecked: items of
    evidence that wait for appraisal."""

    topic: Topic
    depth: int
    narrower: int
    url: str
    cells: list[Cell]
    unchecked: int
    gaps: list[Gap]


@dataclass(frozen=True)
class GapList:
    """One sort of gap with the topics in which it is found, each with the address of its action."""

    gap: Gap
    topics: list[tuple[Topic, str]]


@dataclass(frozen=True)
class EvidenceMap:
    """The whole map. gaps is empty while filters are on: a filter would make gaps that are none."""

    choices: MapChoices
    as_at: datetime.datetime
    columns: list[Column]
    rows: list[Row]
    above: list[Topic]
    gaps: list[GapList]

    @property
    def is_filtered(self) -> bool:
        """True where the numbers leave something out."""
        return self.choices.filters.is_filtered


def evidence_map(choices: MapChoices, user: Reader) -> EvidenceMap:
    """Return the map for this reader. Three queries; one more where settings, years or the types of a group stand across."""
    found = topic_rows(choices)
    columns = _columns(choices)
    topic_ids = [row.topic.pk for row in found.rows]
    cells = tallies(user, topic_ids, choices.filters, choices.across, choices.types)
    are_groups = choices.across == Across.GROUP and not choices.types
    groups = cells if are_groups else tallies(user, topic_ids, choices.filters, Across.GROUP)
    facts = {
        pk: row_facts({group: groups[pk, group] for group in FormGroup if (pk, group) in groups}) for pk in topic_ids
    }
    gaps = [] if choices.filters.is_filtered else all_gaps()
    rows = [_row(row, columns, cells, facts[row.topic.pk], gaps, choices) for row in found.rows]
    return EvidenceMap(
        choices=choices,
        as_at=timezone.now(),
        columns=columns,
        rows=rows,
        above=found.above,
        gaps=[
            GapList(gap, [(row.topic, gap.action_url(row.topic.name)) for row in rows if gap in row.gaps])
            for gap in gaps
        ],
    )


def map_of_one(topic: Topic, groups: Tallies) -> EvidenceMap:
    """Return the map's row of one topic alone, from numbers by group that were counted already. No query."""
    choices = MapChoices(topic=topic)
    columns = _columns(choices)
    facts = row_facts({group: groups[topic.pk, group] for group in FormGroup if (topic.pk, group) in groups})
    gaps = all_gaps()
    row = _row(TopicRow(topic, 0, 0), columns, groups, facts, gaps, choices)
    return EvidenceMap(
        choices=choices,
        as_at=timezone.now(),
        columns=columns,
        rows=[row],
        above=[],
        gaps=[GapList(gap, [(topic, gap.action_url(topic.name))]) for gap in row.gaps],
    )


def map_context(choices: MapChoices, user: Reader) -> dict[str, object]:
    """Return what the map's part of the page reads: nothing of it depends on more than the choices and the rights."""
    return {
        "map": evidence_map(choices, user),
        "choices": choices,
        "in_words": choices.view == View.TABLE,
        "views": views(choices),
        "facets": filter_facets(choices.filters),
        "hidden": choices.pairs(with_filters=False),
        "urls": {
            "rings": choices.url(view=View.RINGS),
            "table": choices.url(view=View.TABLE),
            "csv": choices.url(view=View.CSV),
            "top": choices.url(topic=None, rows=Rows.TOP),
            "every": choices.url(topic=None, rows=Rows.EVERY),
            "groups": choices.url(types=None),
            "unfiltered": choices.url(filters=SearchFilters()),
        },
    }


def filter_facets(filters: SearchFilters) -> list[PanelFacet]:
    """Return the filters of the map as panels of tick boxes, standings under the kind that uses them."""
    panels: list[PanelFacet] = []
    for facet in FACETS:
        if facet.name not in FILTER_NAMES or facet.labels is None:
            continue
        chosen = filters.chosen(facet)
        options = tuple(Option(value, label, None, value in chosen) for value, label in facet.labels().items())
        found = Facet(facet.name, facet.label, options)
        parts = standings_by_kind(found) if facet.name == "standing" else [("", found)]
        panels += [PanelFacet(part, f"{kind}-" if kind else "", False) for kind, part in parts]
    return panels


def views(choices: MapChoices) -> list[tuple[str, str, bool]]:
    """Return label, address and whether it is this one, for what may stand across the top."""
    labels = {Across.GROUP: "By type", Across.SETTING: "By setting", Across.YEAR: "By year"}
    return [
        (label, choices.url(across=across, types=None), across == choices.across) for across, label in labels.items()
    ]


def quality_in_words(standings: Mapping[str, int]) -> str:
    """Return the mix as "2 high, 1 low, 3 not yet appraised", best first; what has no standing is left out."""
    labels = standing_labels()
    return ", ".join(f"{standings[value]:,} {labels[value].lower()}" for value in labels if standings.get(value))


def _columns(choices: MapChoices) -> list[Column]:
    filters, search = choices.filters, search_url()
    if choices.across == Across.SETTING:
        return [
            Column(value, label, {"setting": (value,)}, search)
            for value, label in Setting.choices
            if not filters.setting or value in filters.setting
        ]
    if choices.across == Across.YEAR:
        return list(_year_columns(filters, search))
    if choices.types:
        return [
            Column(value, form.label, {"group": (choices.types.value,), "form": (value,)}, search)
            for kind in kinds.all_kinds()
            for value, form in kind.forms.items()
            if form.group == choices.types
        ]
    return [
        Column(group.value, str(group.label), {"group": (group.value,)}, search, choices.url(types=group))
        for group in groups_in_use()
    ]


def _year_columns(filters: SearchFilters, search: str) -> Iterable[Column]:
    years = year_columns(timezone.localdate())
    for year in years:
        first = None if year == years[-1] else year
        last = None if year == years[0] else year
        label = f"{year} or later" if last is None else f"{year} or before" if first is None else str(year)
        yield Column(
            str(year),
            label,
            {
                "year_from": max((one for one in (first, filters.year_from) if one), default=None),
                "year_to": min((one for one in (last, filters.year_to) if one), default=None),
            },
            search,
        )


def _row(
    row: TopicRow, columns: list[Column], found: Tallies, facts: RowFacts, gaps: list[Gap], choices: MapChoices
) -> Row:
    is_open = row.topic == choices.topic
    return Row(
        topic=row.topic,
        depth=row.depth,
        narrower=row.narrower,
        url=choices.url(topic=row.topic) if row.narrower and not is_open and choices.rows == "top" else "",
        cells=[_cell(row.topic, column, found.get((row.topic.pk, column.value)), choices) for column in columns],
        unchecked=facts.unchecked,
        gaps=[gap for gap in gaps if gap.holds(facts)],
    )


def _cell(topic: Topic, column: Column, tally: Tally | None, choices: MapChoices) -> Cell:
    if tally is None:
        return Cell(column)
    tones = dict.fromkeys(TONE_ORDER, 0)
    for standing, number in tally.standings.items():
        tones[TONES.get(standing, TONE_WITHOUT_GRADE)] += number
    radius = next(radius for least, radius in SIZES if tally.number >= least)
    shown = [(tone, number) for tone, number in tones.items() if number]
    parts = ring_parts([number for _, number in shown], radius=radius) if choices.view == View.RINGS else []
    query = choices.filters.changed(topic=(topic.slug,), **column.narrowing).as_query()
    quality = quality_in_words(tally.standings)
    count = f"{tally.number:,} item{'' if tally.number == 1 else 's'}"
    return Cell(
        column=column,
        number=tally.number,
        quality=quality,
        newest=tally.newest,
        overdue=tally.overdue,
        url=f"{column.search}?{query}",
        name=f"{count}, {topic.name}, {column.label}{f': {quality}' if quality else ''}.",
        circles=ring_circles([(tone, part) for (tone, _), part in zip(shown, parts, strict=False)], radius=radius),
    )
