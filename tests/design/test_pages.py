"""The frame, the account pages and their emails, and the error pages."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import Client

from accounts.models import User
from mail.models import OutboxMessage
from tests.design.markup import elements, only
from tests.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.design.urls")]
PASSWORD = "correct horse battery"


@pytest.fixture
def person() -> User:
    """Someone whose address is confirmed."""
    person = UserFactory(email="ward@trust.example", name="Comfort A")
    person.emailaddress_set.create(email=person.email, primary=True, verified=True)
    return person


def read(response: Any) -> str:
    """The page, after the checks that hold for every one of them."""
    html: str = response.content.decode()
    heading = only(html, "h1").words
    assert heading
    title = only(html, "title").words
    assert re.fullmatch(r"(Error: )?.+ – Knowledge Portal", title), title
    assert only(html, "html")["lang"] == "en-GB"
    assert only(html, "main")["id"] == elements(html, "a", class_="nhsuk-skip-link")[0]["href"].removeprefix("#")
    identified = [element["id"] for element in elements(html) if element.get("id")]
    assert len(identified) == len(set(identified))
    for element in elements(html):
        assert element.get("style") is None
        assert [name for name in element.attributes if name.startswith("on")] == []
        if element.tag == "script":
            assert element.get("src")
    return html


# --- The frame ---


def test_the_frame_names_the_portal_and_leads_to_signing_in_and_back(client: Client) -> None:
    html = client.get("/search/?q=bed").content.decode()
    assert only(html, class_="kp-header__name").words == "Evidence and know-how for healthcare Knowledge Portal"
    account = [(link.words, link["href"]) for link in elements(html, "a", class_="nhsuk-header__account-link")]
    assert account == [("Sign in", "/accounts/login/?next=/search/%3Fq%3Dbed"), ("Sign up", "/accounts/signup/")]
    footer = [(link.words, link["href"]) for link in elements(html, "a") if "footer" in [p.tag for p in link.parents]]
    assert ("Get in touch", "/get-in-touch/?from=/search/") in footer
    assert ("Accessibility statement", "/about/accessibility/") in footer
    assert ("Privacy and cookies", "/about/privacy/") in footer


def test_an_anonymous_page_sets_no_cookie(client: Client) -> None:
    assert client.get("/search/").cookies == {}


@pytest.mark.parametrize(("role", "links"), [("staff", 1), ("librarian", 2)])
def test_a_signed_in_person_sees_their_name_and_signs_out_by_a_form(client: Client, role: str, links: int) -> None:
    client.force_login(UserFactory(name="Comfort A", **{role: True}))
    html = client.get("/search/").content.decode()
    account = [link.words for link in elements(html, "a", class_="nhsuk-header__account-link")]
    assert account == ["Your account: Comfort A", "Admin"][:links]
    form = next(form for form in elements(html, "form") if form.get("action") == "/accounts/logout/")
    assert form["method"] == "post"
    assert "csrfmiddlewaretoken" in [field["name"] for field in elements(html, "input")]


def test_the_style_guide_is_for_librarians(client: Client) -> None:
    assert client.get("/style-guide/").status_code == 404
    client.force_login(UserFactory(champion=True))
    assert client.get("/style-guide/").status_code == 404
    client.force_login(UserFactory(librarian=True))
    assert only(read(client.get("/style-guide/")), "h1").words == "Style guide"


@pytest.mark.parametrize(
    ("code", "heading"),
    [
        ("400", "We could not understand that request"),
        ("403", "You cannot open this page"),
        ("403_csrf", "The form could not be sent"),
        ("404", "We could not find that page"),
    ],
)
def test_error_pages_stand_in_the_frame(client: Client, code: str, heading: str) -> None:
    response = client.get(f"/wrong/{code}/")
    assert response.status_code == int(code[:3])
    assert only(read(response), "h1").words == heading


@pytest.mark.parametrize("code", ["500", "503"])
def test_pages_for_our_own_failures_need_nothing_that_may_have_failed(
    code: str, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(0):
        html = render_to_string(f"{code}.html")
    assert only(html, "h1").words == only(html, "title").words


# --- Account pages ---


@pytest.mark.parametrize(
    ("address", "heading"),
    [
        ("/accounts/login/", "Sign in"),
        ("/accounts/signup/", "Sign up"),
        ("/accounts/password/reset/", "Reset your password"),
        ("/accounts/password/reset/done/", "Check your email"),
        ("/accounts/password/reset/key/1-broken/", "This link no longer works"),
        ("/accounts/password/reset/key/done/", "Your password is changed"),
        ("/accounts/confirm-email/", "Check your email"),
        ("/accounts/confirm-email/broken/", "This link no longer works"),
        ("/accounts/login/code/", "Sign in with a code"),
        ("/accounts/inactive/", "This account is closed"),
    ],
)
def test_account_pages_for_someone_not_signed_in(client: Client, address: str, heading: str) -> None:
    assert only(read(client.get(address)), "h1").words == heading


@pytest.mark.parametrize(
    ("address", "heading"),
    [
        ("/accounts/email/", "Your email address"),
        ("/accounts/password/change/", "Change your password"),
        ("/accounts/logout/", "Sign out"),
        ("/accounts/reauthenticate/", "Confirm that it is you"),
    ],
)
def test_account_pages_for_someone_signed_in(client: Client, person: User, address: str, heading: str) -> None:
    client.post("/accounts/login/", {"login": person.email, "password": PASSWORD})
    assert only(read(client.get(address)), "h1").words == heading


@pytest.mark.parametrize(
    ("address", "data"),
    [
        ("/accounts/login/", {"login": "nobody", "password": ""}),
        ("/accounts/login/", {"login": "nobody@trust.example", "password": "wrong"}),
        ("/accounts/signup/", {"email": "nobody", "password1": "short"}),
        ("/accounts/password/reset/", {"email": ""}),
        ("/accounts/login/code/", {"email": "nobody"}),
    ],
)
def test_errors_stand_in_the_title_in_a_summary_and_at_the_field(
    client: Client, address: str, data: dict[str, str]
) -> None:
    response = client.post(address, data)
    assert response.status_code == 422
    html = read(response)
    assert only(html, "title").words.startswith("Error: ")
    summary = only(html, class_="nhsuk-error-summary")
    items = [item for item in elements(html, "li") if summary["class"] in [p.get("class") for p in item.parents]]
    assert items
    links = [link["href"] for link in elements(html, "a") if link["href"].startswith("#id_")]
    assert all(only(html, id=href[1:]).get("aria-invalid") == "true" for href in links)
    for name in ("login", "email"):
        if data.get(name):
            assert only(html, "input", name=name)["value"] == data[name], "what was typed is kept"


def written() -> list[OutboxMessage]:
    """The emails written so far, oldest first, each with the portal's name after its subject."""
    messages = list(OutboxMessage.objects.order_by("pk"))
    assert [message for message in messages if not message.subject.endswith(" – Knowledge Portal")] == []
    return messages


