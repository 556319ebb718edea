"""Every real file at hand: the number of records, and the fields another program read from the same file."""

import re
from pathlib import Path

import pytest

from evidence.identifiers import normalise_doi, title_key
from evidence.importing.decoding import FileRefused, read_file
from evidence.importing.names import parse_name
from evidence.importing.reading import open_reading
from evidence.importing.records import ParsedRecord
from tests.evidence.corpus import EXPECTED, IMPORTS, counted_files, needs_corpus

# The count of this file goes by its PMID lines. Two more records in it have none and are read all the same.
WITHOUT_PMID = {"jabref__MedlinePlainImporterTestMultipleEntries.txt": 2}


@needs_corpus
@pytest.mark.parametrize(
    ("path", "count"), counted_files("ris", "nbib"), ids=lambda value: getattr(value, "name", value)
)
def test_every_record_is_found(path: Path, count: int) -> None:
    if count == 0:
        with pytest.raises(FileRefused):
            open_reading(read_file(path))
        return

    records = list(open_reading(read_file(path)).records())

    assert len(records) == count + WITHOUT_PMID.get(path.name, 0)


@needs_corpus
def test_only_records_without_a_title_are_rejected() -> None:
    reasons = {
        record.reason
        for path, count in counted_files("ris", "nbib")
        if count
        for record in open_reading(read_file(path)).records()
        if not isinstance(record, ParsedRecord)
    }

    assert reasons == {"The record has no title.", "The record is empty."}


def expected_entries(path: Path) -> list[dict[str, str]]:
    """Return the fields of each BibTeX entry of `path`; the files are simple enough for a short reader."""
    entries = []
    for body in re.split(r"^@\w+\s*\{", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        fields = {}
        for name, value in re.findall(r"^\s*([\w-]+)\s*=\s*\{(.*?)\}\s*,?\s*$", body, flags=re.MULTILINE | re.DOTALL):
            fields[name.lower()] = re.sub(r"\s+", " ", value).strip()
        entries.append(fields)
    return entries


def comparisons() -> list[tuple[str, str, object, object]]:
    found = []
    for expected_file in sorted(EXPECTED.glob("*.bib")):
        if not expected_file.name.startswith(("RisImporter", "MedlinePlain", "NbibImporter")):
            continue
        source = next((IMPORTS.glob(f"*/jabref__{expected_file.stem}.*")), None)
        entries = expected_entries(expected_file)
        if source is None:
            continue
        reading = open_reading(read_file(source))
        records = list(reading.records())
        if len(records) != len(entries):  # the file whose eleven records the other program reads as one
            continue
        for raw, entry in zip(reading.format.split(reading.decoded.lines(), []), entries, strict=True):
            record = reading.format.parse(raw)
            names = [parse_name(name) for name in entry.get("author", "").split(" and ")]
            found += [
                (source.name, "title", title_key(record.title), title_key(entry.get("title", ""))),
                (source.name, "year", record.year, int(entry["year"]) if "year" in entry else None),
                (source.name, "doi", record.doi, normalise_doi(entry.get("doi", entry.get("article-doi", "")))),
                (
                    source.name,
                    "authors",
                    [title_key(str(name)) for name in record.authors if name != parse_name(entry.get("corporate", ""))],
                    [title_key(str(name)) for name in names if name],
                ),
            ]
    return found


@needs_corpus
def test_fields_agree_with_what_another_program_reads() -> None:
    compared = comparisons()
    different = [row for row in compared if row[2] != row[3]]

    assert len(compared) >= 90
    assert len(different) <= 0.02 * len(compared), different
