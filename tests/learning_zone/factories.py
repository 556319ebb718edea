"""Rows of learning for tests, made the way the portal makes them."""

import datetime
from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from accounts.models import User
from catalogue.choices import Status
from learning_zone.models import LearningRecord, LearningResource
from learning_zone.services.recording import complete
from learning_zone.services.resources import after_edit

TRANSCRIPT = """0:00 Welcome to falls on the ward.
4:05 Put the walking aid within reach.
12:30 Alarms made nights worse."""


class LearningFactory(DjangoModelFactory):
    """A published, public, free recorded webinar of 15 minutes, found by search; `topics=[…]` sets its topics."""

    class Meta:
        model = LearningResource
        skip_postgeneration_save = True

    title = factory.Sequence(lambda n: f"Webinar {n}")
    form = "recorded_webinar"
    summary = "What it is about."
    minutes = 15
    provider = "Northbridge Library"
    status = Status.PUBLISHED
    year = 2026
    published_at = factory.LazyFunction(lambda: timezone.now() - datetime.timedelta(days=1))

    @factory.post_generation
    def topics(self, create: bool, extracted: list[Any] | None, **kwargs: Any) -> None:
        """Set the topics, and let follow what follows."""
        if extracted:
            self.topics.set(extracted)  # type: ignore[attr-defined]
        after_edit(resource=self)  # type: ignore[arg-type]


def done(by: User, resource: LearningResource | None = None, **answers: Any) -> LearningRecord:
    """Return what this person did: today, 30 minutes, unless said otherwise."""
    given = {
        "done_on": timezone.localdate(),
        "minutes": 30,
        "participatory_minutes": 0,
        "method": "online",
        "reflection": "",
        "code_themes": [],
    }
    return complete(resource=resource or LearningFactory(), by=by, **{**given, **answers})
