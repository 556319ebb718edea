"""The account page and what can be done from it."""

import json
from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.data_rights import forget_unconfirmed
from accounts.models import Usage, User
from mail.models import OutboxMessage
from tests.accounts.conftest import PASSWORD
from tests.factories import EvidenceFactory, OrganisationFactory, UserFactory

ACCOUNT = "/account/"


@pytest.fixture(autouse=True)
def fresh_limits(db: None) -> None:
    cache.clear()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "There are two ways to be recognised"),
        ({"staff_requested_at": timezone.now(), "staff_request": "Nurse, Hospice"}, "“Nurse, Hospice”"),
        ({"staff": True}, "as your address shows"),
        ({"librarian": True}, "you look after this portal"),
    ],
)
def test_the_page_says_what_one_can_read_and_what_to_do(client: Client, fields: dict, words: str) -> None:
    client.force_login(UserFactory(**fields))
    page = client.get(ACCOUNT).content.decode()
    assert words in page
    assert "Sign out everywhere else" in page


def test_an_approved_person_reads_who_recognised_them(client: Client) -> None:
    librarian = UserFactory(librarian=True)
    hospice = OrganisationFactory(name="Riverside Hospice")
    client.force_login(UserFactory(staff=True, organisation=hospice, staff_approved_by=librarian))
    page = client.get(ACCOUNT).content.decode()
    assert "recognised you" in page
    assert "signed-in staff of Riverside Hospice" in page


def test_the_account_is_for_the_signed_in_and_for_no_shared_cache(client: Client) -> None:
    for path in ("", "name/", "staff-access/", "data/", "delete/"):
        response = client.get(ACCOUNT + path)
        assert response.status_code == 302
        assert response.url.startswith("/accounts/login/?next=/account/")
    client.force_login(UserFactory())
    assert client.get(ACCOUNT).headers["Cache-Control"] == "private, no-store"


def test_a_name_is_changed_or_refused_in_words(client: Client) -> None:
    user = UserFactory()
    client.force_login(user)
    refused = client.post(f"{ACCOUNT}name/", {"name": "  "})
    assert refused.status_code == 422
    assert "Error: " in refused.content.decode()
    assert client.post(f"{ACCOUNT}name/", {"name": "Ann\nOther"}).status_code == 422
    client.post(f"{ACCOUNT}name/", {"name": "Ann Other", "role": "administrator", "email": "x@mail.example"})
    before = user.email
    user.refresh_from_db()
    assert (user.name, user.role, user.email) == ("Ann Other", "reader", before)


def test_asking_for_staff_access_puts_a_person_in_the_queue(client: Client) -> None:
    user = UserFactory()
    client.force_login(user)
    assert client.post(f"{ACCOUNT}staff-access/", {"staff_request": ""}).status_code == 422
    client.post(f"{ACCOUNT}staff-access/", {"staff_request": "Nurse, Hospice"})
    assert list(User.objects.waiting_for_approval()) == [user]


def test_signing_out_elsewhere_keeps_this_session_and_ends_the_others() -> None:
    user = UserFactory()
    here, there = Client(), Client()
    here.force_login(user)
    there.force_login(user)
    here.post(f"{ACCOUNT}sign-out-elsewhere/")
    assert here.get(ACCOUNT).status_code == 200
    assert there.get(ACCOUNT).status_code == 302


def test_the_copy_of_ones_data_holds_it_and_nobody_elses(client: Client, person: Callable[..., User]) -> None:
    user = person("ann@mail.example", name="Ann Other", staff_request="Nurse")
    person("bob@mail.example", name="Bob Else")
    client.force_login(user)
    response = client.get(f"{ACCOUNT}data/")
    assert response.headers["Content-Disposition"].startswith('attachment; filename="my-data-')
    data = json.loads(response.content)
    assert data["account"]["name"] == "Ann Other"
    assert data["addresses"] == [{"email": "ann@mail.example", "confirmed": True, "main": True}]
    assert "Bob Else" not in response.content.decode()


def test_deleting_needs_the_password(client: Client, person: Callable[..., User]) -> None:
    user = person()
    client.force_login(user)
    refused = client.post(f"{ACCOUNT}delete/", {"proof": "wrong"})
    assert refused.status_code == 422
    assert "neither your password nor a code" in refused.content.decode()
    assert client.post(f"{ACCOUNT}delete/", {"proof": ""}).status_code == 422
    user.refresh_from_db()
    assert user.erased_at is None
    client.post(f"{ACCOUNT}delete/", {"proof": PASSWORD})
    user.refresh_from_db()
    assert user.erased_at is not None
    assert "_auth_user_id" not in client.session


