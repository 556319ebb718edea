"""Signing up, in and back in: a confirmed address makes staff, and nobody learns who has an account."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from allauth.account import app_settings
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.test import Client

from accounts.models import User
from mail.models import OutboxMessage
from tests.accounts.conftest import PASSWORD
from tests.factories import OrganisationFactory

SIGN_UP = "/accounts/signup/"
DETAILS = {"name": "Ann Other", "email": "ann@trust.example", "password1": "a long enough passphrase"}


@pytest.fixture(autouse=True)
def fresh_limits(db: None) -> None:
    """Let no test use up another's attempts."""
    cache.clear()


def last_message(to: str) -> OutboxMessage:
    found = OutboxMessage.objects.filter(to=to).last()
    assert found is not None
    return found


def link_in(message: OutboxMessage) -> str:
    """Return the path of the link in the message, which must be one of the portal as it calls itself."""
    found = re.search(r"https://know\.example(/\S+)", message.text)
    assert found, message.text
    return found[1]


@pytest.fixture(autouse=True)
def portal_url(settings: Any) -> None:
    settings.PORTAL_URL = "https://know.example"


def test_a_confirmed_address_of_an_organisation_makes_staff(client: Client) -> None:
    trust = OrganisationFactory(domain="trust.example")
    client.post(SIGN_UP, DETAILS)
    user = User.objects.get(email="ann@trust.example")
    assert (user.name, user.is_member, user.organisation) == ("Ann Other", False, None)
    message = last_message("ann@trust.example")
    assert (message.is_secret, message.purpose) == (True, "account")
    confirm = link_in(message)
    assert client.get(confirm).status_code == 200
    user.refresh_from_db()
    assert user.staff_since is None, "a link scanner's GET proves nothing"
    client.post(confirm)
    user.refresh_from_db()
    assert user.is_member
    assert user.organisation == trust
    assert client.session["_auth_user_id"] == str(user.pk), "the browser that signed up is signed in"


def test_an_address_from_elsewhere_reads_what_is_public_and_waits_for_a_librarian(client: Client) -> None:
    OrganisationFactory(domain="trust.example")
    client.post(SIGN_UP, DETAILS | {"email": "ann@sub.trust.example", "staff_request": "Nurse, Riverside Hospice"})
    client.post(link_in(last_message("ann@sub.trust.example")))
    user = User.objects.get()
    assert (user.is_member, user.staff_request) == (False, "Nurse, Riverside Hospice")
    assert list(User.objects.waiting_for_approval()) == [user]


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("name", "", "Enter your name"),
        ("name", "Ann\nBcc: all@mail.example", "on one line"),
        ("name", "Ann\u202eOther", "on one line"),
        ("staff_request", "Nurse\r\nBcc: all@mail.example", "on one line"),
        ("password1", "short", "at least 12 characters"),
        ("password1", "password1234", "too common"),
        ("email", "nobody", "like name@example.com"),
        ("email", "", "Enter email address"),
        ("password1", "", "Enter password"),
    ],
)
def test_what_is_wrong_is_said_in_words(client: Client, field: str, value: str, message: str) -> None:
    response = client.post(SIGN_UP, DETAILS | {field: value})
    assert message.lower() in response.content.decode().lower()
    assert User.objects.count() == 0
    assert OutboxMessage.objects.count() == 0


def test_signing_up_with_a_known_address_looks_the_same_and_only_its_owner_learns_more(
    person: Callable[..., User],
) -> None:
    known = person("ann@trust.example")
    pages = {}
    for email in ("ann@trust.example", "new@trust.example"):
        response = Client().post(SIGN_UP, DETAILS | {"email": email}, follow=True)
        pages[email] = (response.redirect_chain, response.content.decode().replace(email, "…"))
    assert without_tokens(pages["ann@trust.example"]) == without_tokens(pages["new@trust.example"])
    assert User.objects.filter(email="ann@trust.example").get() == known
    message = last_message("ann@trust.example")
    assert "There is an account with that address already" in message.text
    assert link_in(message) == "/accounts/password/reset/"


