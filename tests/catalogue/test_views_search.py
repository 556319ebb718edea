"""The search page: what it shows, what it says of nonsense, and how many queries it asks."""

import datetime
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from catalogue.choices import Setting
from catalogue.search import counting
from catalogue.search_page import panel
from tests.catalogue.searching import as_a_large_catalogue
from tests.factories import EvidenceFactory, OrganisationFactory, TopicFactory, UserFactory
from tests.knowledge.factories import published

pytestmark = pytest.mark.django_db

SEARCH = "/search/"


def text_of(html: str) -> str:
    """The words of a page without tags, single blanks between them."""
    return " ".join(re.sub(r"<[^>]*>", " ", re.sub(r"(?s)<(script|style|svg).*?</\1>", " ", html)).split())


def get(client: Client, query: str = "", **headers: Any) -> str:
    response = client.get(f"{SEARCH}{query}", headers=headers or None)
    assert response.status_code == 200
    return response.content.decode()


def panel_of(html: str) -> list[tuple[str, ...]]:
    """The counted filters of a page: name, value, state and label of each option."""
    pattern = r'<input class="kp-facet__input kp-auto" type="checkbox" id="[^"]*" name="([^"]*)" value="([^"]*)"([^>]*)>(.*?)</label>'
    found = [tuple(text_of(part) for part in option) for option in re.findall(pattern, html, re.S)]
    return [option for option in found if option[0] != "status"]


def test_words_find_the_item_with_its_match_marked(client: Client) -> None:
    EvidenceFactory(title="Toileting rounds on wards", summary="Falls went down.")
    EvidenceFactory(title="Something else", summary="Of no use.")
    html = get(client, "?q=falls")
    assert "1 result for “falls”" in html
    assert "<mark>Falls</mark> went down." in html
    assert "Something else" not in html
    assert "“falls” – " in html


def test_what_the_reader_may_not_see_is_neither_shown_nor_counted(client: Client) -> None:
    EvidenceFactory(title="Open falls review")
    EvidenceFactory(title="Staff falls review", visibility="members")
    html = get(client, "?q=falls+review")
    assert "1 result" in html
    assert "Staff falls review" not in html
    client.force_login(UserFactory(staff=True))
    assert "2 results" in get(client, "?q=falls+review")


def test_types_stand_under_their_group_in_the_order_of_the_groups(client: Client) -> None:
    for form in ("report", "cohort", "rct", "guideline"):
        EvidenceFactory(form=form)
    html = get(client)
    words = text_of(html)
    places = [words.index(group) for group in ("Guidance and synthesis", "Primary research", "Reports, data and other")]
    assert places == sorted(places)
    assert html.count("Primary research") == 1


def test_each_active_filter_is_a_link_to_the_same_search_without_it(client: Client) -> None:
    topic = TopicFactory(name="Falls prevention", slug="falls")
    EvidenceFactory(title="Falls on wards", topics=[topic], setting=["acute"])
    html = get(client, "?q=wards&topic=falls&setting=acute&year_from=2020")
    hrefs = dict(re.findall(r'href="([^"]*)"><span[^>]*>Remove filter ([^:]*): ', html.replace("&amp;", "&")))
    without = {name: parse_qs(urlsplit(address).query) for address, name in hrefs.items()}
    assert without["Topic"] == {"q": ["wards"], "setting": ["acute"], "year_from": ["2020"]}
    assert without["Setting"] == {"q": ["wards"], "topic": ["falls"], "year_from": ["2020"]}
    assert without["Published from"] == {"q": ["wards"], "topic": ["falls"], "setting": ["acute"]}
    assert "Clear all filters" in html


def test_a_standing_is_offered_under_the_words_of_the_kind_that_uses_it(client: Client) -> None:
    EvidenceFactory()
    html = get(client)
    assert re.search(r"Filter by </span>Quality</span>", html)
    assert "How well tested" not in text_of(html)


def test_the_kind_is_kept_when_filters_are_applied(client: Client) -> None:
    EvidenceFactory()
    html = get(client, "?kind=evidence")
    assert '<input type="hidden" name="kind" value="evidence">' in html
    assert "Find evidence</label>" in html
    assert 'aria-current="page">Evidence (1)' in html
    assert "Remove filter Kind" not in html


def test_no_results_offers_ways_on_and_carries_the_question_to_the_library(client: Client) -> None:
    topic = TopicFactory(name="Sepsis", slug="sepsis")
    EvidenceFactory(title="Falls", topics=[topic])
    html = get(client, "?q=unobtainium+%26+more&topic=sepsis&kind=evidence")
    assert "There are no matching results" in html
    assert f"{reverse('enquiries:contact')}?reason=evidence_search&amp;q=unobtainium%20%26%20more" in html
    assert "Remove all filters" in html
    assert "everything on Sepsis" in html
    assert "Search everything" in html


