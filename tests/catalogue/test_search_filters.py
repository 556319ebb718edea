"""Reading an address: nothing that is typed there may break the page."""

from typing import Any

import pytest
from django.http import QueryDict
from hypothesis import given, settings
from hypothesis import strategies as st

from catalogue.search.filters import SearchFilters
from tests.catalogue.searching import filters_of
from tests.factories import OrganisationFactory, TopicFactory

pytestmark = pytest.mark.django_db


def test_the_address_is_written_in_one_way() -> None:
    TopicFactory(slug="falls")
    OrganisationFactory(slug="trust")
    typed = QueryDict(
        "page=2&organisation=trust&topic=falls&topic=falls&q=+hip++fracture&utm_source=x&form=&sort=relevance"
    )
    filters = SearchFilters.from_query(typed)
    assert filters.as_query() == "q=hip+fracture&topic=falls&organisation=trust"
    assert filters.as_query(page=filters.page) == "q=hip+fracture&topic=falls&organisation=trust&page=2"
    assert SearchFilters.from_query(QueryDict(filters.as_query())) == filters.changed()


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("form", "sonnet", "We ignored the type “sonnet”, which is not on our list."),
        ("topic", "no-such-topic", "We ignored the topic “no-such-topic”, which is not on our list."),
        ("topic", "'; drop table", "We ignored the topic “'; drop table”, which is not on our list."),
        ("organisation", "nobody", "We ignored the organisation “nobody”, which is not on our list."),
        ("sort", "random", "We ignored the order “random”, which is not on our list."),
        ("year_from", "soon", "We ignored “soon”: write a year with four digits, as in 2024."),
        ("year_to", "20222023", "We ignored “20222023”: write a year with four digits, as in 2024."),
        ("page", "abc", "There is no page “abc”, so this is the first one."),
    ],
)
def test_what_means_nothing_is_left_out_and_said(name: str, value: str, sentence: str) -> None:
    filters = filters_of(**{name: value})
    assert filters == SearchFilters()
    assert [ignored.sentence for ignored in filters.ignored] == [sentence]


@pytest.mark.parametrize("typed", ["2024", "03/2024", "1 March 2024", "2024-03-01"])
def test_a_year_may_be_typed_as_a_date(typed: str) -> None:
    assert filters_of(year_from=typed).year_from == 2024


def test_years_in_the_wrong_order_change_places() -> None:
    filters = filters_of(year_from=2020, year_to=2010)
    assert (filters.year_from, filters.year_to) == (2010, 2020)


def test_a_merged_topic_stands_for_the_one_it_became_part_of_and_a_suggested_one_for_nothing() -> None:
    kept = TopicFactory(slug="falls")
    TopicFactory(slug="slips", status="merged", merged_into=kept)
    TopicFactory(slug="trips", status="candidate")
    assert filters_of(topic=["slips", "falls", "trips"]).topic == ("falls",)


def test_a_topic_merged_twice_stands_for_the_one_in_use(django_assert_max_num_queries: Any) -> None:
    kept = TopicFactory(slug="falls")
    between = TopicFactory(slug="slips", status="merged", merged_into=kept)
    TopicFactory(slug="trips", status="merged", merged_into=between)
    with django_assert_max_num_queries(2):
        assert filters_of(topic=["trips"]).topic == ("falls",)
    assert filters_of(topic=["trips", "slips"]).topic == ("falls",)


def test_a_very_long_question_is_cut_and_said() -> None:
    filters = filters_of(q="falls " * 5_000)
    assert len(filters.q) <= 1_000
    assert [ignored.name for ignored in filters.ignored] == ["q"]


@settings(max_examples=100)
@given(
    st.dictionaries(
        st.sampled_from(["q", "kind", "topic", "organisation", "year_from", "sort", "page", "status"]),
        st.text(max_size=80),
    )
)
def test_no_text_raises_and_the_canonical_address_leads_back(params: dict[str, str]) -> None:
    typed = QueryDict(mutable=True)
    typed.update(params)
    filters = SearchFilters.from_query(typed)
    assert SearchFilters.from_query(QueryDict(filters.as_query(page=filters.page))) == filters
