"""Loading the demonstration content once, and removing exactly it."""

import datetime
from pathlib import Path
from typing import Any

import yaml
from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils import timezone

from accounts.models import Organisation, OrganisationDomain, Role, User
from accounts.services import load_roles, set_role
from catalogue.choices import Status
from catalogue.models import Item
from catalogue.search import index_many
from demonstration.events import clear_events, load_events
from demonstration.knowhow import clear_communities, load_communities, load_knowhow
from demonstration.learning import clear_paths, load_learning
from demonstration.models import DemonstrationLoad
from demonstration.sign_ins import PASSWORD
from demonstration.topics import clear_topics, load_topics
from demonstration.updates import clear_updates, load_updates
from demonstration.workstream import clear_workstream_people, load_workstream_people
from evidence.models import Appraisal, Evidence
from evidence.services import refresh_band
from taxonomy.models import Topic

CONTENT = Path(__file__).parent / "content"

# Fields of a record that stand in the content file under the name they have on the model.
PLAIN_FIELDS = (
    "title", "form", "publication_status", "source", "volume", "issue", "pages", "publisher", "edition", "summary",
    "key_points", "limitations", "does_not_tell", "question", "question_type", "population", "setting", "audience",
    "phrases", "intervention", "outcomes", "included_studies", "sample_size", "is_open_access", "licence", "abstract",
    "sources_searched", "search_strategy", "is_retracted", "retraction_note", "withdrawn_reason", "visibility",
)  # fmt: skip


def read_content(name: str) -> Any:
    """Return one file of the demonstration content."""
    return yaml.safe_load((CONTENT / name).read_text(encoding="utf-8"))


@transaction.atomic
def load_demonstration() -> bool:
    """Load people, organisations and items with dates relative to today; True where something was loaded.

    Does nothing where the content was loaded before, cleared or not: who cleared it does not want it back.
    """
    if DemonstrationLoad.objects.exists():
        return False
    DemonstrationLoad.objects.create()
    load_roles()
    people = read_content("people.yaml")
    organisations = _load_organisations(people["organisations"])
    users = _load_people(people["people"], organisations)
    curator = users["priya.raman@northbridge.example"]
    records = _load_evidence(read_content("evidence.yaml"), organisations, curator=curator)
    knowhow = load_knowhow(read_content("knowhow.yaml"), users=users, items=records, curator=curator)
    items = load_learning(read_content("learning.yaml"), items={**records, **knowhow}, curator=curator)
    load_events(read_content("events.yaml"), items=items, users=users, curator=curator)
    load_workstream_people(people["workstream"])
    load_communities(read_content("communities.yaml"), users=users, curator=curator)
    load_topics(read_content("topics.yaml"))
    load_updates(read_content("updates.yaml"), users=users)
    return True


@transaction.atomic
def clear_demonstration() -> dict[str, int]:
    """Remove every demonstration item, person and organisation; return how many of each there were.

    What real people made stays, even where it points at something removed.
    """
    counts = {
        "items": Item.objects.filter(is_demonstration=True).count(),
        "people": User.objects.filter(is_demonstration=True).count(),
        "organisations": Organisation.objects.filter(is_demonstration=True).count(),
    }
    clear_updates(read_content("updates.yaml"))
    clear_communities()
    clear_topics(read_content("topics.yaml"))
    clear_paths()
    clear_workstream_people()
    clear_events()
    Item.objects.filter(is_demonstration=True).delete()
    User.objects.filter(is_demonstration=True).delete()
    Organisation.objects.filter(is_demonstration=True).delete()
    if not DemonstrationLoad.objects.exists():
        DemonstrationLoad.objects.create()
    DemonstrationLoad.objects.filter(cleared_at=None).update(cleared_at=timezone.now())
    return counts


def _load_organisations(rows: list[dict[str, str]]) -> dict[str, Organisation]:
    loaded = {}
    for row in rows:
        organisation = Organisation.objects.create(
            slug=row["slug"], name=row["name"], kind=row["kind"], is_demonstration=True
        )
        OrganisationDomain.objects.create(organisation=organisation, domain=row["domain"])
        loaded[row["slug"]] = organisation
    return loaded


def _load_people(rows: list[dict[str, Any]], organisations: dict[str, Organisation]) -> dict[str, User]:
    loaded = {}
    for row in rows:
        user = User.objects.create_user(
            row["email"],
            PASSWORD if row.get("sign_in") else None,
            name=row["name"],
            organisation=organisations[row["organisation"]],
            staff_since=timezone.now(),
            is_demonstration=True,
        )
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        if row["role"] != Role.READER:
            user = set_role(user=user, role=row["role"], by=None)
        loaded[user.email] = user
    return loaded


def _load_evidence(
    rows: list[dict[str, Any]], organisations: dict[str, Organisation], *, curator: User
) -> dict[str, Evidence]:
    topics = {topic.slug: topic for topic in Topic.objects.all()}
    loaded: dict[str, Evidence] = {}
    for number, row in enumerate(rows, start=1):
        added = timezone.now() + datetime.timedelta(days=row["added"])
        record = Evidence(
            **{name: row[name] for name in PLAIN_FIELDS if name in row},
            authors="\n".join(row["authors"]),
            year=added.year + row["year_offset"],
            doi=f"10.5555/demo.{number}" if row.get("source") else "",
            url=f"https://evidence.example/{row['key'].lower()}",
            status=_status(row),
            published_at=None if row.get("status") == Status.DRAFT else added,
            withdrawn_at=timezone.now() if row.get("withdrawn_reason") else None,
            reviewed_at=timezone.localdate(added),
            review_due=timezone.localdate() + datetime.timedelta(days=row["review"]),
            organisation=organisations.get(row.get("organisation", "")),
            owner=curator,
            curator=curator,
            searched_on=_day(row["searched"]) if "searched" in row else None,
            is_demonstration=True,
        )
        record.save()
        record.topics.set([topics[slug] for slug in row["topics"] if slug in topics])
        for appraisal in row.get("appraisals", ()):
            _load_appraisal(record, appraisal)
        refresh_band(evidence=record)
        loaded[row["key"]] = record
    for row in rows:
        if "superseded_by" in row:
            Item.objects.filter(pk=loaded[row["key"]].pk).update(superseded_by=loaded[row["superseded_by"]])
    index_many([record.pk for record in loaded.values()])
    return loaded


def _status(row: dict[str, Any]) -> str:
    if row.get("withdrawn_reason"):
        return Status.WITHDRAWN
    if "superseded_by" in row:
        return Status.SUPERSEDED
    return str(row.get("status", Status.PUBLISHED))


def _load_appraisal(record: Evidence, row: dict[str, Any]) -> None:
    appraisal = Appraisal(
        evidence=record,
        tool=row["tool"],
        result=row["result"],
        band=row.get("band", ""),
        appraiser=row["appraiser"],
        appraised_on=_day(row["days"]),
        note=row["note"],
    )
    appraisal.clean()
    appraisal.save()


def _day(offset: int) -> datetime.date:
    return timezone.localdate() + datetime.timedelta(days=offset)
