"""The map's numbers equal a slow, obvious recount in any world and for any reader."""

import datetime
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from catalogue.ancestors import refresh_ancestors
from catalogue.bulk import insert_items
from catalogue.choices import FormGroup
from catalogue.map.choices import Across
from catalogue.map.counting import Tally, tallies
from catalogue.models import Item, ItemPerson, ItemTopic
from catalogue.querysets import Reader
from catalogue.search.filters import SearchFilters
from evidence.models import Evidence
from taxonomy.models import Topic, TopicClosure
from tests.factories import OrganisationFactory, TopicFactory, UserFactory

ITEMS = st.lists(
    st.fixed_dictionaries(
        {
            "form": st.sampled_from(["guideline", "rct", "cohort", "report"]),
            "standing": st.sampled_from(["high", "low", "not_appraised"]),
            "setting": st.lists(st.sampled_from(["acute", "community"]), max_size=3),
            "year": st.sampled_from([None, 1999, 2021, 2024, 2026, 2030]),
            "review": st.sampled_from([None, -400, -1, 0, 30]),
            "status": st.sampled_from(["published", "published", "archived", "draft", "withdrawn"]),
            "shown": st.sampled_from([-5, -1, 1]),
            "embargo": st.sampled_from([None, None, -1, 1]),
            "visibility": st.sampled_from(["public", "members", "organisation", "team"]),
            "ours": st.booleans(),
            "named": st.booleans(),
            "topics": st.lists(st.integers(0, 3), max_size=3, unique=True),
        }
    ),
    max_size=12,
)
# What stands across, or the group whose types do.
AXES = st.sampled_from([*Across, FormGroup.SYNTHESIS, FormGroup.PRIMARY])
FILTERS = st.fixed_dictionaries(
    {},
    optional={
        "setting": st.just(("acute",)),
        "standing": st.just(("high", "low")),
        "year_from": st.just(2000),
        "year_to": st.just(2025),
    },
)


def recount(
    user: Reader, topics: list[Topic], filters: SearchFilters, across: Across | FormGroup
) -> dict[tuple[int, str], tuple[int, dict[str, int], int | None, int]]:
    """Look at every item, one after the other, for every topic."""
    today = timezone.localdate()
    found: dict[tuple[int, str], list[Item]] = {}
    for topic in topics:
        below = set(TopicClosure.objects.filter(ancestor=topic).values_list("descendant", flat=True))
        for item in Item.objects.listed_to(user):
            if not below & set(ItemTopic.objects.filter(content_object=item).values_list("tag", flat=True)):
                continue
            if filters.setting and not set(filters.setting) & set(item.setting):
                continue
            if filters.standing and item.standing not in filters.standing:
                continue
            if filters.year_from and (item.year is None or item.year < filters.year_from):
                continue
            if filters.year_to and (item.year is None or item.year > filters.year_to):
                continue
            columns: set[str] = {
                FormGroup.SYNTHESIS: {item.form} if item.form_group == "synthesis" else set(),
                FormGroup.PRIMARY: {item.form} if item.form_group == "primary" else set(),
                Across.GROUP: {item.form_group},
                Across.SETTING: set(item.setting),
                Across.YEAR: {str(min(max(item.year, today.year - 5), today.year))} if item.year else set(),
            }[across]
            for column in columns:
                found.setdefault((topic.pk, column), []).append(item)
    return {
        place: (
            len(items),
            {band: sum(item.standing == band for item in items) for band in sorted({item.standing for item in items})},
            max((item.year for item in items if item.year), default=None),
            sum(item.is_past_review for item in items),
        )
        for place, items in found.items()
    }


def told(tally: Tally) -> tuple[int, dict[str, int], int | None, int]:
    return tally.number, dict(sorted(tally.standings.items())), tally.newest, tally.overdue


@pytest.mark.django_db
class TestNumbers(TestCase):
    """One database for all the worlds of a run, each in a transaction of its own."""

    @hypothesis_settings(max_examples=40)
    @given(items=ITEMS, filters=FILTERS, across=AXES)
    def test_numbers_equal_a_recount(
        self, items: list[dict[str, Any]], filters: dict[str, Any], across: Across | FormGroup
    ) -> None:
        top = TopicFactory()
        left, right = TopicFactory(broader=[top]), TopicFactory(broader=[top])
        topics = [top, left, right, TopicFactory(broader=[left, right])]
        ours, theirs = OrganisationFactory(), OrganisationFactory()
        now = timezone.now()
        colleague = UserFactory(organisation=ours, staff_since=now)
        for place, values in enumerate(items):
            [pk] = insert_items(
                [
                    Evidence(
                        kind="evidence",
                        title=f"Item {place}",
                        form=values["form"],
                        standing=values["standing"],
                        setting=values["setting"],
                        year=values["year"],
                        review_due=(
                            None
                            if values["review"] is None
                            else timezone.localdate() + datetime.timedelta(days=values["review"])
                        ),
                        status=values["status"],
                        withdrawn_reason="Retracted." if values["status"] == "withdrawn" else "",
                        published_at=now + datetime.timedelta(days=values["shown"]),
                        embargo_until=(
                            None if values["embargo"] is None else now + datetime.timedelta(days=values["embargo"])
                        ),
                        visibility=values["visibility"],
                        organisation=ours if values["ours"] else theirs,
                    )
                ]
            )
            ItemTopic.objects.bulk_create(ItemTopic(content_object_id=pk, tag=topics[one]) for one in values["topics"])
            if values["named"]:
                ItemPerson.objects.create(item_id=pk, user=colleague, capacity="reader")
        refresh_ancestors()
        chosen = SearchFilters(**filters)
        for reader in (AnonymousUser(), UserFactory(), UserFactory(staff=True), colleague, UserFactory(librarian=True)):
            axis = (across, None) if isinstance(across, Across) else (Across.GROUP, across)
            counted = tallies(reader, [topic.pk for topic in topics], chosen, *axis)
            assert {place: told(tally) for place, tally in counted.items()} == recount(reader, topics, chosen, across)
