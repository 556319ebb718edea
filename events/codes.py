"""Scan codes and posters that lead to a campaign's page."""

import io
import json
from functools import cache
from pathlib import Path

import segno
import typst

from events.models import Campaign
from events.words import days_in_words
from mail.links import portal_url

TEMPLATE = Path(__file__).parent / "poster.typ"
# Width of one square of the code, in pixels, and how many squares stay white round it (ISO/IEC 18004 asks for four).
SCALE, QUIET_ZONE = 8, 4


def code_svg(url: str) -> bytes:
    """Return a scan code (QR) of the address as a picture that can be printed at any size."""
    out = io.BytesIO()
    segno.make(url, error="m", micro=False).save(out, kind="svg", scale=SCALE, border=QUIET_ZONE, light="#ffffff")
    return out.getvalue()


def poster_pdf(campaign: Campaign, *, service_name: str) -> bytes:
    """Return an A4 poster with name, theme, days and scan code: a tagged PDF with title, language and embedded fonts.

    The words go in as data, never as part of the template, so nothing in them can be a command.
    """
    url = portal_url(campaign.get_absolute_url())
    data = {
        "title": campaign.title,
        "theme": campaign.theme,
        "dates": days_in_words(campaign.starts_on, campaign.ends_on),
        "hashtag": campaign.hashtag,
        "url": url,
        "service": service_name,
    }
    given = {"data": json.dumps(data), "code": code_svg(url).decode()}
    try:
        return _compile(given, ["ua-1"])
    except typst.TypstError:
        # PDF/UA forbids letters that the fonts do not have. The poster is worth more than the promise.
        return _compile(given, [])


def _compile(given: dict[str, str], standards: list[str]) -> bytes:
    made: bytes = typst.compile(
        _template(),
        sys_inputs=given,
        ignore_system_fonts=True,
        pdf_standards=standards,  # type: ignore[arg-type]  # the stubs name each standard
    )
    return made


@cache
def _template() -> bytes:
    return TEMPLATE.read_bytes()
