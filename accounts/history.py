"""Who changed what and when, read from the events that PostgreSQL's triggers record (django-pghistory).

A record's history comes from several event tables: its own, its parent's, and those of the rows that belong to it.
What one request or one transaction did is one change, shown net: what was set and set back does not appear.
"""

import datetime
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.text import capfirst
from pghistory.models import Context

from accounts.models import User
from design.dates import day_in_words, moment_in_words

# The newest rows that are read of one event table; older ones stay in the database.
MOST_EVENTS = 2_000
NOTHING = "(empty)"

# Columns that follow from others or count saves: true, but no news to the person who reads a history.
BOOKKEEPING = frozenset({"id", "slug", "key", "updated_at", "created_at", "version", "title_key", "is_demonstration"})

Event = Any  # a row of a model that pghistory makes at run time


@dataclass(frozen=True)
class Own:
    """The events of the record itself, or of its parent row. words: field → what a stored value is called."""

    events: models.QuerySet
    words: Mapping[str, Callable[[Any], str]] = field(default_factory=dict)
    leave_out: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Rows:
    """The events of rows that belong to the record: topics, appraisals.

    `name` gives the words for one of them, from the event and a function that puts one of its columns into words. Rows
    of the same name are the same thing: one that is deleted and made again in one change has not changed.
    """

    events: models.QuerySet
    label: str
    name: Callable[[Event, Callable[[str], str]], str]
    leave_out: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Line:
    """One thing that changed: a field's values before and after, or a row that came ("" before) or went ("" after)."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Change:
    """What one person did at one moment. `by` is None where no person was signed in, as with a command."""

    at: datetime.datetime
    by: User | None
    is_first: bool
    lines: tuple[Line, ...]


def events_of(model: type[models.Model]) -> models.QuerySet:
    """Return the events that are recorded of a tracked model."""
    return apps.get_model(f"{model._meta.label}Event")._default_manager.all()


def changes(*, own: Sequence[Own], rows: Sequence[Rows] = ()) -> list[Change]:
    """Return what happened to a record, the newest change first.

    The number of queries depends on the number of sources and of the kinds of things their columns point at, not on
    the number of events.
    """
    sources: list[Own | Rows] = [*own, *rows]
    histories = [_History(source, list(source.events.order_by("-pgh_id")[:MOST_EVENTS])) for source in sources]
    moments = sorted({key for history in histories for key in history.by_moment}, key=lambda key: key[0])
    names = _names_of_related(histories)
    people = _people(context for _, context in moments)
    first = min((key for history in histories for key in history.beginnings), default=None, key=lambda key: key[0])
    found = []
    for moment in moments:
        lines = tuple(line for history in histories for line in history.lines_at(moment, names))
        if lines or moment == first:
            found.append(Change(at=moment[0], by=people.get(str(moment[1])), is_first=moment == first, lines=lines))
    return found[::-1]


Moment = tuple[datetime.datetime, Hashable]
RelatedNames = Mapping[type[models.Model], Mapping[Any, str]]


class _History:
    """The events of one source, walked from the oldest to the newest."""

    def __init__(self, source: Own | Rows, newest_first: list[Event]) -> None:
        self.source = source
        self.events = newest_first[::-1]
        self.by_moment: dict[Moment, list[Event]] = defaultdict(list)
        for event in self.events:
            self.by_moment[event.pgh_created_at, event.pgh_context_id].append(event)
        self.beginnings = (
            [key for key, events in self.by_moment.items() if events[0].pgh_label == "insert"]
            if isinstance(source, Own)
            else []
        )
        self._state: dict[Any, Event] = {}

    def fields(self) -> list[models.Field]:
        """The columns worth showing."""
        left_out = BOOKKEEPING | self.source.leave_out
        return [
            column
            for column in self.source.events.model._meta.concrete_fields
            if not column.name.startswith("pgh_") and column.name not in left_out
        ]

    def foreign_keys(self) -> list[models.ForeignKey]:
        """The columns that point at other records."""
        return [
            column
            for column in self.source.events.model._meta.concrete_fields
            if isinstance(column, models.ForeignKey) and not column.name.startswith("pgh_")
        ]

    def lines_at(self, moment: Moment, names: RelatedNames) -> list[Line]:
        """Return what changed at this moment, and remember the state after it."""
        events = self.by_moment.get(moment, [])
        before = {event.pgh_obj_id: self._state.get(event.pgh_obj_id) for event in events}
        for event in events:
            self._state[event.pgh_obj_id] = event
        after = {key: None if self._state[key].pgh_label == "delete" else self._state[key] for key in before}
        if isinstance(self.source, Own):
            return [
                line
                for key, old in before.items()
                if old is not None and after[key] is not None
                for line in self._differences(old, after[key], names)
            ]
        made_now = {event.pgh_obj_id for event in events if event.pgh_label == "insert"}
        return self._rows(self.source, before, after, made_now, names)

    def _rows(
        self, source: Rows, before: dict[Any, Event], after: dict[Any, Event], made_now: set[Any], names: RelatedNames
    ) -> list[Line]:
        # A row without a state before it that was not made now is older than the oldest event that was read.
        gone = {self._name(old or self._state[key], names) for key, old in before.items() if after[key] is None} - {
            self._name(self._state[key], names) for key in made_now if after[key] is None
        }
        come = {self._name(new, names) for key, new in after.items() if new is not None and key in made_now}
        lines = [Line(f"{source.label} removed", name, "") for name in sorted(gone - come)]
        lines += [Line(f"{source.label} added", "", name) for name in sorted(come - gone)]
        for key, old in before.items():
            new = after[key]
            if old is not None and new is not None and old is not new:
                lines += [
                    Line(f"{source.label} “{self._name(new, names)}”: {line.label}", line.before, line.after)
                    for line in self._differences(old, new, names)
                ]
        return lines

    def _name(self, event: Event, names: RelatedNames) -> str:
        source = self.source

        def word(column_name: str) -> str:
            column = source.events.model._meta.get_field(column_name)
            return _in_words(column, getattr(event, column.attname), None, names)

        return source.name(event, word) if isinstance(source, Rows) else ""

    def _differences(self, old: Event, new: Event, names: RelatedNames) -> list[Line]:
        words = self.source.words if isinstance(self.source, Own) else {}
        return [
            Line(
                capfirst(str(column.verbose_name)),
                _in_words(column, getattr(old, column.attname), words.get(column.name), names),
                _in_words(column, getattr(new, column.attname), words.get(column.name), names),
            )
            for column in self.fields()
            if getattr(old, column.attname) != getattr(new, column.attname)
        ]


def _in_words(column: models.Field, value: Any, words: Callable[[Any], str] | None, names: RelatedNames) -> str:
    if value in (None, "", []):
        return NOTHING
    if words is not None:
        return words(value)
    if isinstance(column, models.ForeignKey):
        return names.get(column.related_model, {}).get(value, f"number {value}, no longer there")  # type: ignore[call-overload]
    if isinstance(column, ArrayField):
        choices = dict(column.base_field.flatchoices)
        return "\n".join(str(choices.get(entry, entry)) for entry in value)
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, datetime.datetime):
        return moment_in_words(value)
    if isinstance(value, datetime.date):
        return day_in_words(value)
    return str(dict(column.flatchoices).get(value, value))


def _names_of_related(histories: Iterable[_History]) -> dict[type[models.Model], dict[Any, str]]:
    """Return the words for every record that the columns point at, with one query for each kind of record."""
    wanted: dict[type[models.Model], set[Any]] = defaultdict(set)
    for history in histories:
        for column in history.foreign_keys():
            wanted[column.related_model].update(  # type: ignore[index]
                getattr(event, column.attname) for event in history.events
            )
    return {
        model: {row.pk: str(row) for row in model._default_manager.filter(pk__in=keys - {None})}
        for model, keys in wanted.items()
        if keys - {None}
    }


def _people(contexts: Iterable[Hashable]) -> dict[str, User]:
    """Return who was signed in, by the id of the context in which the event was recorded."""
    keys = {str(key) for key in contexts if key is not None}
    signed_in = {
        str(context.pk): context.metadata.get("user")
        for context in Context.objects.filter(pk__in=keys)
        if context.metadata.get("user") is not None
    }
    users = {user.pk: user for user in User.objects.filter(pk__in=set(signed_in.values()))}
    return {key: users[pk] for key, pk in signed_in.items() if pk in users}


def last_change_by(*, own: Sequence[Own]) -> Change | None:
    """Return the newest change of a record, or None where none was recorded."""
    return next(iter(changes(own=own)), None)
