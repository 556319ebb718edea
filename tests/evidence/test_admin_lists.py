"""The list of evidence in the admin: columns, filters with counts, search, and a constant number of queries."""

import datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from catalogue.choices import Status, Visibility
from tests.admin import librarian, signed_in
from tests.factories import AppraisalFactory, EvidenceFactory, OrganisationFactory, TopicFactory, UserFactory

pytestmark = pytest.mark.django_db

LIST = "/admin/evidence/evidence/"


@pytest.fixture
def priya() -> User:
    return librarian(name="Priya Raman")


@pytest.fixture
def desk(priya: User) -> Client:
    """A librarian's browser."""
    return signed_in(priya)


def titles(response: Any) -> set[str]:
    """The titles that a list shows."""
    return {record.title for record in response.context["cl"].result_list}


def filter_words(response: Any, title: str) -> list[str]:
    """The choices of one filter as they stand on the page, with their counts."""
    cl = response.context["cl"]
    spec = next(spec for spec in cl.filter_specs if spec.title == title)
    return [str(choice["display"]) for choice in spec.choices(cl)]


def in_days(days: int) -> datetime.date:
    return timezone.localdate() + datetime.timedelta(days=days)


def test_list_speaks_in_words(desk: Client) -> None:
    record = EvidenceFactory(
        title="Balance training", form="rct", publication_status="preprint", year=2024, review_due=in_days(-3)
    )
    AppraisalFactory(evidence=record, tool="rob_2", result="low", band="moderate")
    page = desk.get(LIST).content.decode()
    for words in (
        "Randomised controlled trial",
        "Moderate quality",
        "Published",
        "Preprint, not peer reviewed",
        "Overdue",
    ):
        assert words in page
    assert "rob_2" not in page


@pytest.mark.parametrize("number", [1, 3])
def test_number_of_queries_does_not_grow_with_the_list(desk: Client, number: int) -> None:
    for place in range(number):
        EvidenceFactory(
            topics=[TopicFactory(), TopicFactory()],
            curator=UserFactory(),
            organisation=OrganisationFactory(),
            year=2000 + place,
        )
    with CaptureQueriesContext(connection) as queries:
        response = desk.get(LIST)
    assert len(titles(response)) == number
    assert len(queries) <= 12, [query["sql"][:100] for query in queries]


def test_counts_stand_beside_every_choice_and_survive_a_filter(desk: Client) -> None:
    EvidenceFactory.create_batch(2, form="guideline", status=Status.PUBLISHED)
    EvidenceFactory(form="rct", status=Status.DRAFT, published_at=None)
    everything = desk.get(LIST)
    assert filter_words(everything, "type") == ["All", "Clinical guideline (2)", "Randomised controlled trial (1)"]
    narrowed = desk.get(LIST, {"form": "guideline"})
    assert len(titles(narrowed)) == 2
    # A filter that is on tells what its other choices would show; the others count what is left.
    assert filter_words(narrowed, "type") == ["All", "Clinical guideline (2)", "Randomised controlled trial (1)"]
    assert "Draft (0)" in filter_words(narrowed, "status")


def test_review_filter(desk: Client) -> None:
    EvidenceFactory(title="overdue", review_due=in_days(-1))
    EvidenceFactory(title="today", review_due=in_days(0))
    EvidenceFactory(title="in 60 days", review_due=in_days(60))
    EvidenceFactory(title="later", review_due=in_days(61))
    EvidenceFactory(title="none", review_due=None)
    EvidenceFactory(title="draft", review_due=in_days(-9), status=Status.DRAFT, published_at=None)
    shown = {value: titles(desk.get(LIST, {"review": value})) for value in ("overdue", "soon", "later", "none")}
    assert shown == {"overdue": {"overdue"}, "soon": {"today", "in 60 days"}, "later": {"later"}, "none": {"none"}}


