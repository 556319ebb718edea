"""No address without a policy, and every address answers each role as the policy says."""

from collections.abc import Callable
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import OrganisationDomain, Role, User
from accounts.services import load_roles, set_role
from tests.access.addresses import ROLES, address_names, fill_in, policy_for, table
from tests.access.objects import arguments, make_objects
from tests.factories import OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db


def person(role: str) -> User | None:
    """Somebody in the role; nobody for "anonymous"."""
    load_roles()
    if role == "anonymous":
        return None
    if role == "reader":
        return UserFactory()
    organisation = OrganisationFactory()
    OrganisationDomain.objects.create(organisation=organisation, domain=f"{role}.example")
    user: User = UserFactory(staff=True, organisation=organisation, email=f"me@{role}.example")
    return user if role == "staff" else set_role(user=user, role=Role(role), by=None)


def signed_in_cookies(user: User | None) -> SimpleCookie:
    """The cookies of a browser in which this person signed in; none for nobody."""
    client = Client()
    if user is not None:
        client.force_login(user)
    return client.cookies


def answer(client: Client, path: str) -> str:
    """What a GET answers, "sign-in" for a redirect to the sign-in page."""
    response = client.get(path)
    if response.status_code == 302 and response["Location"].startswith((reverse("account_login"), "/admin/login/")):
        return "sign-in"
    return str(response.status_code)


def test_every_address_has_a_policy() -> None:
    rows = table()
    without = [name for name in address_names() if policy_for(name, rows) is None]
    assert without == [], "A new address needs a row in tests/access/addresses.csv: who may open it?"


def test_no_policy_speaks_of_an_address_that_is_gone() -> None:
    rows = table()
    used = {row.name for name in address_names() if (row := policy_for(name, rows))}
    assert {row.name for row in rows} - used == set()


@pytest.mark.parametrize("role", ROLES)
def test_every_address_answers_as_the_policy_says(role: str) -> None:
    rows = table()
    objects = make_objects()
    values: dict[str, Callable[[], list[Any]]] = arguments(objects)
    cookies = signed_in_cookies(person(role))
    wrong = {}
    for name in address_names():
        row = policy_for(name, rows)
        path = fill_in(name, values)
        if row is None or path is None or row.answers[role] == "*":
            continue
        client = Client()
        client.cookies = cookies.copy()
        seen = answer(client, path)
        if seen != row.answers[role]:
            wrong[name] = f"{seen}, not {row.answers[role]}"
    assert wrong == {}


@pytest.mark.parametrize("role", ["reader", "administrator"])
def test_what_is_made_for_a_signed_in_person_is_never_kept_by_a_shared_cache(role: str) -> None:
    values = arguments(make_objects())
    client = Client()
    client.cookies = signed_in_cookies(person(role))
    kept = []
    for name in address_names():
        path = fill_in(name, values)
        if path is None or name in {"health-live", "health-ready"}:
            continue
        response = client.get(path)
        if response.status_code == 200 and "no-store" not in response.get("Cache-Control", ""):
            kept.append(name)
    assert kept == []


def test_public_pages_set_no_cookie() -> None:
    values = arguments(make_objects())
    names = ["home", "search", "topics", "topic", "page", "evidence:detail", "evidence:list", "robots", "sitemap"]
    setting = []
    for name in names:
        path = fill_in(name, values)
        assert path is not None
        if Client().get(path, follow=True).cookies:
            setting.append(name)
    assert setting == []
