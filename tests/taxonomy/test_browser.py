"""Topics in a real browser: a librarian merges two and takes it back; every page of topics passes axe."""

import os
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from catalogue.ancestors import refresh_ancestors
from catalogue.models import Item, Relation
from taxonomy.models import EntryTerm, Topic
from taxonomy.services.merging import split
from tests.admin import librarian, signed_in
from tests.browser import NARROW, WIDE, axe_violations, follow, sideways_overflow
from tests.factories import AppraisalFactory, EvidenceFactory, TopicFactory
from tests.knowledge.factories import published
from tests.learning_zone.factories import LearningFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OpenPage = Callable[..., Page]
LONG = "Tailored packages of care that one person puts together with staff probably reduce falls on wards. " * 4


@pytest.fixture
def falls() -> Topic:
    """A topic whose page shows something of everything."""
    topic: Topic = TopicFactory(
        name="Falls prevention", slug="falls", key_message=LONG, broader=[TopicFactory(name="Patient safety")]
    )
    EntryTerm.objects.create(topic=topic, text="Slips and trips")
    TopicFactory(name="Hip fracture", broader=[topic])
    records = [EvidenceFactory(title=f"Trial {number}", topics=[topic], summary=LONG) for number in range(3)]
    for record in records:
        AppraisalFactory(evidence=record)
    EvidenceFactory(title="Living with falls", form="qualitative", topics=[topic])
    LearningFactory(topics=[topic])
    for kind, other in (("conflicts", records[1]), ("supports", records[2])):
        Relation.objects.create(
            from_item=records[0], to_item=other, kind=kind, note="In other wards.", confirmed_at=timezone.now()
        )
    return topic


@pytest.fixture
def desk(open_page: OpenPage, transactional_db: None, live_server: Any) -> Page:
    page = open_page(WIDE)
    session = signed_in(librarian(name="Priya Raman")).cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
    return page