def subjects() -> list[str]:
    """What those emails are about."""
    return [message.subject.removesuffix(" – Knowledge Portal") for message in written()]


def links_in(message: OutboxMessage) -> list[str]:
    """The paths of the links in an email."""
    return re.findall(r"https?://[^/\s]+(/\S+)", message.text)


def test_signing_up_leads_through_an_email_to_an_account(client: Client) -> None:
    client.post("/accounts/signup/", {"name": "Nell", "email": "o'neil@trust.example", "password1": PASSWORD})
    [message] = written()
    assert subjects() == ["Confirm your email address"]
    assert "&#x27;" not in message.text
    assert message.text.startswith("Hello,")
    assert message.text.endswith("Knowledge Portal\nEvidence and know-how for healthcare")
    [address] = links_in(message)
    html = read(client.get(address))
    assert "Is o'neil@trust.example your address?" in only(html, "main").words
    client.post(address)
    assert User.objects.get(email="o'neil@trust.example").emailaddress_set.get().verified


def test_a_forgotten_password_is_replaced_through_an_email(client: Client, person: User) -> None:
    client.post("/accounts/password/reset/", {"email": person.email})
    assert subjects() == ["Reset your password"]
    [address] = links_in(written()[0])
    form = client.get(address, follow=True)
    assert only(read(form), "h1").words == "Choose a new password"
    last = form.redirect_chain[-1][0]
    wrong = read(client.post(last, {"password1": "short", "password2": "other"}))
    assert only(wrong, "title").words == "Error: Choose a new password – Knowledge Portal"
    client.post(last, {"password1": "a quite different one", "password2": "a quite different one"})
    person.refresh_from_db()
    assert person.check_password("a quite different one")
    assert subjects()[1:] == ["Your password was reset"]
    assert "If it was not, reset your password now" in written()[1].text