def test_a_misspelling_is_answered_with_a_suggestion(client: Client) -> None:
    for _ in range(3):
        EvidenceFactory(title="Delirium on surgical wards")
    assert "Did you mean" in get(client, "?q=delirum")


def test_an_ambiguous_abbreviation_is_a_choice(client: Client, vocabulary: None) -> None:
    html = get(client, "?q=RCT")
    assert "RCT has more than one meaning" in html
    assert "coffee" in html


def test_a_page_has_a_number_in_its_title_and_results_go_on_counting(client: Client) -> None:
    for number in range(settings.SEARCH_PAGE_SIZE + 1):
        EvidenceFactory(title=f"Wards {number}")
    html = get(client, "?q=wards&page=2")
    assert "(page 2 of 2)" in html
    assert f'start="{settings.SEARCH_PAGE_SIZE + 1}"' in html
    assert html.count('<article class="kp-card') == 1


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("?page=abc", "There is no page “abc”"),
        ("?page=999999", "There is no page 999,999"),
        ("?page=-1", "There is no page “-1”"),
        ("?q=" + "falls+" * 2_000, "searched for the"),
        ("?form=nonsense", "We ignored the type “nonsense”"),
        ("?topic=nonsense", "We ignored the topic “nonsense”"),
        ("?standing=%00%22%3E", "We ignored the quality"),
        ("?kind=x&setting=y&audience=z", "We ignored the setting “y”"),
        ("?year_from=soon", "We ignored “soon”"),
        ("?sort=random", "We ignored the order “random”"),
        ("?organisation=%F0%9F%98%80", "We ignored the organisation"),
    ],
)
def test_nonsense_is_answered_in_words(client: Client, query: str, sentence: str) -> None:
    EvidenceFactory(title="Falls on wards")
    assert sentence in text_of(get(client, query))


# What is typed, and how many of the two records it finds: words that it holds are looked for, signs are not.
UNUSUAL = (
    ("%00", 2), ("falls%00", 1), ("%27%3B--", 0), ("falls%27%3B--", 1), ("%22", 0), ("a" * 10_000, 0),
    ("%E2%80%AEfalls%E2%80%AC", 1), ("*:*|&!()", 0), ("falls:*|&!()", 1), ("10.1136%2Fbmj.n71", 0), ("-%22", 0),
    ("%F0%9F%A9%BA", 0),
)  # fmt: skip


@pytest.mark.parametrize(("query", "number"), UNUSUAL)
def test_no_words_break_the_search_and_signs_find_nothing_of_their_own(client: Client, query: str, number: int) -> None:
    EvidenceFactory(title="Falls on wards")
    EvidenceFactory(title="Sepsis bundles")
    html = get(client, f"?q={query}")
    assert html.count('<article class="kp-card') == number
    assert ("There are no matching results" in html) == (number == 0)
    assert html.count("<h1") == 1
    assert html.rstrip().endswith("</html>")


def test_a_page_of_results_goes_to_a_reference_manager(client: Client) -> None:
    for number in range(settings.SEARCH_PAGE_SIZE + 1):
        EvidenceFactory(title=f"Wards {number}", published_at=timezone.now() - datetime.timedelta(days=number))
    EvidenceFactory(title="Wards of others", visibility="members")
    html = get(client, "?q=wards&page=2")
    address = re.search(r'href="(/search/results\.ris[^"]*)"', html)
    assert address is not None
    told = client.get(address[1].replace("&amp;", "&"))
    assert re.findall(r"TI  - (.*)\r", told.content.decode()) == [f"Wards {settings.SEARCH_PAGE_SIZE}"]
    assert told["Content-Type"].startswith("application/x-research-info-systems")


def test_htmx_gets_the_part_that_changes_with_title_and_announcement(client: Client) -> None:
    EvidenceFactory(title="Falls on wards", setting=["acute"])
    response = client.get(f"{SEARCH}?q=falls&setting=acute", headers={"HX-Request": "true"})
    html = response.content.decode()
    assert html.strip().startswith("<title>“falls” – ")
    assert "<h1" not in html
    assert "<header" not in html
    assert 'data-hx-swap-oob="innerHTML:#finder-status">1 result for “falls”, 1 filter applied' in html
    assert "HX-Request" in response["Vary"]


