"""PubMed's own format, as PubMed and PubMed Central export it and as people cut and paste it."""

from datetime import date

import pytest

from evidence.importing.decoding import decode
from evidence.importing.reading import open_reading
from evidence.importing.records import Name, ParsedRecord, RejectedRecord


def read(text: str) -> list[ParsedRecord | RejectedRecord]:
    return list(open_reading(decode(text.encode())).records())


def parsed(text: str) -> ParsedRecord:
    (record,) = read(text)
    assert isinstance(record, ParsedRecord), record
    return record


def with_fields(*lines: str) -> ParsedRecord:
    return parsed("\n".join(["PMID- 12345678", "TI  - A title.", *lines, "SO  - J. 2019.", ""]))


def test_a_whole_record_is_read() -> None:
    record = parsed(
        "PMID- 30042925\nOWN - NLM\nSTAT- MEDLINE\nIS  - 2050-2974 (Electronic)\nVI  - 6\nIP  - 2\nDP  - 2018 Mar 30\n"
        "TI  - Role of gender in the treatment experiences of people with an eating\n      disorder: a metasynthesis.\n"
        "PG  - 18-29\nLID - 10.1186/S40337-018-0201-y [doi]\n"
        "AB  - BACKGROUND: Disorders\n      are known.\nCI  - Copyright (c) 2018.\n"
        "FAU - Thapliyal, Priyanka\nAU  - Thapliyal P\nAD  - Sydney\nAUID- ORCID: 1\nFAU - Selvamani\nAU  - Selvamani\n"
        "CN  - Eating Disorder Group\nLA  - eng\nPT  - Journal Article\nPT  - Systematic Review\nPL  - England\n"
        "TA  - J Eat Disord\nJT  - Journal of eating disorders\nMH  - *Feeding Behavior\nMH  - Humans/*psychology\n"
        "OT  - Gender\nPMC - PMC6088416\nAID - 201 [pii]\nSO  - J Eat Disord. 2018 Mar 30;6:18.\n"
    )

    assert (
        record.title
        == "Role of gender in the treatment experiences of people with an eating disorder: a metasynthesis."
    )
    assert record.authors == (
        Name("Thapliyal", "Priyanka"),
        Name(literal="Selvamani"),
        Name(literal="Eating Disorder Group"),
    )
    assert (record.year, record.published_on) == (2018, date(2018, 3, 30))
    assert (record.source, record.volume, record.issue, record.pages) == (
        "Journal of eating disorders",
        "6",
        "2",
        "18-29",
    )
    assert (record.pmid, record.pmcid, record.doi) == ("30042925", "PMC6088416", "10.1186/s40337-018-0201-y")
    assert (record.issn, record.language, record.place) == ("2050-2974", "English", "England")
    assert record.abstract == "BACKGROUND: Disorders are known."
    assert record.keywords == ("Feeding Behavior", "Humans/psychology", "Gender")
    assert (record.evidence_type, record.publication_status) == ("systematic_review", "peer_reviewed")
    assert record.type_codes == ("Journal Article", "Systematic Review")
    assert record.unknown["AUID"] == ["ORCID: 1"]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("PMID- 1\nTI  - One\n\nPMID- 2\nTI  - Two\n", [1, 4]),
        ("PMID- 1\nTI  - One\nSO  - x\nPMID- 2\nTI  - Two\n", [1, 4]),
        ("PMID- 1\nTI  - One\nPMID- 2\nTI  - Two\n", [1, 3]),
        ("\n\nPMID-1\nTI- One\n\nPMID-2\nTI- Two", [3, 6]),
        ("PMC - PMC1\nPMID- 1\nTI  - One\nSO  - x\n\nPMC - PMC2\nTI  - Two\nSO  - x\n", [1, 6]),
        ("PMID- 1\nTI  - One\n\nA remark between records.\n\nPMID- 2\nTI  - Two\n", [1, 6]),
        ("OWN - NLM\nTI  - One\n\nOWN - NLM\nTI  - Two\n", [1, 4]),
        ("PMID- 1\nTI  - One\n\nTI  - Two\n", [1, 4]),
        ("pmid- 1\nti  - One\n\npmid- 2\nti  - Two\n", [1, 4]),
        ("PMID- 1\n\nTI  - One\n\nAB  - Text.\n\nPMID- 2\n\nTI  - Two\n\n", [1, 7]),
    ],
)
def test_records_are_told_apart(text: str, lines: list[int]) -> None:
    records = read(text)

    assert [record.title for record in records if isinstance(record, ParsedRecord)] == ["One", "Two"]
    assert [record.line for record in records] == lines


