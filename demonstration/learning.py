"""Loading the invented learning, its dates and its paths."""

import datetime
from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from accounts.models import User
from catalogue import relations
from catalogue.choices import KindName, Status
from catalogue.models import Item
from catalogue.search import index_many
from catalogue.services import default_review_due
from learning_zone.models import Chapter, CourseRun, LearningResource, Path, PathStep, Step
from taxonomy.models import Topic

# Fields that stand in the content file under the name they have on the model.
PLAIN_FIELDS = (
    "title", "form", "level", "format", "minutes", "access", "access_note", "cost", "cpd_minutes", "has_certificate",
    "provider", "audience", "setting", "phrases", "needs", "summary", "outcomes", "prerequisites", "series",
    "series_position", "technique", "has_captions", "transcript", "visibility",
)  # fmt: skip


def load_learning(content: dict[str, Any], *, items: Mapping[str, Item], curator: User) -> dict[str, Item]:
    """Load resources and paths; `items` are the records and know-how that they teach. Return those with the resources."""
    topics = {topic.slug: topic for topic in Topic.objects.all()}
    loaded: dict[str, Item] = dict(items)
    for row in content["resources"]:
        resource = _load_one(row, curator)
        resource.topics.set([topics[slug] for slug in row["topics"] if slug in topics])
        _load_rows(resource, row)
        for link in row.get("relations", ()):
            relation = relations.propose(from_item=resource, to_item=items[link["to"]], kind=link["kind"], by=curator)
            relations.confirm(relation=relation, by=curator)
        loaded[row["key"]] = resource
    index_many([loaded[row["key"]].pk for row in content["resources"]])
    for place, row in enumerate(content["paths"], start=1):
        path = Path.objects.create(
            title=row["title"],
            slug=row["slug"],
            summary=row["summary"],
            position=place,
            is_listed=True,
            is_demonstration=True,
        )
        for position, step in enumerate(row["steps"], start=1):
            item = loaded[step["key"]]
            PathStep.objects.create(path=path, item_id=item.pk, position=position, note=step.get("note", ""))
    return loaded


def clear_paths() -> None:
    """Remove the invented paths; resources go with the other items."""
    Path.objects.filter(is_demonstration=True).delete()


def _load_one(row: dict[str, Any], curator: User) -> LearningResource:
    added = timezone.now() + datetime.timedelta(days=row["added"])
    resource = LearningResource(
        kind=KindName.LEARNING,
        **{name: row[name] for name in PLAIN_FIELDS if name in row},
        url=f"https://learning.example/{row['key'].lower()}",
        year=added.year,
        status=Status.PUBLISHED,
        published_at=added,
        reviewed_at=timezone.localdate(added),
        recorded_on=_day(row["recorded"]) if "recorded" in row else None,
        expires_on=_day(row["expires"]) if "expires" in row else None,
        owner=curator,
        organisation=curator.organisation,
        is_demonstration=True,
    )
    resource.review_due = default_review_due(resource, reviewed_on=timezone.localdate(added))
    resource.full_clean(exclude=["slug", "form_group"])
    resource.save()
    return resource


def _load_rows(resource: LearningResource, row: dict[str, Any]) -> None:
    for position, step in enumerate(row.get("steps", ()), start=1):
        Step.objects.create(resource=resource, position=position, **step)
    for chapter in row.get("chapters", ()):
        Chapter.objects.create(resource=resource, **chapter)
    for run in row.get("runs", ()):
        starts = timezone.make_aware(datetime.datetime.combine(_day(run["days"]), datetime.time(run["hour"])))
        CourseRun.objects.create(
            resource=resource,
            starts_at=starts,
            ends_at=starts + datetime.timedelta(hours=run["hours"]),
            place=run["place"],
            booking_url=run.get("booking_url", ""),
            booking_by=_day(run["booking_by"]) if "booking_by" in run else None,
            is_full=run.get("is_full", False),
        )


def _day(offset: int) -> datetime.date:
    return timezone.localdate() + datetime.timedelta(days=offset)
