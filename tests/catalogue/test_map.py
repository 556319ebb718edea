"""The evidence map's page: what it says, where its cells lead, its gaps, its file."""

import csv
import datetime
import io
import re
from html import unescape
from typing import Any

import pytest
import time_machine
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from catalogue import kinds
from catalogue.models import Item
from catalogue.services import set_topics
from taxonomy.models import Topic
from tests.factories import AppraisalFactory, EvidenceFactory, TopicFactory, UserFactory
from tests.knowledge.factories import published

pytestmark = pytest.mark.django_db

YESTERDAY = datetime.timedelta(days=1)


def page(client: Client, query: str = "") -> str:
    response = client.get(f"{reverse('map')}{query}")
    assert response.status_code == 200
    return response.content.decode()


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


def lines(client: Client, query: str = "?view=csv") -> list[dict[str, str]]:
    response = client.get(f"{reverse('map')}{query}")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))


def gap_topics(html: str, name: str) -> str:
    found = re.search(rf'(?s)<section class="kp-map-gap" aria-labelledby="gap-{name}">.*?</section>', html)
    assert found
    return words(found[0])


def judged(band: str, **values: Any) -> None:
    AppraisalFactory(evidence=EvidenceFactory(**values), band=band, result=band)


def share(topic: Topic, **values: Any) -> None:
    set_topics(item=published(visibility="public", **values), topics=[topic])


@pytest.fixture
def falls() -> Topic:
    return TopicFactory(name="Falls prevention", slug="falls")


def test_a_cell_tells_its_quality_in_words_and_leads_to_the_same_search(client: Client, falls: Topic) -> None:
    narrower = TopicFactory(name="Hip fracture", broader=[falls])
    judged("high", topics=[falls], form="guideline", year=2024)
    judged("low", topics=[narrower, falls], form="guideline", year=2019)
    EvidenceFactory(topics=[narrower], form="guideline", year=2021, review_due=timezone.localdate() - YESTERDAY)
    EvidenceFactory(topics=[falls], form="rct", visibility="members")
    html = page(client)
    says = "3 items, Falls prevention, Guidance and synthesis: 1 high, 1 low, 1 quality not checked yet."
    assert f"{says} Newest 2024 1 past review" in words(html)
    assert "Primary research:" not in words(html)
    assert "Waiting for appraisal (1)" in words(html)
    address = f"{reverse('search')}?group=synthesis&amp;topic=falls"
    assert f'href="{address}"' in html
    assert "3 results" in words(client.get(unescape(address)).content.decode())
    assert len(re.findall(r'<circle class="kp-ring__(?:high|low|unchecked)"[^>]*stroke-dasharray', html)) == 3
    assert "It does not count what exists elsewhere" in words(html)
    assert "As at" in words(html)


def test_rows_open_into_narrower_topics(client: Client, falls: Topic) -> None:
    hip = TopicFactory(name="Hip fracture", slug="hip", broader=[falls])
    TopicFactory(name="Delayed surgery", broader=[hip])
    TopicFactory(name="Only suggested", status="candidate")
    first = page(client)
    assert "1 narrower topic of Falls prevention" in words(first)
    assert "Hip fracture" not in first
    assert "Only suggested" not in first
    opened = page(client, "?topic=falls")
    assert "Hip fracture" in opened
    assert "Delayed surgery" not in opened
    assert "Up to Falls prevention" in page(client, "?topic=hip")
    every = re.findall(r'kp-map__topic--(\d)">\s*<a[^>]*>([^<]*)<', page(client, "?rows=all"))
    assert every == [("0", "Falls prevention"), ("1", "Hip fracture"), ("2", "Delayed surgery")]


def test_a_topic_with_two_broader_ones_is_one_row_and_counts_in_both(client: Client, falls: Topic) -> None:
    other = TopicFactory(name="Older people", slug="older")
    shared = TopicFactory(name="Frailty", broader=[falls, other])
    EvidenceFactory(topics=[shared], form="rct")
    html = page(client, "?rows=all")
    assert len(re.findall(r'kp-map__topic--\d">\s*<a[^>]*>Frailty<', html)) == 1
    assert "1 item, Falls prevention, Primary research" in words(html)
    assert "1 item, Older people, Primary research" in words(html)


