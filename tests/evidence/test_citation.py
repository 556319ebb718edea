"""References in words and as RIS."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.citation import harvard, meta_tags, to_ris, vancouver
from evidence.citation.names import family_first, harvard_name, vancouver_name
from evidence.citation.pages import full_pages, short_pages
from evidence.importing import ris
from evidence.importing.records import ParsedRecord
from evidence.models import Evidence


def article(**changes: object) -> Evidence:
    """A journal article, not saved."""
    values: dict[str, object] = {
        "kind": "evidence",
        "form": "systematic_review",
        "title": "Falls prevention in hospital: systematic review.",
        "authors": "Raman, Priya K.\nAshdown T\nWorld Health Organization",
        "source": "Journal of Ward Care",
        "year": 2024,
        "volume": "12",
        "issue": "3",
        "pages": "1234-41",
        "doi": "10.5555/demo.1",
        "publication_status": "peer_reviewed",
    }
    return Evidence(**(values | changes))


@pytest.mark.parametrize(
    ("printed", "as_vancouver", "as_harvard", "as_ris"),
    [
        ("Raman, Priya K.", "Raman PK", "Raman, P.K.", "Raman, Priya K."),
        ("Raman PK", "Raman PK", "Raman, P.K.", "Raman, PK"),
        ("van der Berg J-P", "van der Berg JP", "van der Berg, J.P.", "van der Berg, J-P"),
        ("Müller, Jean-Paul", "Müller JP", "Müller, J.P.", "Müller, Jean-Paul"),
        ("Smith JR Jr", "Smith JR Jr", "Smith, J.R., Jr", "Smith, JR, Jr"),
        ("Sá, Maria da", "Sá M", "Sá, M.", "Sá, Maria da"),
        ("World Health Organization", *(["World Health Organization"] * 3)),
        ("NICE", *(["NICE"] * 3)),
    ],
)
def test_a_name_is_written_as_each_style_wants_it(
    printed: str, as_vancouver: str, as_harvard: str, as_ris: str
) -> None:
    assert vancouver_name(printed) == as_vancouver
    assert harvard_name(printed) == as_harvard
    assert family_first(printed) == as_ris


@pytest.mark.parametrize(
    ("printed", "short", "full"),
    [
        ("1234-41", "1234-41", "1234–1241"),
        ("1234-1241", "1234-41", "1234–1241"),
        ("1199–1203", "1199-203", "1199–1203"),
        ("99-101", "99-101", "99–101"),
        ("e12-8", "e12-8", "e12–e18"),
        ("S12-S19", "S12-9", "S12–S19"),
        ("7", "7", "7"),
        ("10-10", "10", "10"),
        ("128-3", "128-3", "128-3"),
        ("iv-xi", "iv-xi", "iv-xi"),
        ("12-5, 30", "12-5, 30", "12-5, 30"),
        ("", "", ""),
    ],
)
def test_pages_are_shortened_or_written_in_full(printed: str, short: str, full: str) -> None:
    assert short_pages(printed) == short
    assert full_pages(printed) == full


@given(start=st.integers(1, 99_999), length=st.integers(0, 5_000), prefix=st.sampled_from(["", "e", "S"]))
def test_shortening_a_range_loses_nothing(start: int, length: int, prefix: str) -> None:
    whole = f"{prefix}{start}-{prefix}{start + length}"
    assert full_pages(short_pages(whole)) == full_pages(whole)


def test_vancouver_article() -> None:
    assert str(vancouver(article())) == (
        "Raman PK, Ashdown T, World Health Organization. Falls prevention in hospital: systematic review. "
        "Journal of Ward Care. 2024;12(3):1234-41. doi:10.5555/demo.1"
    )


def test_vancouver_names_six_of_seven_authors() -> None:
    record = article(authors="\n".join(f"Author {letter}" for letter in "ABCDEFG"))
    assert str(vancouver(record)).startswith("Author A, Author B, Author C, Author D, Author E, Author F, et al. Falls")


def test_vancouver_report_without_authors_or_year() -> None:
    record = article(
        authors="", source="", publisher="Alderwick Trust", year=None, doi="", url="https://example.org/report",
        title="How safe are nights?", form="report", volume="", issue="", pages="",
    )  # fmt: skip
    assert str(vancouver(record)) == (
        "How safe are nights? Alderwick Trust; date unknown. Available from: https://example.org/report"
    )


def test_harvard_article_sets_the_journal_in_italics() -> None:
    citation = harvard(article())
    assert str(citation) == (
        "Raman, P.K., Ashdown, T. and World Health Organization (2024) ‘Falls prevention in hospital: systematic "
        "review’, Journal of Ward Care, 12(3), pp. 1234–1241. Available at: https://doi.org/10.5555/demo.1"
    )
    assert [part.text for part in citation.parts if part.emphasised] == ["Journal of Ward Care"]


def test_harvard_shortens_four_authors_and_marks_a_preprint() -> None:
    record = article(
        authors="Adler B\nCole D\nEden F\nGray H", publication_status="preprint", pages="e7", volume="", issue=""
    )
    assert str(harvard(record)).startswith("Adler, B. et al. (2024) ‘Falls")
    assert "review’ [preprint], " in str(harvard(record))
    assert ", e7. Available" in str(harvard(record))


def test_harvard_report_leads_with_its_publisher_where_no_author_is_named() -> None:
    record = article(authors="", source="", publisher="Alderwick Trust", doi="", form="report")
    assert str(harvard(record)) == "Alderwick Trust (2024) Falls prevention in hospital: systematic review."


def test_a_retracted_paper_is_cited_as_such() -> None:
    assert "[retracted]" in str(vancouver(article(is_retracted=True)))
    assert "[retracted]" in str(harvard(article(is_retracted=True)))


def read_back(text: str) -> list[ParsedRecord]:
    """What the portal's own importer makes of an export."""
    return [ris.parse(raw) for raw in ris.split(iter(enumerate(text.splitlines(), start=1)), [])]


