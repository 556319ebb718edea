"""RIS as databases really write it."""

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


def with_fields(*lines: str, code: str = "JOUR") -> ParsedRecord:
    return parsed("\n".join([f"TY  - {code}", "TI  - A title", *lines, "ER  - ", ""]))


def test_a_whole_record_is_read() -> None:
    record = parsed(
        "TY  - JOUR\nTI  - Preventing falls in hospital\nAU  - van der Berg, Anna\nAU  - Smith, J. P., Jr\n"
        "PY  - 2019/05/07/\nJF  - BMJ Quality & Safety\nJA  - BMJ Qual Saf\nVL  - 28\nIS  - 5\nSP  - 379\nEP  - 385\n"
        "PB  - BMJ\nSN  - 2044-5415\nDO  - https://doi.org/10.1136/BMJQS-2018-1\nUR  - https://example.org/a\n"
        "AB  - Falls are common.\nKW  - Falls; Wards\nKW  - Nursing\nLA  - eng\nN1  - A note\nAN  - 7\nER  - \n"
    )

    assert record.title == "Preventing falls in hospital"
    assert record.authors == (Name("van der Berg", "Anna"), Name("Smith", "J. P., Jr"))
    assert (record.year, record.published_on) == (2019, date(2019, 5, 7))
    assert (record.source, record.volume, record.issue, record.pages) == ("BMJ Quality & Safety", "28", "5", "379-385")
    assert (record.doi, record.issn, record.url) == ("10.1136/bmjqs-2018-1", "2044-5415", "https://example.org/a")
    assert (record.abstract, record.keywords) == ("Falls are common.", ("Falls", "Wards", "Nursing"))
    assert (record.language, record.publication_status) == ("English", "peer_reviewed")
    assert (record.evidence_type, record.type_codes) == ("", ("JOUR",))
    assert record.notes == ("A note",)
    assert record.unknown == {"AN": ["7"]}
    assert record.raw.startswith("TY  - JOUR\n")
    assert record.raw.endswith("ER  - ")


@pytest.mark.parametrize(
    "text",
    [
        "TY  - JOUR\nTI  - A title\nER  - \n",
        "TY  - JOUR\nTI  - A title\nER  -\n",
        "TY  - JOUR\nTI  - A title\n",
        "TY  - JOUR\nTI  - A title",
        "TY  - JOUR\nTI  - A title\nER\n",
        "ty  - JOUR\nti  - A title\ner  - \n",
        "ty - jour\nti - A title\ner -\n",
        "TY - JOUR\nTI - A title\nER -\n",
        "TY- JOUR\nTI- A title\nER-\n",
        "TY\t- JOUR\nTI\t- A title\nER\t- \n",
        "TY  -JOUR\nTI  -A title\nER  -\n",
        "TY   -  JOUR\nTI   -  A title\nER   -\n",
        "TY  – JOUR\nTI  – A title\nER  – \n",
        "  TY  - JOUR\n  TI  - A title\n  ER  - \n",
        "\n\n1.\nTY  - JOUR\nTI  - A title\nER  - \n",
        "Record #1 of 1\nProvider: X\nContent: text/plain\n\nTY  - JOUR\nTI  - A title\nER  - \n",
        "\ufeff\nTY  - JOUR\nTI  - A title\nER  - \n",
        "TY  - JOUR\nTI  - A\n      title\nER  - \n",
        "TY  - JOUR\nTI  - A\ntitle\nER  - \n",
        "TY  - JOUR\nT1  - A title\nER  - \n",
        "TY  - JOUR\nTI  - \nT1  - A title\nER  - \n",
        "TY  - JOUR\nTI  - <i>A</i> title\nER  - \n",
        "TY  - JOUR\nXX  - unknown\nTI  - A title\nER  - \n",
        "TY  - BOOK\nBT  - A title\nER  - \n",
        "<html><body><pre>\nTY  - JOUR\nTI  - A title\nER  - \n</pre></body></html>\n",
        "<html><body>TY  - JOUR<br>TI  - A title<br>ER  - <br></body></html>\n",
        "<p>TY&nbsp; - JOUR</p><p>TI&nbsp; - A title</p>\n",
    ],
)
def test_every_way_of_writing_a_record_gives_the_same_title(text: str) -> None:
    assert parsed(text).title == "A title"


