"""Learning's pages of the admin in a real browser: for everyone, and no wider than a phone."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page

from learning_zone.models import Chapter, CourseRun, LearningResource, LinkCheck, Path, PathStep, Step
from tests.admin import librarian, signed_in
from tests.browser import NARROW, WIDE, axe_violations, sideways_overflow
from tests.factories import EvidenceFactory, TopicFactory
from tests.learning_zone.factories import TRANSCRIPT, LearningFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def resource() -> LearningResource:
    """A resource with everything that its form shows, in a Learning Zone with something of everything."""
    topic = TopicFactory(name="Falls")
    EvidenceFactory(topics=[TopicFactory(name="Pain")])
    made: LearningResource = LearningFactory(
        title="Falls on the ward",
        topics=[topic],
        transcript=TRANSCRIPT,
        url="https://learning.example/falls",
        expires_on=timezone.localdate() + datetime.timedelta(days=9),
    )
    Chapter.objects.create(resource=made, seconds=245, title="What helps")
    Step.objects.create(resource=made, title="Watch", minutes=10)
    starts = timezone.now() + datetime.timedelta(days=3)
    CourseRun.objects.create(resource=made, starts_at=starts, ends_at=starts)
    LinkCheck.objects.filter(resource=made).update(verdict="broken", note="Nobody answers.")
    path = Path.objects.create(title="Falls, in one lunch break", slug="falls", summary="Watch, then read.")
    PathStep.objects.create(path=path, item_id=made.pk, position=1)
    return made


def pages_of(resource: LearningResource) -> dict[str, str]:
    """Every page of learning in the admin."""
    run, path = CourseRun.objects.get(), Path.objects.get()
    return {
        "list": reverse("admin:learning_zone_learningresource_changelist"),
        "list, narrowed": reverse("admin:learning_zone_learningresource_changelist") + "?care=broken",
        "what needs care": reverse("admin:learning_zone_learningresource_overview"),
        "form": reverse("admin:learning_zone_learningresource_change", args=[resource.pk]),
        "adding": reverse("admin:learning_zone_learningresource_add"),
        "history": reverse("admin:learning_zone_learningresource_history", args=[resource.pk]),
        "question": reverse("admin:learning_zone_learningresource_archive", args=[resource.pk]),
        "dates": reverse("admin:learning_zone_courserun_changelist"),
        "date": reverse("admin:learning_zone_courserun_change", args=[run.pk]),
        "links": reverse("admin:learning_zone_linkcheck_changelist"),
        "paths": reverse("admin:learning_zone_path_changelist"),
        "path": reverse("admin:learning_zone_path_change", args=[path.pk]),
    }


def test_every_page_is_accessible_and_fits_a_phone(
    open_page: Callable[..., Page], live_server: Any, resource: LearningResource
) -> None:
    page = open_page(WIDE)
    session = signed_in(librarian()).cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
    found = {}
    for name, address in pages_of(resource).items():
        page.set_viewport_size(WIDE)  # type: ignore[arg-type]
        response = page.goto(address)
        assert response is not None
        assert response.status == 200, name
        problems = axe_violations(page)
        page.set_viewport_size(NARROW)  # type: ignore[arg-type]
        overflow = sideways_overflow(page)
        found[name] = [*problems, *([f"wider than the window by {overflow}"] if overflow > 0 else [])]
    assert {name: problems for name, problems in found.items() if problems} == {}