def test_a_code_by_email_signs_in_without_a_password(client: Client, person: User) -> None:
    page = client.post("/accounts/login/code/", {"email": person.email}, follow=True)
    html = read(page)
    assert only(html, "h1").words == "Enter the code"
    assert person.email in only(html, "main").words
    assert subjects() == ["Your sign-in code"]
    wrong = read(client.post("/accounts/login/code/confirm/", {"code": "000000"}))
    assert only(wrong, "title").words.startswith("Error: ")
    code = next(line for line in written()[0].text.splitlines() if re.fullmatch(r"[A-Z0-9-]{4,}", line))
    client.post("/accounts/login/code/confirm/", {"code": code})
    assert client.session["_auth_user_id"] == str(person.pk)


def test_an_unknown_address_is_told_so_by_email_only(client: Client) -> None:
    page = client.post("/accounts/password/reset/", {"email": "nobody@trust.example"}, follow=True)
    assert only(read(page), "h1").words == "Check your email"
    assert subjects() == ["There is no account with this address"]


def test_an_address_that_has_an_account_is_told_so_by_email_only(client: Client, person: User) -> None:
    client.post("/accounts/signup/", {"name": "Comfort", "email": person.email, "password1": PASSWORD})
    assert subjects() == ["You already have an account"]


def test_an_address_is_changed_once_the_new_one_is_confirmed(client: Client, person: User) -> None:
    client.post("/accounts/login/", {"login": person.email, "password": PASSWORD})
    refused = read(client.post("/accounts/email/", {"action_add": "", "email": "home"}))
    assert only(refused, "title").words.startswith("Error: ")
    client.post("/accounts/email/", {"action_add": "", "email": "home@mail.example"})
    html = read(client.get("/accounts/email/"))
    assert [value.words for value in elements(html, "dd")] == ["ward@trust.example", "home@mail.example"]
    [address] = links_in(written()[-1])
    client.post(address)
    assert "Your email address was changed" in subjects()
    html = read(client.get("/accounts/email/"))
    assert [value.words for value in elements(html, "dd")] == ["home@mail.example"]


@pytest.mark.parametrize(
    ("level", "role", "heading"),
    [("success", "alert", "Success"), ("error", "alert", "There is a problem"), ("info", "region", "Important")],
)
def test_messages_are_announced_by_how_much_they_matter(level: str, role: str, heading: str, rf: Any) -> None:
    message = type("Message", (), {"tags": level, "__str__": lambda self: "It is <done>"})()
    html = render_to_string("components/messages.html", {"messages": [message]})
    banner = only(html, class_="nhsuk-notification-banner")
    assert (banner["role"], only(html, "h2").words) == (role, heading)
    assert banner["aria-labelledby"] == only(html, "h2")["id"]
    assert only(html, "p").words == "It is <done>"


@pytest.fixture
def branded(settings: Any) -> Callable[..., None]:
    def brand(**values: str) -> None:
        settings.BRAND = {**settings.BRAND, **values}

    return brand


def test_the_brand_comes_from_the_settings(client: Client, branded: Callable[..., None]) -> None:
    branded(service_name="Know & Share", organisation="Fenmoor Trust", theme_colour="#5b2c6f", logo="build/favicon.svg")
    html = client.get("/search/").content.decode()
    assert only(html, "title").words == "Page – Know & Share"
    assert only(html, "meta", name="theme-color")["content"] == "#5b2c6f"
    logo = only(html, "img")
    assert logo["alt"] == "Fenmoor Trust"
    assert re.fullmatch(r"/static/build/favicon(\.\w+)?\.svg", logo["src"])
