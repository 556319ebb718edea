"""The map as a file for a spreadsheet."""

import csv
import io

from catalogue.map.presenting import EvidenceMap
from design.spreadsheet import no_formula


def as_csv(shown: EvidenceMap) -> bytes:
    """Return one line for each cell, empty ones too: UTF-8 with a byte order mark, so that every spreadsheet reads it."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(
        [
            "Topic",
            "Column",
            "Items",
            "Quality",
            "Newest year",
            "Past review",
            "Topic waits for appraisal",
            "Topic's gaps",
        ]
    )
    for row in shown.rows:
        gaps = "; ".join(gap.label for gap in row.gaps)
        for cell in row.cells:
            writer.writerow(
                [
                    no_formula(row.topic.name),
                    no_formula(cell.column.label),
                    cell.number,
                    cell.quality,
                    cell.newest or "",
                    cell.overdue,
                    row.unchecked,
                    gaps,
                ]
            )
    return out.getvalue().encode("utf-8-sig")
