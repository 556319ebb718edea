"""The way from a record to its full text: where the button leads, and what it says will happen."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import quote, urlsplit

from django.conf import settings

from evidence.choices import Access

_PLACEHOLDER = re.compile(r"\{(doi|pmid|url)\}")
# Which template is tried first, and the button's words. A template is skipped where the record lacks what it needs.
SIGN_IN_WORDS = {
    "openathens": "Sign in with OpenAthens",
    "libkey": "Find the full text with LibKey",
    "resolver": "Find the full text through the library",
}


class Source(Protocol):
    """What the way to the full text depends on."""

    is_open_access: bool
    doi: str
    pmid: str
    url: str


@dataclass(frozen=True)
class FullText:
    """Where the full text is. `url` is "" where the library must be asked; `host` is what the link opens."""

    access: str
    label: str
    url: str = ""

    @property
    def host(self) -> str:
        """The host that the link opens, without "www."."""
        return (urlsplit(self.url).hostname or "").removeprefix("www.")


def full_text(record: Source) -> FullText:
    """Return the best way to the full text: free, else by signing in, else from the library."""
    address = web_address(record)
    if record.is_open_access and address:
        return FullText(Access.FREE, "Read the full text", address)
    for name, template in settings.FULL_TEXT_LINKS.items():
        link = fill_template(template, {"doi": record.doi, "pmid": record.pmid, "url": address}) if template else ""
        if link:
            return FullText(Access.SIGN_IN, SIGN_IN_WORDS[name], link)
    return FullText(Access.LIBRARY, "Ask the library for a copy")


def web_address(record: Source) -> str:
    """Return the record's own address where it is an http(s) one, else that of its DOI or PMID, else ""."""
    if is_web_address(record.url):
        return record.url
    if record.doi:
        return f"https://doi.org/{quote(record.doi, safe='/')}"
    return f"https://pubmed.ncbi.nlm.nih.gov/{quote(record.pmid, safe='')}/" if record.pmid else ""


def is_web_address(url: str) -> bool:
    """Tell whether the text is one http(s) address with a host, and nothing else hidden in it."""
    if any(character.isspace() or not character.isprintable() for character in url):
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        return False


def fill_template(template: str, values: Mapping[str, str]) -> str:
    """Return the link template with its {doi}, {pmid} and {url} filled in, each encoded for an address.

    "" where a value that the template needs is missing, or where the result is no http(s) address.
    """
    if any(not values.get(name) for name in _PLACEHOLDER.findall(template)):
        return ""
    link = _PLACEHOLDER.sub(lambda found: quote(values[found.group(1)], safe=""), template)
    return link if is_web_address(link) else ""
