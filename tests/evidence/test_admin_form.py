"""The form of an evidence record: what it keeps, what it refuses and in which words, what follows from a save."""

import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from catalogue.choices import Status
from catalogue.models import ItemAncestor
from evidence.choices import Band
from evidence.models import Evidence
from taxonomy.models import Topic
from tests.admin import librarian, signed_in
from tests.evidence.admin_forms import address, opened, sent_by
from tests.factories import AppraisalFactory, EvidenceFactory, OrganisationFactory, TopicFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def priya() -> User:
    return librarian(name="Priya Raman")


@pytest.fixture
def desk(priya: User) -> Client:
    return signed_in(priya)


def errors(response: Any) -> dict[str, list[str]]:
    """The errors of the main form, by field."""
    found: dict[str, list[str]] = response.context["adminform"].form.errors
    return found


def test_what_a_librarian_fills_in_is_kept(desk: Client) -> None:
    topic = TopicFactory(name="Falls")
    record = EvidenceFactory()
    data = opened(desk, record) | {
        "title": "Balance training at home",
        "form": "rct",
        "authors": "Oliver D\nHealey F",
        "year": "2024",
        "summary": "It helps.",
        "key_points": "First.\n\n  Second.  \n",
        "population": ["older", "carers"],
        "phrases": ["apply"],
        "audience": ["nurses", "allied"],
        "setting": ["community"],
        "topics": [str(topic.pk)],
        "doi": "https://doi.org/10.1000/ABC",
        "review_due": "2030-01-31",
    }
    response = desk.post(address(record), data | {"_continue": "Save"})
    assert response.status_code == 302, errors(response)
    kept = Evidence.objects.get(pk=record.pk)
    assert (kept.title, kept.form, kept.form_group, kept.year) == ("Balance training at home", "rct", "primary", 2024)
    assert kept.key_points == ["First.", "Second."]
    assert kept.population == ["older", "carers"]
    assert kept.audience == ["nurses", "allied"]
    assert kept.doi == "10.1000/abc"
    assert kept.review_due == datetime.date(2030, 1, 31)
    assert list(kept.topics.all()) == [topic]
    assert ItemAncestor.objects.filter(item=kept, topic=topic).exists()
    assert kept.version == record.version + 1
    assert kept.search_entry is not None  # type: ignore[attr-defined]


def test_a_save_without_changes_keeps_everything(desk: Client) -> None:
    record = EvidenceFactory(
        topics=[TopicFactory()], population=["older"], key_points=["One."], review_due="2031-05-06"
    )
    AppraisalFactory(evidence=record)
    before = Evidence.objects.filter(pk=record.pk).values().get()
    assert desk.post(address(record), opened(desk, record)).status_code == 302
    after = Evidence.objects.filter(pk=record.pk).values().get()
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"version", "updated_at"}, {name: (before[name], after[name]) for name in changed}
    assert record.appraisals.count() == 1


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("title", "", "This field is required."),
        ("form", "", "This field is required."),
        ("form", "poem", "Select a valid choice. poem is not one of the available choices."),
        ("year", "20245", "Write a year from 1500 to"),
        ("year", "soon", "Enter a whole number."),
        ("doi", "not a doi", "A DOI looks like 10.1136/bmj.n71."),
        ("pmid", "twelve", "A PMID is a number of up to eight digits."),
        ("isbn", "978-0-306-40615-8", "An ISBN has 10 or 13 digits"),
        ("url", "javascript:alert(1)", "Enter a valid URL."),
        ("key_points", "1\n2\n3\n4\n5\n6", "Write at most 5 lines; there are 6."),
        ("key_points", "x" * 501, "Line 1 has 501 characters."),
        ("topics", ["999999"], "is not a topic on the list."),
        ("topics", ["falls"], "not a valid value"),
        ("audience", ["astronauts"], "Select a valid choice"),
        ("band_override", "high", "Say why the band was set by hand."),
        ("visibility", "organisation", "Choose the organisation whose people may read it."),
        ("published_at", "", "A published record needs the date from which it is shown."),
        ("published_at", "31/31/2026", "Enter a valid date/time."),
        ("title", "a\x00b", "Null characters are not allowed."),
        ("title", "x" * 501, "at most 500 characters"),
    ],
)
def test_refusals_are_sentences_at_the_field_and_lose_nothing(
    desk: Client, field: str, typed: Any, sentence: str
) -> None:
    record = EvidenceFactory(title="Before")
    data = opened(desk, record) | {"limitations": "A small sample.", field: typed}
    response = desk.post(address(record), data)
    assert response.status_code == 422
    said = " ".join(message for messages in errors(response).values() for message in messages)
    assert sentence in said
    form = response.context["adminform"].form
    summary = " ".join(words.lower() for words, _ in response.context["error_links"])
    assert all(form[name].label.lower() in summary for name in form.errors), "the summary names the field"
    page = response.content.decode()
    assert "<title>Error: " in page
    assert "There is a problem" in page
    assert "A small sample." in page
    assert Evidence.objects.get(pk=record.pk).version == record.version


