"""Pledges, stories and proposals: without an account, read before they show, once each, never too many."""

import re
import struct
import uuid
import zlib
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from events.choices import Moderation
from events.models import Event, Pledge, Proposal, Story
from events.services import voices
from mail.models import OutboxMessage
from tests.admin import librarian, signed_in
from tests.events.factories import CampaignFactory

pytestmark = pytest.mark.django_db


def png() -> bytes:
    """A grey picture of one pixel."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\x00\x80")) + chunk(b"IEND", b"")


def send(wall_name: str, campaign: Any, **data: Any) -> Any:
    address = reverse(f"events:{wall_name}", args=[campaign.slug])
    return Client().post(address, {"website": "", "submission": str(uuid.uuid4()), **data})


def wall(name: str, campaign: Any) -> str:
    return Client().get(reverse(f"events:{name}", args=[campaign.slug])).content.decode()


def test_a_pledge_needs_no_account_and_shows_once_it_is_read() -> None:
    campaign = CampaignFactory()
    assert send("pledges", campaign, text="Ask the night team").status_code == 302
    pledge = Pledge.objects.get()
    assert (pledge.by_words, pledge.moderation, pledge.email) == ("Anonymous", "waiting", "")
    assert "Ask the night team" not in wall("pledges", campaign)
    client = signed_in(librarian())
    assert client.post(reverse("admin:events_pledge_show", args=[pledge.pk]), {}).status_code == 302
    assert "Ask the night team" in wall("pledges", campaign)
    assert "1 pledge, 0 done" in wall("pledges", campaign)
    client.post(reverse("admin:events_pledge_refuse", args=[pledge.pk]), {})
    assert "Ask the night team" not in wall("pledges", campaign)


def test_the_same_form_twice_is_one_pledge() -> None:
    campaign, name = CampaignFactory(), str(uuid.uuid4())
    for _ in range(2):
        send("pledges", campaign, text="Once", submission=name)
    assert Pledge.objects.count() == 1


def test_the_trap_an_empty_form_and_too_much_are_told(settings: Any) -> None:
    campaign = CampaignFactory()
    assert send("pledges", campaign, text="Buy", website="spam").status_code == 422
    empty = send("pledges", campaign, text="", name="Ada")
    assert empty.status_code == 422
    assert "Write what you pledge to do" in empty.content.decode()
    assert 'value="Ada"' in empty.content.decode()
    assert "<title>Error: " in empty.content.decode()
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "speak_up": [(1, 60)]}
    assert [send("pledges", campaign, text=f"Pledge {number}").status_code for number in range(2)] == [302, 429]
    assert Pledge.objects.count() == 1


def test_what_is_written_is_never_run() -> None:
    campaign = CampaignFactory()
    send("pledges", campaign, text="<script>alert(1)</script>", name="<b>Eve</b>")
    voices.moderate(voices=Pledge.objects.all(), moderation=Moderation.SHOWN, by=librarian())
    page = wall("pledges", campaign)
    assert "<script>alert" not in page
    assert "&lt;b&gt;Eve" in page


def test_who_gave_an_address_is_asked_once_what_became_of_it() -> None:
    campaign = CampaignFactory()
    send("pledges", campaign, text="With an address", email="ada@mail.example")
    send("pledges", campaign, text="Without one")
    voices.moderate(voices=Pledge.objects.all(), moderation=Moderation.SHOWN, by=librarian())
    assert voices.ask_what_became() == 0
    with time_machine.travel(timezone.now() + voices.ASK_AFTER, tick=False):
        assert voices.ask_what_became() == 1
        assert voices.ask_what_became() == 0
    message = OutboxMessage.objects.get(purpose="campaign")
    found = re.search(r"/events/pledges/[^/\s]+/", message.text)
    assert found
    link = found[0]
    assert Client().get(link).status_code == 200
    Client().post(link, {"progress": "done"})
    assert "1 done" in wall("pledges", campaign)
    assert "ada@mail.example" not in wall("pledges", campaign)
    assert Client().get(reverse("events:pledge-progress", args=["forged"])).status_code == 404


def test_a_story_with_a_picture_is_cleaned_and_hidden_until_it_is_read() -> None:
    campaign = CampaignFactory()
    picture = SimpleUploadedFile("me.png", png() + b"after the end: 51.5, -0.1")
    no_words = send("stories", campaign, text="We met.", picture=picture)
    assert no_words.status_code == 422
    picture.seek(0)
    assert send("stories", campaign, text="We met.", picture=picture, picture_words="A table").status_code == 302
    story = Story.objects.get()
    with story.picture.open("rb") as stored:
        assert b"after the end" not in stored.read()
    address = reverse("events:picture", args=[campaign.slug, story.pk])
    assert Client().get(address).status_code == 404
    client = signed_in(librarian())
    assert address in client.get(reverse("admin:events_story_change", args=[story.pk])).content.decode()
    assert b"".join(client.get(address).streaming_content) == png()
    voices.moderate(voices=[story], moderation=Moderation.SHOWN, by=librarian())
    shown = Client().get(address)
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/png")
    assert b"".join(shown.streaming_content) == png()
    assert 'alt="A table"' in wall("stories", campaign)


def test_a_picture_that_is_none_is_refused_and_the_words_stay() -> None:
    campaign = CampaignFactory()
    picture = SimpleUploadedFile("me.png", b"<svg onload=alert(1)>")
    answer = send("stories", campaign, text="We met.", picture=picture, picture_words="A table")
    assert answer.status_code == 422
    assert "This is not a PNG or JPG file" in answer.content.decode()
    assert "We met." in answer.content.decode()
    assert Story.objects.count() == 0


PROPOSAL = {
    "title": "Our huddle", "summary": "How we do it.", "mode": "online", "name": "Ada", "organisation": "Fenmoor",
    "email": "ada@mail.example",
}  # fmt: skip


def test_a_proposed_session_becomes_a_draft_when_a_librarian_accepts_it() -> None:
    campaign = CampaignFactory()
    address = f"{reverse('events:propose')}?campaign={campaign.slug}"
    sent = Client().post(address, {"website": "", "submission": "", **PROPOSAL})
    assert sent["Location"] == reverse("events:proposed")
    proposal = Proposal.objects.get()
    assert proposal.campaign == campaign
    client = signed_in(librarian())
    data = {"confirm-note": "Shall we say Tuesday?"}
    assert client.post(reverse("admin:events_proposal_accept", args=[proposal.pk]), data).status_code == 302
    event = Event.objects.get()
    assert (event.title, event.status, event.campaign) == ("Our huddle", "draft", campaign)
    assert event.speakers.get().email == "ada@mail.example"
    assert Client().get(event.get_absolute_url()).status_code == 404
    answer = OutboxMessage.objects.get(to="ada@mail.example")
    assert "Shall we say Tuesday?" in answer.text
    assert client.post(reverse("admin:events_proposal_accept", args=[proposal.pk]), data).status_code == 403


def test_a_declined_session_gets_a_reason() -> None:
    proposal = voices.propose(submission=uuid.uuid4(), **PROPOSAL)
    client = signed_in(librarian())
    address = reverse("admin:events_proposal_decline", args=[proposal.pk])
    assert client.post(address, {"confirm-note": ""}).status_code == 422
    assert client.post(address, {"confirm-note": "We had it last year."}).status_code == 302
    assert "We had it last year." in OutboxMessage.objects.get(to="ada@mail.example").text
    assert Event.objects.count() == 0
