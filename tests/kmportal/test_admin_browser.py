"""The admin in a real browser: accessible at both widths, usable by keyboard, without script, under the strict policy."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from catalogue.choices import Status
from evidence.models import Evidence
from taxonomy.models import Abbreviation, EntryTerm, Meaning, Topic
from tests.admin import librarian, signed_in
from tests.browser import NARROW, WIDE, axe_violations, sideways_overflow
from tests.factories import AppraisalFactory, EvidenceFactory, OrganisationFactory, TopicFactory, UserFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OpenPage = Callable[..., Page]


@pytest.fixture
def priya(transactional_db: None) -> User:
    return librarian(name="Priya Raman")


@pytest.fixture
def record(priya: User) -> Evidence:
    """A record with everything that its form shows, in a portal with something of everything."""
    safety = TopicFactory(name="Patient safety")
    falls = TopicFactory(name="Falls prevention", broader=[safety])
    EntryTerm.objects.create(topic=falls, text="Slips and trips")
    Meaning.objects.create(abbreviation=Abbreviation.objects.create(text="PE"), label="pulmonary embolism", query="x")
    UserFactory(staff_requested_at=timezone.now(), staff_request="Ward 5")
    trust = OrganisationFactory(name="Northbridge", domain="northbridge.example")
    EvidenceFactory(status=Status.DRAFT, published_at=None, form="")
    made: Evidence = EvidenceFactory(
        title="Balance training at home",
        form="rct",
        topics=[falls],
        curator=priya,
        organisation=trust,
        review_due=timezone.localdate() - datetime.timedelta(days=3),
    )
    AppraisalFactory(evidence=made)
    return made


@pytest.fixture
def open_desk(open_page: OpenPage, priya: User, live_server: Any) -> OpenPage:
    """Open a window in which Priya is signed in."""

    def open_window(viewport: dict[str, int] = WIDE, *, javascript: bool = True) -> Page:
        page = open_page(viewport, javascript=javascript)
        session = signed_in(priya).cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
        return page

    return open_window


def pages_of(record: Evidence) -> dict[str, str]:
    """A page of each kind that the admin has of its own."""
    topic = Topic.objects.get(name="Falls prevention")
    return {
        "first page": "/admin/",
        "list": "/admin/evidence/evidence/",
        "list, narrowed": "/admin/evidence/evidence/?q=balance&review=overdue",
        "list, nothing found": "/admin/evidence/evidence/?q=nothing",
        "form": reverse("admin:evidence_evidence_change", args=[record.pk]),
        "adding": "/admin/evidence/evidence/add/",
        "adding, here already": f"/admin/evidence/evidence/add/?identifier={record.doi or '10.1000/x'}",
        "adding, refused": "/admin/evidence/evidence/add/?identifier=nonsense",
        "empty form": "/admin/evidence/evidence/add/?no_identifier=1",
        "history": reverse("admin:evidence_evidence_history", args=[record.pk]),
        "question with a reason": reverse("admin:evidence_evidence_withdraw", args=[record.pk]),
        "question with a choice": reverse("admin:evidence_evidence_supersede", args=[record.pk]),
        "topics": "/admin/taxonomy/topic/",
        "topic": reverse("admin:taxonomy_topic_change", args=[topic.pk]),
        "abbreviation": reverse("admin:taxonomy_abbreviation_change", args=[Abbreviation.objects.get().pk]),
        "people": "/admin/accounts/user/",
        "person": reverse("admin:accounts_user_change", args=[UserFactory().pk]),
        "approval": reverse("admin:accounts_user_approve", args=[UserFactory().pk]),
        "organisation": reverse("admin:accounts_organisation_change", args=[record.organisation_id]),
        "items": "/admin/catalogue/item/",
        "room": "/admin/evidence/",
    }


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_every_kind_of_page_is_accessible(open_desk: OpenPage, record: Evidence, viewport: dict[str, int]) -> None:
    Evidence.objects.filter(pk=record.pk).update(doi="10.1000/x")
    page = open_desk(viewport)
    found = {}
    for name, address in pages_of(record).items():
        response = page.goto(address)
        assert response is not None
        assert response.status in {200, 422}, name
        assert page.url.endswith(address), name
        overflow = sideways_overflow(page)
        found[name] = [*axe_violations(page), *([f"wider than the window by {overflow}"] if overflow > 0 else [])]
    assert {name: problems for name, problems in found.items() if problems} == {}


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_a_bulk_step_from_tick_to_done(open_desk: OpenPage, record: Evidence, viewport: dict[str, int]) -> None:
    draft = Evidence.objects.get(status=Status.DRAFT)
    page = open_desk(viewport)
    page.goto("/admin/evidence/evidence/?status__exact=draft")
    page.get_by_role("checkbox", name="Select this object").first.check()
    page.get_by_role("combobox", name="Action").select_option(label="Publish…")
    page.get_by_role("button", name="Go").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Publish?")
    expect(page.get_by_text(draft.title)).to_be_visible()
    assert axe_violations(page) == []
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose a type for")
    assert axe_violations(page) == []
    assert page.title().startswith("Error: ")
    page.get_by_label("Type").select_option(label="Cohort study")
    topics = page.get_by_role("combobox", name="Topics")
    topics.fill("slips")
    page.get_by_role("option", name="Falls prevention").click()
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Published 1 record.")).to_be_visible()
    draft.refresh_from_db()
    assert (draft.status, draft.form) == (Status.PUBLISHED, "cohort")
    assert [topic.name for topic in draft.topics.all()] == ["Falls prevention"]


def test_topics_are_chosen_by_keyboard_under_any_of_their_names(open_desk: OpenPage, record: Evidence) -> None:
    frailty = TopicFactory(name="Frailty")
    EntryTerm.objects.create(topic=frailty, text="Frail older people")
    page = open_desk()
    page.goto(reverse("admin:evidence_evidence_change", args=[record.pk]))
    topics = page.get_by_role("combobox", name="Topics")
    expect(page.get_by_role("button", name="Remove Falls prevention")).to_be_visible()
    topics.fill("frail old")
    expect(page.get_by_role("option", name="Frailty")).to_be_visible()
    expect(topics).to_have_attribute("aria-expanded", "true")
    assert axe_violations(page) == []
    topics.press("ArrowDown")
    expect(topics).to_have_attribute("aria-activedescendant", "id_topics-option-0")
    topics.press("Enter")
    expect(page.get_by_role("button", name="Remove Frailty")).to_be_visible()
    topics.fill("no such topic")
    expect(page.get_by_text("Nothing on the list fits “no such topic”.")).to_be_visible()
    topics.press("Enter")
    page.get_by_role("button", name="Remove Falls prevention").click()
    expect(topics).to_be_focused()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("was changed successfully")).to_be_visible()
    assert [topic.name for topic in record.topics.all()] == ["Frailty"]


def test_an_error_leads_to_its_field(open_desk: OpenPage, record: Evidence) -> None:
    page = open_desk()
    page.goto(reverse("admin:evidence_evidence_change", args=[record.pk]))
    page.get_by_label("Title").fill("")
    page.get_by_label("Bottom line").fill("Kept as it is.")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("alert").get_by_role("link", name="Title: This field is required.").click()
    expect(page.get_by_label("Title")).to_be_focused()
    expect(page.get_by_label("Bottom line")).to_have_value("Kept as it is.")
    assert axe_violations(page) == []


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_a_conflict_is_decided_in_the_browser(open_desk: OpenPage, record: Evidence, viewport: dict[str, int]) -> None:
    page = open_desk(viewport)
    page.goto(reverse("admin:evidence_evidence_change", args=[record.pk]))
    colleague = signed_in(librarian(name="Asha Patel"))
    theirs = {**sent_untouched(colleague, record), "summary": "Asha's bottom line."}
    assert colleague.post(reverse("admin:evidence_evidence_change", args=[record.pk]), theirs).status_code == 302
    page.get_by_label("Bottom line").fill("Priya's bottom line.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Somebody else saved this record")
    expect(page.get_by_role("alert")).to_contain_text("Asha Patel saved this record")
    expect(page.get_by_role("cell", name="Asha's bottom line.")).to_be_visible()
    expect(page.get_by_label("Bottom line")).to_have_value("Priya's bottom line.")
    assert axe_violations(page) == []
    assert sideways_overflow(page) <= 0
    page.get_by_role("button", name="Save mine over it").click()
    expect(page.get_by_text("was changed successfully")).to_be_visible()
    record.refresh_from_db()
    assert record.summary == "Priya's bottom line."


def sent_untouched(client: Client, record: Evidence) -> dict[str, object]:
    """What the form sends when nothing was changed."""
    from tests.evidence.admin_forms import opened

    return opened(client, record)


def test_on_a_phone_what_helps_stands_right_below_its_field(open_desk: OpenPage, priya: User) -> None:
    page = open_desk(NARROW)
    page.goto(reverse("admin:digests_note_add"))
    field = page.get_by_role("combobox", name="Topic").bounding_box()
    words = page.get_by_text("Only in mails with something for this topic").bounding_box()
    assert field
    assert words
    assert 0 <= words["y"] - (field["y"] + field["height"]) < 40


def test_without_script_topics_are_chosen_from_a_list(open_desk: OpenPage, record: Evidence) -> None:
    TopicFactory(name="Frailty")
    page = open_desk(javascript=False)
    page.goto(reverse("admin:evidence_evidence_change", args=[record.pk]))
    page.get_by_label("Topics").select_option(label=["Falls prevention", "Frailty"])
    page.get_by_role("button", name="Save", exact=True).click()
    assert {topic.name for topic in record.topics.all()} == {"Falls prevention", "Frailty"}


def test_a_row_added_by_script_can_be_filled_in(open_desk: OpenPage, record: Evidence) -> None:
    page = open_desk()
    page.goto(reverse("admin:taxonomy_abbreviation_add"))
    page.get_by_label("Text").fill("ED")
    page.get_by_label("Label").nth(0).fill("emergency department")
    page.get_by_label("Words to search for").nth(0).fill("emergency")
    page.get_by_role("button", name="Add another Meaning").click()
    page.get_by_label("Label").nth(2).fill("eating disorder")
    chooser = page.get_by_role("combobox", name="Topics").nth(2)
    chooser.fill("falls")
    page.get_by_role("option", name="Falls prevention").click()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("was added successfully")).to_be_visible()
    meaning = Meaning.objects.get(label="eating disorder")
    assert [topic.name for topic in meaning.topics.all()] == ["Falls prevention"]
