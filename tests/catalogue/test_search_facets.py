"""Filters and their counts, held against a slow and obvious recount, for everybody who may ask."""

import datetime
from collections import Counter

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Organisation
from catalogue.choices import Audience, Phrase, PublicationStatus, Setting, Status, Visibility
from catalogue.models import Item
from catalogue.querysets import Reader
from catalogue.search.filters import FACETS, SearchFilters
from evidence.choices import Band
from taxonomy.models import Topic
from tests.catalogue.searching import ANYONE, as_a_large_catalogue, filters_of, find, option, options, titles
from tests.factories import EvidenceFactory, OrganisationFactory, TopicFactory, UserFactory

pytestmark = pytest.mark.django_db
WORDS = ("falls", "sepsis", "stroke")

items = st.fixed_dictionaries(
    {
        "words": st.lists(st.sampled_from(WORDS), max_size=2),
        "form": st.sampled_from(["cohort", "rct", "guideline"]),
        "standing": st.sampled_from(Band.values[:3]),
        "publication_status": st.sampled_from(["", *PublicationStatus.values[:2]]),
        "phrases": st.lists(st.sampled_from(Phrase.values), max_size=2, unique=True),
        "setting": st.lists(st.sampled_from(Setting.values[:3]), max_size=2, unique=True),
        "audience": st.lists(st.sampled_from(Audience.values[:3]), max_size=2, unique=True),
        "topic": st.integers(0, 3),
        "organisation": st.sampled_from([None, 0, 1]),
        "year": st.sampled_from([None, 2001, 2010, 2020]),
        "status": st.sampled_from(
            [Status.DRAFT, Status.PUBLISHED, Status.PUBLISHED, Status.ARCHIVED, Status.SUPERSEDED]
        ),
        "visibility": st.sampled_from(Visibility.values),
        "hours": st.sampled_from([-1, -1, -1, 1]),
        "embargoed": st.sampled_from([False, False, False, True]),
    }
)
choices = st.fixed_dictionaries(
    {},
    optional={
        "q": st.sampled_from(["falls", "falls stroke", "nothing of the kind"]),
        "form": st.lists(st.sampled_from(["cohort", "rct"]), min_size=1, max_size=2),
        "group": st.just(["primary"]),
        "standing": st.just(["high", "low"]),
        "publication_status": st.just(["peer_reviewed"]),
        "phrase": st.just(["apply", "drive"]),
        "setting": st.lists(st.sampled_from(Setting.values[:3]), min_size=1, max_size=2),
        "audience": st.just(["nurses"]),
        "topic": st.lists(st.sampled_from(["top", "left", "leaf"]), min_size=1, max_size=2),
        "organisation": st.just(["org-0"]),
        "year_from": st.just(2005),
        "year_to": st.just(2015),
        "status": st.just("all"),
    },
)


def make_topics() -> list[Topic]:
    top = TopicFactory(name="Top", slug="top")
    left = TopicFactory(name="Left", slug="left", broader=[top])
    right = TopicFactory(name="Right", slug="right", broader=[top])
    return [top, left, right, TopicFactory(name="Leaf", slug="leaf", broader=[left, right])]


def make_readers(organisations: list[Organisation]) -> list[Reader]:
    staff = UserFactory(organisation=organisations[0], staff_since=timezone.now())
    return [ANYONE, UserFactory(), staff, UserFactory(librarian=True)]


def held(item: Item, name: str) -> set[str]:
    """Return the values of one facet that an item counts under, read from the item itself."""
    if name == "topic":
        return set(
            Topic.objects.filter(descendant_rows__descendant__uses__content_object=item).values_list("slug", flat=True)
        )
    if name == "organisation":
        return {item.organisation.slug} if item.organisation else set()
    value = getattr(item, {"phrase": "phrases", "group": "form_group"}.get(name, name))
    return set(value) if isinstance(value, list) else {value} - {""}


