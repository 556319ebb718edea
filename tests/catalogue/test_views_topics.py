"""Topics: the list of all and a page each."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalogue.services import set_topics
from taxonomy.models import EntryTerm, Topic
from tests.factories import AppraisalFactory, EvidenceFactory, TopicFactory, UserFactory
from tests.knowledge.factories import published

pytestmark = pytest.mark.django_db


def page(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


@pytest.fixture
def falls() -> Topic:
    return TopicFactory(name="Falls prevention", slug="falls", key_message="Tailored packages help.")


def test_a_topic_counts_what_is_below_it_once_and_only_what_the_reader_may_see(client: Client, falls: Topic) -> None:
    narrower = TopicFactory(name="Hip fracture", broader=[falls])
    EvidenceFactory(title="In both", topics=[falls, narrower], form="rct")
    EvidenceFactory(title="Below", topics=[narrower], form="guideline")
    EvidenceFactory(title="Hidden", topics=[falls], visibility="members")
    EvidenceFactory(title="Draft", topics=[falls], status="draft", published_at=None)
    html = page(client, falls.get_absolute_url())
    assert "Guidance and synthesis: 1" in words(html)
    assert "Primary research: 1" in words(html)
    assert "See all 2 on Falls prevention" in words(html)
    assert "Hidden" not in html
    assert 'Hip fracture</a> <span class="kp-count">2 items' in html
    assert "Tailored packages help." in html
    assert f"{reverse('search')}?topic=falls&amp;kind=evidence" in html


def test_the_best_come_first_and_retracted_ones_not_at_all(client: Client, falls: Topic) -> None:
    low = AppraisalFactory(
        evidence=EvidenceFactory(title="Low one", topics=[falls], year=2026), band="low", result="low"
    )
    AppraisalFactory(evidence=EvidenceFactory(title="High one", topics=[falls], year=2001), band="high", result="high")
    retracted = EvidenceFactory(title="Retracted one", topics=[falls], is_retracted=True)
    AppraisalFactory(evidence=retracted, band="high", result="high")
    EvidenceFactory(title="Unchecked one", topics=[falls])
    html = page(client, falls.get_absolute_url())
    titles = re.findall(r'kp-card__title"><a[^>]*>([^<]*)<', html)
    assert titles == ["High one", low.evidence.title, "Unchecked one"]
    assert "(2 high, 1 low, 1 quality not checked yet)" in words(html)
    assert "High certainty (GRADE)" in html


def test_other_names_and_neighbours_are_named(client: Client, falls: Topic) -> None:
    EntryTerm.objects.create(topic=falls, text="slips and trips")
    broader = TopicFactory(name="Older people")
    top = TopicFactory(name="Clinical conditions")
    from taxonomy.services import set_broader

    set_broader(topic=falls, broader=[broader])
    set_broader(topic=broader, broader=[top])
    html = page(client, falls.get_absolute_url())
    assert "slips and trips" in html
    trail = re.search(r"(?s)kp-breadcrumb__list.*?</ol>", html)
    assert trail
    assert re.findall(r'href="[^"]*">([^<]*)<', trail[0]) == ["Home", "Topics", "Clinical conditions", "Older people"]


def test_a_topic_without_items_sends_the_reader_to_the_library(client: Client, falls: Topic) -> None:
    html = page(client, falls.get_absolute_url())
    assert "Nothing is filed under this topic yet" in html
    assert f"{reverse('enquiries:contact')}?reason=evidence_search&amp;q=Falls%20prevention" in html


def test_a_merged_topic_leads_on(client: Client, falls: Topic) -> None:
    old = TopicFactory(name="Falling", status="merged", merged_into=falls)
    response = client.get(old.get_absolute_url())
    assert (response.status_code, response["Location"]) == (301, falls.get_absolute_url())


def test_a_suggested_topic_has_no_page_and_a_retired_one_says_so(client: Client) -> None:
    assert client.get(TopicFactory(status="candidate").get_absolute_url()).status_code == 404
    html = page(client, TopicFactory(status="retired").get_absolute_url())
    assert "no longer used" in html
    assert '<meta name="robots" content="noindex">' in html


@pytest.mark.parametrize("address", ["/topics/no-such-topic/", "/topics/%00/", "/topics/" + "x" * 3_000 + "/"])
def test_an_unknown_topic_is_not_found(client: Client, address: str) -> None:
    assert client.get(address).status_code == 404


def test_the_list_shows_the_tree_with_counts(client: Client, falls: Topic) -> None:
    top = TopicFactory(name="Older people")
    second = TopicFactory(name="Patient safety")
    from taxonomy.services import set_broader

    set_broader(topic=falls, broader=[top, second])
    EvidenceFactory(topics=[falls])
    TopicFactory(name="Only suggested", status="candidate")
    html = page(client, reverse("topics"))
    assert words(html).count("Falls prevention 1 item") == 2
    assert "Older people 1 item" in words(html)
    assert "Only suggested" not in html


def test_the_list_from_a_to_z_holds_other_names(client: Client, falls: Topic) -> None:
    EntryTerm.objects.create(topic=falls, text="24-hour falls rate")
    EntryTerm.objects.create(topic=falls, text="slips")
    html = page(client, f"{reverse('topics')}?view=a-z")
    assert re.findall(r'<h2 id="letter-[^"]*">([^<]*)<', html) == ["F", "S", "0–9"]
    assert "slips: see Falls prevention" in words(html)


def test_without_topics_both_lists_say_so(client: Client) -> None:
    for view in ("", "?view=a-z"):
        assert "There are no topics yet" in page(client, reverse("topics") + view)


@pytest.mark.parametrize("signed_in", [False, True])
@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.parametrize("view", ["topic", "tree", "a-z"])
def test_the_number_of_queries_is_small_and_does_not_grow(
    client: Client, view: str, number: int, signed_in: bool, falls: Topic
) -> None:
    if signed_in:
        client.force_login(UserFactory(staff=True))
    top = TopicFactory()
    from taxonomy.services import set_broader

    set_broader(topic=falls, broader=[top])
    for _ in range(number):
        TopicFactory(broader=[falls])
        EntryTerm.objects.create(topic=falls, text=f"other name {_}")
        AppraisalFactory(evidence=EvidenceFactory(topics=[falls, TopicFactory()]))
        set_topics(item=published(visibility="public"), topics=[falls])
    address = {"topic": falls.get_absolute_url(), "tree": "/topics/", "a-z": "/topics/?view=a-z"}[view]
    with CaptureQueriesContext(connection) as captured:
        page(client, address)
    expected: dict[str, Any] = {"topic": 9, "tree": 4, "a-z": 4}
    assert len(captured) == expected[view] + (2 if signed_in else 0)


def test_a_reader_gets_no_cookie(client: Client, falls: Topic) -> None:
    assert not client.get(falls.get_absolute_url()).cookies
    assert not client.get(reverse("topics")).cookies