def test_ris_is_read_back_as_the_same_source() -> None:
    record = article(
        pmid="123456",
        keywords=["Falls", "Night shift"],
        published_on=datetime.date(2024, 3, 5),
        url="https://example.org/a",
        publisher="Pub",
    )
    exported = to_ris(record, topics=["Falls", "Frailty"])
    (read,) = read_back(exported)
    assert exported.endswith("ER  - \r\n")
    assert (read.title.rstrip("."), read.source, read.year) == (record.title.rstrip("."), record.source, 2024)
    assert (read.doi, read.pmid, read.url) == (record.doi, record.pmid, record.url)
    assert read.pages == "1234-1241"
    assert [str(name) for name in read.authors] == ["Raman, Priya K.", "Ashdown, T", "World Health Organization"]
    assert read.evidence_type == record.form
    assert read.keywords == ("Falls", "Frailty", "Night shift")


@given(text=st.text(max_size=80))
def test_no_value_can_end_a_ris_record_or_add_a_line(text: str) -> None:
    nasty = f"a{text}\r\nER  - \n\x85TY  - JOUR\u2028ER  - \x1c"
    record = article(title=nasty, authors=nasty, source=nasty, abstract=nasty, licence="cc_by", edition=nasty)
    lines = to_ris(record, topics=[nasty]).split("\r\n")
    assert [line for line in lines if line.startswith("ER")] == ["ER  - "]
    assert [line for line in lines if line.startswith("TY")] == ["TY  - JOUR"]
    assert all(len(line.splitlines()) <= 1 for line in lines)


@pytest.mark.parametrize(("licence", "is_there"), [("", False), ("reserved", False), ("cc_by", True), ("own", True)])
def test_ris_holds_the_abstract_only_where_the_licence_allows(licence: str, is_there: bool) -> None:
    exported = to_ris(article(abstract="What was found.", licence=licence), topics=[])
    assert ("What was found." in exported) is is_there


def test_meta_tags_name_each_author_and_both_pages() -> None:
    tags = meta_tags(article())
    assert ("citation_author", "Ashdown, T") in tags
    assert ("citation_firstpage", "1234") in tags
    assert ("citation_lastpage", "1241") in tags
    assert "citation_pmid" not in dict(tags)
