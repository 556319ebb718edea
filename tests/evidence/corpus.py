"""Where the real files for trials lie, and their independent record counts; they are not part of the project."""

import gzip
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("PORTAL_SHARED_DATA", ROOT / ".." / "shared" / "data")).resolve()
IMPORTS = SHARED / "imports"
EXPECTED = IMPORTS / "jabref-expected"
RECORDS = SHARED / "records" / "nagtegaal_2019.jsonl.gz"

needs_corpus = pytest.mark.skipif(not IMPORTS.is_dir(), reason="the shared real import files are not here")
needs_records = pytest.mark.skipif(not RECORDS.is_file(), reason="the shared real records are not here")


def counted_files(*folders: str) -> list[tuple[Path, int]]:
    """Return (file, number of records counted without any import library) for each file of `folders`."""
    if not IMPORTS.is_dir():
        return []
    entries = json.loads((IMPORTS / "counts.json").read_text())
    return [(IMPORTS / entry["file"], entry["records"]) for entry in entries if entry["file"].split("/")[0] in folders]


def real_records() -> Iterator[dict[str, str | None]]:
    """Yield the records of the review data set, one dictionary each."""
    with gzip.open(RECORDS, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def records_as_ris() -> str:
    """Return the review data set as one RIS file."""
    parts = []
    for record in real_records():
        fields = [("TY", "JOUR"), ("TI", record["title"]), ("AB", record["abstract"])]
        fields += [("AU", author) for author in (record["authors"] or "").split(";")]
        fields += [("PY", record["year"]), ("JF", record["journal"]), ("DO", record["doi"])]
        lines = [f"{tag}  - {' '.join(str(value).split())}" for tag, value in fields if value]
        parts.append("\r\n".join([*lines, "ER  - ", ""]))
    return "\r\n".join(parts)