def test_who_signs_up_twice_is_told_that_the_first_link_counts(client: Client) -> None:
    for _ in range(2):
        page = client.post(SIGN_UP, DETAILS, follow=True).content.decode()
        assert "at most one link in three minutes. If you asked again sooner, use the link in the first email" in page
    message = OutboxMessage.objects.get(to="ann@trust.example")
    assert app_settings.RATE_LIMITS["confirm_email"] == "1/180s/key", "the page says three minutes"
    client.post(link_in(message))
    assert EmailAddress.objects.get(email="ann@trust.example").verified, "the first link still works"


def without_tokens(page: tuple[list[Any], str]) -> tuple[list[Any], str]:
    """Take out what differs in every page: the security tokens."""
    return page[0], re.sub(r'value="[A-Za-z0-9]{64}"', "", page[1])


@pytest.mark.parametrize("address", ["/accounts/password/reset/", "/accounts/login/code/"])
def test_asking_for_a_code_or_a_new_password_tells_nothing_about_accounts(
    person: Callable[..., User], address: str
) -> None:
    person("ann@trust.example")
    pages = []
    for email in ("ann@trust.example", "nobody@trust.example"):
        response = Client().post(address, {"email": email}, follow=True)
        pages.append(without_tokens((response.redirect_chain, response.content.decode().replace(email, "…"))))
        assert OutboxMessage.objects.filter(to=email).count() == 1
    assert pages[0] == pages[1]
    assert "There is no account with that address" in last_message("nobody@trust.example").text


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(person: Callable[..., User]) -> None:
    person("ann@trust.example")
    pages = []
    for email in ("ann@trust.example", "nobody@trust.example"):
        response = Client().post("/accounts/login/", {"login": email, "password": "wrong wrong wrong"})
        pages.append(without_tokens(([], response.content.decode().replace(email, "…"))))
    assert pages[0] == pages[1]


def test_guessing_a_password_ends_after_five_attempts(client: Client, person: Callable[..., User]) -> None:
    person("ann@trust.example")
    for _ in range(5):
        client.post("/accounts/login/", {"login": "ann@trust.example", "password": "wrong wrong wrong"})
    response = client.post("/accounts/login/", {"login": "ann@trust.example", "password": PASSWORD})
    assert "_auth_user_id" not in client.session
    assert "too many" in response.content.decode().lower()


def test_signing_in_with_a_code(client: Client, person: Callable[..., User]) -> None:
    user = person("ann@trust.example")
    client.post("/accounts/login/code/", {"email": "ann@trust.example"})
    message = last_message("ann@trust.example")
    assert message.expires_at is not None
    code = message.text.split("\n\n")[2].strip()
    client.post("/accounts/login/code/confirm/", {"code": code})
    assert client.session["_auth_user_id"] == str(user.pk)


def test_a_new_password_ends_the_sessions_of_the_old_one(client: Client, person: Callable[..., User]) -> None:
    user = person("ann@trust.example")
    other = Client()
    other.force_login(user)
    client.post("/accounts/password/reset/", {"email": "ann@trust.example"})
    first = client.get(link_in(last_message("ann@trust.example")), follow=True)
    action = first.redirect_chain[-1][0]
    client.post(action, {"password1": "another long passphrase", "password2": "another long passphrase"})
    user.refresh_from_db()
    assert user.check_password("another long passphrase")
    assert other.get("/account/").status_code == 302


def test_a_person_who_is_switched_off_cannot_sign_in(client: Client, person: Callable[..., User]) -> None:
    person("ann@trust.example", is_active=False)
    client.post("/accounts/login/", {"login": "ann@trust.example", "password": PASSWORD})
    assert "_auth_user_id" not in client.session


def test_the_address_is_the_same_in_any_case(client: Client, person: Callable[..., User]) -> None:
    user = person("ann@trust.example")
    client.post("/accounts/login/", {"login": "Ann@Trust.Example", "password": PASSWORD})
    assert client.session["_auth_user_id"] == str(user.pk)
