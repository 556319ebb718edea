"""The short drill: senders killed, frozen and cut off while mail leaves, and not one lost or doubled unnoticed."""

import os
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from digests.models import Run
from digests.services import releasing, ticking
from digests.services.ticking import schedules
from kmportal.measuring.drill import drill, twice_told
from mail.models import OutboxMessage
from tests.digests.factories import follow_topic, guest
from tests.factories import EvidenceFactory, TopicFactory
from tests.mail.conftest import smtp_settings

MESSAGES = 250
FAULTS = 9


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_nothing_is_lost_or_doubled_unnoticed_whatever_dies(settings: Any, tmp_path: Path) -> None:
    settings.SMTP = smtp_settings(9)
    falls = TopicFactory(name="Falls")
    for number in range(3):
        EvidenceFactory(title=f"Falls {number}", topics=[falls])
    for number in range(MESSAGES):
        follow_topic(guest(f"{'gone' if number % 50 == 0 else 'reader'}{number}@mail.example"), falls)
    for schedule in schedules():
        schedule.weekday = timezone.localdate().weekday()
        schedule.save()
    ticking.tick()
    run = Run.objects.get()
    if run.is_late:
        releasing.release(run=run, by=None)
    OutboxMessage.objects.update(not_before=timezone.now())
    sums = drill(
        log=tmp_path / "taken.log",
        senders=2,
        faults=FAULTS,
        unlucky=0.06,
        patience=120,
        settings_module=os.environ["DJANGO_SETTINGS_MODULE"],
    )
    assert sums.messages == MESSAGES
    assert (sums.lost, sums.unexplained, sums.differing, sums.unfinished) == ([], [], [], 0)
    assert sums.faults > 0
    states = dict.fromkeys(OutboxMessage.objects.filter(to__startswith="gone").values_list("state", flat=True))
    assert list(states) == ["failed"], "a mailbox that does not exist is not tried for ever"
    releasing.settle()
    assert twice_told() == 0
