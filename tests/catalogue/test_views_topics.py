"""Topics: the list of all and a page each."""

import datetime
import re
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from catalogue.ancestors import refresh_ancestors
from catalogue.models import Relation
from catalogue.services import set_topics
from catalogue.ward import sheet_of
from design.dates import day_in_words
from knowledge.models import ChampionProfile
from taxonomy.models import EntryTerm, RelatedTopics, Topic
from taxonomy.services import set_broader
from tests.events.factories import EventFactory
from tests.factories import AppraisalFactory, EvidenceFactory, TopicFactory, UserFactory
from tests.knowledge.factories import published
from tests.learning_zone.factories import LearningFactory

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


def test_a_topic_merged_twice_leads_to_the_one_in_use(client: Client, falls: Topic) -> None:
    between = TopicFactory(name="Falling", status="merged", merged_into=falls)
    oldest = TopicFactory(name="Tripping", status="merged", merged_into=between)
    assert client.get(oldest.get_absolute_url(), follow=True).wsgi_request.path == falls.get_absolute_url()


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
    set_broader(topic=falls, broader=[top])
    for _ in range(number):
        TopicFactory(broader=[falls])
        EntryTerm.objects.create(topic=falls, text=f"other name {_}")
        AppraisalFactory(evidence=EvidenceFactory(topics=[falls, TopicFactory()]))
        set_topics(item=published(visibility="public"), topics=[falls])
    address = {"topic": falls.get_absolute_url(), "tree": "/topics/", "a-z": "/topics/?view=a-z"}[view]
    with CaptureQueriesContext(connection) as captured:
        page(client, address)
    expected: dict[str, Any] = {"topic": 7, "tree": 4, "a-z": 4}
    # Staff: their session, themselves, and on a topic's page its champions.
    more = (3 if view == "topic" else 2) if signed_in else 0
    assert len(captured) == expected[view] + more, [query["sql"][:150] for query in captured]


def test_staff_see_a_topic_of_all_four_kinds_in_twelve_queries(client: Client, falls: Topic) -> None:
    """Two kinds take ten queries, and each further kind one for its cards."""
    client.force_login(UserFactory(staff=True))
    EvidenceFactory(topics=[falls])
    for item in (published(visibility="public"), LearningFactory(), EventFactory()):
        set_topics(item=item, topics=[falls])
    with CaptureQueriesContext(connection) as captured:
        html = page(client, falls.get_absolute_url())
    assert html.count("See all 1 on Falls prevention") == 4
    assert len(captured) <= 12, [query["sql"][:150] for query in captured]


class TestWhatAgrees:
    """Pairs of items on a topic's page."""

    def pair(self, kind: str, falls: Topic, *, note: str = "", confirmed: bool = True, **changes: Any) -> None:
        first, second = EvidenceFactory(title=f"{kind} one"), EvidenceFactory(title=f"{kind} two", **changes)
        second.topics.add(falls)
        refresh_ancestors([second.pk])
        Relation.objects.create(
            from_item=first,
            to_item=second,
            kind=kind,
            note=note,
            confirmed_at=timezone.now() if confirmed else None,
        )

    def test_conflicts_come_first_with_their_sentence(self, client: Client, falls: Topic) -> None:
        self.pair("adds_to", falls)
        self.pair("supports", falls)
        self.pair("conflicts", falls, note="It assumes that kit is there on the first day.")
        said = words(page(client, falls.get_absolute_url()))
        assert said.index("conflicts one") < said.index("supports one") < said.index("adds_to one")
        assert "conflicts with conflicts two" in said
        assert "It assumes that kit is there on the first day." in said

    def test_what_is_not_confirmed_or_not_visible_is_not_told(self, client: Client, falls: Topic) -> None:
        self.pair("supports", falls, confirmed=False)
        self.pair("conflicts", falls, visibility="members", note="Secret note.")
        self.pair("discussed_at", falls)
        html = page(client, falls.get_absolute_url())
        assert "Where they agree" not in html
        assert "Secret note." not in html


def test_what_matters_to_patients_is_a_part_of_its_own(client: Client, falls: Topic) -> None:
    EvidenceFactory(title="Living with falls", form="qualitative", topics=[falls])
    EvidenceFactory(title="A leaflet", form="report", audience=["patients"], topics=[falls])
    EvidenceFactory(title="A trial", form="rct", topics=[falls])
    html = page(client, falls.get_absolute_url())
    part = html[html.index('<h2 id="experience">') : html.index('<h2 id="row">')]
    assert {"Living with falls", "A leaflet"} == set(re.findall(r'kp-card__title"><a[^>]*>([^<]*)<', part))
    assert "form=qualitative&amp;form=patient_info" in part.replace("form=qual_synthesis&amp;", "")


def test_each_part_says_where_there_is_nothing_and_what_to_do(client: Client, falls: Topic) -> None:
    EvidenceFactory(topics=[falls])
    said = words(page(client, falls.get_absolute_url()))
    assert "What colleagues have learned Nothing here yet. Tell us who could share know-how on Falls prevention" in said
    assert "What you can learn Nothing here yet." in said


def test_the_row_of_the_map_and_its_gaps_are_there(client: Client, falls: Topic) -> None:
    AppraisalFactory(evidence=EvidenceFactory(topics=[falls]), band="high", result="high")
    html = page(client, falls.get_absolute_url())
    assert "1 item, Falls prevention, Primary research: 1 high." in words(html)
    assert "Evidence without experience." in words(html)