def test_what_cochrane_exports_is_read() -> None:
    record = parsed(
        'Record #1 of 1\nProvider: Wiley\nContent: text/plain; charset="UTF-8"\n\nTY  - JOUR\nAN  - CN-01160452\n'
        "AU  - Smith, J\nTI  - Preventing falls\nSO  - Lancet\nYR  - 2016\nVL  - 387\nNO  - 2\nPG  - 12-19\n"
        "PM  - PUBMED 26917259\nDOI - 10.1016/S0140\nUS  - https://www.cochranelibrary.com/x\nKY  - Adult; Humans\nER  - \n"
    )

    assert (record.year, record.source, record.volume, record.issue, record.pages) == (
        2016,
        "Lancet",
        "387",
        "2",
        "12-19",
    )
    assert (record.doi, record.pmid, record.url) == ("10.1016/s0140", "26917259", "https://www.cochranelibrary.com/x")
    assert record.keywords == ("Adult", "Humans")


def test_two_records_without_an_end_between_them_stay_two() -> None:
    first, second = read("TY  - JOUR\nTI  - One\nTY  - JOUR\nTI  - Two\n")

    assert [(first.index, first.line), (second.index, second.line)] == [(1, 1), (2, 3)]
    assert (first.raw, second.raw) == ("TY  - JOUR\nTI  - One", "TY  - JOUR\nTI  - Two")


def test_a_record_without_title_is_rejected_with_its_line_and_the_next_one_is_read() -> None:
    rejected, record = read("TY  - JOUR\nAU  - Smith, J\nER  - \n\nTY  - JOUR\nTI  - Two\nER  - \n")

    assert rejected == RejectedRecord(1, 1, "TY  - JOUR\nAU  - Smith, J\nER  - ", "The record has no title.")
    assert (record.index, record.line) == (2, 5)


def test_a_line_that_looks_like_an_end_inside_an_abstract_loses_nothing() -> None:
    record = parsed(
        "TY  - JOUR\nTI  - A title\nAB  - Admission by\nER  - is common\nPY  - 2020\nDO  - 10.1000/x1\nER  - \n"
    )

    assert (record.year, record.doi) == (2020, "10.1000/x1")


def test_fields_that_belong_to_no_record_are_reported() -> None:
    reading = open_reading(decode(b"TI  - Lost\nAU  - Smith, J\n\nTY  - JOUR\nTI  - Found\nER  - \n"))

    assert [record.index for record in reading.records()] == [1]
    assert reading.notices == [
        (
            "2 lines, the first of them line 1, stand outside any record and were left out: "
            "no TY line begins a record there."
        )
    ]


def test_words_with_a_dash_in_a_wrapped_abstract_are_not_fields() -> None:
    record = with_fields(
        "AB  - Wards differ, that",
        "is - as we said - known.",
        "AD-HOC teams",
        "do - well.",
        "US - based ones not.",
        "PY - 2020",
    )

    assert record.abstract == "Wards differ, that is - as we said - known. AD-HOC teams do - well. US - based ones not."
    assert record.year == 2020


@pytest.mark.parametrize(
    ("lines", "year", "day"),
    [
        (["PY  - 2019"], 2019, None),
        (["PY  - 2019//"], 2019, None),
        (["PY  - 2019/05//"], 2019, None),
        (["PY  - 2019/05/07/Spring"], 2019, date(2019, 5, 7)),
        (["PY  - 2019/May/07"], 2019, date(2019, 5, 7)),
        (["PY  - 2019", "DA  - 2019/05/07"], 2019, date(2019, 5, 7)),
        (["PY  - 2019", "DA  - 7 May 2019"], 2019, date(2019, 5, 7)),
        (["PY  - 2019", "DA  - May 7"], 2019, None),
        (["Y1  - 2019-05-07"], 2019, date(2019, 5, 7)),
        (["PY  - 2019", "Y2  - 2024/01/01"], 2019, None),
        (["PY  - 2015/october"], 2015, None),
        (["PY  - 2019/02/31"], 2019, None),
        (["PY  - 2001/00/00/"], 2001, None),
        (["PY  - 99", "PY  - YEAR/MONTH/DAY/", "PY  - 2001/09/01/"], 2001, date(2001, 9, 1)),
        (["PY  - in press"], None, None),
        (["PY  - 10 15"], None, None),
        (["PY  - 20190"], None, None),
        ([], None, None),
    ],
)
def test_dates_are_read_as_far_as_they_are_written(lines: list[str], year: int | None, day: date | None) -> None:
    record = with_fields(*lines)

    assert (record.year, record.published_on) == (year, day)


