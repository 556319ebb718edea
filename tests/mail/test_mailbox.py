"""The development mailbox: there on a trial machine, nowhere else, and safe with whatever a message holds."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from mail.models import OutboxMessage
from mail.services import queue

MAILBOX = "/mailbox/"


def write(**fields: Any) -> OutboxMessage:
    return queue(**{"to": "ann@mail.example", "subject": "Hello", "text": "Text", "purpose": "test"} | fields)


def test_an_empty_mailbox_says_what_to_do(db: None, client: Client) -> None:
    page = client.get(MAILBOX).content.decode()
    assert "No messages yet" in page
    assert reverse("enquiries:contact") in page


def test_messages_are_listed_the_newest_first_and_read(db: None, client: Client) -> None:
    write(subject="First")
    message = write(subject="Second", text="Open http://127.0.0.1:8000/confirm/abc/ and <b>sign in</b>.")
    page = client.get(MAILBOX).content.decode()
    assert page.index("Second") < page.index("First")
    page = client.get(reverse("mail:message", args=[message.pk])).content.decode()
    assert '<a href="http://127.0.0.1:8000/confirm/abc/"' in page
    assert "&lt;b&gt;sign in&lt;/b&gt;" in page
    assert "HTML part" not in page


def test_the_html_part_is_shown_shut_off(db: None, client: Client) -> None:
    message = write(html="<style>p{color:red}</style><p>Hello</p><script>alert(1)</script>")
    response = client.get(reverse("mail:html", args=[message.pk]))
    assert response.content.decode() == message.html
    policy = response.headers["Content-Security-Policy"]
    assert "sandbox allow-popups" in policy
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert client.get(reverse("mail:html", args=[write().pk])).status_code == 404


@pytest.mark.parametrize("page", ["abc", "-1", "0", "999999"])
def test_an_odd_page_number_shows_a_page(db: None, client: Client, page: str) -> None:
    write()
    assert "Hello" in client.get(MAILBOX, {"page": page}).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_any_number(
    db: None, client: Client, count: int, django_assert_max_num_queries: Callable
) -> None:
    for number in range(count):
        write(subject=f"Message {number}")
    with django_assert_max_num_queries(6):
        page = client.get(MAILBOX).content.decode()
    assert page.count("Message ") == count


def test_where_people_are_served_there_is_no_mailbox(db: None, client: Client, settings: Any) -> None:
    message = write(html="<p>Hello</p>")
    settings.MAILBOX_PAGE = False
    for name, arguments in (("mailbox", []), ("message", [message.pk]), ("html", [message.pk])):
        assert client.get(reverse(f"mail:{name}", args=arguments)).status_code == 404
