"""The people and items of the permission tests."""

import csv
import datetime
from dataclasses import dataclass
from pathlib import Path

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from accounts.models import Organisation, User
from catalogue.models import ItemPerson
from catalogue.querysets import Reader
from catalogue.search import index
from evidence.models import Evidence
from taxonomy.models import Topic
from tests.factories import EvidenceFactory, OrganisationFactory, UserFactory

FOLDER = Path(__file__).parent
VIEWERS = (
    "anonymous", "reader", "staff", "colleague", "owner", "contributor", "named", "librarian", "administrator",
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One line of the policy: what each viewer gets of an item in this state with this visibility.

    "list": its page, and it appears in lists and counts; "page": its page only; "-": nothing, as if it were not there.
    """

    state: str
    visibility: str
    access: dict[str, str]

    @property
    def name(self) -> str:
        """For the test's id."""
        return f"{self.state}-{self.visibility}"


def policy() -> list[Row]:
    """Read the hand-written oracle, policy.csv."""
    with (FOLDER / "policy.csv").open(encoding="utf-8", newline="") as file:
        return [
            Row(row["state"], row["visibility"], {viewer: row[viewer] for viewer in VIEWERS})
            for row in csv.DictReader(file)
        ]


@dataclass(frozen=True)
class People:
    """Everybody who may ask."""

    organisation: Organisation
    by_name: dict[str, Reader]

    def user(self, name: str) -> User:
        """A viewer who is signed in."""
        person = self.by_name[name]
        assert isinstance(person, User)
        return person


def make_people() -> People:
    """Make one of each viewer. The colleague works for the organisation that owns the items; staff elsewhere."""
    organisation = OrganisationFactory(name="The owning organisation")
    return People(
        organisation,
        {
            "anonymous": AnonymousUser(),
            "reader": UserFactory(),
            "staff": UserFactory(staff=True),
            "colleague": UserFactory(organisation=organisation, staff_since=timezone.now()),
            "owner": UserFactory(),
            "contributor": UserFactory(),
            "named": UserFactory(),
            "librarian": UserFactory(librarian=True),
            "administrator": UserFactory(administrator=True),
        },
    )


def make_item(row: Row, people: People, *, canary: str, topics: list[Topic] | None = None) -> Evidence:
    """Make an item in the row's state, whose every text holds the canary."""
    now = timezone.now()
    shown_from = {
        "draft": None,
        "submitted": None,
        "changes_requested": None,
        "scheduled": now + datetime.timedelta(hours=1),
    }.get(row.state, now - datetime.timedelta(hours=1))
    item = EvidenceFactory(
        title=f"{canary} title",
        summary=f"{canary} summary",
        abstract=f"{canary} abstract",
        authors=f"{canary} author",
        key_points=[f"{canary} point"],
        limitations=f"{canary} limitation",
        licence="own",
        status={"scheduled": "published", "embargoed": "published"}.get(row.state, row.state),
        visibility=row.visibility,
        published_at=shown_from,
        embargo_until=now + datetime.timedelta(hours=1) if row.state == "embargoed" else None,
        withdrawn_reason="It was wrong." if row.state == "withdrawn" else "",
        owner=people.user("owner"),
        organisation=people.organisation,
        topics=topics or [],
    )
    ItemPerson.objects.create(item=item, user=people.user("contributor"), capacity="contributor")
    ItemPerson.objects.create(item=item, user=people.user("named"), capacity="reader")
    index(item)
    return item