def test_invalid_topic_never_becomes_one(desk: Client) -> None:
    record = EvidenceFactory()
    response = desk.post(address(record), opened(desk, record) | {"topics": ["A brand new topic"]})
    assert response.status_code == 422
    assert not Topic.objects.exists()


def test_a_retired_topic_stays_until_it_is_taken_off(desk: Client) -> None:
    topic = TopicFactory()
    record = EvidenceFactory(topics=[topic])
    Topic.objects.filter(pk=topic.pk).update(status=Topic.Status.RETIRED)
    data = opened(desk, record)
    assert data["topics"] == [str(topic.pk)]
    desk.post(address(record), data)
    assert list(record.topics.all()) == [topic]


def test_save_and_publish(desk: Client, priya: User) -> None:
    record = EvidenceFactory(form="guideline", status=Status.DRAFT, published_at=None)
    response = desk.post(address(record), opened(desk, record) | {"_publish": "Save and publish"})
    assert response.status_code == 302
    kept = Evidence.objects.get(pk=record.pk)
    assert kept.status == Status.PUBLISHED
    assert kept.published_at is not None
    assert kept.reviewed_at == timezone.localdate()
    assert kept.review_due is not None


def test_a_future_date_schedules(desk: Client) -> None:
    record = EvidenceFactory(status=Status.DRAFT, published_at=None)
    later = timezone.localtime(timezone.now() + datetime.timedelta(days=3)).strftime("%Y-%m-%dT%H:%M")
    desk.post(address(record), opened(desk, record) | {"published_at": later, "_publish": "1"})
    assert Evidence.objects.get(pk=record.pk).state_label == "Scheduled"


