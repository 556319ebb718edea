"""A file is what it says, not what it is called; what cannot be read is named."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.importing import nbib, ris
from evidence.importing.decoding import FileRefused, decode
from evidence.importing.formats import detect_format
from evidence.importing.reading import open_reading
from evidence.importing.records import ParsedRecord


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("TY  - JOUR\nTI  - A\nER  - \n", "ris"),
        ("PMID- 1\nTI  - A\n", "nbib"),
        ("PMC - PMC1\nTI  - A\nFAU - Long, V\n", "nbib"),
        ("TI  - A\nFAU - Long, V\nJT  - J\n", "nbib"),
        ("FN Clarivate Analytics Web of Science\nVR 1.0\nPT J\nTI A\nER\nEF\n", "isi"),
    ],
)
def test_the_format_is_told_by_content(text: str, name: str) -> None:
    assert detect_format(decode(text.encode())).name == name


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("@article{key,\n  title = {A},\n}\n", "This looks like BibTeX"),
        ("% Encoding: UTF-8\n\n@Article{key,\n", "This looks like BibTeX"),
        ("%0 Journal Article\n%A Smith\n%T A\n", "This looks like EndNote (.enw)"),
        ("<?xml version='1.0'?><xml><records><record/></records></xml>", "This looks like EndNote XML"),
        ("<?xml version='1.0'?>\n<PubmedArticleSet><PubmedArticle/></PubmedArticleSet>", "This looks like PubMed XML"),
        ("<?xml version='1.0'?>\n<svg xmlns='http://www.w3.org/2000/svg'/>", "This looks like a picture (SVG)"),
        ("<?xml version='1.0'?>\n<collection/>", "This looks like XML"),
        ("<!DOCTYPE html><html><body>Sign in</body></html>", "This is a web page (HTML)"),
        ('[{"id": "a", "title": "A"}]', "This looks like JSON"),
        ("title,authors,doi\nA,B,10.1/x\n", "This looks like a table (CSV)"),
        ("{\\rtf1\\ansi TY}", "This looks like an RTF document"),
        ("TI  - A\nAU  - Smith, J\nPY  - 2019\nER  - \n", "This looks like RIS, but no record begins"),
        ("Dear library,\nplease find enclosed nothing.\n", "No references were found in this file."),
    ],
)
def test_other_files_are_refused_by_name(text: str, named: str) -> None:
    with pytest.raises(FileRefused) as refusal:
        detect_format(decode(text.encode()))

    assert str(refusal.value).startswith(named)


@given(st.binary(max_size=3000) | st.binary(max_size=2000).map(lambda tail: b"TY  - JOUR\nTI  - x\n" + tail))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        records = list(open_reading(decode(data)).records())
    except FileRefused:
        return
    assert [record.index for record in records] == list(range(1, len(records) + 1))


LINE = st.text(alphabet=st.characters(blacklist_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=60)
LETTERED = LINE.filter(lambda text: any(character.isalnum() for character in text))
RIS_TAG = st.sampled_from(sorted(ris.TAGS - {"TY", "ER", "TI"}))
NBIB_TAG = st.sampled_from(sorted(nbib.TAGS - {"PMID", "PMC", "PMCR", "OWN", "STAT", "SO", "TI"}))


@settings(max_examples=60)
@given(
    st.lists(st.tuples(LETTERED, st.lists(st.tuples(RIS_TAG, LINE), max_size=6)), min_size=1, max_size=8),
    st.sampled_from(["ER  - \n\n", "ER  -\n", "", "ER\n"]),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_any_list_of_ris_records_survives(
    records: list[tuple[str, list[tuple[str, str]]]], end: str, line_end: str, encoding: str
) -> None:
    text = "".join(
        "TY  - JOUR\n" + f"TI  - w{title}\n" + "".join(f"{tag}  - {value}\n" for tag, value in fields) + end
        for title, fields in records
    )

    reading = open_reading(decode(text.replace("\n", line_end).encode(encoding)))

    assert reading.format.name == "ris"
    assert len(list(reading.records())) == len(records)


@settings(max_examples=60)
@given(
    st.lists(st.tuples(LETTERED, st.lists(st.tuples(NBIB_TAG, LINE), max_size=6)), min_size=1, max_size=8),
    st.sampled_from(["\n", "SO  - J. 2019.\n\n", "SO  - J. 2019.\n"]),
)
def test_any_list_of_nbib_records_survives(records: list[tuple[str, list[tuple[str, str]]]], end: str) -> None:
    text = "".join(
        f"PMID- {number}\n" + f"TI  - w{title}\n" + "".join(f"{tag:4}- {value}\n" for tag, value in fields) + end
        for number, (title, fields) in enumerate(records, start=1)
    )

    found = list(open_reading(decode(text.encode())).records())

    assert [record.pmid for record in found if isinstance(record, ParsedRecord)] == [
        str(number) for number in range(1, len(records) + 1)
    ]


def test_a_line_of_twenty_megabytes_is_one_rejected_record_not_a_crash() -> None:
    data = b"TY  - JOUR\nTI  - " + b"x" * 20_000_000 + b"\nER  - \nTY  - JOUR\nTI  - Two\nER  - \n"

    first, second = open_reading(decode(data)).records()

    assert first.reason == "The record is 20,000,024 characters long; the longest that is read is 2,000,000."
    assert second.title == "Two"
