"""Events under the hand-written policy: what it hides is in no programme, on no page and in no calendar."""

import datetime

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.services import load_roles
from catalogue.models import ItemPerson
from events.models import Event
from tests.access.test_doors import client_of, told_by
from tests.access.world import People, Row, make_people, policy
from tests.events.factories import CampaignFactory, EventFactory

pytestmark = pytest.mark.django_db


def make_event(row: Row, people: People, canary: str, campaign: object) -> Event:
    """Make an event in the row's state, whose every text holds the canary."""
    now = timezone.now()
    shown_from = {
        "draft": None,
        "submitted": None,
        "changes_requested": None,
        "scheduled": now + datetime.timedelta(hours=1),
    }.get(row.state, now - datetime.timedelta(hours=1))
    event: Event = EventFactory(
        title=f"{canary} title",
        summary=f"{canary} summary",
        gains=f"{canary} gain",
        place=f"{canary} place",
        booking="none",
        campaign=campaign,
        status={"scheduled": "published", "embargoed": "published"}.get(row.state, row.state),
        visibility=row.visibility,
        published_at=shown_from,
        embargo_until=now + datetime.timedelta(hours=1) if row.state == "embargoed" else None,
        withdrawn_reason="It was wrong." if row.state == "withdrawn" else "",
        owner=people.user("owner"),
        organisation=people.organisation,
    )
    ItemPerson.objects.create(item=event, user=people.user("contributor"), capacity="contributor")
    ItemPerson.objects.create(item=event, user=people.user("named"), capacity="reader")
    return event


@pytest.mark.parametrize("viewer", ["anonymous", "reader", "colleague", "owner", "named", "librarian"])
def test_what_the_policy_hides_is_nowhere(viewer: str) -> None:
    load_roles()
    people, campaign = make_people(), CampaignFactory()
    rows = []
    for number, row in enumerate(policy()):
        canary = f"zanzibarine{chr(97 + number // 26)}{chr(97 + number % 26)}"
        rows.append((row, make_event(row, people, canary, campaign), canary))
    client = client_of(people.by_name[viewer])
    doors = {
        "programme": told_by(client, reverse("events:home"))[1]
        + told_by(client, f"{reverse('events:home')}?page=2")[1],
        "campaign": told_by(client, campaign.get_absolute_url())[1],
        "calendar": told_by(client, reverse("events:campaign-calendar", args=[campaign.slug]))[1],
    }
    wrong = []
    for row, event, canary in rows:
        access = row.access[viewer]
        wrong += [
            f"{row.name} at {name}"
            for name, said in doors.items()
            if (canary in said.replace("\r\n ", "")) != (access == "list")
        ]
        for path in (event.get_absolute_url(), reverse("events:calendar", args=[event.pk, event.slug])):
            status, said = told_by(client, path)
            is_withdrawn = row.state == "withdrawn"
            if access == "-" or (is_withdrawn and path.endswith(".ics")):
                if status != 404:
                    wrong.append(f"{row.name} at {path}: {status}")
            elif status != 200 or (is_withdrawn and f"{canary} summary" in said):
                wrong.append(f"{row.name} at {path}: {status}")
    assert wrong == []
    assert isinstance(people.by_name["anonymous"], AnonymousUser)
    assert Client().get(reverse("events:home")).status_code == 200
