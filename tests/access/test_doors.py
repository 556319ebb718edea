"""Every way out of the portal, watched with a canary: what the policy hides is nowhere, in no text and no number."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.services import load_roles
from catalogue.querysets import Reader
from evidence.models import Evidence
from lists.services import begin_list, save_item
from taxonomy.models import Topic
from tests.access.world import VIEWERS, People, Row, make_item, make_people, policy
from tests.factories import TopicFactory, UserFactory

pytestmark = pytest.mark.django_db

# Each item's own canary is in every text of it, and nobody types one: the search box would repeat what was typed.
DOORS: dict[str, Callable[[Topic], str]] = {
    "search": lambda topic: f"{reverse('search')}?q=common",
    "search, archived too": lambda topic: f"{reverse('search')}?q=common&status=all",
    "search for a reference manager": lambda topic: f"{reverse('search-ris')}?q=common",
    "suggestions": lambda topic: f"{reverse('suggestions')}?q=common",
    "search by topic": lambda topic: f"{reverse('search')}?topic={topic.slug}",
    "search by title": lambda topic: f"{reverse('search')}?q=common+title&sort=title",
    "home": lambda topic: reverse("home"),
    "topics": lambda topic: reverse("topics"),
    "topic": lambda topic: reverse("topic", args=[topic.slug]),
    "feed of a search": lambda topic: f"{reverse('digests:search-feed')}?q=common",
    "feed of a topic": lambda topic: reverse("digests:topic-feed", args=[topic.slug]),
    "topic, for the ward": lambda topic: reverse("topic-ward", args=[topic.slug]),
    "sitemap": lambda topic: reverse("sitemap"),
}
PAGES: dict[str, Callable[[Evidence], str]] = {
    "page": lambda item: reverse("evidence:detail", args=[item.pk, item.slug]),
    "reference": lambda item: reverse("evidence:ris", args=[item.pk, item.slug]),
    "short address": lambda item: reverse("evidence:short", args=[item.pk]),
    "wrong slug": lambda item: reverse("evidence:detail", args=[item.pk, "something-else"]),
    "file": lambda item: reverse("evidence:attachment", args=[item.pk, item.slug]),
}


def client_of(person: Reader) -> Client:
    """A browser in which this person has signed in."""
    client = Client()
    if isinstance(person, User):
        client.force_login(person)
    return client


def told_by(client: Client, path: str) -> tuple[int, str]:
    """The status of a response, and everything it says: body and headers."""
    response = client.get(path)
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return response.status_code, f"{response.headers} {body.decode()}"


@dataclass(frozen=True)
class World:
    """One item of every row of the policy, each with a canary of its own, on one topic."""

    people: People
    topic: Topic
    items: list[tuple[Row, Evidence, str]]


@pytest.fixture
def world(settings: Any) -> World:
    settings.SEARCH_PAGE_SIZE = 50
    load_roles()
    people = make_people()
    topic = TopicFactory(name="A topic of its own")
    items = []
    for number, row in enumerate(policy()):
        canary = f"zanzibarine{chr(97 + number // 26)}{chr(97 + number % 26)}"
        items.append((row, make_item(row, people, canary=f"Common {canary}", topics=[topic]), canary))
    return World(people, topic, items)


@pytest.mark.parametrize("viewer", VIEWERS)
def test_what_is_hidden_is_in_no_list(viewer: str, world: World) -> None:
    client = client_of(world.people.by_name[viewer])
    leaks, missing = [], []
    for name, address in DOORS.items():
        said = told_by(client, address(world.topic))[1]
        for row, item, canary in world.items:
            access = row.access[viewer]
            told = canary in said or f"/evidence/{item.pk}/" in said
            on_request = name == "search, archived too" and access == "page" and row.state in {"archived", "superseded"}
            if told and access != "list" and not on_request:
                leaks.append(f"{row.name} at {name}")
            if name == "search" and access == "list" and not told:
                missing.append(row.name)
    assert (leaks, missing) == ([], [])


@pytest.mark.parametrize("viewer", VIEWERS)
def test_a_hidden_page_is_as_if_it_were_not_there(viewer: str, world: World) -> None:
    client = client_of(world.people.by_name[viewer])
    wrong = []
    for row, item, canary in world.items:
        for name, address in PAGES.items():
            path = address(item)
            status, said = told_by(client, path)
            if row.access[viewer] == "-":
                if status != 404 or canary in said.replace(path, ""):
                    wrong.append(f"{row.name} at {name}: {status}")
            elif name == "page" and (status != 200 or f"{canary} title" not in said):
                wrong.append(f"{row.name} at {name}: {status}")
            elif row.state == "withdrawn" and any(
                f"{canary} {part}" in said for part in ("summary", "abstract", "point", "author", "limitation")
            ):
                wrong.append(f"{row.name} at {name}: tells what was withdrawn")
    assert wrong == []


@pytest.mark.parametrize("viewer", VIEWERS)
def test_a_shared_list_tells_of_no_item_that_is_hidden(viewer: str, world: World) -> None:
    owner = UserFactory(librarian=True)
    shared = begin_list(title="Everything", visibility="link", by=owner)
    for _row, item, _canary in world.items:
        save_item(item=item, by=owner, into=shared)
    client = client_of(world.people.by_name[viewer])
    said = told_by(client, shared.get_absolute_url())[1]
    reference = told_by(client, reverse("lists:ris", args=[shared.key]))[1]
    wrong = [
        row.name
        for row, item, canary in world.items
        if (row.access[viewer] == "-" and canary in said + reference)
        or (row.state == "withdrawn" and (f"{canary} summary" in said or canary in reference))
    ]
    assert wrong == []


@pytest.mark.parametrize("viewer", ["anonymous", "reader", "staff", "colleague", "librarian"])
def test_counts_are_the_counts_of_what_the_viewer_may_list(viewer: str, world: World) -> None:
    expected = sum(row.access[viewer] == "list" for row, item, canary in world.items)
    client = client_of(world.people.by_name[viewer])
    result = client.get(f"{reverse('search')}?topic={world.topic.slug}")
    assert f"{expected} result" in result.content.decode()
    page = client.get(reverse("topic", args=[world.topic.slug]))
    assert page.context["page"].total == expected
