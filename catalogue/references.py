"""Items for reference managers, as RIS: each kind writes its own entries, a plain one does for the rest."""

import re
from collections import defaultdict
from collections.abc import Sequence

from django.conf import settings
from django.http import HttpResponse

from catalogue import kinds
from catalogue.models import Item

CONTENT_TYPE = "application/x-research-info-systems; charset=utf-8"
LINE_END = "\r\n"
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f]")


def as_ris(items: Sequence[Item]) -> str:
    """Return the items as RIS entries in their order. The caller has made sure that the reader may see them."""
    by_kind: dict[str, list[int]] = defaultdict(list)
    for item in items:
        by_kind[item.kind].append(item.pk)
    written = {pk: text for name, pks in by_kind.items() for pk, text in kinds.get(name).ris_entries(pks).items()}
    return "".join(written.get(item.pk) or plain_entry(item) for item in items)


def plain_entry(item: Item) -> str:
    """Return what every item has: title, year, type, summary and address."""
    lines = [
        ("TY", "GEN"),
        ("TI", item.title),
        ("PY", str(item.year or (item.published_at.year if item.published_at else ""))),
        ("M3", item.form_label),
        ("AB", item.summary),
        ("UR", f"{settings.PORTAL_URL.rstrip('/')}{item.get_absolute_url()}"),
    ]
    written = [f"{tag}  - {value}" for tag, text in lines if (value := " ".join(_CONTROL.sub("", text).split()))]
    return LINE_END.join([*written, "ER  - ", ""])


def ris_response(items: Sequence[Item], *, name: str) -> HttpResponse:
    """Return the download."""
    response = HttpResponse(as_ris(items), content_type=CONTENT_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{name}.ris"'
    response["X-Robots-Tag"] = "noindex"
    return response
