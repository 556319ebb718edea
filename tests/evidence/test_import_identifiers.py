"""DOI, PMID, ISBN and titles in every spelling that reaches us, and in none that we thought of."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.identifiers import (
    normalise_doi,
    normalise_isbn,
    normalise_issn,
    normalise_pmcid,
    normalise_pmid,
    title_key,
)

SICI = "10.1002/(sici)1097-0258(19980815/30)17:15/16<1661::aid-sim968>3.0.co;2-2"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("10.1136/bmj.n71", "10.1136/bmj.n71"),
        ("10.1136/BMJ.N71", "10.1136/bmj.n71"),
        ("https://doi.org/10.1136/bmj.n71", "10.1136/bmj.n71"),
        ("http://dx.doi.org/10.1136/bmj.n71", "10.1136/bmj.n71"),
        ("https://doi-org.proxy.example/10.1136%2Fbmj.n71", "10.1136/bmj.n71"),
        ("doi:10.1136/bmj.n71.", "10.1136/bmj.n71"),
        ("DOI 10.1016/S0140-6736(20)30183-5.", "10.1016/s0140-6736(20)30183-5"),
        ("(see 10.1016/S0140-6736(20)30183-5)", "10.1016/s0140-6736(20)30183-5"),
        ("10.1136/bmj.n71 [doi]", "10.1136/bmj.n71"),
        ("10.1136/bmj.n71[doi]", "10.1136/bmj.n71"),
        ("10.1136/bmj.n71; 10.1136/bmj.n72", "10.1136/bmj.n71"),
        ("10.1136/bmj.n71;10.1136/bmj.n72", "10.1136/bmj.n71"),
        ("https://doi.org/10.1136/bmj.n71?utm_source=mail", "10.1136/bmj.n71"),
        ('<a href="x">10.1136/bmj.n71</a>', "10.1136/bmj.n71"),
        ("10.1000.10/123456", "10.1000.10/123456"),
        (SICI.upper(), SICI),
        (SICI.replace("<", "&lt;").replace(">", "&gt;"), SICI),
        ("https://doi.org/" + SICI.replace("<", "%3C").replace(">", "%3E"), SICI),
        ("10.1175/1520-0442(2000)013<0001:x>2.0.co;2-#", "10.1175/1520-0442(2000)013<0001:x>2.0.co;2-#"),
        ("not a doi", ""),
        ("10.1136/", ""),
        ("10.12/short-registrant", ""),
        ("", ""),
    ],
)
def test_a_doi_has_one_spelling(written: str, expected: str) -> None:
    assert normalise_doi(written) == expected


@given(st.text())
def test_a_normal_doi_stays_as_it_is(text: str) -> None:
    once = normalise_doi(text)
    assert normalise_doi(once) == once


@given(
    prefix=st.integers(1000, 999_999_999),
    suffix=st.text(alphabet=string.ascii_letters + string.digits + "()-_/.:;<>", max_size=30),
    shape=st.sampled_from(["{}", "doi:{}", "https://doi.org/{}", "DOI {} ", "  {}\t", "{}."]),
)
def test_every_way_of_writing_a_doi_gives_the_same(prefix: int, suffix: str, shape: str) -> None:
    balanced = suffix.translate(str.maketrans("", "", "()<>"))
    doi = f"10.{prefix}/x{balanced}z"
    if normalise_doi(doi) != doi.lower():  # it held a second DOI or a mark that ends one
        return
    assert normalise_doi(shape.format(doi)) == doi.lower()
    assert normalise_doi(shape.format(doi.upper())) == doi.lower()
    assert normalise_doi(shape.format(doi.replace("/", "%2F"))) == doi.lower()


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("12345678", "12345678"),
        ("PMID: 31452104", "31452104"),
        ("pmid-31452104", "31452104"),
        ("12345678.0", "12345678"),
        ("0012345", "12345"),
        ("23690738[pmid]", "23690738"),
        ("https://pubmed.ncbi.nlm.nih.gov/26957754/", "26957754"),
        ("https://www.ncbi.nlm.nih.gov/pubmed/26957754?dopt=Abstract", "26957754"),
        ("2006713348", ""),
        ("PMC3654245", ""),
        ("2019-65183-001", ""),
        ("0", ""),
        ("", ""),
    ],
)
def test_a_pmid_is_digits(written: str, expected: str) -> None:
    assert normalise_pmid(written) == expected


@given(st.text())
def test_a_normal_pmid_stays_as_it_is(text: str) -> None:
    once = normalise_pmid(text)
    assert normalise_pmid(once) == once


@given(st.integers(1, 99_999_999))
def test_every_pmid_survives(number: int) -> None:
    assert normalise_pmid(f"PMID: {number:08d}") == str(number)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("PMC4756000[pmcid]", "PMC4756000"),
        ("https://x.example/pmc/articles/PMC123/", "PMC123"),
        ("123", ""),
        ("PMC0", ""),
    ],
)
def test_a_pmcid_is_pmc_and_digits(written: str, expected: str) -> None:
    assert normalise_pmcid(written) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("978-1-4822-5326-9", "9781482253269"),
        ("ISBN 978-3-86680-192-9", "9783866801929"),
        ("0-306-40615-2", "9780306406157"),
        ("080442957X (pbk)", "9780804429573"),
        ("0-306-40615-3", ""),
        ("978-1-4822-5326-8", ""),
        ("1467-5463", ""),
        ("", ""),
    ],
)
def test_an_isbn_is_thirteen_digits_with_a_right_check_digit(written: str, expected: str) -> None:
    assert normalise_isbn(written) == expected


@given(st.text())
def test_a_normal_isbn_stays_as_it_is(text: str) -> None:
    once = normalise_isbn(text)
    assert normalise_isbn(once) == once


@given(st.integers(0, 999_999_999), st.integers(1, 9))
def test_one_wrong_digit_is_noticed(nine: int, shift: int) -> None:
    thirteen = normalise_isbn(f"978{nine:09d}0") or next(
        normalise_isbn(f"978{nine:09d}{check}") for check in range(10) if normalise_isbn(f"978{nine:09d}{check}")
    )
    wrong = thirteen[:-2] + str((int(thirteen[-2]) + shift) % 10) + thirteen[-1]
    assert normalise_isbn(wrong) == ""


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("1467-5463 (Print)", "1467-5463"),
        ("13361376", "1336-1376"),
        ("2325-967x", "2325-967X"),
        ("123456789", ""),
        ("", ""),
    ],
)
def test_an_issn_has_a_hyphen(written: str, expected: str) -> None:
    assert normalise_issn(written) == expected


def test_titles_agree_whatever_their_case_accents_and_marks() -> None:
    assert title_key("Café: the “rôle” of Sleep—a review.") == title_key("CAFE  the role of sleep - a review")
    assert title_key("Falls in 2019") != title_key("Falls in 2020")
    assert title_key("Ρόλος") != ""
    assert title_key("…") == ""
