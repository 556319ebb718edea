"""Who may open which page of know-how: the hand-written policy of items, and a table of its own for the other pages."""

import datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.data_rights import erase, personal_data
from accounts.models import User
from catalogue.models import ItemPerson
from catalogue.search import index
from knowledge.models import ChampionProfile, KnowHow, Step
from knowledge.services.contributing import reply
from tests.access.world import VIEWERS, People, Row, make_people, policy
from tests.factories import TopicFactory, UserFactory
from tests.knowledge.factories import draft, published, sent, told

pytestmark = pytest.mark.django_db

SOON, LATELY = datetime.timedelta(hours=1), datetime.timedelta(hours=-1)


def make_knowhow(row: Row, people: People, *, canary: str) -> KnowHow:
    """Make know-how in the row's state, whose every text holds the canary."""
    now = timezone.now()
    is_unpublished = row.state in {"draft", "submitted", "changes_requested"}
    item = KnowHow(
        title=f"{canary} title",
        form="tip",
        summary=f"{canary} summary",
        context=f"{canary} context",
        what_happened=f"{canary} happened",
        status={"scheduled": "published", "embargoed": "published"}.get(row.state, row.state),
        visibility=row.visibility,
        published_at=None if is_unpublished else now + (SOON if row.state == "scheduled" else LATELY),
        embargo_until=now + SOON if row.state == "embargoed" else None,
        withdrawn_reason="It was wrong." if row.state == "withdrawn" else "",
        owner=people.user("owner"),
        organisation=people.organisation,
    )
    item.save()
    item.topics.set([TopicFactory(slug=f"topic-{canary}")])
    for name, capacity in (("contributor", "contributor"), ("named", "reader")):
        ItemPerson.objects.create(item=item, user=people.user(name), capacity=capacity)
    index(item)
    return item


@pytest.mark.parametrize("row", policy(), ids=lambda row: row.name)
def test_pages_show_it_to_whom_the_policy_admits(row: Row) -> None:
    people = make_people()
    item = make_knowhow(row, people, canary="canary7")
    lists = ("/know-how/", "/topics/topic-canary7/", "/search/?kind=knowhow")
    for viewer in VIEWERS:
        client = Client()
        reader = people.by_name[viewer]
        if isinstance(reader, User):
            client.force_login(reader)
        page = client.get(item.get_absolute_url())
        admitted = row.access[viewer] != "-"
        assert page.status_code == (200 if admitted else 404), viewer
        words = page.content.decode()
        assert ("canary7 title" in words) is admitted
        assert ("canary7 happened" in words) is (admitted and row.state != "withdrawn")
        for address in lists:
            listed = "canary7 title" in client.get(address).content.decode()
            assert listed is (row.access[viewer] == "list"), (viewer, address)
        if not admitted:
            for name in ("report", "contact"):
                expected = 404 if isinstance(reader, User) else 302
                assert client.get(reverse(f"knowledge:{name}", args=[item.pk])).status_code == expected


def codes(item: KnowHow, user: User | None) -> dict[str, int]:
    """What a GET of each page about one contribution answers."""
    client = Client()
    if user is not None:
        client.force_login(user)
    names = ("write", "check", "files", "links", "status", "thanks")
    answers = {name: client.get(reverse(f"knowledge:{name}", args=[item.pk])).status_code for name in names}
    answers["part"] = client.get(reverse("knowledge:part", args=[item.pk, "about"])).status_code
    for name in ("take-back", "experience"):
        answers[name] = client.get(reverse(f"knowledge:{name}", args=[item.pk])).status_code
    return answers


WRITING, FOLLOWING, TARGETS = (
    ("write", "check", "files", "links", "part"),
    ("status", "thanks"),
    ("take-back", "experience"),
)


def expected(writing: int, following: int, targets: int = 405) -> dict[str, int]:
    """One answer for each group of pages."""
    groups = ((WRITING, writing), (FOLLOWING, following), (TARGETS, targets))
    return {name: code for names, code in groups for name in names}


@pytest.mark.parametrize(
    ("make", "for_author", "for_librarian"),
    [
        (draft, expected(200, 200), expected(200, 404)),
        (sent, expected(404, 200), expected(200, 404)),
        (told, expected(404, 200), expected(200, 404)),
        (published, expected(404, 200), expected(200, 404)),
    ],
    ids=["draft", "sent", "told", "published"],
)
def test_author_librarian_and_others(make, for_author, for_librarian) -> None:
    author = UserFactory(staff=True)
    item = make(author)
    assert codes(item, author) == for_author
    assert codes(item, UserFactory(librarian=True)) == for_librarian
    for other in (UserFactory(), UserFactory(staff=True), UserFactory(champion=True)):
        assert codes(item, other) == expected(404, 404)
    assert codes(item, None) == expected(302, 302, 302)


@pytest.mark.parametrize("name", ["share", "tell", "session", "mine", "ask"])
def test_pages_of_one_s_own_ask_for_a_sign_in(name: str) -> None:
    address = reverse(f"knowledge:{name}")
    assert Client().get(address)["Location"].startswith(reverse("account_login"))
    client = Client()
    client.force_login(UserFactory())
    assert client.get(address).status_code == 200


def test_one_person_s_list_holds_no_other_s() -> None:
    draft(title="Somebody else’s draft")
    client = Client()
    client.force_login(UserFactory(staff=True))
    for name in ("mine", "share"):
        assert "Somebody else" not in client.get(reverse(f"knowledge:{name}")).content.decode()


def test_the_copy_of_one_s_data_and_what_goes_with_the_account() -> None:
    author = UserFactory(staff=True, name="Canary Featherstone")
    shared, unsent = published(author, visibility="public", may_be_contacted=True), draft(author, title="Never sent")
    reply(knowhow=shared, by=author, text="I would add this.")
    ChampionProfile.objects.create(user=author, team="Canary team", granted_at=timezone.now(), is_listed=True)
    copy = personal_data(user=author)["know_how"]
    assert {row["title"] for row in copy["contributions"]} == {shared.title, "Never sent"}
    assert "I would add this." in {row["note"] for row in copy["answers_to_the_library_team"]}
    erase(user=author)
    assert not KnowHow.objects.filter(pk=unsent.pk).exists()
    assert not ChampionProfile.objects.exists()
    words = Client().get(shared.get_absolute_url()).content.decode()
    assert shared.summary in words
    assert "Canary" not in words
    assert "Former member" in words
    assert Step.objects.filter(knowhow=shared).exists()