def test_the_back_button_gets_the_whole_page(client: Client) -> None:
    response = client.get(SEARCH, headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})
    assert "<h1" in response.content.decode()
    assert "HX-Request" in client.get(SEARCH)["Vary"]


@pytest.mark.parametrize("signed_in", [False, True])
@pytest.mark.parametrize("number", [1, 3])
def test_the_number_of_queries_is_small_and_does_not_grow(client: Client, number: int, signed_in: bool) -> None:
    if signed_in:
        client.force_login(UserFactory(staff=True))
    for _ in range(number):
        EvidenceFactory(title="Falls", topics=[TopicFactory()], organisation=OrganisationFactory())
        published(title="Falls at night", visibility="public")
    get(client, "?q=falls")
    with CaptureQueriesContext(connection) as captured:
        html = get(client, "?q=falls")
    assert html.count('<article class="kp-card') == 2 * number
    assert len(captured) == 9 + (3 if signed_in else 0)


def test_in_a_large_catalogue_the_filters_come_apart_and_without_htmx_by_a_button(client: Client) -> None:
    EvidenceFactory(title="Falls on wards", setting=["acute"], form="rct")
    published(title="Falls at night", setting=["community"], visibility="public")
    query = "?q=falls&setting=acute&setting=community&kind=evidence"
    whole = get(client, query)
    with as_a_large_catalogue():
        html = get(client, query)
        assert "Falls on wards" in text_of(html)
        assert "1 result for “falls”" in html
        assert "Filters (2 on)" in html
        assert "Everything</a>" in html
        assert panel_of(html) == []
        assert html.count('<input type="hidden" name="setting"') == 2
        assert 'type="submit" name="filters" value="shown">Show the filters</button>' in html
        shown = get(client, f"{query}&filters=shown")
        assert '<input type="hidden" name="filters" value="shown">' in shown
        apart = client.get(f"{SEARCH}filters/{query}", headers={"HX-Request": "true"}).content.decode()
        led = client.get(f"{SEARCH}filters/{query}")
    assert parse_qs(urlsplit(led["Location"]).query) == {**parse_qs(query[1:]), "page": ["1"], "filters": ["shown"]}
    assert "HX-Request" in led["Vary"]
    assert panel_of(shown) == panel_of(whole) == panel_of(apart)
    settings = {value: label for name, value, _state, label in panel_of(whole) if name == "setting"}
    assert settings == {"acute": "Acute hospital (1)", "community": f"{Setting.COMMUNITY.label} (0)"}
    assert "Everything (2)" in text_of(apart)
    assert "Everything (2)" in text_of(shown)
    assert "on wards" not in apart


def test_in_a_large_catalogue_no_kind_is_lost_among_the_matches_that_were_not_counted(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        EvidenceFactory(title="Falls")

    def kinds() -> str:
        html = client.get(f"{SEARCH}filters/?q=falls", headers={"HX-Request": "true"}).content.decode()
        return text_of(html.split('<div id="kinds"')[1]).partition(">")[2].strip()

    with as_a_large_catalogue():
        assert kinds() == "Everything (3) Evidence (3)"
        monkeypatch.setattr(counting, "SAMPLED", 1)
        monkeypatch.setattr(counting, "PASSED_AT_LEAST", 1)
        assert kinds().startswith("Everything (2) Evidence (2) Know-how ")


def test_numbers_of_a_large_catalogue_are_kept_for_seconds_and_for_the_same_rights(
    client: Client, settings: Any
) -> None:
    settings.SEARCH_NUMBERS_KEPT_SECONDS = 30
    caches["seconds"].clear()
    EvidenceFactory(title="Falls")
    EvidenceFactory(title="Falls for staff", visibility="members")

    def numbers() -> str:
        return text_of(client.get(f"{SEARCH}filters/?q=falls", headers={"HX-Request": "true"}).content.decode())

    with as_a_large_catalogue():
        first = numbers()
        EvidenceFactory(title="Falls again")
        assert numbers() == first
        client.force_login(UserFactory(staff=True))
        assert numbers() != first
    caches["seconds"].clear()


def test_a_reader_gets_no_cookie(client: Client) -> None:
    EvidenceFactory()
    response = client.get(SEARCH)
    assert not response.cookies
    assert "Set-Cookie" not in response.headers


def test_pages_for_signed_in_people_stay_out_of_shared_caches(client: Client) -> None:
    client.force_login(UserFactory())
    assert client.get(SEARCH)["Cache-Control"] == "private, no-store"


def test_a_filter_without_options_is_left_out() -> None:
    assert panel([]) == []
