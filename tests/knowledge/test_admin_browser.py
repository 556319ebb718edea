"""Know-how's pages of the admin in a real browser: for everyone, and no wider than a phone."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page

from knowledge.models import ChampionProfile, KnowHow, TechniqueTemplate
from knowledge.services.answering import answer_question
from tests.admin import librarian, signed_in
from tests.browser import NARROW, WIDE, axe_violations, sideways_overflow
from tests.factories import EvidenceFactory, TopicFactory, UserFactory
from tests.knowledge.factories import published, sent

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def pages_of(waiting: KnowHow, question: KnowHow, review: TechniqueTemplate) -> dict[str, str]:
    """A page of each sort that know-how has in the admin."""
    return {
        "list": reverse("admin:knowledge_knowhow_changelist") + "?stage=published",
        "contribution": reverse("admin:knowledge_knowhow_change", args=[waiting.pk]),
        "approving": reverse("admin:knowledge_knowhow_approve", args=[waiting.pk]),
        "asking for changes": reverse("admin:knowledge_knowhow_ask-for-changes", args=[waiting.pk]),
        "linking an evaluation": reverse("admin:knowledge_knowhow_link-evaluation", args=[question.pk]),
        "removing an answer": reverse("admin:knowledge_knowhow_remove-answer", args=[question.pk]),
        "technique": reverse("admin:knowledge_techniquetemplate_change", args=[review.pk]),
        "champions": reverse("admin:knowledge_championprofile_changelist"),
        "inviting": reverse("admin:knowledge_invitation_add"),
        "gaps": reverse("admin:knowledge_invitation_gaps"),
    }


def test_every_sort_of_page_is_accessible_and_fits_a_phone(
    open_page: Callable[..., Page], live_server: Any, review: TechniqueTemplate
) -> None:
    topic = TopicFactory(name="Falls")
    EvidenceFactory(topics=[topic], standing="high")
    ChampionProfile.objects.create(user=UserFactory(champion=True), granted_at=timezone.now()).topics.set([topic])
    question = published(form="question")
    answer_question(knowhow=question, by=UserFactory(staff=True), text="So.", place="A ward")
    page = open_page(WIDE)
    page.emulate_media(reduced_motion="reduce")
    session = signed_in(librarian()).cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
    found = {}
    for name, address in pages_of(sent(), question, review).items():
        page.set_viewport_size(WIDE)  # type: ignore[arg-type]
        response = page.goto(address)
        assert response is not None
        assert response.status == 200, name
        problems = axe_violations(page)
        page.set_viewport_size(NARROW)  # type: ignore[arg-type]
        overflow = sideways_overflow(page)
        found[name] = [*problems, *([f"wider than the window by {overflow}"] if overflow > 0 else [])]
    assert {name: problems for name, problems in found.items() if problems} == {}
