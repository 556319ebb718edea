"""What tests of imports read: the text of RIS files, and what became of their records."""

from evidence.importing import commit
from evidence.importing.decoding import decode
from evidence.importing.models import ImportBatch
from evidence.importing.reading import Reading, open_reading


def ris(*fields: str) -> str:
    return "\n".join(["TY  - JOUR", *fields, "ER  - ", "", ""])


def reading_of(text: str) -> Reading:
    return open_reading(decode(text.encode()))


def imported(text: str, **options: object) -> ImportBatch:
    return commit.import_reading(reading=reading_of(text), file_name="file.ris", **options)


def outcomes(batch: ImportBatch) -> list[tuple[int, str, str]]:
    return list(batch.records.values_list("index", "outcome", "reason"))


def counts(batch: ImportBatch) -> tuple[int, int, int, int]:
    return (batch.record_count, batch.created_count, batch.duplicate_count, batch.rejected_count)


WHOLE = ris(
    "TI  - Preventing falls in hospital",
    "AU  - van der Berg, Anna",
    "AU  - World Health Organization",
    "PY  - 2019/05/07",
    "JF  - BMJ",
    "VL  - 28",
    "IS  - 5",
    "SP  - 379",
    "EP  - 385",
    "DO  - https://doi.org/10.1000/ONE",
    "AN  - 123",
    "DB  - Medline",
    "UR  - https://example.org/a",
    "AB  - Falls are common.",
    "KW  - Accidental Falls",
    "KW  - Night shift",
    "KW  - Accidental Falls",
    "LA  - fre",
    "M3  - Systematic Review",
)
