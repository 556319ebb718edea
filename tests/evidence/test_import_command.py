"""`manage.py import_evidence`, as people and programs use it."""

import json
import os
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from catalogue.models import Item
from evidence.importing.models import ImportBatch, ImportedRecord
from evidence.models import Evidence
from tests.evidence.corpus import counted_files, needs_corpus, needs_records, records_as_ris
from tests.evidence.test_import_corpus import WITHOUT_PMID

pytestmark = pytest.mark.django_db

RIS = "TY  - JOUR\nTI  - {}\nPY  - 2020\nER  - \n\n"
COUNTS = ("records", "created", "updated", "duplicates", "rejected")


@pytest.fixture
def files(tmp_path: Path):
    """Return a function that writes a file and returns its path."""

    def write(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]):
    """Return a function that runs the command with --json and returns (exit code, the object it printed)."""

    def command(*arguments: object) -> tuple[int, dict]:
        capsys.readouterr()
        code = 0
        try:
            call_command("import_evidence", *map(str, arguments), "--json")
        except SystemExit as leaving:
            code = leaving.code
        return code, json.loads(capsys.readouterr().out)

    return command


def adds_up(counted: dict) -> bool:
    return counted["created"] + counted["updated"] + counted["duplicates"] + counted["rejected"] == counted["records"]


def test_the_report_is_exactly_this(files, run) -> None:
    path = files("falls.ris", RIS.format("One") + RIS.format("one") + "TY  - JOUR\nAU  - Nobody\nER  - \n")

    code, report = run(path)

    assert code == 0
    counted = {"records": 3, "created": 1, "updated": 0, "duplicates": 1, "rejected": 1}
    assert report == {
        "files": [
            {
                "file": str(path),
                "format": "ris",
                "encoding": "ascii",
                **counted,
                "rejections": [{"index": 3, "line": 11, "reason": "The record has no title."}],
            }
        ],
        "totals": counted,
    }
    assert Evidence.objects.get().status == "draft"


def test_a_dry_run_writes_nothing_and_counts_as_the_import_does(files, run) -> None:
    first = files("first.ris", RIS.format("One") + RIS.format("Two") + RIS.format("two"))
    second = files("second.ris", RIS.format("Two") + RIS.format("Three"))

    _, foreseen = run(first, second, "--dry-run")
    assert (Item.objects.count(), ImportBatch.objects.count(), ImportedRecord.objects.count()) == (0, 0, 0)
    _, done = run(first, second)

    assert foreseen == done
    assert done["totals"] == {"records": 5, "created": 3, "updated": 0, "duplicates": 2, "rejected": 0}


def test_a_refused_file_does_not_stop_the_others(files, run) -> None:
    picture = files("picture.ris", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")
    good = files("good.ris", RIS.format("One"))

    code, report = run(picture, good, files("empty.ris", b""), "absent.ris")

    assert code == 1
    assert [(entry["records"], entry.get("error")) for entry in report["files"]] == [
        (0, "This is a picture (PNG), whatever its name says, and holds no references to import."),
        (1, None),
        (0, "The file is empty (0 bytes)."),
        (0, "There is no such file."),
    ]
    assert Evidence.objects.count() == 1


def test_a_file_over_the_limit_is_refused(files, run, settings) -> None:
    settings.IMPORT_MAX_BYTES = 1024 * 1024

    code, report = run(files("large.ris", RIS.format("One") * 40_000))

    assert (code, report["totals"]["records"]) == (1, 0)
    assert report["files"][0]["error"].startswith("The file is 1.")


@pytest.mark.parametrize(
    ("content", "created", "encoding"),
    [
        (RIS.format("Ménière").encode("utf-16"), 1, "utf-16"),
        (RIS.format("Ménière").encode("cp1252"), 1, "cp1252"),
        (RIS.format("Mén\x00ière").encode(), 1, "utf-8"),
        ("TY  - JOUR\nTI  - Ménière".encode(), 1, "utf-8"),
    ],
)
def test_odd_files_are_imported_whole(files, run, content: bytes, created: int, encoding: str) -> None:
    code, report = run(files("odd.ris", content))

    assert (code, report["totals"]["created"], report["files"][0]["encoding"]) == (0, created, encoding)
    assert Evidence.objects.get().title == "Ménière"


def test_a_name_that_is_no_text_does_no_harm(tmp_path: Path, run) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.ris"))
    path.write_text(RIS.format("One"))

    code, report = run(path)

    assert (code, report["files"][0]["file"], report["totals"]["created"]) == (0, f"{tmp_path}/caf?.ris", 1)
    assert ImportBatch.objects.get().file_name == "caf?.ris"


def test_publishing_makes_the_records_readable(files, run) -> None:
    run(files("falls.ris", RIS.format("One")), "--publish")

    assert [item.title for item in Item.objects.listed()] == ["One"]


def test_what_is_published_is_found_and_read_even_without_a_type(files, run, client: Client) -> None:
    run(files("falls.ris", RIS.format("Preventing falls in hospital")), "--publish")

    found = client.get(reverse("search"), {"q": "preventing falls"})
    record = Evidence.objects.get()

    assert f'href="{record.get_absolute_url()}' in found.content.decode()
    read = client.get(record.get_absolute_url())
    assert "Preventing falls in hospital" in read.content.decode()
    assert record.form == ""


def test_people_get_a_table(files, capsys: pytest.CaptureFixture[str]) -> None:
    path = files("falls.ris", RIS.format("One") + "TY  - JOUR\nAU  - Nobody\nER  - \n")

    call_command("import_evidence", str(path))

    shown = capsys.readouterr()
    assert shown.out.splitlines() == [
        "File       Format  Records  Created  Already here  Not imported",
        "---------------------------------------------------------------",
        "falls.ris  ris           2        1             0             1",
        "1 draft was made. Publish it in the admin.",
    ]
    assert shown.err == f"{path}, line 6, record 2: The record has no title.\n"


@needs_corpus
def test_every_real_file_adds_up(run) -> None:
    counted = counted_files("ris", "nbib")

    _, report = run(*[path for path, _ in counted])

    found = {Path(entry["file"]).name: entry["records"] for entry in report["files"]}
    assert found == {path.name: count + WITHOUT_PMID.get(path.name, 0) for path, count in counted}
    assert all(adds_up(entry) for entry in report["files"])
    assert adds_up(report["totals"])
    assert [Path(entry["file"]).name for entry in report["files"] if "error" in entry] == [
        "jabref__RisImporterCorrupted.ris"
    ]

    _, again = run(*[path for path, _ in counted])
    assert again["totals"]["created"] == 0
    assert again["totals"]["duplicates"] == report["totals"]["created"] + report["totals"]["duplicates"]


@needs_records
def test_two_thousand_real_records(files, run) -> None:
    path = files("review.ris", records_as_ris())

    _, report = run(path)
    _, again = run(path)

    assert report["totals"]["records"] == 2019
    assert report["totals"]["rejected"] == 0
    assert report["totals"]["created"] == Evidence.objects.count() > 1800
    assert (again["totals"]["created"], again["totals"]["duplicates"]) == (0, 2019)
