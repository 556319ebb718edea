"""Letting an author see what could identify somebody before it is sent, and decide."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest

from knowledge.identifiers import WORDS

FIELD = "warned"


def shown_as(warnings: Sequence[dict[str, str]]) -> dict[str, Any]:
    """Return what components/identifier_warnings reads: the warnings in words, and the mark that they were shown."""
    rows = [{**row, "words": WORDS[row["kind"]]} for row in warnings]
    return {"warnings": rows, "warned": mark(warnings)}


def were_shown(warnings: Sequence[dict[str, str]], request: HttpRequest) -> bool:
    """Whether there is nothing to show, or the person saw exactly these warnings and sends all the same."""
    return not warnings or request.POST.get(FIELD) == mark(warnings)


def mark(warnings: Sequence[dict[str, str]]) -> str:
    """Return what stands for these warnings and no others."""
    return hashlib.sha256(json.dumps(list(warnings), sort_keys=True).encode()).hexdigest()
