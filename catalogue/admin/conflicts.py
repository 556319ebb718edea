"""What to show when two people edited the same record: who changed which field, and what still has to be decided.

The record as this person opened it is read from the recorded events. A field that only the other person changed is
taken over into the form; one that only this person changed stays; one that both changed is theirs to decide.
"""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db import models
from django.utils.functional import Promise

from accounts.history import Change, Own, changes, events_of
from catalogue.models import Item, ItemTopic
from design.dates import day_in_words, moment_in_words

NOTHING = "(empty)"


@dataclass(frozen=True)
class Difference:
    """One field that two people left with different contents. `mine` is "" where this person had not touched it."""

    label: str
    theirs: str
    mine: str = ""


@dataclass(frozen=True)
class Conflict:
    """Who saved last, the fields that both changed, those that only the other or only this person changed.

    `taken_over` holds, by field, what the form sends from now on for a field that only the other person changed.
    """

    last_change: Change | None
    both: tuple[Difference, ...]
    only_theirs: tuple[Difference, ...]
    only_mine: tuple[Difference, ...]
    taken_over: Mapping[str, list[str]]


def compare(form: forms.ModelForm, *, opened_version: int | None) -> Conflict:
    """Compare what a bound form sent with what is stored, in the light of what the person had opened.

    The form's instance must hold the stored values in `form.initial`; `form.cleaned_data` what was sent.
    """
    opened = _as_opened(form.instance, opened_version)
    both: list[Difference] = []
    only_theirs: list[Difference] = []
    only_mine: list[Difference] = []
    taken_over: dict[str, list[str]] = {}
    for name in form.changed_data:
        field = form.fields[name]
        if field.widget.is_hidden or name not in form._meta.fields:  # type: ignore[operator]
            continue
        stored = form.get_initial_for_field(field, name)
        theirs = in_words(field, stored)
        mine = in_words(field, form.cleaned_data.get(name, form[name].data))
        label = str(form[name].label)
        if name in opened and not field.has_changed(opened[name], form[name].data):
            only_theirs.append(Difference(label, theirs))
            taken_over[name] = as_sent(field, stored)
        elif name in opened and _plain(opened[name]) == _plain(stored):
            only_mine.append(Difference(label, theirs, mine))
        else:
            both.append(Difference(label, theirs, mine))
    recorded = changes(own=[Own(events_of(Item).filter(pgh_obj=form.instance.pk))])
    return Conflict(
        last_change=recorded[0] if recorded else None,
        both=tuple(both),
        only_theirs=tuple(only_theirs),
        only_mine=tuple(only_mine),
        taken_over=taken_over,
    )


def _as_opened(item: Item, version: int | None) -> dict[str, Any]:
    """Return the columns of the item as they were before its next version was saved; {} where that is not recorded."""
    if version is None:
        return {}
    events = events_of(Item).filter(pgh_obj=item.pk).order_by("pgh_id")
    parent, following = events.filter(version=version).last(), events.filter(version__gt=version).first()
    if parent is None or following is None:
        return {}
    saved_at: datetime.datetime = following.pgh_created_at
    opened = {**_columns(parent), "topics": _topics_before(item, saved_at)}
    if type(item) is not Item:
        child = events_of(type(item)).filter(pgh_obj=item.pk, pgh_created_at__lt=saved_at).order_by("pgh_id").last()
        opened |= _columns(child) if child is not None else {}
    return opened


def _topics_before(item: Item, saved_at: datetime.datetime) -> list[int]:
    topics: set[int] = set()
    for event in events_of(ItemTopic).filter(content_object=item.pk, pgh_created_at__lt=saved_at).order_by("pgh_id"):
        if event.pgh_label == "delete":
            topics.discard(event.tag_id)
        else:
            topics.add(event.tag_id)
    return list(topics)


def _plain(value: Any) -> Any:
    """Return lists of records or keys as a set of keys, so that neither order nor form tells them apart."""
    return {getattr(entry, "pk", entry) for entry in value} if isinstance(value, list | tuple) else value


def _columns(event: Any) -> dict[str, Any]:
    return {
        column.name: column.value_from_object(event)
        for column in event._meta.concrete_fields
        if not column.name.startswith("pgh_")
    }


def as_sent(field: forms.Field, value: Any) -> list[str]:
    """Return what a browser would send for a field that shows this value."""
    shown = field.widget.format_value(field.prepare_value(value))
    if shown is None:
        return []
    return [str(part) for part in shown] if isinstance(shown, list | tuple) else [str(shown)]


def in_words(field: forms.Field, value: Any) -> str:
    """Return what a person would call the value of a form's field."""
    if isinstance(field, forms.ModelMultipleChoiceField):
        keys = [getattr(entry, "pk", entry) for entry in value or ()]
        return "\n".join(sorted(str(record) for record in _all(field).filter(pk__in=keys))) or NOTHING
    if isinstance(field, forms.ModelChoiceField):
        record = _all(field).filter(pk=getattr(value, "pk", value)).first() if value else None
        return str(record) if record else NOTHING
    if isinstance(field, forms.ChoiceField):
        labels = _flat(field.choices)
        values = value if isinstance(value, list | tuple) else [value]
        return "\n".join(str(labels.get(str(entry), entry)) for entry in values if entry not in (None, "")) or NOTHING
    if isinstance(field, forms.BooleanField):
        return "Yes" if value else "No"
    if isinstance(value, datetime.datetime):
        return moment_in_words(value)
    if isinstance(value, datetime.date):
        return day_in_words(value)
    if isinstance(value, list | tuple):
        return "\n".join(str(entry) for entry in value) or NOTHING
    return str(value) if value not in (None, "") else NOTHING


def _all(field: forms.ModelChoiceField) -> models.QuerySet:
    """All records of the kind that the field offers: what was chosen need not be on offer any more."""
    assert field.queryset is not None
    return field.queryset.model._default_manager.all()


def _flat(choices: Any) -> dict[str, str | Promise]:
    flat: dict[str, str | Promise] = {}
    for value, label in choices:
        flat |= _flat(label) if isinstance(label, list | tuple) else {str(value): label}
    return flat