def test_people_who_know_are_named_to_staff_when_they_agreed(client: Client, falls: Topic) -> None:
    narrower = TopicFactory(name="Hip fracture", broader=[falls])
    for name, is_listed, topic in (("Comfort", True, falls), ("Gareth", False, falls), ("Lena", True, narrower)):
        profile = ChampionProfile.objects.create(
            user=UserFactory(champion=True, name=name), granted_at=timezone.now(), is_listed=is_listed
        )
        profile.topics.set([topic])
    assert "People who know" not in page(client, falls.get_absolute_url())
    client.force_login(UserFactory(staff=True))
    html = page(client, falls.get_absolute_url())
    assert "Comfort</a>" in html
    assert "Lena</a>" in html
    assert "Gareth" not in html


def test_related_topics_lead_there_from_both_sides(client: Client, falls: Topic) -> None:
    frailty = TopicFactory(name="Frailty")
    RelatedTopics.objects.create(first=falls, second=frailty)
    assert f'href="{frailty.get_absolute_url()}">Frailty' in page(client, falls.get_absolute_url())
    assert f'href="{falls.get_absolute_url()}">Falls prevention' in page(client, frailty.get_absolute_url())


def test_a_retired_topic_leads_to_its_successor(client: Client, falls: Topic) -> None:
    old = TopicFactory(name="Falling", status="retired", successor=falls)
    assert "Use <a" in page(client, old.get_absolute_url())


class TestWardSheet:
    """The page to print for a ward."""

    def test_holds_message_findings_things_tried_learning_and_the_review(self, client: Client, falls: Topic) -> None:
        due = timezone.localdate() + datetime.timedelta(days=100)
        for number in range(4):
            EvidenceFactory(summary=f"Finding {number} in words.", topics=[falls], year=2020 + number, review_due=due)
        set_topics(item=published(visibility="public"), topics=[falls])
        set_topics(item=LearningFactory(title="The long course", minutes=180), topics=[falls])
        set_topics(item=LearningFactory(title="A quarter of an hour", minutes=15), topics=[falls])
        said = words(page(client, reverse("topic-ward", args=[falls.slug])))
        assert "Tailored packages help." in said
        assert "Finding 3 in words." in said
        assert "Finding 0" not in said
        assert "Put the commode in reach before the drug round, not after." in said
        assert "A quarter of an hour (15 minutes)" in said
        assert "The long course" not in said
        assert f"by {day_in_words(due)}" in said

    def test_is_one_page_of_a4_however_long_the_texts(self, falls: Topic) -> None:
        long = "Tailored packages of care that are put together for one person probably reduce falls. " * 30
        Topic.objects.filter(pk=falls.pk).update(key_message=long)
        for _ in range(3):
            AppraisalFactory(evidence=EvidenceFactory(summary=long, title=long[:480], topics=[falls]))
        sheet = sheet_of(Topic.objects.get(pk=falls.pk), AnonymousUser())
        assert all(len(line.text.split()) <= 36 and len(line.source.split()) <= 26 for line in sheet.findings)
        assert len(sheet.message.split()) <= 62

    def test_hides_what_the_reader_may_not_see_and_says_so_kindly(self, client: Client, falls: Topic) -> None:
        EvidenceFactory(summary="A secret finding.", topics=[falls], visibility="members")
        said = words(page(client, reverse("topic-ward", args=[falls.slug])))
        assert "secret" not in said
        assert "No finding is told in words here yet." in said


def test_a_reader_gets_no_cookie(client: Client, falls: Topic) -> None:
    assert not client.get(falls.get_absolute_url()).cookies
    assert not client.get(reverse("topics")).cookies


class TestSuggesting:
    """Staff suggest a topic; nobody sees it before a librarian approves it."""

    ADDRESS = "/topics/suggest/"

    def test_a_suggestion_waits_with_its_reason(self, client: Client) -> None:
        staff = UserFactory(staff=True)
        client.force_login(staff)
        response = client.post(self.ADDRESS, {"name": " Pressure  ulcers ", "reason": "We have ten."}, follow=True)
        assert "The library team decides about “Pressure ulcers”." in response.content.decode()
        topic = Topic.objects.get()
        assert (topic.name, topic.status, topic.suggested_by) == ("Pressure ulcers", "candidate", staff)
        assert topic.suggestion == "We have ten."
        assert client.get(topic.get_absolute_url()).status_code == 404

    @pytest.mark.parametrize("name", ["Falls prevention", "falls-prevention", "Slip"])
    def test_a_topic_that_is_there_is_named(self, client: Client, falls: Topic, name: str) -> None:
        EntryTerm.objects.create(topic=falls, text="Slips")
        client.force_login(UserFactory(staff=True))
        response = client.post(self.ADDRESS, {"name": name, "reason": "Why."})
        assert response.status_code == 422
        assert "already stands for the topic Falls prevention" in response.content.decode()
        assert Topic.objects.count() == 1

    def test_nobody_floods_the_list(self, client: Client) -> None:
        staff = UserFactory(staff=True)
        client.force_login(staff)
        for _ in range(10):
            TopicFactory(status="candidate", suggested_by=staff)
        response = client.post(self.ADDRESS, {"name": "One more", "reason": "Why."})
        assert response.status_code == 422
        assert "wait for an answer" in response.content.decode()
