"""Subscribers and runs for tests, made the way the portal makes them."""

import datetime
from typing import Any

from django.db.models.functions import Now

from accounts.models import User
from digests.models import Run, Subscriber
from digests.services import announcing, following, ticking
from mail.models import OutboxMessage
from mail.sending import send_waiting
from taxonomy.models import Topic

# A Monday at nine in the morning, long after the weekly run of that day is opened.
MONDAY = datetime.datetime(2026, 11, 23, 9, tzinfo=datetime.UTC)
WEEK = datetime.timedelta(days=7)


def guest(address: str = "ann@mail.example", **fields: Any) -> Subscriber:
    """Somebody without an account whose address is confirmed."""
    return Subscriber.objects.create(guest_email=address, last_batch=announcing.last_batch(), **fields)


def follow_topic(subscriber: Subscriber, topic: Topic, *, with_narrower: bool = True) -> None:
    """Let them follow the topic."""
    wanted = following.Wanted(topic.name, f"topic={topic.slug}", topic=topic)
    following.follow(subscriber=subscriber, wanted=wanted, with_narrower=with_narrower)


def follow_search(subscriber: Subscriber, query: str) -> None:
    """Let them follow a search, a kind or a topic by its address."""
    following.follow(subscriber=subscriber, wanted=following.wanted_from(query))


def person_with_updates(**fields: Any) -> Subscriber:
    """Somebody with an account."""
    from tests.factories import UserFactory

    user: User = UserFactory(**fields)
    return following.subscriber_of(user)


def weekly_run() -> Run:
    """Do what a tick does now, and return the newest run."""
    ticking.tick()
    return Run.objects.latest("pk")


def deliver() -> int:
    """Send everything whose time has come or will come this week."""
    OutboxMessage.objects.filter(not_before__gt=Now()).update(not_before=Now())
    return send_waiting()
