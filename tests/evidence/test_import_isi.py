"""Web of Science's tagged format, which arrives under the name .ris."""

from datetime import date

from evidence.importing.decoding import decode
from evidence.importing.reading import open_reading
from evidence.importing.records import Name

FILE = """FN Clarivate Analytics Web of Science
VR 1.0
PT J
AU Parkes-Loach, PS
   Majeed, AP
AF Parkes-Loach, Pamela S.
   Majeed, Ali P.
TI Interactions stabilizing the
   complex
SO BIOCHEMISTRY
LA English
DT Article; Proceedings Paper
DE one; two
AB An abstract
   goes on.
SN 0006-2960
PD JUN 8
PY 2004
VL 43
IS 22
BP 7003
EP 7016
DI 10.1021/bi049798f
PM 15170338
UT WOS:000221790100021
ER

PT J
AU Brown, J
ER

EF
"""


def test_a_record_is_read_and_one_without_title_rejected() -> None:
    first, second = open_reading(decode(FILE.encode())).records()

    assert first.title == "Interactions stabilizing the complex"
    assert first.authors == (Name("Parkes-Loach", "Pamela S."), Name("Majeed", "Ali P."))
    assert (first.source, first.volume, first.issue, first.pages) == ("BIOCHEMISTRY", "43", "22", "7003-7016")
    assert (first.year, first.published_on) == (2004, date(2004, 6, 8))
    assert (first.doi, first.pmid, first.issn) == ("10.1021/bi049798f", "15170338", "0006-2960")
    assert (first.abstract, first.keywords) == ("An abstract goes on.", ("one", "two"))
    assert first.unknown == {"UT": ["WOS:000221790100021"]}
    assert (second.index, second.line, second.reason) == (
        2,
        FILE.splitlines().index("AU Brown, J"),
        "The record has no title.",
    )
