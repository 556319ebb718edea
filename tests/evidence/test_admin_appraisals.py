"""The list of appraisals across records: words, filters with counts, search, and nothing of what is not one's own."""

import datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.admin import librarian, signed_in
from tests.factories import AppraisalFactory, EvidenceFactory, UserFactory

pytestmark = pytest.mark.django_db

LIST = "/admin/evidence/appraisal/"


@pytest.fixture
def desk() -> Client:
    """A librarian's browser."""
    return signed_in(librarian())


def shown(response: Any) -> list[str]:
    """The titles of the records whose appraisals the list shows, in its order."""
    return [appraisal.evidence.title for appraisal in response.context["cl"].result_list]


def choices(response: Any, title: str) -> list[str]:
    """The choices of one filter as they stand on the page, with their counts."""
    cl = response.context["cl"]
    spec = next(spec for spec in cl.filter_specs if spec.title == title)
    return [str(choice["display"]) for choice in spec.choices(cl)]


def appraised(title: str, **fields: Any) -> None:
    AppraisalFactory(evidence=EvidenceFactory(title=title), **fields)


def test_the_newest_comes_first_in_the_tools_own_words_and_leads_to_its_record(desk: Client) -> None:
    appraised("Balance training", tool="rob_2", result="low", band="moderate", appraised_on=datetime.date(2026, 2, 1))
    appraised("Alarms", tool="grade", result="moderate", band="moderate", appraised_on=datetime.date(2026, 3, 1))
    response = desk.get(LIST)
    assert shown(response) == ["Alarms", "Balance training"]
    page = response.content.decode()
    assert "Low risk of bias (RoB 2)" in page
    assert "Moderate certainty (GRADE)" in page
    record = response.context["cl"].result_list[0].evidence
    assert f'<a href="/admin/evidence/evidence/{record.pk}/change/">Alarms</a>' in page


def test_filters_count_and_words_find(desk: Client) -> None:
    appraised("Balance training", tool="rob_2", result="low", band="moderate", appraiser="Priya Raman")
    appraised("Alarms", tool="grade", result="low", band="low", appraiser="Tom Ashdown")
    response = desk.get(LIST)
    assert choices(response, "tool") == ["All", "GRADE (1)", "RoB 2 (1)"]
    assert choices(response, "band") == ["All", "Moderate (1)", "Low (1)"]
    assert shown(desk.get(f"{LIST}?band=low")) == ["Alarms"]
    assert shown(desk.get(f"{LIST}?q=raman")) == ["Balance training"]
    assert shown(desk.get(f"{LIST}?q=nobody")) == []


def test_the_list_takes_as_many_queries_for_three_as_for_one(desk: Client) -> None:
    appraised("First")
    with CaptureQueriesContext(
        connection,
    ) as one:
        desk.get(LIST)
    appraised("Second")
    appraised("Third")
    with CaptureQueriesContext(connection) as three:
        assert len(shown(desk.get(LIST))) == 3
    assert len(three) == len(one) <= 12


def test_nothing_is_changed_here_and_readers_do_not_come_in(desk: Client) -> None:
    AppraisalFactory(evidence=EvidenceFactory(), appraiser="Priya Raman")
    assert desk.get(f"{LIST}add/").status_code == 403
    assert signed_in(UserFactory(champion=True)).get(LIST).status_code == 302
