"""Where higher rooms add what they know of a person; they register in AppConfig.ready.

A room that keeps anything about people registers all three: it shows up on the account page, in the copy that people
can download, and in what deleting an account takes away.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from accounts.models import User


@dataclass(frozen=True)
class AccountSection:
    """A part of the account page: the template, which begins with an h2, and what it needs."""

    template: str
    context: Callable[[User], dict[str, Any]]


_sections: list[AccountSection] = []
_exports: dict[str, Callable[[User], Any]] = {}
_erasures: list[Callable[[User], None]] = []


def on_account_page(section: AccountSection) -> None:
    """Show the section below the person's own details."""
    if section not in _sections:
        _sections.append(section)


def on_export(name: str, collect: Callable[[User], Any]) -> None:
    """Put what `collect` returns (JSON values, dates and moments) under `name` in the person's copy of their data."""
    _exports[name] = collect


def on_erase(forget: Callable[[User], None]) -> None:
    """Call `forget`, inside the transaction and while the person still has name and address, before they go."""
    if forget not in _erasures:
        _erasures.append(forget)


def sections() -> list[AccountSection]:
    """Return the sections in the order of their registration."""
    return list(_sections)


def exports() -> dict[str, Callable[[User], Any]]:
    """Return what collects the data of each room."""
    return dict(_exports)


def erasures() -> list[Callable[[User], None]]:
    """Return what each room does when a person goes."""
    return list(_erasures)