def test_deleting_with_a_code_which_dies_with_five_wrong_answers(client: Client, person: Callable[..., User]) -> None:
    user = person("ann@mail.example")
    client.force_login(user)

    def code() -> str:
        client.post(f"{ACCOUNT}delete/code/")
        message = OutboxMessage.objects.filter(to="ann@mail.example").last()
        assert message is not None
        assert message.is_secret
        return message.text.split("\n\n")[2].strip()

    spoilt = code()
    for _ in range(5):
        Usage.objects.all().delete()
        client.post(f"{ACCOUNT}delete/", {"proof": "WRONG1"})
    Usage.objects.all().delete()
    assert client.post(f"{ACCOUNT}delete/", {"proof": spoilt}).status_code == 422
    assert client.post(f"{ACCOUNT}delete/", {"proof": f" {code().lower()} "}).status_code == 302
    user.refresh_from_db()
    assert user.erased_at is not None


def test_guessing_is_limited(client: Client, person: Callable[..., User]) -> None:
    user = person()
    client.force_login(user)
    for _ in range(5):
        client.post(f"{ACCOUNT}delete/", {"proof": "wrong"})
    page = client.post(f"{ACCOUNT}delete/", {"proof": PASSWORD}, follow=True).content.decode()
    assert "tried this often" in page
    user.refresh_from_db()
    assert user.erased_at is None


def test_a_deleted_person_is_in_no_table_and_their_work_stays(client: Client, person: Callable[..., User]) -> None:
    user = person("canary@mail.example", name="Canary Byrd", staff_request="Canary keeper", librarian=True)
    item = EvidenceFactory(owner=user, title="What stays")
    user.name = "Canary B. Byrd"
    user.save()
    client.post("/accounts/password/reset/", {"email": "canary@mail.example"})
    client.force_login(user)
    client.get(ACCOUNT)
    assert tables_that_hold("canary")
    client.post(f"{ACCOUNT}delete/", {"proof": PASSWORD})
    item.refresh_from_db()
    assert str(item.owner) == "Former member"
    assert (item.owner.role, item.owner.is_active) == ("reader", False)
    assert OutboxMessage.objects.get().subject.startswith("Your account is deleted")
    OutboxMessage.objects.all().delete()
    assert tables_that_hold("canary") == set()


def tables_that_hold(word: str) -> set[str]:
    """Return every table of the database in which any column holds the word."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [name for (name,) in cursor.fetchall()]
        found = set()
        for table in tables:
            cursor.execute(f'SELECT 1 FROM "{table}" t WHERE t::text ILIKE %s LIMIT 1', [f"%{word}%"])  # noqa: S608
            if cursor.fetchone():
                found.add(table)
    return found


def test_the_last_administrator_cannot_leave(client: Client, person: Callable[..., User]) -> None:
    user = person(administrator=True)
    client.force_login(user)
    response = client.post(f"{ACCOUNT}delete/", {"proof": PASSWORD})
    assert "only administrator" in response.content.decode()
    user.refresh_from_db()
    assert user.erased_at is None


def test_accounts_that_nobody_confirms_go_after_a_week(person: Callable[..., User]) -> None:
    week_ago = timezone.now() - timezone.timedelta(days=7, minutes=1)
    kept = [
        person("confirmed@mail.example", date_joined=week_ago),
        person("recent@mail.example", confirmed=False),
        person("champion@mail.example", confirmed=False, champion=True, date_joined=week_ago),
        UserFactory(email="added@mail.example", date_joined=week_ago),
    ]
    person("canary@mail.example", confirmed=False, date_joined=week_ago)
    assert forget_unconfirmed() == 1
    assert set(User.objects.values_list("pk", flat=True)) == {user.pk for user in kept}
    assert tables_that_hold("canary") == set()


def test_the_page_costs_few_queries(client: Client, django_assert_max_num_queries: Callable) -> None:
    client.force_login(UserFactory(staff=True))
    with django_assert_max_num_queries(12):
        page = client.get(ACCOUNT)
    assert page.status_code == 200
