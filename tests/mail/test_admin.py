"""The outbox in the admin: states to see, failures to send again, and no text that could open an account."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from mail.models import OutboxMessage, Suppression
from mail.services import queue
from tests.factories import UserFactory
from tests.mail.conftest import smtp_settings

LIST = "/admin/mail/outboxmessage/"


@pytest.fixture
def admin(db: None, client: Client) -> Client:
    client.force_login(UserFactory(administrator=True))
    return client


def write(**fields: Any) -> OutboxMessage:
    details = {"to": "ann@mail.example", "subject": "Your code", "text": "It is XYZZY", "html": "<p>XYZZY</p>"}
    return queue(**{**details, "purpose": "account", "is_secret": True, **fields})


def test_states_are_shown_and_texts_are_not(admin: Client) -> None:
    message = write()
    for address in (LIST, reverse("admin:mail_outboxmessage_change", args=[message.pk])):
        page = admin.get(address).content.decode()
        assert "Your code" in page
        assert "Kept here" in page
        assert "XYZZY" not in page


def test_messages_are_sent_again_or_it_is_said_why_not(admin: Client, settings: Any) -> None:
    message = write()
    chosen = {"action": "send_again", "_selected_action": [message.pk]}
    assert "EMAIL_URL is not set" in admin.post(LIST, chosen, follow=True).content.decode()
    settings.SMTP = smtp_settings(25)
    assert "1 put back in line" in admin.post(LIST, chosen, follow=True).content.decode()
    message.refresh_from_db()
    assert message.state == "waiting"
    assert "nothing to send again" in admin.post(LIST, chosen, follow=True).content.decode()


def test_a_message_is_a_record_that_nobody_changes(admin: Client) -> None:
    message = write()
    address = reverse("admin:mail_outboxmessage_change", args=[message.pk])
    admin.post(address, {"to": "other@mail.example", "state": "waiting"})
    message.refresh_from_db()
    assert (message.to, message.state) == ("ann@mail.example", "kept")
    assert admin.get(f"{LIST}add/").status_code == 403
    assert admin.post(reverse("admin:mail_outboxmessage_delete", args=[message.pk]), {"post": "yes"}).status_code == 403


def test_an_address_is_suppressed_in_lower_case_and_freed_again(admin: Client) -> None:
    admin.post("/admin/mail/suppression/add/", {"address": "Ann@Mail.Example", "reason": "asked"})
    row = Suppression.objects.get()
    assert row.address == "ann@mail.example"
    admin.post(reverse("admin:mail_suppression_delete", args=[row.pk]), {"post": "yes"})
    assert Suppression.objects.count() == 0


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_any_number(
    admin: Client, count: int, django_assert_max_num_queries: Callable
) -> None:
    for number in range(count):
        write(subject=f"Code {number}")
    with django_assert_max_num_queries(12):
        page = admin.get(LIST).content.decode()
    assert all(f"Code {number}" in page for number in range(count))


def test_librarians_do_not_read_other_peoples_mail(db: None, client: Client) -> None:
    client.force_login(UserFactory(librarian=True))
    assert client.get(LIST).status_code == 403