def test_topic_filter_counts_narrower_topics_and_leads_down(desk: Client) -> None:
    safety = TopicFactory(name="Patient safety")
    falls = TopicFactory(name="Falls", broader=[safety])
    EvidenceFactory(title="about falls", topics=[falls])
    EvidenceFactory(title="about safety", topics=[safety])
    EvidenceFactory(title="about nothing")
    everything = desk.get(LIST)
    assert filter_words(everything, "topic") == ["All", "Patient safety (2)", "No topic yet (1)"]
    narrowed = desk.get(LIST, {"topic": safety.pk})
    assert titles(narrowed) == {"about falls", "about safety"}
    assert "Falls (1)" in filter_words(narrowed, "topic")
    assert titles(desk.get(LIST, {"topic": "none"})) == {"about nothing"}


def test_curator_filter(desk: Client, priya: User) -> None:
    EvidenceFactory(title="mine", curator=priya)
    EvidenceFactory(title="nobody's")
    EvidenceFactory(title="another's", curator=UserFactory())
    assert titles(desk.get(LIST, {"curator": "me"})) == {"mine"}
    assert titles(desk.get(LIST, {"curator": "nobody"})) == {"nobody's"}


def test_quality_retracted_and_missing(desk: Client) -> None:
    AppraisalFactory(evidence=EvidenceFactory(title="good"), tool="grade", result="high", band="high")
    EvidenceFactory(title="retracted", is_retracted=True, summary="", year=None, doi="10.1000/x")
    assert titles(desk.get(LIST, {"standing": "high"})) == {"good"}
    assert titles(desk.get(LIST, {"is_retracted__exact": "1"})) == {"retracted"}
    assert titles(desk.get(LIST, {"missing": "bottom-line"})) == {"retracted"}
    assert titles(desk.get(LIST, {"missing": "identifier"})) == {"good"}


@pytest.mark.parametrize(
    "typed",
    ["10.1136/BMJ.n71", "https://doi.org/10.1136/bmj.n71", "doi: 10.1136/bmj.n71.", "33782057", "PMID 33782057"],
)
def test_search_finds_an_identifier_in_any_spelling(desk: Client, typed: str) -> None:
    EvidenceFactory(title="PRISMA", doi="10.1136/bmj.n71", pmid="33782057")
    EvidenceFactory(title="Another")
    assert titles(desk.get(LIST, {"q": typed})) == {"PRISMA"}


def test_search_finds_words_of_title_and_authors(desk: Client) -> None:
    EvidenceFactory(title="Falls in hospital", authors="Oliver D\nHealey F")
    EvidenceFactory(title="Pressure ulcers")
    assert titles(desk.get(LIST, {"q": "hospital healey"})) == {"Falls in hospital"}
    assert titles(desk.get(LIST, {"q": "nothing like it"})) == set()


def test_team_records_are_shown_to_the_people_they_name_only(desk: Client, priya: User) -> None:
    EvidenceFactory(title="secret", visibility=Visibility.TEAM, owner=UserFactory())
    EvidenceFactory(title="ours", visibility=Visibility.TEAM, owner=priya)
    response = desk.get(LIST)
    assert titles(response) == {"ours"}
    assert b"secret" not in response.content


@pytest.mark.parametrize(
    "query",
    [
        {"topic": "99999999999999999999"},
        {"topic": "falls"},
        {"review": "x"},
        {"form": "'"},
        {"status__exact": "nonsense"},
        {"p": "abc"},
        {"p": "999999"},
        {"q": "x" * 10_000},
        {"q": "a\x00b"},
        {"created_at__year": "0"},
        {"created_at__year": "abc"},
        {"organisation__people__password": "x"},
    ],
    ids=lambda query: f"{next(iter(query))}={next(iter(query.values()))[:20]!r}",
)
def test_nonsense_in_the_address_is_answered(desk: Client, query: dict[str, str]) -> None:
    EvidenceFactory()
    response = desk.get(LIST, query, follow=True)
    assert response.status_code in {200, 400}
    page = response.content.decode()
    assert "<h1" in page
    assert "Traceback" not in page


def test_readers_and_champions_are_sent_away() -> None:
    for user in (UserFactory(staff=True), UserFactory(champion=True)):
        response = signed_in(user).get(LIST)
        assert response.status_code in {302, 403}
        assert b"change-list" not in response.content
