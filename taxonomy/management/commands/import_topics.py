"""Take topics over from a SKOS file, or headings from MeSH, after showing what would change."""

import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from taxonomy.exchange import applying, mesh, skos
from taxonomy.exchange.entries import Unreadable
from taxonomy.exchange.planning import plan

SHOWN = 30


class Command(BaseCommand):
    help = (
        "Take topics over from SKOS (Turtle, RDF/XML or JSON-LD), or headings from MeSH (descriptor XML, or one JSON object a line; "
        "they become topics only when a librarian adopts them). Shows what would change; --apply changes it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--dry-run", action="store_true", help="show what would change (what happens without --apply)"
        )
        parser.add_argument("--apply", action="store_true", help="change it")
        parser.add_argument("--json", action="store_true", help="answer in JSON")
        parser.add_argument("--year", default="", help="the year of a MeSH file, where its name does not say it")

    def handle(self, *args: Any, file: Path, dry_run: bool, apply: bool, json: bool, year: str, **options: Any) -> None:
        if dry_run and apply:
            raise CommandError("Choose --dry-run or --apply.")
        if not file.is_file():
            raise CommandError(f"There is no file {file}.")
        try:
            result = take_over(file, write=apply, year=year)
        except Unreadable as problem:
            raise CommandError(f"{file.name} is refused. {problem}") from problem
        result = {"file": file.name, "applied": apply, **result}
        self.stdout.write(as_json(result) if json else in_words(result))


def take_over(file: Path, *, write: bool, year: str = "") -> dict[str, Any]:
    """Compare the file with the portal and, with `write`, change the portal. Raises Unreadable."""
    if mesh.looks_like_mesh(_beginning(file)):
        version = year or "".join(re.findall(r"20\d\d", file.name)[:1])
        report = mesh.import_headings(file, version=version, write=write)
        return {"format": "MeSH", "attribution": mesh.ATTRIBUTION, **asdict(report)}
    if file.stat().st_size > skos.LARGEST:
        raise Unreadable("The file is larger than 100 MB.")
    planned = plan(skos.read(file.read_bytes()))
    if write:
        applying.apply(planned)
    return {"format": "SKOS", **planned.as_json()}


def as_json(result: dict[str, Any]) -> str:
    """Return the whole result as JSON."""
    return json.dumps(result, ensure_ascii=False, indent=2)


def in_words(result: dict[str, Any]) -> str:
    """Return the result for a person: numbers first, then what is behind them."""
    done = "Taken over" if result["applied"] else "Nothing was changed; --apply would take over"
    lines = [f"{result['format']}: {result['found']} found. {done}:"]
    for name in ("new", "renamed", "moved", "changed", "missing"):
        value = result.get(name, 0)
        lines.append(f"  {name}: {len(value) if isinstance(value, list) else value}")
    problems = result["problems"]
    if problems:
        lines.append(f"{len(problems)} to look at:")
        lines += [f"  {problem}" for problem in problems[:SHOWN]]
        lines += [f"  and {len(problems) - SHOWN} more; --json shows all"] if len(problems) > SHOWN else []
    if "attribution" in result:
        lines.append(result["attribution"])
    return "\n".join(lines)


def _beginning(file: Path) -> bytes:
    with file.open("rb") as opened:
        beginning = opened.read(4_000)
    if beginning[:2] == b"\x1f\x8b":
        return skos.beginning_of_zipped(file)
    return beginning