def test_settings_and_years_can_stand_across(client: Client, falls: Topic) -> None:
    year = timezone.localdate().year
    EvidenceFactory(topics=[falls], setting=["acute", "community"], year=year)
    EvidenceFactory(topics=[falls], setting=["acute", "acute"], year=1999)
    EvidenceFactory(topics=[falls], year=None)
    html = page(client, "?across=setting")
    assert "2 items, Falls prevention, Acute hospital" in words(html)
    assert "1 item, Falls prevention, Community" in words(html)
    assert f'href="{reverse("search")}?topic=falls&amp;setting=acute"' in html
    html = page(client, "?across=year")
    assert f"1 item, Falls prevention, {year} or later" in words(html)
    assert f"1 item, Falls prevention, {year - 5} or before" in words(html)
    assert f'href="{reverse("search")}?topic=falls&amp;year_from={year}"' in html
    assert f'href="{reverse("search")}?topic=falls&amp;year_to={year - 5}"' in html


def test_a_group_opens_into_its_types_and_closes_again(client: Client, falls: Topic) -> None:
    hip = TopicFactory(name="Hip fracture", slug="hip", broader=[falls])
    judged("high", topics=[hip], form="guideline", setting=["acute"])
    judged("low", topics=[hip], form="systematic_review", setting=["acute"])
    EvidenceFactory(topics=[hip], form="rct", setting=["acute"])
    asked = "topic=falls&amp;view=table&amp;setting=acute"
    groups = page(client, f"?{unescape(asked)}")
    opened_at = f"topic=falls&amp;types=synthesis&amp;{asked.removeprefix('topic=falls&amp;')}"
    assert f'href="{reverse("map")}?{opened_at}">Guidance and synthesis' in groups
    html = page(client, f"?{unescape(opened_at)}")
    assert "Falls prevention: Guidance and synthesis" in words(html)
    assert "Number of items by topic and type: Guidance and synthesis" in words(html)
    assert "1 item, Hip fracture, Clinical guideline. 1 high" in words(html)
    assert "1 item, Falls prevention, Systematic review. 1 low" in words(html)
    assert "Randomised controlled trial" not in html
    assert f'href="{reverse("map")}?{asked}">All groups' in html
    assert f'href="{reverse("map")}?topic=falls&amp;across=year&amp;view=table&amp;setting=acute"' in html
    address = f"{reverse('search')}?form=guideline&amp;group=synthesis&amp;topic=hip&amp;setting=acute"
    assert f'href="{address}"' in html
    assert "1 result" in words(client.get(unescape(address)).content.decode())


def test_every_group_opens_into_all_its_types(client: Client, falls: Topic) -> None:
    share(falls, form="tip")
    EvidenceFactory(topics=[falls], form="rct")
    listed = re.findall(r"\?types=(\w+)", page(client))
    assert listed == ["synthesis", "primary", "grey", "knowhow", "event", "learning"]
    for group in listed:
        columns = {line["Column"] for line in lines(client, f"?types={group}&view=csv")}
        forms = [form for kind in kinds.all_kinds() for form in kind.forms.values() if form.group == group]
        assert columns == {form.label for form in forms}
        assert len(columns) == len(forms)
    held = {line["Column"]: line["Items"] for line in lines(client, "?topic=falls&types=knowhow&view=csv")}
    assert (held["Tip"], held["Story"]) == ("1", "0")


def test_the_types_of_a_group_leave_the_gaps_as_they_are(client: Client, falls: Topic) -> None:
    judged("high", topics=[falls], form="rct")
    html = page(client, "?types=knowhow")
    assert "1 topic" in gap_topics(html, "evidence-without-experience")
    assert "None of these topics" in gap_topics(html, "blank")


def test_filters_narrow_the_numbers_and_the_search_behind_them(client: Client, falls: Topic) -> None:
    EvidenceFactory(topics=[falls], setting=["acute"], form="rct", year=2020)
    EvidenceFactory(topics=[falls], setting=["community"], form="rct", year=2020)
    EvidenceFactory(topics=[falls], setting=["acute"], form="rct", year=2010)
    html = page(client, "?setting=acute&year_from=2015")
    assert "1 item, Falls prevention, Primary research" in words(html)
    address = f"{reverse('search')}?group=primary&amp;topic=falls&amp;setting=acute&amp;year_from=2015"
    assert f'href="{address}"' in html
    assert "Clear the filters to see them" in words(html)
    assert "kp-map-gap__topics" not in html


