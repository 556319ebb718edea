"""A person's own learning record: saving, starting, doing, reflecting, removing."""

import datetime
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from catalogue.models import Item
from catalogue.services import NotReady
from learning_zone.choices import Method, RecordState
from learning_zone.models import LearningRecord, LearningResource

# A day has no more minutes than this; somebody who records a whole course records its hours, not its weeks.
MOST_MINUTES = 1_000 * 60


@transaction.atomic
def save_for_later(*, resource: LearningResource, by: User) -> LearningRecord:
    """Keep the resource for later; what is started already stays started."""
    record, _ = LearningRecord.objects.get_or_create(
        person=by, item_id=resource.pk, state__in=(RecordState.SAVED, RecordState.STARTED),
        defaults={"state": RecordState.SAVED, **_kept(resource)},
    )  # fmt: skip
    return record


@transaction.atomic
def start(*, resource: LearningResource, by: User) -> LearningRecord:
    """Say that the person has begun."""
    record = save_for_later(resource=resource, by=by)
    if record.state == RecordState.SAVED:
        record.state = RecordState.STARTED
        record.save(update_fields=["state", "updated_at"])
    return record


@transaction.atomic
def set_steps(*, resource: LearningResource, done: Iterable[int], by: User) -> LearningRecord:
    """Say which steps of a programme the person has done. Steps of another programme count for nothing."""
    own = set(resource.steps.values_list("pk", flat=True))
    record = start(resource=resource, by=by)
    record.steps_done = sorted(own.intersection(done))
    record.save(update_fields=["steps_done", "updated_at"])
    return record


@transaction.atomic
def complete(*, resource: LearningResource, by: User, **answers: Any) -> LearningRecord:
    """Record that the person did it: the one that is open becomes done, or a new one is made.

    answers: done_on, minutes, participatory_minutes, method, reflection, code_themes. The very same answers sent again,
    by a second click or from the page before, change nothing. Raises NotReady with a sentence.
    """
    _one_at_a_time(by)
    what = {"item_id": resource.pk}
    record = LearningRecord.objects.of(by).open().filter(**what).first() or _told_already(by, what, answers)
    return _write_done(record or LearningRecord(person=by, **what, **_kept(resource)), answers)


@transaction.atomic
def add_own(*, by: User, title: str, provider: str = "", **answers: Any) -> LearningRecord:
    """Record something that the person did elsewhere; the very same sent again changes nothing.

    Raises NotReady with a sentence.
    """
    _one_at_a_time(by)
    what = {"item_id": None, "title": title, "provider": provider}
    return _write_done(_told_already(by, what, answers) or LearningRecord(person=by, **what), answers)


@transaction.atomic
def change(*, record: LearningRecord, by: User, **answers: Any) -> LearningRecord:
    """Change an entry that is done. Raises NotReady with a sentence, for somebody else's too."""
    _refuse_unless_own(record, by)
    for name in ("title", "provider"):
        if name in answers:
            setattr(record, name, answers.pop(name))
    return _write_done(record, answers)


@transaction.atomic
def remove(*, record: LearningRecord, by: User) -> None:
    """Take an entry away for good. Raises NotReady for somebody else's."""
    _refuse_unless_own(record, by)
    record.delete()


@transaction.atomic
def record_attendance(
    *, person: User, item: Item, on: datetime.date, minutes: int, participatory: bool
) -> LearningRecord:
    """Record that the person came to something; told twice of the same day, even at once, it changes nothing."""
    _one_at_a_time(person)
    record, _ = LearningRecord.objects.get_or_create(
        person=person,
        item=item,
        state=RecordState.DONE,
        done_on=on,
        defaults={
            "title": item.title,
            "provider": item.organisation.name if item.organisation else "",
            "minutes": minutes,
            "participatory_minutes": minutes if participatory else 0,
            "method": Method.CONFERENCE,
        },
    )
    return record


def _one_at_a_time(person: User) -> None:
    """Hold the person's row: whoever tells second waits here for the first, and then finds the entry."""
    User.objects.select_for_update(no_key=True).get(pk=person.pk)


def _told_already(person: User, what: dict[str, Any], answers: dict[str, Any]) -> LearningRecord | None:
    return LearningRecord.objects.of(person).done().filter(**what, **answers).first()


def _kept(resource: LearningResource) -> dict[str, str]:
    return {"title": resource.title, "provider": resource.provider}


def _write_done(record: LearningRecord, answers: dict[str, Any]) -> LearningRecord:
    if answers["done_on"] > timezone.localdate():
        raise NotReady("The day you did it cannot be in the future.")
    if not 0 < answers["minutes"] <= MOST_MINUTES:
        raise NotReady("Say how long it took.")
    if answers["participatory_minutes"] > answers["minutes"]:
        raise NotReady("The part you did with others cannot be longer than the whole.")
    record.state = RecordState.DONE
    for name, value in answers.items():
        setattr(record, name, value)
    record.save()
    return record


def _refuse_unless_own(record: LearningRecord, by: User) -> None:
    if record.person_id != by.pk:
        raise NotReady("This entry is not yours.")