def keep(page: Page, name: str) -> None:
    """Keep a picture where somebody wants to look."""
    if folder := os.environ.get("PORTAL_SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def test_a_librarian_merges_two_topics_and_takes_it_back(desk: Page, falls: Topic) -> None:
    kept = TopicFactory(name="Preventing accidents")
    desk.goto(reverse("admin:taxonomy_topic_changelist"))
    follow(desk, "Falls prevention")
    follow(desk, "Merge…")
    expect(desk.get_by_role("heading", level=1)).to_have_text("Merge into another topic?")
    expect(desk.get_by_text("would move items (5)")).to_be_visible()
    assert axe_violations(desk) == []
    keep(desk, "merge")
    desk.get_by_role("combobox", name="Merge into").fill("accidents")
    desk.get_by_role("option", name="Preventing accidents").click()
    desk.get_by_role("button", name="Merge", exact=True).click()
    expect(desk.get_by_text("merged into Preventing accidents. You can undo it for 30 days")).to_be_visible()

    desk.goto(reverse("topic", args=["falls"]))
    expect(desk.get_by_role("heading", level=1)).to_have_text("Preventing accidents")
    expect(desk.get_by_text("Slips and trips")).to_be_visible()
    assert kept.uses.count() == 5

    desk.goto(reverse("admin:taxonomy_topicchange_changelist"))
    assert axe_violations(desk) == []
    follow(desk, "Falls prevention merged into Preventing accidents")
    assert axe_violations(desk) == []
    follow(desk, "Undo…")
    desk.get_by_role("button", name="Undo").click()
    expect(desk.get_by_text("Undone. Falls prevention is as it was.")).to_be_visible()
    desk.goto(reverse("topic", args=["falls"]))
    expect(desk.get_by_role("heading", level=1)).to_have_text("Falls prevention")


def test_the_pages_of_topics_are_accessible(open_page: OpenPage, falls: Topic) -> None:
    for size in (WIDE, NARROW):
        page = open_page(size)
        for name in ("topic", "topic-ward"):
            page.goto(reverse(name, args=["falls"]))
            assert sideways_overflow(page) == 0, name
            keep(page, f"{name}-{size['width']}")
            assert axe_violations(page) == [], name
    page.goto(reverse("topic", args=["hip-fracture" if Topic.objects.filter(slug="hip-fracture") else falls.slug]))
    assert axe_violations(page) == []


def test_the_sheet_for_the_ward_is_one_page_of_a4(open_page: OpenPage, falls: Topic) -> None:
    Item.objects.update(review_due="2020-01-01")
    for _ in range(2):
        tried = published()
        tried.topics.set([falls])
        Item.objects.filter(pk=tried.pk).update(title=LONG[:200], summary=LONG, visibility="public")
    refresh_ancestors()
    page = open_page(WIDE)
    page.goto(reverse("topic-ward", args=["falls"]))
    sheet = PdfReader(BytesIO(page.pdf(prefer_css_page_size=True)))
    assert len(sheet.pages) == 1
    assert [round(float(side)) for side in sheet.pages[0].mediabox[2:]] == [595, 842]
    text = " ".join(sheet.pages[0].extract_text().split())
    assert "Falls prevention" in text
    assert "Scan the code" in text
    assert text.count("Shared") >= 2
    assert "due for review since" in text


def test_the_printed_map_keeps_every_setting(open_page: OpenPage, falls: Topic) -> None:
    page = open_page(WIDE)
    page.goto(f"{reverse('map')}?across=setting")
    sheets = PdfReader(BytesIO(page.pdf(prefer_css_page_size=True))).pages
    width, height = (float(side) for side in sheets[0].mediabox[2:])
    assert width > height
    page.emulate_media(media="print")
    page.set_viewport_size({"width": round((297 - 24) * 96 / 25.4), "height": 700})
    assert sideways_overflow(page) == 0
    last = page.get_by_role("columnheader").last.bounding_box()
    assert last is not None
    assert last["x"] + last["width"] <= (297 - 24) * 96 / 25.4


def test_the_admin_of_topics_is_accessible(desk: Page, falls: Topic) -> None:
    split(topic=falls, name="Tripping", by=librarian(), item_ids=[], term_ids=[])
    for name, arguments in (
        ("taxonomy_topic_tidy", []),
        ("taxonomy_topic_change", [falls.pk]),
        ("taxonomy_topic_split", [falls.pk]),
        ("taxonomy_topic_retire", [falls.pk]),
        ("catalogue_item_gaps", []),
        ("catalogue_relation_changelist", []),
        ("catalogue_relation_add", []),
        ("taxonomy_concept_changelist", []),
    ):
        answer = desk.goto(reverse(f"admin:{name}", args=arguments))
        assert answer is not None
        assert answer.status == 200, name
        keep(desk, name)
        assert axe_violations(desk) == [], name


def test_suggesting_topics_and_taking_suggestions_up_are_accessible(desk: Page, falls: Topic) -> None:
    record = EvidenceFactory(title="Slips and trips on hospital stairs", topics=[TopicFactory(name="Estates")])
    for size in (WIDE, NARROW):
        desk.set_viewport_size({"width": size["width"], "height": size["height"]})
        desk.goto(reverse("suggest-topic"))
        assert axe_violations(desk) == []
        desk.get_by_role("button", name="Suggest the topic").click()
        expect(desk.get_by_role("alert")).to_contain_text("There is a problem")
        assert axe_violations(desk) == []
        assert sideways_overflow(desk) == 0
        keep(desk, f"suggest-topic-{size['width']}")

        desk.goto(f"{reverse('admin:evidence_evidence_changelist')}?q=stairs")
        desk.locator(f"input[name=_selected_action][value='{record.pk}']").check()
        desk.get_by_role("combobox", name="Action").select_option(label="Suggested topics…")
        desk.get_by_role("button", name="Go", exact=True).click()
        expect(desk.get_by_role("heading", level=1)).to_have_text("Which of these topics fit?")
        assert axe_violations(desk) == []
        assert sideways_overflow(desk) == 0
        keep(desk, f"suggested-topics-{size['width']}")
    desk.get_by_label("Falls prevention (says").check()
    desk.get_by_role("button", name="Add what is ticked").click()
    expect(desk.get_by_role("heading", level=1)).not_to_have_text("Which of these topics fit?")
    assert {topic.name for topic in record.topics.all()} == {"Estates", "Falls prevention"}
