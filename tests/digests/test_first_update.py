"""What somebody who begins to follow gets first: at the next regular time, and no news of long ago."""

import datetime
from typing import Any

import pytest
from django.utils import timezone

from digests.models import AnnounceBatch, Announcement, Digest, Run
from digests.overview import next_moment
from digests.services import following, ticking
from tests.digests.factories import MONDAY, WEEK, deliver, follow_topic, guest
from tests.factories import EvidenceFactory, TopicFactory
from tests.mail.conftest import MailServer

# Some hours after the mail of that day was put together.
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

DAY = datetime.timedelta(days=1)


@pytest.mark.parametrize("days", [0, 2], ids=["an hour after the regular time", "in the middle of the week"])
def test_the_first_follower_gets_the_first_mail_at_the_next_regular_time(
    days: int, mail_server: MailServer, monday: Any
) -> None:
    falls = TopicFactory(name="Falls")
    EvidenceFactory(title="Of the week before", topics=[falls], published_at=MONDAY - DAY * 5)
    ticking.tick()
    monday.shift(DAY * days + datetime.timedelta(hours=1))
    reader = guest()
    follow_topic(reader, falls)
    promised = next_moment(reader)
    EvidenceFactory(title="Since they follow", topics=[falls])
    done = ticking.tick()
    assert (done.runs_opened, done.held, deliver()) == (0, 0, 0), "nothing leaves, and nothing waits for a librarian"
    monday.move_to(MONDAY + WEEK - datetime.timedelta(hours=2, minutes=1))
    ticking.tick()
    assert Digest.objects.get().not_before == promised
    assert deliver() == 1
    assert b"Since they follow" in mail_server.arrived[0][1]
    assert b"Of the week before" not in mail_server.arrived[0][1]


def test_a_new_frequency_begins_with_its_own_next_day(mail_server: MailServer, monday: Any) -> None:
    falls = TopicFactory(name="Falls")
    reader = guest()
    follow_topic(reader, falls)
    monday.move_to(datetime.datetime(2026, 12, 7, 9, tzinfo=datetime.UTC))
    ticking.tick()
    assert Run.objects.filter(frequency="monthly").count() == 0
    monday.shift(DAY)
    following.choose(subscriber=reader, frequency="monthly", local_hour=7, time_zone="Europe/London", paused_until=None)
    ticking.tick()
    assert Run.objects.filter(frequency="monthly").count() == 0
    monday.move_to(datetime.datetime(2027, 1, 4, 6, tzinfo=datetime.UTC))
    ticking.tick()
    assert Run.objects.get(frequency="monthly").period == "2027-01"


def test_news_does_not_heap_up_while_nobody_reads(monday: Any) -> None:
    falls = TopicFactory(name="Falls")
    for number in range(6):
        EvidenceFactory(title=f"Of week {number}", topics=[falls])
        ticking.tick()
        ticking.tick()
        monday.shift(WEEK)
    assert AnnounceBatch.objects.count() == 6, "once a week, however often it ticks"
    assert Run.objects.count() == 0
    reader = guest()
    follow_topic(reader, falls)
    EvidenceFactory(title="Of now", topics=[falls])
    monday.shift(WEEK - datetime.timedelta(hours=2))
    ticking.tick()
    ticking.tick()
    told = Digest.objects.get(run__frequency="weekly").announcements
    titles = Announcement.objects.filter(pk__in=told).values_list("item__title", flat=True)
    assert list(titles) == ["Of now"]
    assert timezone.now() > MONDAY + WEEK * 6