def test_the_table_view_has_no_pictures(client: Client, falls: Topic) -> None:
    judged("high", topics=[falls], form="guideline")
    html = page(client, "?view=table")
    assert "kp-ring" not in html
    assert "1 item, Falls prevention, Guidance and synthesis. 1 high Newest 2025" in words(html)


def test_the_file_holds_every_cell_and_runs_no_formula(client: Client) -> None:
    topic = TopicFactory(name='=HYPERLINK("https://evil.example")')
    judged("high", topics=[topic], form="guideline")
    found = lines(client)
    assert {line["Topic"] for line in found} == {'\'=HYPERLINK("https://evil.example")'}
    held = {line["Column"]: line for line in found}
    assert (held["Guidance and synthesis"]["Items"], held["Guidance and synthesis"]["Quality"]) == ("1", "1 high")
    assert held["Primary research"]["Items"] == "0"
    assert held["Know-how"]["Topic's gaps"] == "Evidence without experience"


def test_blank_topics_lead_to_the_library_team(client: Client, falls: Topic) -> None:
    html = page(client)
    assert "Falls prevention Ask for an evidence search" in gap_topics(html, "blank")
    assert f"{reverse('enquiries:contact')}?reason=evidence_search&amp;q=Falls+prevention" in html
    EvidenceFactory(topics=[falls])
    assert "None of these topics" in gap_topics(page(client), "blank")


def test_evidence_without_experience_ends_with_the_first_know_how(client: Client, falls: Topic) -> None:
    judged("moderate", topics=[falls])
    assert "1 topic" in gap_topics(page(client), "evidence-without-experience")
    share(falls)
    assert "None of these topics" in gap_topics(page(client), "evidence-without-experience")


def test_unchecked_quality_is_unknown_and_makes_no_gap(client: Client, falls: Topic) -> None:
    share(falls)
    share(falls, title="Another story altogether")
    assert "1 topic" in gap_topics(page(client), "experience-ahead")
    waiting = EvidenceFactory(topics=[falls])
    html = page(client)
    assert "None of these topics" in gap_topics(html, "experience-ahead")
    assert "Waiting for appraisal (1)" in words(html)
    AppraisalFactory(evidence=waiting, band="low", result="low")
    assert "1 topic" in gap_topics(page(client), "experience-ahead")


def test_research_without_a_recent_synthesis(client: Client, falls: Topic, settings: Any) -> None:
    for _ in range(3):
        EvidenceFactory(topics=[falls], form="rct")
    assert "1 topic" in gap_topics(page(client), "needs-synthesis")
    review = EvidenceFactory(topics=[falls], form="systematic_review", year=timezone.localdate().year - 6)
    assert "1 topic" in gap_topics(page(client), "needs-synthesis")
    Item.objects.filter(pk=review.pk).update(year=timezone.localdate().year - 5)
    assert "None of these topics" in gap_topics(page(client), "needs-synthesis")
    Item.objects.filter(pk=review.pk).update(review_due=timezone.localdate() - YESTERDAY)
    assert "1 topic" in gap_topics(page(client), "needs-synthesis")
    settings.EVIDENCE_MAP = {**settings.EVIDENCE_MAP, "primary_from": 4}
    assert "4 or more pieces of primary research" in gap_topics(page(client), "needs-synthesis")
    assert "None of these topics" in gap_topics(page(client), "needs-synthesis")


def test_half_past_review_is_going_stale(client: Client, falls: Topic) -> None:
    overdue = EvidenceFactory(topics=[falls], review_due=timezone.localdate() - YESTERDAY)
    assert "None of these topics" in gap_topics(page(client), "going-stale")
    EvidenceFactory(topics=[falls])
    assert "1 topic" in gap_topics(page(client), "going-stale")
    Item.objects.filter(pk=overdue.pk).update(review_due=timezone.localdate())
    assert "None of these topics" in gap_topics(page(client), "going-stale")


