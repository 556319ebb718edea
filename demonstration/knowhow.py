"""Loading the invented know-how, its champions and its communities of practice."""

import datetime
from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from accounts.models import User
from catalogue import relations
from catalogue.choices import KindName, Phrase, Status
from catalogue.models import Item
from catalogue.search import index_many
from catalogue.services import default_review_due
from knowledge.choices import Action
from knowledge.identifiers import find_in
from knowledge.models import Answer, ChampionProfile, Community, Experience, KnowHow, TechniqueTemplate
from knowledge.questions import texts_of
from knowledge.services.experience import refresh_level
from knowledge.services.steps import record
from knowledge.services.techniques import load_techniques
from taxonomy.models import Topic

# Fields that stand in the content file under the name they have on the model.
PLAIN_FIELDS = (
    "title", "form", "summary", "context", "what_we_did", "what_happened", "works_when", "next_time", "answers",
    "outcome", "basis", "told_as", "credit", "may_be_contacted", "visibility", "setting",
)  # fmt: skip


def load_knowhow(
    rows: list[dict[str, Any]], *, users: Mapping[str, User], items: Mapping[str, Item], curator: User
) -> dict[str, KnowHow]:
    """Load the contributions with what colleagues said about them, and return them by key.

    `items` are the records they are linked with.
    """
    load_techniques()
    topics = {topic.slug: topic for topic in Topic.objects.all()}
    loaded: dict[str, KnowHow] = {}
    for row in rows:
        knowhow = _load_one(row, users=users, curator=curator)
        knowhow.topics.set([topics[slug] for slug in row["topics"] if slug in topics])
        for voice in row.get("voices", ()):
            _load_voice(knowhow, voice, users[voice["person"]])
        for given in row.get("answers_given", ()):
            _load_answer(knowhow, given, users[given["person"]])
        for link in row.get("relations", ()):
            _load_relation(knowhow, link, items[link["to"]], curator)
        if "evaluation" in row:
            knowhow.evaluation = items[row["evaluation"]]
            knowhow.save()
        refresh_level(knowhow=knowhow)
        loaded[row["key"]] = knowhow
    index_many([knowhow.pk for knowhow in loaded.values()])
    return loaded


def load_communities(content: dict[str, Any], *, users: Mapping[str, User], curator: User) -> None:
    """Load champions and communities of practice."""
    topics = {topic.slug: topic for topic in Topic.objects.all()}
    for row in content["champions"]:
        profile = ChampionProfile.objects.create(
            user=users[row["person"]],
            team=row["team"],
            region=row["region"],
            about=row["about"],
            is_listed=True,
            granted_at=timezone.now(),
            decided_by=curator,
            buddy=curator,
        )
        profile.topics.set([topics[slug] for slug in row["topics"] if slug in topics])
    for row in content["communities"]:
        day = timezone.localdate() + datetime.timedelta(days=row["days"])
        community = Community.objects.create(
            name=row["name"],
            purpose=row["purpose"],
            rhythm=row["rhythm"],
            where=row["where"],
            how_to_join=row["how_to_join"],
            next_meeting=timezone.make_aware(datetime.datetime.combine(day, datetime.time(row["hour"]))),
            is_demonstration=True,
        )
        community.topics.set([topics[slug] for slug in row["topics"] if slug in topics])


def clear_communities() -> None:
    """Remove the invented communities; champions go with their accounts."""
    Community.objects.filter(is_demonstration=True).delete()


def _load_one(row: dict[str, Any], *, users: Mapping[str, User], curator: User) -> KnowHow:
    author = users[row["author"]]
    moment = timezone.now() + datetime.timedelta(days=row["days"])
    status = row.get("status", Status.PUBLISHED)
    knowhow = KnowHow(
        kind=KindName.KNOWHOW,
        **{name: row[name] for name in PLAIN_FIELDS if name in row},
        technique=TechniqueTemplate.objects.current().filter(key=row.get("technique", "")).first(),
        owner=author,
        organisation=author.organisation,
        phrases=[Phrase.BUILD],
        status=status,
        submitted_at=moment,
        has_chosen_readers=True,
        has_promised=True,
        until=timezone.localdate() + datetime.timedelta(days=row["until"]) if "until" in row else None,
        is_demonstration=True,
    )
    if status == Status.PUBLISHED:
        knowhow.published_at, knowhow.year = moment, moment.year
        knowhow.reviewed_at = timezone.localdate(moment)
        knowhow.review_due = default_review_due(knowhow, reviewed_on=knowhow.reviewed_at)
        knowhow.moderator = curator if author.pk != curator.pk else None
    texts = texts_of(knowhow)
    knowhow.warnings = find_in(texts)
    knowhow.save()
    record(knowhow=knowhow, action=Action.SUBMITTED, by=author, texts=texts)
    if status == Status.PUBLISHED:
        record(knowhow=knowhow, action=Action.APPROVED, by=knowhow.moderator)
    elif status == Status.CHANGES_REQUESTED:
        record(knowhow=knowhow, action=Action.CHANGES_ASKED, by=curator, note=row["note"], reasons=row["reasons"])
    knowhow.steps.update(at=moment)
    return knowhow


def _load_voice(knowhow: KnowHow, row: dict[str, Any], person: User) -> None:
    Experience.objects.create(
        knowhow=knowhow,
        person=person,
        organisation=person.organisation,
        verdict=row["verdict"],
        line=row["line"],
        place=row["place"],
        at=timezone.now() + datetime.timedelta(days=row["days"]),
    )


def _load_answer(knowhow: KnowHow, row: dict[str, Any], person: User) -> None:
    now = timezone.now()
    Answer.objects.create(
        knowhow=knowhow,
        person=person,
        organisation=person.organisation,
        text=row["text"],
        place=row["place"],
        at=now + datetime.timedelta(days=row["days"]),
        helpful_at=now + datetime.timedelta(days=row["helpful"]) if "helpful" in row else None,
    )


def _load_relation(knowhow: KnowHow, row: dict[str, Any], other: Item, curator: User) -> None:
    relation = relations.propose(
        from_item=knowhow, to_item=other, kind=row["kind"], by=curator, note=row.get("note", "")
    )
    if row["confirmed"]:
        relations.confirm(relation=relation, by=curator)
