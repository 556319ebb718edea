"""Imports as processes of their own: killed in the middle, side by side, and with a file as large as they come."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from evidence.importing.commit import import_reading
from evidence.importing.decoding import decode
from evidence.importing.models import ImportBatch, ImportedRecord
from evidence.importing.reading import open_reading
from evidence.models import Evidence
from tests.evidence.corpus import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

ABSTRACT = "Falls in hospital are common and costly, and most of them could be prevented by simple means. " * 18
MEGABYTE = 1024 * 1024
# A child's peak counts what its parent held when it was started, so a small process starts the one that is measured.
MEASURE = """
import pathlib, resource, subprocess, sys
status = subprocess.run(sys.argv[2:]).returncode
pathlib.Path(sys.argv[1]).write_text(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
sys.exit(status)
"""


def ris(count: int) -> str:
    return "".join(
        f"TY  - JOUR\r\nTI  - Preventing falls in hospital, report number {number}\r\nAU  - Smith, J. P.\r\n"
        f"PY  - 2020\r\nJF  - Journal\r\nDO  - 10.5555/report.{number}\r\nAB  - {ABSTRACT}\r\nER  - \r\n\r\n"
        for number in range(count)
    )


@pytest.fixture
def start() -> Callable[..., subprocess.Popen[str]]:
    """Return a function that starts the command on the tests' database."""
    database = connection.settings_dict
    user = f"{database['USER']}:{database['PASSWORD']}@" if database["USER"] else ""
    # The test's own connection says where it really leads, whatever the address was written as.
    info = connection.cursor().connection.info
    address = f"postgresql://{user}/{info.dbname}?host={info.host}&port={info.port}"

    def popen(*arguments: Any, through: Sequence[str] = ()) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*through, sys.executable, "manage.py", "import_evidence", *map(str, arguments)],
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "kmportal.settings.test"},
            stdout=subprocess.PIPE,
            text=True,
        )

    return popen


def test_killed_in_the_middle_it_leaves_whole_chunks_and_a_rerun_finishes(
    start: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    path = tmp_path / "large.ris"
    path.write_text(ris(4_000))

    process = start(path)
    deadline = time.monotonic() + 60
    while Evidence.objects.count() < 1_000:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.communicate()

    left = Evidence.objects.count()
    assert 0 < left < 4_000
    assert left % 500 == 0
    assert left == ImportedRecord.objects.filter(outcome="created", evidence__isnull=False).count()
    assert left == ImportBatch.objects.get().created_count
    call_command("import_evidence", str(path))
    assert Evidence.objects.count() == 4_000
    batch = ImportBatch.objects.first()
    assert (batch.created_count, batch.duplicate_count) == (4_000 - left, left)


def test_two_imports_of_one_file_at_once_make_each_record_once() -> None:
    text = ris(1_500)

    def run() -> None:
        try:
            import_reading(reading=open_reading(decode(text.encode())), file_name="same.ris")
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert Evidence.objects.count() == 1_500
    batches = list(ImportBatch.objects.all())
    assert [batch.state for batch in batches] == ["done", "done"]
    assert sum(batch.created_count for batch in batches) == 1_500
    assert sum(batch.duplicate_count for batch in batches) == 1_500


def test_twelve_megabytes_take_less_than_a_minute_and_300_megabytes(
    start: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    path = tmp_path / "twelve.ris"
    count = 12 * MEGABYTE // len(ris(1)) + 1
    path.write_text(ris(count), newline="")
    assert path.stat().st_size >= 12 * MEGABYTE

    began = time.monotonic()
    peak = tmp_path / "peak"
    process = start(path, "--json", through=[sys.executable, "-c", MEASURE, str(peak)])
    assert process.stdout is not None
    with process.stdout as printed:
        report = json.loads(printed.read())
    status = process.wait()
    seconds = time.monotonic() - began

    assert status == 0
    assert report["totals"] == {"records": count, "created": count, "updated": 0, "duplicates": 0, "rejected": 0}
    assert seconds < 60
    assert int(peak.read_text()) < 300 * 1024  # kilobytes on Linux
