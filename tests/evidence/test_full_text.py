"""The way to the full text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from evidence.full_text import fill_template, full_text, is_web_address
from evidence.models import Evidence

OPENATHENS = "https://go.openathens.example/redirector/trust.example?url={url}"


@pytest.fixture(autouse=True)
def no_links(settings: Settings) -> None:
    settings.FULL_TEXT_LINKS = {"openathens": "", "libkey": "", "resolver": ""}


def test_free_text_leads_to_the_source() -> None:
    found = full_text(Evidence(is_open_access=True, url="https://www.journal.example/a?b=1&c=2", doi="10.5555/x"))
    assert (found.access, found.url, found.host) == ("free", "https://www.journal.example/a?b=1&c=2", "journal.example")


def test_free_text_without_an_address_leads_to_its_doi() -> None:
    found = full_text(Evidence(is_open_access=True, doi="10.1002/(sici)1<2::aid>3.0.co;2-#"))
    assert found.url == "https://doi.org/10.1002/%28sici%291%3C2%3A%3Aaid%3E3.0.co%3B2-%23"


def test_the_template_gets_the_whole_address_as_one_value(settings: Settings) -> None:
    settings.FULL_TEXT_LINKS = {"openathens": OPENATHENS}
    found = full_text(Evidence(url="https://journal.example/a?b=1&c=2#d"))
    assert found.label == "Sign in with OpenAthens"
    assert found.url == OPENATHENS.replace("{url}", "https%3A%2F%2Fjournal.example%2Fa%3Fb%3D1%26c%3D2%23d")


def test_a_template_is_skipped_where_the_record_lacks_what_it_needs(settings: Settings) -> None:
    settings.FULL_TEXT_LINKS = {
        "libkey": "https://libkey.example/{pmid}",
        "resolver": "https://r.example/?id=doi:{doi}",
    }
    assert full_text(Evidence(doi="10.5555/x")).url == "https://r.example/?id=doi:10.5555%2Fx"
    assert full_text(Evidence(title="No identifier")).access == "library"


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "data:text/html,x", "//evil.example", "https://", "ftp://a.example/x", "https://a b.example", "https://[x", ""],
)  # fmt: skip
def test_only_web_addresses_are_linked(url: str) -> None:
    assert not is_web_address(url)
    assert full_text(Evidence(is_open_access=True, url=url)).access == "library"


@given(doi=st.text(min_size=1, max_size=40), pmid=st.text(max_size=8), url=st.text(max_size=40))
def test_no_value_escapes_its_place_in_the_template(doi: str, pmid: str, url: str) -> None:
    values = {"doi": doi.replace("\ud800", ""), "pmid": pmid, "url": url}
    link = fill_template("https://r.example/?a={doi}&z=1", values)
    if link:
        assert link.startswith("https://r.example/?a=")
        assert link.endswith("&z=1")
        assert link.count("&") == 1
        assert not set(link) & set("{}#<>\"' \n")