@pytest.mark.parametrize("query", ["?rows=all", "?rows=all&types=synthesis"])
def test_queries_do_not_grow_with_topics_or_items(client: Client, falls: Topic, query: str) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            page(client, query)
        return len(asked)

    EvidenceFactory(topics=[falls])
    queries()
    before = queries()
    for _ in range(3):
        EvidenceFactory(topics=[falls, TopicFactory(broader=[falls])], form="guideline")
    assert queries() == before


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("?across=moons", "The map has no across “moons”"),
        ("?view=cube", "The map has no view “cube”"),
        ("?types=moons", "The map has no types “moons”"),
        ("?types=%00%F0%9F%98%80", "The map has no types"),
        ("?types=primary&across=year", "so this is without the types of Primary research."),
        ("?rows=none", "The map has no rows “none”"),
        ("?topic=no-such-topic", "We ignored the topic “no-such-topic”"),
        ("?setting=moon", "We ignored the setting “moon”"),
        ("?year_from=soon", "We ignored “soon”"),
        ("?topic=%00&across=%00%F0%9F%98%80&year_to=99999999999", "We ignored “99999999999”"),
        ("?topic=falls&topic=second", "The map opens one topic at a time, so this is Falls prevention."),
    ],
)
def test_what_means_nothing_is_said(client: Client, falls: Topic, query: str, sentence: str) -> None:
    TopicFactory(name="Second", slug="second")
    assert sentence in words(page(client, query))


def test_a_merged_topic_opens_the_one_it_became_and_a_suggested_one_none(client: Client, falls: Topic) -> None:
    TopicFactory(name="Falling", slug="falling", status="merged", merged_into=falls)
    TopicFactory(name="Idea", slug="idea", status="candidate")
    assert "Falls prevention: evidence map" in page(client, "?topic=falling")
    assert "We ignored the topic “idea”" in words(page(client, "?topic=idea"))


def test_a_topic_merged_twice_opens_the_one_in_use(client: Client, falls: Topic) -> None:
    between = TopicFactory(name="Falling", slug="falling", status="merged", merged_into=falls)
    TopicFactory(name="Tripping", slug="tripping", status="merged", merged_into=between)
    assert "Falls prevention: evidence map" in page(client, "?topic=tripping")


def test_a_portal_without_topics_says_so(client: Client) -> None:
    assert "There are no topics yet" in page(client)
    assert lines(client) == []


def test_the_map_is_found_from_the_header_the_topics_and_a_topic(client: Client, falls: Topic) -> None:
    client.force_login(UserFactory())
    assert f'href="{reverse("map")}?topic=falls"' in client.get(falls.get_absolute_url()).content.decode()
    listed = client.get(reverse("topics")).content.decode()
    assert listed.count(f'href="{reverse("map")}"') == 2


class TestKeeping:
    """The map may be some seconds old, and never somebody else's."""

    @pytest.fixture(autouse=True)
    def keep(self, settings: Any) -> Any:
        settings.EVIDENCE_MAP = {**settings.EVIDENCE_MAP, "kept_seconds": 10}
        caches["seconds"].clear()
        yield
        caches["seconds"].clear()

    def test_it_is_drawn_once_in_ten_seconds_with_two_queries_less_each_time(self, client: Client) -> None:
        topic = TopicFactory(name="Falls")
        EvidenceFactory(topics=[topic])
        client.get(reverse("map"))
        EvidenceFactory(topics=[topic])
        with CaptureQueriesContext(connection) as queries:
            kept = client.get(reverse("map")).content.decode()
        assert "1 item, Falls" in kept
        assert not any("catalogue_item" in query["sql"] for query in queries)
        assert "2 items, Falls" in client.get(f"{reverse('map')}?rows=all").content.decode()
        with time_machine.travel(timezone.now() + datetime.timedelta(seconds=11), tick=False):
            assert "2 items, Falls" in client.get(reverse("map")).content.decode()

    def test_nobody_gets_a_map_that_was_drawn_for_other_rights(self, client: Client) -> None:
        topic = TopicFactory(name="Falls")
        EvidenceFactory(topics=[topic], visibility="members")
        EvidenceFactory(topics=[topic])
        staff = UserFactory(staff=True)
        member = Client()
        member.force_login(staff)
        assert "2 items, Falls" in member.get(reverse("map")).content.decode()
        assert "1 item, Falls" in client.get(reverse("map")).content.decode()
        User.objects.filter(pk=staff.pk).update(staff_since=None)
        assert "1 item, Falls" in member.get(reverse("map")).content.decode()