@pytest.mark.parametrize(
    ("lines", "doi"),
    [
        (["DO  - 10.1000/AB.1"], "10.1000/ab.1"),
        (["DO  - http://dx.doi.org/10.1000/AB.1"], "10.1000/ab.1"),
        (["DO  - doi:10.1000/ab.1"], "10.1000/ab.1"),
        (["DI  - 10.1000/ab.1"], "10.1000/ab.1"),
        (["M3  - doi: 10.1000/ab.1"], "10.1000/ab.1"),
        (["N1  - doi: 10.1000/ab.1"], "10.1000/ab.1"),
        (["L3  - 10.1000/ab.1"], "10.1000/ab.1"),
        (["UR  - https://doi.org/10.1000%2Fab.1"], "10.1000/ab.1"),
        (["UR  - https://publisher.example/doi/full/10.1000/ab.1"], "10.1000/ab.1"),
        (["DOI - 10.1000/ab.1"], "10.1000/ab.1"),
        (["DO  - none", "UR  - https://doi.org/10.1000/ab.1"], "10.1000/ab.1"),
        (["N1  - Reply to 10.1000/other"], ""),
        (["AB  - See doi 10.1000/other"], ""),
    ],
)
def test_the_doi_is_found_where_exports_put_it(lines: list[str], doi: str) -> None:
    assert with_fields(*lines).doi == doi


@pytest.mark.parametrize(
    ("lines", "pmid", "pmcid"),
    [
        (["U1  - 26957754[pmid]", "U2  - PMC4756000[pmcid]"], "26957754", "PMC4756000"),
        (["AN  - 21553931", "DP  - NLM"], "21553931", ""),
        (["AN  - 21553931", "DB  - Medline"], "21553931", ""),
        (["AN  - 21553931", "DB  - PsycINFO"], "", ""),
        (["UR  - https://pubmed.ncbi.nlm.nih.gov/26957754/"], "26957754", ""),
        (["UR  - http://www.ncbi.nlm.nih.gov/pmc/articles/PMC3654245/"], "", "PMC3654245"),
        (["N1  - PMID: 31452104; PMCID: PMC1"], "31452104", ""),
        (["C2  - PMC77"], "", "PMC77"),
        (["PM  - PUBMED 31452104"], "31452104", ""),
    ],
)
def test_pubmed_numbers_are_found_where_exports_put_them(lines: list[str], pmid: str, pmcid: str) -> None:
    record = with_fields(*lines)

    assert (record.pmid, record.pmcid) == (pmid, pmcid)


@pytest.mark.parametrize(
    ("lines", "pages"),
    [
        (["SP  - 379", "EP  - 423"], "379-423"),
        (["SP  - 379-423"], "379-423"),
        (["SP  - 379-423", "EP  - 423"], "379-423"),
        (["SP  - e0815"], "e0815"),
        (["SP  - 5", "EP  - 5"], "5"),
        (["SP  -", "EP  - 9"], "9"),
        ([], ""),
    ],
)
def test_pages_are_whole(lines: list[str], pages: str) -> None:
    assert with_fields(*lines).pages == pages


@pytest.mark.parametrize(
    ("author", "name"),
    [
        ("Harrison, Warren", Name("Harrison", "Warren")),
        ("Shannon,Claude E.", Name("Shannon", "Claude E.")),
        ("Liu R.", Name("Liu", "R.")),
        ("Adler D.G.", Name("Adler", "D.G.")),
        ("de la Cruz JM", Name("de la Cruz", "JM")),
        ("Warren Harrison", Name("Harrison", "Warren")),
        ("Anna van der Berg", Name("van der Berg", "Anna")),
        ("World Health Organization", Name(literal="World Health Organization")),
        ("World Health Organization, Geneva", Name(literal="World Health Organization, Geneva")),
        ("Cochrane,", Name(literal="Cochrane")),
        ("Cocke", Name(literal="Cocke")),
        ("Royal, Ségolène", Name("Royal", "Ségolène")),
    ],
)
def test_people_and_bodies_are_told_apart(author: str, name: Name) -> None:
    assert with_fields(f"AU  - {author}").authors == (name,)


