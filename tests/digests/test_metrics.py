"""What a monitor reads of the updates, and when it is told that nobody looks after them."""

import datetime
import itertools
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from digests.choices import COMPOSER
from digests.metrics import trouble
from digests.models import Digest, Pulse
from digests.services import releasing, ticking
from mail.models import OutboxMessage
from tests.digests.factories import follow_topic, guest, weekly_run
from tests.factories import EvidenceFactory, TopicFactory

pytestmark = pytest.mark.django_db


def test_the_monitor_gets_its_numbers_and_others_none(settings: Any) -> None:
    settings.METRICS_TOKEN = "open sesame"
    address = reverse("digests:metrics")
    assert Client().get(address).status_code == 404
    assert Client().get(address, headers={"Authorization": "Bearer wrong"}).status_code == 404
    guest("ben@mail.example")
    follow_topic(guest(), TopicFactory())
    answer = Client().get(address, headers={"Authorization": "Bearer open sesame"})
    assert "portal_updates_subscribers 1\n" in answer.content.decode()


def test_a_silent_portal_says_that_it_is_silent(settings: Any) -> None:
    address = reverse("digests:health")
    never = Client().get(address)
    assert (never.status_code, "within five minutes of the start" in never.json()["status"]) == (503, True)
    ticking.tick()
    Pulse.objects.update(ticked_at=timezone.now() - datetime.timedelta(minutes=16))
    assert "for a quarter of an hour" in Client().get(address).json()["status"]
    ticking.tick()
    assert Client().get(address).json() == {"status": "looked after"}
    Pulse.objects.update(error="OperationalError")
    assert "failed" in Client().get(address).json()["status"]
    settings.DIGESTS_ENABLED = False
    assert Client().get(address).status_code == 503


class TestDeadMansSwitch:
    """A portal that sends nothing says so; one mailbox that refuses is no alarm."""

    def test_a_tick_that_never_ends_is_trouble(self) -> None:
        ticking.tick()
        long_ago = timezone.now() - datetime.timedelta(hours=2)
        Pulse.objects.update(ticked_at=timezone.now(), finished_at=long_ago)
        assert "come to its end" in trouble()
        ticking.tick()
        assert trouble() == ""

    def test_mail_that_waits_is_trouble_only_while_none_leaves(self) -> None:
        ticking.tick()
        now = timezone.now()
        hour = datetime.timedelta(hours=1)
        waiting = update_in_outbox(not_before=now - hour)
        assert "do not leave" in trouble()
        sent = update_in_outbox(state="sent", sent_at=now, not_before=now - hour)
        # Limits for each domain let a large mailing take hours.
        assert trouble() == ""
        sent.delete()
        # One mailbox asks for patience, and nothing else waits.
        OutboxMessage.objects.filter(pk=waiting.pk).update(attempts=4, not_before=now + hour)
        assert trouble() == ""

    def test_a_server_that_puts_everything_off_is_trouble(self) -> None:
        follow_topic(guest(), topic := TopicFactory(name="Falls"))
        EvidenceFactory(topics=[topic])
        run = weekly_run()
        assert run.state == "released" or releasing.release(run=run, by=None)
        now = timezone.now()
        Digest.objects.update(not_before=now - datetime.timedelta(hours=1))
        OutboxMessage.objects.update(attempts=3, not_before=now + datetime.timedelta(hours=1))
        assert "do not leave" in trouble()
        Digest.objects.update(state="sent")
        assert trouble() == ""

    def test_the_lines_of_a_metric_stand_together(self, settings: Any) -> None:
        settings.METRICS_TOKEN = "open sesame"
        update_in_outbox(state="failed", smtp_code=550, ambiguous=1)
        update_in_outbox(state="sent", sent_at=timezone.now())
        answer = Client().get(reverse("digests:metrics"), headers={"Authorization": "Bearer open sesame"})
        lines = answer.content.decode().splitlines()
        names = [re.split(r"[ {]", line.removeprefix("# TYPE "))[0] for line in lines]
        groups = [name for name, _lines in itertools.groupby(names)]
        assert len(groups) == len(set(groups))
        assert 'portal_updates_ambiguous{state="failed"} 1' in lines
        assert "portal_updates_in_trouble 1" in lines
        assert all(re.fullmatch(r"# TYPE \w+ gauge|\w+(\{\w+=\"\w+\"\})? \d+", line) for line in lines)


def update_in_outbox(**fields: Any) -> OutboxMessage:
    """A message of this room."""
    number = OutboxMessage.objects.count()
    base = {"purpose": "update", "composer": COMPOSER, "is_bulk": True, "message_id": f"<{number}@x>", "subject": "New"}
    return OutboxMessage.objects.create(to=f"{number}@mail.example", from_email="portal@x.example", **base | fields)
