"""The invented subscribers: what librarians see of them is what planning and the outbox made of them."""

from typing import Any

import pytest
from django.utils import timezone

from demonstration.services import clear_demonstration, load_demonstration
from digests import overview
from digests.models import Digest, Run, SavedSearch, Subscriber
from digests.services import ticking
from mail.models import OutboxMessage
from tests.digests.factories import follow_topic, guest
from tests.factories import TopicFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]


def test_librarians_see_a_run_its_reach_and_what_is_followed_in_vain(settings: Any) -> None:
    settings.SMTP = None
    load_demonstration()
    (run, sent, empty, unsent) = next(row for row in overview.sizes_of_runs() if row[0].frequency == "weekly")
    # What is new depends a little on the day of the week.
    assert (run.state, run.is_late, unsent, sent + empty) == ("done", False, 1, 10)
    assert min(sent - 5, empty - 1) > 0
    assert 50 < overview.numbers().reach < 100
    assert {topic.slug for topic, _followers in overview.topics_with_nothing()} >= {"asthma", "diabetes"}
    assert overview.most_followed()[0].label == "Falls prevention"
    mails = OutboxMessage.objects.filter(purpose="update")
    assert mails.filter(state="kept").count() == Digest.objects.filter(state="sent").count() >= 6
    assert not mails.filter(state="waiting").exists()
    # Nothing of it is left over for the tick.
    before = Digest.objects.count()
    ticking.tick()
    assert Digest.objects.count() == before


def test_where_mail_leaves_the_machine_none_goes_to_anybody_invented(settings: Any) -> None:
    settings.SMTP = {"host": "mail.example"}
    load_demonstration()
    assert not OutboxMessage.objects.filter(purpose="update").exists()
    ticking.tick()
    assert not Digest.objects.exists()
    assert all(subscriber.is_paused for subscriber in Subscriber.objects.all())


def test_they_leave_without_a_trace_and_real_readers_stay(settings: Any) -> None:
    settings.SMTP = None
    load_demonstration()
    real = guest("real@mail.example")
    follow_topic(real, TopicFactory(name="Real"))
    clear_demonstration()
    assert list(Subscriber.objects.all()) == [real]
    assert not Run.objects.exists()
    assert not OutboxMessage.objects.filter(purpose="update").exists()
    assert not SavedSearch.objects.exists()
    assert real.follows.count() == 1
    assert Subscriber.objects.active(on=timezone.localdate()).get() == real