def test_a_repeated_pmid_is_a_record_of_its_own_and_reported() -> None:
    first, second = read("PMID- 1\nPMID- 1\nTI  - One\n")

    assert (first.line, first.reason) == (1, "The record is empty.")
    assert (second.line, second.title) == (2, "One")


def test_a_record_without_pmid_is_read() -> None:
    assert parsed("OWN - NLM\nSTAT- Publisher\nTI  - One\nJT  - J\n").pmid == ""


def test_wrapped_lines_are_joined_and_blank_lines_in_an_abstract_survive() -> None:
    record = with_fields("AB  - First part", "      goes on.", "", "      Second part.", "AB  - Another.")

    assert record.abstract == "First part goes on. Second part.\nAnother."


def test_text_that_was_wrapped_without_indent_is_not_a_field() -> None:
    assert with_fields("AB  - The role of", "ANCA-associated and", "NF-kappa B.").abstract == (
        "The role of ANCA-associated and NF-kappa B."
    )


def test_several_titles_become_one() -> None:
    assert parsed("PMID- 1\nTI  - One\nTI  - Two?\nTI  - Three\n").title == "One: Two? Three"


def test_a_book_has_its_title_and_a_chapter_has_its_book() -> None:
    assert parsed("PMID- 1\nBTI - The book\nPB  - House\n").title == "The book"
    chapter = parsed("PMID- 1\nTI  - The chapter\nBTI - The book\n")
    assert (chapter.title, chapter.source) == ("The chapter", "The book")


def test_authors_without_a_full_form_are_kept() -> None:
    record = with_fields("FAU - Long, Vicky", "AU  - Long V", "AU  - Marland H")

    assert record.authors == (Name("Long", "Vicky"), Name("Marland", "H"))


@pytest.mark.parametrize(
    ("written", "year", "day"),
    [
        ("2002 Sep", 2002, None),
        ("2002 Sep 5", 2002, date(2002, 9, 5)),
        ("2013 06 10", 2013, date(2013, 6, 10)),
        ("2010   06", 2010, None),
        ("2018 Jul-Sep", 2018, None),
        ("1998 Dec-1999 Jan", 1998, None),
        ("2019 Winter", 2019, None),
        ("20160419", 2016, date(2016, 4, 19)),
        ("", None, None),
    ],
)
def test_dates_are_read_as_far_as_they_are_written(written: str, year: int | None, day: date | None) -> None:
    record = with_fields(f"DP  - {written}")

    assert (record.year, record.published_on) == (year, day)


@pytest.mark.parametrize(
    "line",
    [
        "LID - 10.1000/AB.1 [doi]",
        "AID - 10.1000/ab.1 [doi]",
        "AID - doi:10.1000/ab.1",
        "LID - S1 [pii]\nLID - 10.1000/ab.1 [doi]",
        "SO  - J. 2019;5:6. doi: 10.1000/ab.1. eCollection 2019.",
    ],
)
def test_the_doi_is_found(line: str) -> None:
    assert with_fields(line).doi == "10.1000/ab.1"


@pytest.mark.parametrize(
    ("types", "kind", "status"),
    [
        (["Journal Article"], "", "peer_reviewed"),
        (["Journal Article", "Review"], "", "peer_reviewed"),
        (["Randomized Controlled Trial", "Journal Article"], "rct", "peer_reviewed"),
        (["Meta-Analysis"], "systematic_review", "peer_reviewed"),
        (["Practice Guideline", "Journal Article"], "guideline", "peer_reviewed"),
        (["Letter"], "commentary", ""),
        (["Preprint"], "preprint", "preprint"),
        (["Preprint", "Randomized Controlled Trial"], "rct", "preprint"),
        (["Case Reports"], "case_report", "peer_reviewed"),
        ([], "", "peer_reviewed"),
        (["News"], "", ""),
        (["Published Erratum"], "", ""),
        (["Retraction of Publication", "Journal Article"], "", ""),
        (["Interview"], "", ""),
    ],
)
def test_only_what_the_type_says_is_taken_over(types: list[str], kind: str, status: str) -> None:
    record = with_fields("JT  - A journal", *[f"PT  - {name}" for name in types])

    assert (record.evidence_type, record.publication_status) == (kind, status)


def test_a_retracted_work_is_flagged_and_the_notice_that_retracts_is_not() -> None:
    assert with_fields("PT  - Retracted Publication").is_retracted
    assert with_fields("RIN - J. 2020;1:2. PMID: 3").is_retracted
    assert not with_fields("PT  - Retraction of Publication", "ROF - J. 2018;1:2. PMID: 3").is_retracted