class TestBand:
    def appraisal(self, **answers: str) -> dict[str, str]:
        filled = {
            "tool": "grade:moderate",
            "appraiser": "Priya Raman",
            "appraised_on": "2026-01-05",
            "is_approved": "on",
            **answers,
        }
        return {f"appraisals-0-{name}": value for name, value in filled.items()}

    def test_follows_from_the_appraisal(self, desk: Client) -> None:
        record = EvidenceFactory()
        response = desk.post(address(record), opened(desk, record) | self.appraisal())
        assert response.status_code == 302
        appraisal = record.appraisals.get()
        assert (appraisal.tool, appraisal.result, appraisal.band) == ("grade", "moderate", Band.MODERATE)
        assert Evidence.objects.get(pk=record.pk).standing == Band.MODERATE
        page = desk.get(address(record)).content.decode()
        assert "From Moderate certainty (GRADE), by Priya Raman" in page

    def test_is_derived_by_rule(self, desk: Client) -> None:
        record = EvidenceFactory()
        desk.post(address(record), opened(desk, record) | self.appraisal(tool="aacods:6_yes", band=""))
        assert Evidence.objects.get(pk=record.pk).standing == Band.MODERATE

    @pytest.mark.parametrize(
        ("answers", "sentence"),
        [
            ({"tool": "casp:", "result": "8 of 10"}, "CASP gives no band by rule. Choose the band you judge to fit."),
            ({"tool": "casp:", "result": "8 of 10", "band": "high"}, "Say in the note why you chose this band."),
            ({"tool": "aacods:6_yes", "band": "high"}, "This result gives moderate by rule."),
            ({"tool": "grade:high", "result": "Fine work", "band": ""}, "This tool has its own results"),
            ({"tool": "grade:"}, "Select a valid choice"),
            ({"tool": "grade:excellent"}, "Select a valid choice"),
            ({"tool": ""}, "This field is required."),
            ({"appraised_on": "yesterday"}, "Enter a valid date."),
        ],
    )
    def test_asks_for_what_the_tool_needs(self, desk: Client, answers: dict[str, str], sentence: str) -> None:
        record = EvidenceFactory()
        response = desk.post(address(record), opened(desk, record) | self.appraisal(**answers))
        assert response.status_code == 422
        assert sentence in " ".join(message for message, _ in response.context["error_links"])
        assert not record.appraisals.exists()

    def test_takes_a_judged_band_with_a_note(self, desk: Client) -> None:
        record = EvidenceFactory()
        answers = self.appraisal(tool="casp:", result="8 of 10 items met", band="moderate", note="Small but careful.")
        assert desk.post(address(record), opened(desk, record) | answers).status_code == 302
        assert record.appraisals.get().in_words == "8 of 10 items met (CASP)"
        reopened = opened(desk, record)
        assert (reopened["appraisals-0-tool"], reopened["appraisals-0-result"]) == ("casp:", "8 of 10 items met")

    def test_set_by_hand_needs_a_reason_and_wins(self, desk: Client) -> None:
        record = EvidenceFactory()
        AppraisalFactory(evidence=record)
        data = opened(desk, record) | {"band_override": "low", "band_reason": "Old data."}
        assert desk.post(address(record), data).status_code == 302
        assert Evidence.objects.get(pk=record.pk).standing == Band.LOW
        assert "Set by hand: Old data." in desk.get(address(record)).content.decode()

    def test_falls_back_when_the_appraisal_goes(self, desk: Client) -> None:
        record = EvidenceFactory()
        AppraisalFactory(evidence=record)
        desk.post(address(record), opened(desk, record) | {"appraisals-0-DELETE": "on"})
        assert Evidence.objects.get(pk=record.pk).standing == Band.NOT_APPRAISED


