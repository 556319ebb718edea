"""The home page, the frame of every page, and what programs read."""

import datetime
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from demonstration.models import DemonstrationLoad
from pages.models import Page
from pages.services import load_pages
from tests.events.factories import CampaignFactory
from tests.factories import AppraisalFactory, EvidenceFactory, TopicFactory, UserFactory
from tests.knowledge.factories import published

pytestmark = pytest.mark.django_db


def home(client: Client) -> str:
    response = client.get("/")
    assert response.status_code == 200
    return response.content.decode()


def doors(html: str) -> dict[str, str]:
    """Label → count of each door."""
    found = re.findall(r'(?s)kp-door__title"><a href="[^"]*">([^<]*)</a>.*?kp-door__count">([^<]*)<', html)
    return dict(found)


def test_the_doors_name_the_phrases_in_full_and_count_what_the_reader_may_see(client: Client) -> None:
    EvidenceFactory(phrases=["apply", "drive"])
    EvidenceFactory(phrases=["apply"], visibility="members")
    EvidenceFactory(phrases=["build"], status="draft", published_at=None)
    html = home(client)
    assert doors(html) == {
        "Apply and use evidence": "1 item",
        "Build know-how": "0 items",
        "Continue to learn": "0 items",
        "Drive innovation": "1 item",
    }
    assert f'href="{reverse("search")}?phrase=apply"' in html
    assert "ABCD" not in html
    client.force_login(UserFactory(staff=True))
    assert doors(home(client))["Apply and use evidence"] == "2 items"


def test_a_door_leads_to_as_many_items_as_it_says(client: Client) -> None:
    EvidenceFactory.create_batch(2, phrases=["apply"])
    EvidenceFactory(phrases=["drive"])
    assert doors(home(client))["Apply and use evidence"] == "2 items"
    assert "2 results" in client.get(f"{reverse('search')}?phrase=apply").content.decode()


def test_top_topics_count_what_is_below_them(client: Client) -> None:
    top = TopicFactory(name="Patient safety")
    EvidenceFactory(topics=[TopicFactory(name="Falls", broader=[top])])
    html = home(client)
    tiles = re.findall(r'(?s)kp-topic-tile" href="[^"]*"><span>([^<]*)</span> <span class="kp-count">([^<]*)<', html)
    assert tiles == [("Patient safety", "1 item")]


def test_new_this_month_holds_the_newest_and_nothing_older(client: Client) -> None:
    now = timezone.now()
    for days in (1, 5, 40):
        EvidenceFactory(title=f"{days} days old", published_at=now - datetime.timedelta(days=days))
    html = home(client)
    assert re.findall(r'kp-card__title"><a[^>]*>([^<]*)<', html) == ["1 days old", "5 days old"]


def test_an_empty_portal_still_says_what_one_can_do(client: Client) -> None:
    html = home(client)
    assert "Nothing was added in the last 30 days" in html
    assert "There are no topics yet" in html
    assert "Ask for an evidence search" in html


@pytest.mark.parametrize("signed_in", [False, True])
@pytest.mark.parametrize("number", [1, 3])
def test_the_number_of_queries_is_small_and_does_not_grow(client: Client, number: int, signed_in: bool) -> None:
    load_pages()
    if signed_in:
        client.force_login(UserFactory(staff=True))
    for _ in range(number):
        AppraisalFactory(evidence=EvidenceFactory(topics=[TopicFactory()]))
    # One of the four newest is know-how however many there are, so that every kind is asked for its cards.
    published(visibility="public")
    with CaptureQueriesContext(connection) as captured:
        home(client)
    assert len(captured) == 9 + (2 if signed_in else 0)


@pytest.mark.parametrize("address", ["home", "search", "topics", "robots", "sitemap", "security"])
def test_reading_sets_no_cookie_and_makes_no_session(client: Client, address: str) -> None:
    response = client.get(reverse(address))
    assert response.status_code == 200
    assert not response.cookies
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM django_session")
        assert cursor.fetchone() == (0,)


