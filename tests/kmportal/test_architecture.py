"""The rooms and the direction of imports hold."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent

# From the ground up; a room may import what stands on lower lines, never a room of its own line.
LINES = (
    ("design",),
    ("mail", "jobs"),
    ("accounts",),
    ("taxonomy",),
    ("catalogue",),
    ("evidence", "knowledge", "events", "learning_zone"),
    ("digests", "enquiries", "lists", "pages"),
    ("demonstration",),
    ("kmportal",),
)
ROOMS = [room for line in LINES for room in line]


def may_import(room: str) -> set[str]:
    """The rooms below this one, and itself."""
    allowed = {room}
    for line in LINES:
        if room in line:
            return allowed
        allowed |= set(line)
    raise KeyError(room)


def imported_rooms(path: Path) -> Iterator[str]:
    """Every room that a module imports, wherever in the file the import stands."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names = [node.module]
        yield from (name.partition(".")[0] for name in names if name.partition(".")[0] in ROOMS)


@pytest.mark.parametrize("room", ROOMS)
def test_room_imports_downwards_only(room: str) -> None:
    wrong = {
        f"{path.relative_to(ROOT)} imports {other}"
        for path in (ROOT / room).rglob("*.py")
        for other in imported_rooms(path)
        if other not in may_import(room)
    }
    assert wrong == set()


def test_every_package_of_the_project_is_a_room() -> None:
    packages = {
        path.parent.name
        for path in ROOT.glob("*/__init__.py")
        if not path.parent.name.startswith(".") and path.parent.name != "tests"
    }
    assert packages == set(ROOMS)


def test_no_drawer_modules() -> None:
    drawers = {"utils.py", "helpers.py", "misc.py", "common.py", "util.py", "helper.py"}
    found = {
        str(path.relative_to(ROOT)) for room in ROOMS for path in (ROOT / room).rglob("*.py") if path.name in drawers
    }
    assert found == set()


def test_views_read_items_through_a_queryset_that_takes_the_reader() -> None:
    """No view, feed, tag or task names a content model's bare manager."""
    wrong = []
    for room in ("catalogue", "digests", "evidence", "enquiries", "kmportal"):
        for path in (ROOT / room).rglob("*.py"):
            if path.stem not in {"views", "feeds", "urls", "context_processors"} and "templatetags" not in path.parts:
                continue
            source = path.read_text(encoding="utf-8")
            for model in ("Item", "Evidence"):
                for line_number, line in enumerate(source.splitlines(), start=1):
                    if f"{model}.objects" in line and "visible_to" not in line and "listed_to" not in line:
                        wrong.append(f"{path.relative_to(ROOT)}:{line_number}")
    assert wrong == []