class TestAdding:
    ADD = "/admin/evidence/evidence/add/"

    def test_asks_for_the_identifier_first(self, desk: Client) -> None:
        page = desk.get(self.ADD).content.decode()
        assert "DOI, PMID or ISBN" in page
        assert 'name="title"' not in page

    @pytest.mark.parametrize(
        ("typed", "field", "value"),
        [
            ("https://doi.org/10.1000/NEW", "doi", "10.1000/new"),
            ("PMID: 0012345", "pmid", "12345"),
            ("978-0-306-40615-7", "isbn", "9780306406157"),
        ],
    )
    def test_goes_on_to_the_form_with_it(self, desk: Client, priya: User, typed: str, field: str, value: str) -> None:
        response = desk.get(self.ADD, {"identifier": typed}, follow=True)
        form = response.context["adminform"].form
        assert form.initial[field] == value
        assert form.initial["curator"] == priya.pk

    @pytest.mark.parametrize("typed", ["10.1000/OLD", "12345"])
    def test_shows_the_record_that_is_here(self, desk: Client, typed: str) -> None:
        record = EvidenceFactory(title="Already here", doi="10.1000/old", pmid="12345")
        response = desk.get(self.ADD, {"identifier": typed})
        page = response.content.decode()
        assert "Already here" in page
        assert address(record) in page
        assert 'name="title"' not in page

    def test_does_not_name_a_record_that_one_may_not_see(self, desk: Client) -> None:
        EvidenceFactory(title="Secret plan", doi="10.1000/old", visibility="team")
        page = desk.get(self.ADD, {"identifier": "10.1000/old"}).content.decode()
        assert "only the people named on it may see" in page
        assert "Secret plan" not in page

    @pytest.mark.parametrize("typed", ["", "   ", "a book about falls", "x" * 1000])
    def test_says_what_an_identifier_looks_like(self, desk: Client, typed: str) -> None:
        response = desk.get(self.ADD, {"identifier": typed})
        assert response.status_code == 422
        assert "<title>Error: " in response.content.decode()

    def test_makes_a_draft(self, desk: Client, priya: User) -> None:
        data = opened(desk, doi="10.1000/new") | {"title": "New", "form": "report"}
        response = desk.post(self.ADD, data)
        assert response.status_code == 302
        record = Evidence.objects.get(doi="10.1000/new")
        assert (record.status, record.curator, record.kind) == (Status.DRAFT, priya, "evidence")

    def test_the_same_identifier_is_refused_at_its_field(self, desk: Client) -> None:
        record = EvidenceFactory(title="Already here", doi="10.1000/old")
        data = opened(desk) | {"title": "New", "form": "report", "doi": "doi:10.1000/OLD"}
        response = desk.post(self.ADD, data)
        assert response.status_code == 422
        assert errors(response)["doi"] == ["A record with this DOI is here already."]
        assert address(record) in response.content.decode()
        assert "not_a_duplicate" not in response.content.decode()

    def test_the_same_title_and_year_needs_a_tick(self, desk: Client) -> None:
        record = EvidenceFactory(title="Falls in hospital: a review", year=2020)
        data = opened(desk) | {"title": "Falls in Hospital – a review", "year": "2020", "form": "report"}
        response = desk.post(self.ADD, data)
        assert response.status_code == 422
        page = response.content.decode()
        assert address(record) in page
        assert 'name="not_a_duplicate"' in page
        again = sent_by(response) | {"not_a_duplicate": "on"}
        assert desk.post(self.ADD, again).status_code == 302
        assert Evidence.objects.count() == 2

    def test_a_record_is_no_duplicate_of_itself(self, desk: Client) -> None:
        record = EvidenceFactory(title="Falls", year=2020, doi="10.1000/old")
        assert desk.post(address(record), opened(desk, record)).status_code == 302


def test_a_record_of_others_people_is_not_there(desk: Client) -> None:
    record = EvidenceFactory(title="Secret plan", visibility="team")
    for page in ("change", "history", "withdraw"):
        response = desk.get(address(record, page), follow=True)
        assert "Secret plan" not in response.content.decode()
        assert "this evidence record is not there" in response.content.decode().lower()


def test_team_record_is_editable_by_a_librarian_named_on_it(desk: Client, priya: User) -> None:
    record = EvidenceFactory(visibility="team", owner=priya, organisation=OrganisationFactory())
    assert desk.post(address(record), opened(desk, record) | {"title": "Ours"}).status_code == 302
    assert Evidence.objects.get(pk=record.pk).title == "Ours"


def test_readers_cannot_add(desk: Client) -> None:
    from tests.factories import UserFactory

    response = signed_in(UserFactory(staff=True)).post(reverse("admin:evidence_evidence_add"), {"title": "x"})
    assert response.status_code in {302, 403}
    assert not Evidence.objects.exists()


def test_line_ends_of_browsers_are_no_change(desk: Client) -> None:
    record = EvidenceFactory(authors="Oliver D\nHealey F", abstract="One.\n\nTwo.")
    data = opened(desk, record)
    sent = data | {name: data[name].replace("\n", "\r\n") for name in ("authors", "abstract")}
    assert desk.post(address(record), sent).status_code == 302
    kept = Evidence.objects.get(pk=record.pk)
    assert (kept.authors, kept.abstract) == ("Oliver D\nHealey F", "One.\n\nTwo.")