def test_authors_wrapped_or_listed_on_one_line_are_kept() -> None:
    assert with_fields("A1  - Harrison, Warren", "   Levenshtein").authors == (Name("Harrison", "Warren Levenshtein"),)
    assert with_fields("AU  - Smith, J; Doe, B").authors == (Name("Smith", "J"), Name("Doe", "B"))


def test_editors_are_not_authors() -> None:
    record = with_fields("A2  - Editor, An", code="CHAP")

    assert (record.authors, record.editors) == ((), (Name("Editor", "An"),))


@pytest.mark.parametrize(
    ("code", "lines", "kind", "status"),
    [
        ("JOUR", ["JF  - BMJ"], "", "peer_reviewed"),
        ("JOUR", ["JF  - BMJ", "M3  - Editorial"], "commentary", ""),
        ("JOUR", ["JF  - BMJ", "M3  - Systematic Review"], "systematic_review", "peer_reviewed"),
        ("JOUR", ["JF  - medRxiv"], "", "preprint"),
        ("JOUR", ["JF  - X", "DO  - 10.1101/2020.04.05.20054502"], "", "preprint"),
        ("JOUR", ["JF  - Genome Research", "DO  - 10.1101/gr.123"], "", "peer_reviewed"),
        ("UNPB", ["PB  - medRxiv"], "", "preprint"),
        ("THES", [], "thesis", "grey_published"),
        ("RPRT", [], "report", "grey_published"),
        ("CONF", [], "conference", ""),
        ("UNPB", [], "", "internal"),
        ("BOOK", [], "", ""),
        ("GEN", [], "", ""),
        ("Journal Article", [], "", ""),
    ],
)
def test_only_what_the_type_says_is_taken_over(code: str, lines: list[str], kind: str, status: str) -> None:
    record = with_fields(*lines, code=code)

    assert (record.evidence_type, record.publication_status) == (kind, status)


def test_a_retracted_work_is_flagged_and_the_notice_that_retracts_is_not() -> None:
    assert parsed("TY  - JOUR\nTI  - RETRACTED: Falls\nER  -\n").is_retracted
    assert parsed("TY  - JOUR\nTI  - RETRACTED ARTICLE: Falls\nER  -\n").is_retracted
    assert not parsed("TY  - JOUR\nTI  - Retraction: Falls\nER  -\n").is_retracted


def test_several_abstracts_are_kept_once_each() -> None:
    assert with_fields("N2  - First.", "AB  - Second.").abstract == "Second.\nFirst."
    assert with_fields("N2  - Same.", "AB  - Same.").abstract == "Same."


def test_numbers_of_books_and_journals_are_told_apart() -> None:
    book = with_fields("SN  - 978-1-4822-5326-9", code="BOOK")
    journal = with_fields("SN  - 13361376")

    assert (book.isbn, book.issn) == ("9781482253269", "")
    assert (journal.isbn, journal.issn) == ("", "1336-1376")


def test_an_address_is_of_the_web_or_not_taken() -> None:
    assert with_fields("UR  - http://example.com; http://www.example.com").url == "http://example.com"
    assert with_fields("UR  - //www.example.com/a").url == "https://www.example.com/a"
    assert with_fields("UR  - javascript:alert(1)").url == ""


@pytest.mark.parametrize(
    ("title", "reason"),
    [
        ("", "The record has no title."),
        ("   ", "The record has no title."),
        ("<p></p>", "The record has no title."),
        ("---", "The title holds no letter or figure: ---"),
        ("x" * 2001, "The title is 2,001 characters long; the longest allowed is 2,000."),
    ],
)
def test_titles_that_are_none_are_rejected(title: str, reason: str) -> None:
    (record,) = read(f"TY  - JOUR\nTI  - {title}\nAU  - Smith, J\nER  - \n")

    assert isinstance(record, RejectedRecord)
    assert record.reason == reason
