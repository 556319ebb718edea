"""Every address of the portal, and who may open it: the table addresses.csv and how to fill in an address."""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

FOLDER = Path(__file__).parent
ROLES = ("anonymous", "reader", "staff", "champion", "librarian", "administrator")


@dataclass(frozen=True)
class Policy:
    """What a GET of an address answers each role, as a status code; "sign-in" is a redirect to the sign-in page."""

    name: str
    answers: dict[str, str]
    note: str


def table() -> list[Policy]:
    """Read addresses.csv; the first row whose name matches holds, so that exceptions stand above the rule."""
    with (FOLDER / "addresses.csv").open(encoding="utf-8", newline="") as file:
        return [
            Policy(row["name"], {role: row[role] for role in ROLES}, row["note"] or "") for row in csv.DictReader(file)
        ]


def policy_for(name: str, rows: list[Policy]) -> Policy | None:
    """The row that holds for an address."""
    return next((row for row in rows if fnmatchcase(name, row.name)), None)


def address_names() -> list[str]:
    """The name of every URL pattern, as in "admin:evidence_evidence_changelist"; a nameless one by its route."""
    return sorted(set(_walk(get_resolver().url_patterns, "")))


def _walk(patterns: list[Any], namespace: str) -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _walk(pattern.url_patterns, inner)
        elif isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name or f'<{pattern.pattern}>'}"


def fill_in(name: str, arguments: dict[str, Callable[[], list[Any]]]) -> str | None:
    """The address as a path, its arguments taken from the first entry whose name matches; None where it has none."""
    if "<" in name:
        return None
    for pattern, values in arguments.items():
        if fnmatchcase(name, pattern):
            return reverse(name, args=values())
    return reverse(name)
