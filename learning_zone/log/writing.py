"""The record as a file. The columns stand in the order of the NMC's log of continuing professional development.

Source of the order: the NMC's template "CPD record log": dates, method, topic with what was learned, link to the Code,
hours, participatory hours.
"""

import csv
import io
import json
from functools import cache
from pathlib import Path
from typing import Any

import typst
from django.utils import timezone

from design.dates import day_in_words
from design.spreadsheet import no_formula
from learning_zone import durations
from learning_zone.log.gathering import Log
from learning_zone.models import LearningRecord

HEADINGS = (
    "Date", "Method", "Topic", "Provider", "What I learned and will do differently", "Link to the Code", "Time",
    "Participatory time",
)  # fmt: skip
TEMPLATE = Path(__file__).parent / "log.typ"


def row_of(entry: LearningRecord) -> list[str]:
    """Return one entry under HEADINGS."""
    return [
        day_in_words(entry.done_on),
        entry.get_method_display(),
        entry.title,
        entry.provider,
        entry.reflection,
        "; ".join(entry.theme_labels),
        durations.short(entry.minutes),
        durations.short(entry.participatory_minutes),
    ]


def as_csv(log: Log) -> bytes:
    """Return the record for a spreadsheet: UTF-8 with a byte order mark, minutes as numbers, the sums last."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([*HEADINGS[:6], "Minutes", "Participatory minutes"])
    for entry in log.entries:
        words = [no_formula(value) for value in row_of(entry)[1:6]]
        day = entry.done_on.isoformat() if entry.done_on else ""
        writer.writerow([day, *words, entry.minutes, entry.participatory_minutes])
    writer.writerow(["Total", "", "", "", "", "", log.minutes, log.participatory_minutes])
    return out.getvalue().encode("utf-8-sig")


def as_json(log: Log) -> bytes:
    """Return the record for another programme."""
    return json.dumps(
        {
            "person": log.person,
            "from": log.period.first.isoformat(),
            "to": log.period.last.isoformat(),
            "minutes": log.minutes,
            "participatory_minutes": log.participatory_minutes,
            "entries": [
                {
                    "date": entry.done_on.isoformat() if entry.done_on else None,
                    "method": entry.get_method_display(),
                    "topic": entry.title,
                    "provider": entry.provider,
                    "reflection": entry.reflection,
                    "code_themes": entry.theme_labels,
                    "minutes": entry.minutes,
                    "participatory_minutes": entry.participatory_minutes,
                }
                for entry in log.entries
            ],
        },
        ensure_ascii=False,
        indent=2,
    ).encode()


def as_pdf(log: Log) -> bytes:
    """Return the record as a tagged PDF with title, language and embedded fonts: PDF/UA-1, where the fonts have each letter.

    What people wrote goes in as data, never as part of the template, so nothing in it can be a command.
    """
    data: dict[str, Any] = {
        "title": f"Learning record of {log.person}",
        "person": log.person,
        "period": log.period.in_words,
        "made": day_in_words(timezone.localdate()),
        "total": log.length,
        "participatory": log.participatory_length,
        "headings": HEADINGS,
        "rows": [row_of(entry) for entry in log.entries],
        "total_short": log.length_short,
        "participatory_short": log.participatory_short,
    }
    given = {"data": json.dumps(data)}
    try:
        return _compile(given, standards=["ua-1"])
    except typst.TypstError:
        # PDF/UA forbids letters that the fonts do not have, such as emoji. The record is worth more than the promise.
        return _compile(given, standards=[])


def _compile(given: dict[str, str], *, standards: list[Any]) -> bytes:
    made: bytes = typst.compile(_template(), sys_inputs=given, ignore_system_fonts=True, pdf_standards=standards)
    return made


@cache
def _template() -> bytes:
    return TEMPLATE.read_bytes()