def recount(filters: SearchFilters, user: Reader) -> tuple[set[int], dict[str, Counter[str]]]:
    """Look at every item the reader may be shown, one after the other."""
    wanted = [word for word in WORDS if word in filters.q]
    found: set[int] = set()
    counts: dict[str, Counter[str]] = {facet.name: Counter() for facet in FACETS}
    for item in Item.objects.listed_to(user, on_request=filters.with_archived):
        if filters.q and not any(word in item.title for word in wanted):
            continue
        if filters.year_from and (item.year is None or item.year < filters.year_from):
            continue
        if filters.year_to and (item.year is None or item.year > filters.year_to):
            continue
        values = {facet.name: held(item, facet.name) for facet in FACETS}
        passes = {
            facet.name: not filters.chosen(facet) or bool(values[facet.name] & set(filters.chosen(facet)))
            for facet in FACETS
        }
        if all(passes.values()):
            found.add(item.pk)
        for name in values:
            if all(passed for other, passed in passes.items() if other != name):
                counts[name].update(values[name])
    return found, counts


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(world=st.lists(items, max_size=8), asked=st.lists(choices, min_size=1, max_size=3))
def test_counts_are_those_of_an_obvious_recount_for_every_reader(world: list[dict], asked: list[dict]) -> None:
    Item.objects.all().delete()
    Topic.objects.all().delete()
    Organisation.objects.all().delete()
    topics = make_topics()
    organisations = [OrganisationFactory(slug=f"org-{number}") for number in range(2)]
    now = timezone.now()
    for number, drawn in enumerate(world):
        hours, embargoed = drawn["hours"], drawn["embargoed"]
        EvidenceFactory(
            title=f"Item {number} {' '.join(drawn['words'])}",
            topics=[topics[drawn["topic"]]],
            organisation=None if drawn["organisation"] is None else organisations[drawn["organisation"]],
            published_at=now + datetime.timedelta(hours=hours),
            embargo_until=now + datetime.timedelta(hours=1) if embargoed else None,
            **{name: drawn[name] for name in drawn.keys() - {"words", "topic", "organisation", "hours", "embargoed"}},
        )
    readers = make_readers(organisations)
    for params in asked:
        filters = filters_of(**params)
        for reader in readers:
            found, counts = recount(filters, reader)
            page = find(user=reader, **{"q": "", **params})
            assert page.total == len(found)
            assert {item.pk for item in page.items} == found
            for facet in FACETS:
                expected = {value: counts[facet.name][value] for value in {*counts[facet.name], *filters.chosen(facet)}}
                assert options(page, facet.name) == expected, facet.name
            assert page.all_kinds_total == page.total
            with as_a_large_catalogue():
                large = find(user=reader, **{"q": "", **params})
            assert {item.pk for item in large.items} == found
            assert (large.facets, large.total) == (page.facets, page.total)


def test_a_chosen_option_that_gives_nothing_stays() -> None:
    EvidenceFactory(form="cohort")
    page = find(form=["rct"])
    assert page.total == 0
    assert option(page, "form", "rct").count == 0
    assert option(page, "form", "rct").selected
    assert options(page, "form") == {"rct": 0, "cohort": 1}


def test_narrower_topics_count_under_the_broader_one_each_item_once() -> None:
    make_topics()
    EvidenceFactory(title="Twice below", topics=list(Topic.objects.filter(slug__in=["left", "leaf"])))
    page = find(topic=["top"])
    assert titles(page) == ["Twice below"]
    assert options(page, "topic") == {"top": 1, "left": 1, "right": 1, "leaf": 1}


def test_the_filters_that_are_on_can_each_be_taken_off() -> None:
    EvidenceFactory(form="rct", title="Falls", topics=[TopicFactory(name="Frailty", slug="frailty")])
    page = find("falls", form=["rct", "cohort"], topic=["frailty"], year_from=2001, status="all", sort="newest", page=3)
    assert [(chip.label, chip.value_label) for chip in page.applied] == [
        ("Type", "Randomised controlled trial"), ("Type", "Cohort study"), ("Topic", "Frailty"),
        ("Published from", "2001"), ("Included", "Archived and superseded too"),
    ]  # fmt: skip
    assert page.applied[0].query == "q=falls&form=cohort&topic=frailty&year_from=2001&status=all&sort=newest"
    assert page.applied[3].query == "q=falls&form=rct&form=cohort&topic=frailty&status=all&sort=newest"
    assert page.filters.cleared().as_query() == "q=falls&sort=newest"


def test_archived_and_superseded_items_appear_only_when_asked_for_and_withdrawn_ones_never() -> None:
    for status in (Status.PUBLISHED, Status.ARCHIVED, Status.SUPERSEDED):
        EvidenceFactory(title=f"Falls {status}", status=status)
    EvidenceFactory(title="Falls withdrawn", status=Status.WITHDRAWN, withdrawn_reason="Wrong.")
    assert titles(find("falls")) == ["Falls published"]
    assert set(titles(find("falls", status="all"))) == {"Falls published", "Falls archived", "Falls superseded"}


@pytest.mark.parametrize("number", [1, 3])
def test_the_number_of_queries_does_not_grow(number: int, django_assert_num_queries) -> None:
    topic = TopicFactory(name="Frailty", slug="frailty")
    for place in range(number):
        EvidenceFactory(title=f"Falls {place}", topics=[topic], organisation=OrganisationFactory())
    find("falls", topic=["frailty"])
    with django_assert_num_queries(6):
        page = find("falls", topic=["frailty"])
        assert [topic.name for item in page.items for topic in item.topics.all()] == ["Frailty"] * number
        assert all(item.organisation.name for item in page.items)
