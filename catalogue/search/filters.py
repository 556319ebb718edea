"""What a reader asked for, as the address of the search page carries it."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Self
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q
from django.http import QueryDict

from accounts.models import Organisation
from catalogue import kinds
from catalogue.choices import Audience, FormGroup, Phrase, PublicationStatus, Setting
from catalogue.models import ItemAncestor
from taxonomy.models import Topic

MAX_QUERY_LENGTH = 1_000
MAX_VALUES = 30
MAX_PAGE = 500
SHOWN_OF_A_VALUE = 60
EARLIEST_YEAR, LATEST_YEAR = 1600, 2199

RELEVANCE, NEWEST, UPDATED, QUALITY, TITLE = "relevance", "newest", "updated", "quality", "title"
SORTS = {
    RELEVANCE: "Most relevant",
    NEWEST: "Newest",
    UPDATED: "Recently updated",
    QUALITY: "Quality",
    TITLE: "Title, A to Z",
}
WITH_ARCHIVED = "all"

_SLUG = re.compile(r"[-\w]{1,100}")
_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True)
class FacetField:
    """One filter by a list of values: its parameter, its words, and how it is asked of an item.

    labels: value → words, for lists that are code; topics and organisations are rows and give their own. column: of the
    item, where the value stands in one. by_number: the options are shown by how many items they give.
    """

    name: str
    label: str
    condition: Callable[[tuple[str, ...]], Q]
    labels: Callable[[], Mapping[str, str]] | None = None
    column: str = ""
    is_array: bool = False
    by_number: bool = False


def _one_of(column: str) -> Callable[[tuple[str, ...]], Q]:
    return lambda values: Q(**{f"{column}__in": values})


def _any_of(column: str) -> Callable[[tuple[str, ...]], Q]:
    return lambda values: Q(**{f"{column}__overlap": list(values)})


def _about(slugs: tuple[str, ...]) -> Q:
    return Q(Exists(ItemAncestor.objects.filter(item=OuterRef("pk"), topic__slug__in=slugs)))


def kind_labels() -> dict[str, str]:
    """Value → words of the kinds that are registered."""
    return {str(kind.name): kind.plural for kind in kinds.all_kinds()}


def form_labels() -> dict[str, str]:
    """Value → words of the types of every kind."""
    return {value: form.label for kind in kinds.all_kinds() for value, form in kind.forms.items()}


def standing_labels() -> dict[str, str]:
    """Value → words of the standings of every kind, best first within a kind."""
    return {value: words for kind in kinds.all_kinds() for value, words in kind.standings.items()}


FACETS = (
    FacetField("kind", "Kind", _one_of("kind"), kind_labels, column="kind"),
    FacetField("form", "Type", _one_of("form"), form_labels, column="form", by_number=True),
    FacetField("group", "Group of types", _one_of("form_group"), lambda: dict(FormGroup.choices), column="form_group"),
    FacetField("topic", "Topic", _about, by_number=True),
    FacetField("standing", "Quality", _one_of("standing"), standing_labels, column="standing"),
    FacetField(
        "publication_status",
        "Publication status",
        _one_of("publication_status"),
        lambda: dict(PublicationStatus.choices),
        column="publication_status",
    ),
    FacetField("phrase", "Helps you to", _any_of("phrases"), lambda: dict(Phrase.choices), "phrases", is_array=True),
    FacetField("setting", "Setting", _any_of("setting"), lambda: dict(Setting.choices), "setting", True, True),
    FacetField(
        "audience", "Who it is for", _any_of("audience"), lambda: dict(Audience.choices), "audience", is_array=True
    ),
    FacetField("organisation", "Organisation", _one_of("organisation__slug"), by_number=True),
)
FACET_NAMES = tuple(facet.name for facet in FACETS)


@dataclass(frozen=True)
class Ignored:
    """A value of the address that means nothing here, with a sentence that says so."""

    name: str
    value: str
    sentence: str


@dataclass(frozen=True)
class SearchFilters:
    """Words, filters, sort and page of one search. Facets hold values in the order of the address, each once.

    status: "" for what lists show, "all" to include archived and superseded items. ignored: what `from_query` left out.
    """

    q: str = ""
    kind: tuple[str, ...] = ()
    form: tuple[str, ...] = ()
    group: tuple[str, ...] = ()
    topic: tuple[str, ...] = ()
    standing: tuple[str, ...] = ()
    publication_status: tuple[str, ...] = ()
    phrase: tuple[str, ...] = ()
    setting: tuple[str, ...] = ()
    audience: tuple[str, ...] = ()
    organisation: tuple[str, ...] = ()
    year_from: int | None = None
    year_to: int | None = None
    status: str = ""
    sort: str = ""
    page: int = 1
    ignored: tuple[Ignored, ...] = field(default=(), compare=False)

    @classmethod
    def from_query(cls, params: QueryDict) -> Self:
        """Read an address. Never raises: what means nothing is left out and told in `ignored`.

        Asks the database only for topics and organisations, one query each where the address names any.
        """
        ignored: list[Ignored] = []
        values: dict[str, Any] = {}
        for facet in FACETS:
            typed = [value for value in dict.fromkeys(map(clean, params.getlist(facet.name))) if value]
            known = dict.fromkeys(facet.labels(), "") if facet.labels else _rows[facet.name](typed)
            chosen = dict.fromkeys(known[value] or value for value in typed if value in known)
            values[facet.name] = tuple(chosen)[:MAX_VALUES]
            ignored += [_unknown(facet.name, facet.label.lower(), value) for value in typed if value not in known]
        years: dict[str, Any] = {name: _year(name, params, ignored) for name in ("year_from", "year_to")}
        if years["year_from"] and years["year_to"] and years["year_from"] > years["year_to"]:
            years = {"year_from": years["year_to"], "year_to": years["year_from"]}
        words = clean(params.get("q", ""))
        if len(words) > MAX_QUERY_LENGTH:
            words = words[:MAX_QUERY_LENGTH].rsplit(" ", 1)[0]
            ignored.append(Ignored("q", "", "Your question is very long, so we searched for the beginning of it."))
        return cls(
            q=words,
            **values,
            **years,
            status=_choice("status", "status", params, (WITH_ARCHIVED,), ignored),
            sort=_sort(params, words, ignored),
            page=_page(params, ignored),
            ignored=tuple(ignored),
        )

    def as_query(self, *, page: int = 1) -> str:
        """Return the one address for these choices: fixed order, nothing that is empty or the default.

        >>> SearchFilters(q="falls", topic=("frailty",)).as_query(page=2)
        'q=falls&topic=frailty&page=2'
        """
        return urlencode([*self.pairs(), *([("page", str(page))] if page > 1 else [])])

    def pairs(self, *, leaving_out: Iterable[str] = ()) -> list[tuple[str, str]]:
        """Return name and value of every choice but the page, as hidden fields of a form carry them."""
        pairs: list[tuple[str, str]] = []
        for choice in fields(self):
            value = getattr(self, choice.name)
            if choice.name in {"page", "ignored", *leaving_out} or value in ("", None, ()):
                continue
            pairs += [(choice.name, str(one)) for one in (value if isinstance(value, tuple) else (value,))]
        return pairs

    def changed(self, **changes: object) -> Self:
        """Return these filters with other values, on their first page."""
        return replace(self, **{"page": 1, "ignored": (), **changes})  # type: ignore[arg-type]

    def without(self, name: str, value: str = "") -> Self:
        """Return these filters without one value of a facet, or without a year or a status."""
        if name in FACET_NAMES:
            return self.changed(**{name: tuple(one for one in getattr(self, name) if one != value)})
        return self.changed(**{name: None if name.startswith("year") else ""})

    def cleared(self) -> Self:
        """Return the words and the order alone."""
        return type(self)(q=self.q, sort=self.sort)

    def chosen(self, facet: FacetField) -> tuple[str, ...]:
        """Return the values chosen of a facet."""
        values: tuple[str, ...] = getattr(self, facet.name)
        return values

    @property
    def order(self) -> str:
        """The order of the results: by relevance where there are words, else the newest first."""
        return self.sort or (RELEVANCE if self.q else NEWEST)

    @property
    def is_filtered(self) -> bool:
        """True where anything but words, order and page is chosen."""
        return self.changed(q="", sort="") != type(self)()

    @property
    def with_archived(self) -> bool:
        """True where archived and superseded items are asked for."""
        return self.status == WITH_ARCHIVED

    @property
    def years(self) -> Q:
        """The condition on the year."""
        condition = Q()
        if self.year_from is not None:
            condition &= Q(year__gte=self.year_from)
        if self.year_to is not None:
            condition &= Q(year__lte=self.year_to)
        return condition


def clean(text: str) -> str:
    """Return the text without what cannot be seen (NUL, control and direction marks), single blanks between words."""
    visible = "".join(
        " " if unicodedata.category(letter) == "Cc" else letter
        for letter in text[: 20 * MAX_QUERY_LENGTH]
        if unicodedata.category(letter) not in {"Cf", "Cs", "Co", "Cn"}
    )
    return _SPACES.sub(" ", visible).strip()


def _topics(slugs: list[str]) -> dict[str, str]:
    """Return the slugs that stand for a topic, each with the slug to use: that of the topic a merged one ended in."""
    asked = [slug for slug in slugs if _SLUG.fullmatch(slug)]
    if not asked:
        return {}
    found = Topic.objects.filter(slug__in=asked).exclude(status=Topic.Status.CANDIDATE)
    statuses = dict(found.values_list("slug", "status"))
    merged = Topic.objects.all().merged_slugs() if Topic.Status.MERGED in statuses.values() else {}
    return {slug: str(merged.get(slug, slug)) for slug in statuses}


def _organisations(slugs: list[str]) -> dict[str, str]:
    asked = [slug for slug in slugs if _SLUG.fullmatch(slug)]
    return (
        {slug: slug for slug in Organisation.objects.filter(slug__in=asked).values_list("slug", flat=True)}
        if asked
        else {}
    )


_rows: dict[str, Callable[[list[str]], dict[str, str]]] = {"topic": _topics, "organisation": _organisations}


def _unknown(name: str, words: str, value: str) -> Ignored:
    shown = value if len(value) <= SHOWN_OF_A_VALUE else f"{value[:SHOWN_OF_A_VALUE]}…"
    return Ignored(name, shown, f"We ignored the {words} “{shown}”, which is not on our list.")


def _choice(name: str, words: str, params: QueryDict, known: Iterable[str], ignored: list[Ignored]) -> str:
    value = clean(params.get(name, ""))
    if not value or value in known:
        return value
    ignored.append(_unknown(name, words, value))
    return ""


def _sort(params: QueryDict, words: str, ignored: list[Ignored]) -> str:
    """Read the order; the one that would be used anyway, or that makes no sense without words, is left blank."""
    value = _choice("sort", "order", params, SORTS, ignored)
    return "" if value in (RELEVANCE, "" if words else NEWEST) else value


def _year(name: str, params: QueryDict, ignored: list[Ignored]) -> int | None:
    """Read the year of whatever date was typed: 2024, 03/2024, 1 March 2024."""
    value = clean(params.get(name, ""))
    if not value:
        return None
    found = _YEAR.findall(value)
    if len(found) == 1 and EARLIEST_YEAR <= int(found[0]) <= LATEST_YEAR:
        return int(found[0])
    shown = _unknown(name, "year", value).value
    ignored.append(Ignored(name, shown, f"We ignored “{shown}”: write a year with four digits, as in 2024."))
    return None


def _page(params: QueryDict, ignored: list[Ignored]) -> int:
    value = clean(params.get("page", ""))
    if not value:
        return 1
    if re.fullmatch(r"0*[1-9][0-9]{0,8}", value, re.ASCII):
        return int(value)
    shown = _unknown("page", "page", value).value
    ignored.append(Ignored("page", shown, f"There is no page “{shown}”, so this is the first one."))
    return 1