def test_the_footer_links_to_the_pages_that_librarians_chose(client: Client) -> None:
    load_pages()
    Page.objects.filter(slug="workstream").update(in_footer=False)
    html = home(client)
    assert reverse("page", args=["quality"]) in html
    assert reverse("page", args=["workstream"]) not in html


def test_the_demonstration_banner_goes_when_its_content_is_cleared(client: Client) -> None:
    banner = "Demonstration content, not clinical advice"
    assert banner not in home(client)
    load = DemonstrationLoad.objects.create()
    assert banner in home(client)
    load.cleared_at = timezone.now()
    load.save()
    assert banner not in home(client)


def test_the_section_of_the_page_is_marked_in_the_menu(client: Client) -> None:
    def current(address: str) -> list[str]:
        html = client.get(address).content.decode()
        return re.findall(r'aria-current="true"><strong[^>]*>([^<]*)<', html)

    assert current("/") == []
    assert current(reverse("topics")) == ["Topics"]
    assert current(EvidenceFactory().get_absolute_url()) == ["Evidence"]
    assert current(f"{reverse('search')}?kind=evidence") == ["Evidence"]


def test_the_sign_out_form_appears_only_for_signed_in_people(client: Client) -> None:
    assert reverse("account_logout") not in home(client)
    client.force_login(UserFactory())
    assert reverse("account_logout") in home(client)


def test_robots_are_kept_from_endless_addresses_and_told_of_the_map(client: Client, settings: Settings) -> None:
    settings.PORTAL_URL = "https://know.example.org"
    text = client.get("/robots.txt").content.decode()
    assert "Disallow: /search/" in text
    assert "Disallow: /admin/" in text
    assert "Sitemap: https://know.example.org/sitemap.xml" in text


def test_security_txt_has_a_contact_and_has_not_expired(client: Client) -> None:
    text = client.get("/.well-known/security.txt").content.decode()
    expires = datetime.datetime.fromisoformat(re.search(r"Expires: (\S+)", text)[1])  # type: ignore[index]
    assert timezone.now() < expires < timezone.now() + datetime.timedelta(days=365)
    assert re.search(rf"Contact: http\S+{reverse('enquiries:contact')}", text)


def test_the_sitemap_names_what_everyone_may_read_and_nothing_else(client: Client) -> None:
    load_pages()
    Page.objects.filter(slug="workstream").update(is_shown=False)
    open_item = EvidenceFactory()
    hidden = [
        EvidenceFactory(visibility="members"),
        EvidenceFactory(status="draft", published_at=None),
        EvidenceFactory(published_at=timezone.now() + datetime.timedelta(days=1)),
        EvidenceFactory(status="withdrawn", withdrawn_reason="Wrong."),
    ]
    topic = TopicFactory()
    campaign, in_preparation = CampaignFactory(), CampaignFactory(is_shown=False)
    client.force_login(UserFactory(librarian=True))
    index = client.get("/sitemap.xml").content.decode()
    sections = re.findall(r"<loc>http://testserver([^<]*)</loc>", index)
    assert len(sections) == 5
    text = "".join(client.get(address).content.decode() for address in sections)
    assert open_item.get_absolute_url() in text
    assert topic.get_absolute_url() in text
    assert campaign.get_absolute_url() in text
    assert in_preparation.get_absolute_url() not in text
    assert reverse("events:cards") in text
    assert reverse("page", args=["quality"]) in text
    assert reverse("page", args=["workstream"]) not in text
    assert [item for item in hidden if item.get_absolute_url() in text] == []


@pytest.mark.parametrize(
    "address", ["/nowhere/", "/evidence/999999999999999999999/x/", "/topics/none/", "/about/none/"]
)
def test_what_is_not_there_is_told_with_the_way_on(client: Client, address: str) -> None:
    response = client.get(address)
    html = response.content.decode()
    assert response.status_code == 404
    assert reverse("topics") in html
    assert reverse("enquiries:contact") in html


def test_the_page_for_our_own_mistakes_needs_no_database() -> None:
    from django.test import RequestFactory
    from django.views.defaults import server_error

    with CaptureQueriesContext(connection) as captured:
        response = server_error(RequestFactory().get("/"))
    assert response.status_code == 500
    assert b"<h1" in response.content
    assert len(captured) == 0
