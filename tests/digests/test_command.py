"""One tick by hand, and what it prints."""

import datetime
import json
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command

from digests.models import Run
from tests.digests.factories import MONDAY, follow_topic, guest
from tests.factories import EvidenceFactory, TopicFactory
from tests.mail.conftest import MailServer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def sunday() -> Iterator[None]:
    with time_machine.travel(MONDAY - datetime.timedelta(days=1), tick=True):
        yield


def run_digests(capsys: Any, **options: Any) -> dict[str, Any]:
    call_command("run_digests", json=True, **options)
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_a_moment_to_come_can_be_tried(capsys: Any, mail_server: MailServer) -> None:
    falls = TopicFactory(name="Falls")
    follow_topic(guest(), falls)
    follow_topic(guest("ben@mail.example"), TopicFactory())
    EvidenceFactory(topics=[falls])
    assert run_digests(capsys)["runs_opened"] == 0, "the run of last Monday is past its use"
    done = run_digests(capsys, now="2026-11-23T07:00:00+00:00")
    assert done == {
        "now": "2026-11-23T07:00:00+00:00",
        "runs_opened": 1,
        "planned": 2,
        "released": 1,
        "sent": 1,
        "skipped_empty": 1,
        "held": 0,
        "failed": 0,
    }
    assert mail_server.recipients == ["ann@mail.example"]
    again = run_digests(capsys, now="2026-11-23T08:00:00+00:00")
    assert (again["runs_opened"], again["sent"], Run.objects.count()) == (0, 0, 1)


def test_what_is_no_moment_is_refused_with_an_example() -> None:
    for text in ("yesterday", "2026-13-45T00:00"):
        with pytest.raises(CommandError, match="2026-11-30T07:00:00"):
            call_command("run_digests", now=text)
