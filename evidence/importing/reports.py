"""What an import reports, in the shape that `import_evidence --json` prints."""

from dataclasses import asdict, dataclass, field
from typing import Any

COUNTS = ("records", "created", "updated", "duplicates", "rejected")


@dataclass(slots=True)
class Rejection:
    """One record that was not imported: its place in the file from 1, its line, and why."""

    index: int
    line: int
    reason: str


@dataclass(slots=True)
class FileReport:
    """What became of one file. `error` is set, and every count 0, where the file was refused."""

    file: str
    format: str = ""
    encoding: str = ""
    records: int = 0
    created: int = 0
    updated: int = 0
    duplicates: int = 0
    rejected: int = 0
    rejections: list[Rejection] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    error: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the object that is printed; `error` is in it only where there is one."""
        shown = asdict(self)
        del shown["notices"]
        if not self.error:
            del shown["error"]
        return shown


def totals(reports: list[FileReport]) -> dict[str, int]:
    """Return each count summed over the files."""
    return {count: sum(getattr(report, count) for report in reports) for count in COUNTS}


def together(reports: list[FileReport]) -> FileReport:
    """Return a report with the counts of all files."""
    whole = FileReport("")
    for count, number in totals(reports).items():
        setattr(whole, count, number)
    return whole
