"""`manage.py import_evidence`: import references from files."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import ProgrammingError

from evidence.importing.commit import import_reading
from evidence.importing.decoding import FileRefused, read_file
from evidence.importing.judging import foresee
from evidence.importing.matching import Matcher
from evidence.importing.models import ImportBatch
from evidence.importing.reading import Reading, open_reading
from evidence.importing.reports import FileReport, Rejection, together, totals

# How many rejected records the table names; --json names all.
SHOWN_REJECTIONS = 20


class Command(BaseCommand):
    """Import references from RIS, PubMed (.nbib) and Web of Science files as drafts.

    Exits with 1 where a file was refused; the others are imported all the same. A record that cannot be imported is
    reported and is no failure of the command.
    """

    help = "Import references from RIS or PubMed (.nbib) files as drafts, reporting every record."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="say what would happen and write nothing")
        parser.add_argument(
            "--publish", action="store_true", help="publish what is created at once, instead of making drafts"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            reports = self._import(options["files"], dry_run=options["dry_run"], publish=options["publish"])
        except ProgrammingError as error:
            raise CommandError(
                "The database is not set up for this version. Run `make run` or `manage.py prepare` first."
            ) from error
        if options["json"]:
            self._print_json(reports)
        else:
            self._print_table(reports, dry_run=options["dry_run"], publish=options["publish"])
        if any(report.error for report in reports):
            raise SystemExit(1)

    def _import(self, paths: list[Path], *, dry_run: bool, publish: bool) -> list[FileReport]:
        matcher = Matcher()
        reports = []
        for path in paths:
            name = shown(path)
            try:
                reading = open_reading(read_file(path, max_bytes=settings.IMPORT_MAX_BYTES))
            except FileRefused as refusal:
                reports.append(FileReport(name, error=str(refusal)))
                continue
            if dry_run:
                matcher.next_file(sha256=reading.decoded.sha256)
                reports.append(foreseen_report(name, reading, matcher))
            else:
                batch = import_reading(reading=reading, file_name=Path(name).name, publish=publish)
                reports.append(batch_report(name, batch))
        return reports

    def _print_json(self, reports: list[FileReport]) -> None:
        for report in reports:
            for notice in report.notices:
                self.stderr.write(f"{report.file}: {notice}")
        answer = {"files": [report.as_dict() for report in reports], "totals": totals(reports)}
        self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2))

    def _print_table(self, reports: list[FileReport], *, dry_run: bool, publish: bool) -> None:
        for line in table(reports):
            self.stdout.write(line)
        for report in reports:
            if report.error:
                self.stderr.write(f"{report.file} was refused. {report.error}")
            for notice in report.notices:
                self.stderr.write(f"{report.file}: {notice}")
            for rejection in report.rejections[:SHOWN_REJECTIONS]:
                self.stderr.write(f"{report.file}, line {rejection.line}, record {rejection.index}: {rejection.reason}")
            if (more := len(report.rejections) - SHOWN_REJECTIONS) > 0:
                self.stderr.write(f"{report.file}: {more:,} more were not imported. --json names them all.")
        created = sum(report.created for report in reports)
        if dry_run:
            self.stdout.write("Nothing was written: this was a dry run.")
        elif created and publish:
            self.stdout.write(f"{created:,} {'record was' if created == 1 else 'records were'} published.")
        elif created:
            made = "draft was made. Publish it" if created == 1 else "drafts were made. Publish them"
            self.stdout.write(f"{created:,} {made} in the admin.")


def shown(path: Path) -> str:
    """Return the path as text; a byte of it that is no character becomes a question mark."""
    return str(path).encode("utf-8", errors="replace").decode("utf-8")


def foreseen_report(file: str, reading: Reading, matcher: Matcher) -> FileReport:
    """Return what importing the file would report."""
    report = FileReport(file, reading.format.name, reading.decoded.encoding)
    for judged in foresee(reading, matcher):
        report.records += 1
        if judged.outcome == "created":
            report.created += 1
        elif judged.outcome == "duplicate":
            report.duplicates += 1
        else:
            report.rejected += 1
            report.rejections.append(Rejection(judged.record.index, judged.record.line, judged.reason))
    report.notices = reading.notices
    return report


def batch_report(file: str, batch: ImportBatch) -> FileReport:
    """Return what the import of a file did."""
    rejected = batch.records.filter(outcome="rejected").order_by("index").values_list("index", "line", "reason")
    return FileReport(
        file,
        batch.format,
        batch.encoding,
        records=batch.record_count,
        created=batch.created_count,
        updated=batch.updated_count,
        duplicates=batch.duplicate_count,
        rejected=batch.rejected_count,
        rejections=[Rejection(*row) for row in rejected],
        notices=batch.notices,
    )


def table(reports: list[FileReport]) -> Iterator[str]:
    """Yield the lines of the table that people read: a row a file, and a last one where there are several."""
    width = max(len("File"), *(len(Path(report.file).name) for report in reports))
    heading = f"{'File':{width}}  Format  Records  Created  Already here  Not imported"
    yield heading
    yield "-" * len(heading)
    for report in reports:
        yield _line(Path(report.file).name, report.format or "–", report, width)
    if len(reports) > 1:
        yield _line("All", "", together(reports), width)


def _line(name: str, kind: str, report: FileReport, width: int) -> str:
    return (
        f"{name:{width}}  {kind:6}  {report.records:7,}  {report.created:7,}  {report.duplicates:12,}  "
        f"{report.rejected:12,}"
    )
