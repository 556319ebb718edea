"""What a librarian looks at is what leaves: its bytes beside those that a mail server took."""

import re
from email.message import EmailMessage

import pytest
from django.test import Client
from django.urls import reverse

from digests.models import Digest, Note, Run, Subscriber
from tests.digests.factories import deliver, follow_search, follow_topic, guest, weekly_run
from tests.factories import EvidenceFactory, TopicFactory
from tests.mail.conftest import MailServer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

# What somebody may paste into a title: line breaks, what begins a header or a part, dots that end a message, letters that
# turn the line round or are not seen, what the encoding itself writes, and more of it than fits.
HOSTILE = (
    "Falls\r\nBcc: everybody@mail.example\r\n\r\n<script>alert(1)</script>",
    "\n.\r\n--part-0\nContent-Type: text/html\n",
    "From here on = =3D =20 & &amp; “quoted” 'single' \"double\" \t end ",
    "Turned \u202eround\u202c, unseen\u200b\u2066\ufeff, next\u2028line\x85s, \ue000summary\ue000",
    "👩🏽‍⚕️ 转倒 سقوط Ünïcode " + "x" * 400,
    "Long words without end " * 90,
)
TOKEN = re.compile(rb"/updates/(view|manage|stop)/[0-9a-z-]+/")


def shown(librarian: Client, run: Run, reader: Subscriber) -> dict[str, bytes]:
    """What a librarian sees of a reader's mail: its subject, its text part and its HTML part."""
    address = reverse("admin:digests_run_mail", args=[run.pk, reader.pk])
    subject, _, text = librarian.get(f"{address}?part=text").content.partition(b"\n\n")
    return {"subject": subject, "plain": text, "html": librarian.get(address).content}


def left(message: EmailMessage) -> dict[str, bytes]:
    """The same of what the mail server took, the ends of lines as they are outside of mail."""
    parts = {"subject": str(message["Subject"]).encode()}
    for part in message.iter_parts():
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        parts[part.get_content_subtype()] = content.replace(b"\r\n", b"\n")
    return parts


def test_the_preview_is_what_leaves_byte_for_byte(librarian: Client, mail_server: MailServer) -> None:
    for number, words in enumerate(HOSTILE):
        topic = TopicFactory(name=words[:100])
        reader = guest(f"reader{number}@mail.example")
        follow_topic(reader, topic)
        follow_search(reader, f"q=falls+number{number}")
        EvidenceFactory(title=words[:500], topics=[topic])
        EvidenceFactory(title=f"Falls number{number} {words[:200]}")
    run = weekly_run()
    for words in HOSTILE[:2]:
        Note.objects.create(run=run, text=words[:600])
    readers = list(Subscriber.objects.all())
    previews = {reader.address: shown(librarian, run, reader) for reader in readers}
    assert deliver() == len(HOSTILE)
    for place, address in enumerate(mail_server.recipients):
        message = mail_server.message(place)
        assert left(message) == previews[address]
        assert message.keys().count("Bcc") == 0
        assert message.defects == []
        assert len(message.get_payload()) == 2


def test_somebody_who_is_not_of_the_run_sees_the_same_but_for_the_tokens(
    librarian: Client, mail_server: MailServer
) -> None:
    """As a test reader who follows what the reader of the run follows."""
    falls = TopicFactory(name="Falls")
    reader = guest("ann@mail.example")
    follow_topic(reader, falls)
    EvidenceFactory(title="Rounding works", topics=[falls])
    run = weekly_run()
    tester = guest("tester@mail.example")
    follow_topic(tester, falls)
    Subscriber.objects.filter(pk=tester.pk).update(last_batch=0)
    preview = shown(librarian, run, tester)
    assert Digest.objects.count() == 1
    assert deliver() == 1
    assert {name: TOKEN.sub(rb"/updates/\1/TOKEN/", part) for name, part in left(mail_server.message()).items()} == {
        name: TOKEN.sub(rb"/updates/\1/TOKEN/", part) for name, part in preview.items()
    }
