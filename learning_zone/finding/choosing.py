"""The filters of the list of learning, and what the address of the list asks for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Self
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q
from django.http import QueryDict
from django.urls import reverse

from catalogue.choices import Phrase
from catalogue.models import ItemAncestor
from catalogue.search.filters import clean
from learning_zone.choices import LEARNING_TYPES, Access, Cost, Level, TimeBand
from taxonomy.models import Topic

MAX_WORDS_LENGTH = 1_000
MAX_VALUES = 30


@dataclass(frozen=True)
class Filter:
    """One filter: its parameter, its words, what it asks of a resource, and the column it counts by ("" for topics).

    labels: value → words, for lists that are code; topics are rows and give their own.
    """

    name: str
    label: str
    labels: Mapping[str, str]
    condition: Callable[[tuple[str, ...]], Q]
    column: str = ""


def _one_of(column: str) -> Callable[[tuple[str, ...]], Q]:
    return lambda values: Q(**{f"{column}__in": values})


FILTERS = (
    Filter("type", "Type", {value: form.label for value, form in LEARNING_TYPES.items()}, _one_of("form"), "form"),
    Filter(
        "time", "Time I have", dict(TimeBand.choices), lambda values: Q(minutes__lte=max(map(int, values))), "minutes"
    ),
    Filter("level", "Level", dict(Level.choices), _one_of("level"), "level"),
    Filter("cost", "Cost", dict(Cost.choices), _one_of("cost"), "cost"),
    Filter("access", "Access", dict(Access.choices), _one_of("access"), "access"),
    Filter(
        "topic",
        "Topic",
        {},
        lambda slugs: Q(Exists(ItemAncestor.objects.filter(item=OuterRef("pk"), topic__slug__in=slugs))),
    ),
    Filter("phrase", "Helps you to", dict(Phrase.choices), lambda values: Q(phrases__overlap=list(values)), "phrases"),
)


@dataclass(frozen=True)
class Choices:
    """What the address asks for. `time` holds one value: the longest."""

    q: str = ""
    type: tuple[str, ...] = ()
    time: tuple[str, ...] = ()
    level: tuple[str, ...] = ()
    cost: tuple[str, ...] = ()
    access: tuple[str, ...] = ()
    topic: tuple[str, ...] = ()
    phrase: tuple[str, ...] = ()

    @classmethod
    def from_query(cls, params: QueryDict) -> Self:
        """Read an address. Never raises: what means nothing here is left out."""
        values: dict[str, Any] = {"q": clean(params.get("q", ""))[:MAX_WORDS_LENGTH]}
        for one in FILTERS:
            given = list(dict.fromkeys(clean(value) for value in params.getlist(one.name)))[:MAX_VALUES]
            values[one.name] = tuple(value for value in given if value in one.labels or (not one.labels and value))
        if values["time"]:
            values["time"] = (max(values["time"], key=int),)
        if values["topic"]:
            known = Topic.objects.active().filter(slug__in=values["topic"]).values_list("slug", flat=True)
            values["topic"] = tuple(known)
        return cls(**values)

    def chosen(self, name: str) -> tuple[str, ...]:
        """Return the values chosen of a filter."""
        values: tuple[str, ...] = getattr(self, name)
        return values

    def without(self, name: str, value: str) -> Self:
        """Return these choices without one of them."""
        kept: dict[str, Any] = {name: tuple(one for one in self.chosen(name) if one != value)}
        return replace(self, **kept)

    def url(self) -> str:
        """Return the address of the list with these choices."""
        pairs = [("q", self.q)] if self.q else []
        pairs += [(one.name, value) for one in fields(self)[1:] for value in self.chosen(one.name)]
        address = reverse("learning_zone:find")
        return f"{address}?{urlencode(pairs)}" if pairs else address
