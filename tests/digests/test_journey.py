"""A reader without an account, from a topic's page to the last mail, with a browser and a real mail server."""

import re
from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

import pytest
from django.db.models.functions import Now
from django.utils import timezone
from playwright.sync_api import Page, expect

from digests.models import Subscriber
from digests.services import ticking
from digests.services.ticking import schedules
from mail.models import OutboxMessage
from mail.sending import send_waiting
from tests.browser import NARROW, axe_violations, sideways_overflow
from tests.factories import EvidenceFactory, TopicFactory
from tests.mail.conftest import MailServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def links_in(message: EmailMessage, path: str) -> list[str]:
    """The paths in the text part of a mail that begin with this one."""
    body = message.get_body(("plain",))
    assert body is not None
    return re.findall(rf"{path}\S+", str(body.get_content()))


def test_follow_falls_confirm_receive_read_and_stop(
    open_page: Callable[..., Page], mail_server: MailServer, settings: Any, live_server: Any
) -> None:
    settings.PORTAL_URL = live_server.url
    falls = TopicFactory(name="Falls", slug="falls")
    EvidenceFactory(title="Something old", topics=[falls])
    page = open_page(NARROW)

    # On the page of the topic they ask for updates.
    page.goto(falls.get_absolute_url())
    page.get_by_role("link", name="Get email updates on Falls").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Get email updates")
    assert axe_violations(page) == []
    page.get_by_role("button", name="Send me the link").click()
    expect(page.get_by_role("alert")).to_contain_text("Enter your email address")
    page.get_by_label("Your email address").fill("ann@mail.example")
    page.get_by_role("button", name="Send me the link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Look in your inbox")

    # The mail brings the link, and pressing the button there confirms.
    assert send_waiting() == 1
    (confirm,) = links_in(mail_server.message(), "/updates/confirm/")
    page.goto(confirm)
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your email updates")
    expect(page.get_by_role("heading", level=3, name="Falls")).to_be_visible()
    assert axe_violations(page) == []
    assert sideways_overflow(page) == 0

    # Something new appears, and the weekly update tells of it.
    EvidenceFactory(title="Rounding by the hour", topics=[falls])
    for schedule in schedules():
        schedule.weekday = timezone.localdate().weekday()
        schedule.save()
    ticking.tick()
    OutboxMessage.objects.update(not_before=Now())
    assert send_waiting() == 1
    arrived = mail_server.message()
    assert arrived["Subject"] == "2 updates for you: Falls"

    # They read it in the browser.
    (view,) = links_in(arrived, "/updates/view/")
    page.goto(view)
    expect(page.get_by_role("link", name="Rounding by the hour")).to_be_visible()
    expect(page.get_by_text("Because you follow Falls").first).to_be_visible()
    assert axe_violations(page) == []

    # From there the way to change everything is sent to their address: the page itself may be passed on.
    assert links_in(arrived, "/updates/manage/")[0] not in page.content()
    page.get_by_role("button", name="Email me the link").click()
    expect(page.get_by_role("alert")).to_contain_text("The link is on its way")
    assert axe_violations(page) == []
    assert sideways_overflow(page) == 0
    assert send_waiting() == 1
    (manage,) = links_in(mail_server.message(), "/updates/manage/")
    page.goto(manage)
    expect(page.get_by_role("heading", level=3, name="Falls")).to_be_visible()

    # The mail itself is as accessible as the page.
    html = arrived.get_body(("html",))
    assert html is not None
    page.goto("about:blank")
    page.set_content(str(html.get_content()))
    expect(page.get_by_role("heading", level=1)).to_have_text("Your weekly update")
    assert page.evaluate("document.documentElement.lang") == "en"

    # One press stops it.
    (stop,) = links_in(arrived, "/updates/stop/")
    page.goto(stop)
    assert Subscriber.objects.get().stopped_at is None
    page.get_by_role("button", name="Stop the weekly update").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The weekly update is stopped")
    assert axe_violations(page) == []
    assert Subscriber.objects.get().stopped_at is not None
