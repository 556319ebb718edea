"""The identifiers of published sources, in one spelling each.

Two records are the same source when their identifiers are equal, so every identifier that enters
the portal - typed, imported, looked up - passes through here first. Each function takes whatever a
person or a database wrote and returns the normal form, or "" where it holds no such identifier.
None of them raises.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from html import unescape
from urllib.parse import unquote

Normaliser = Callable[[str], str]

TITLE_KEY_LENGTH = 300

# A DOI is a prefix "10." with a registrant number, a slash and a suffix that may hold any printable
# character (DOI Handbook, 2.2.2): the old serial-item ones carry brackets, colons and semicolons.
_DOI = re.compile(r"10\.[0-9]{4,9}(?:\.[0-9]+)*/[^\s\x00-\x1f\x7f]+", re.IGNORECASE)
_SECOND_DOI = re.compile(r"[;,|](?:https?://|doi:?|10\.[0-9]{4,9}/)", re.IGNORECASE)
_CLOSING_TAG = re.compile(r"</[a-z]+>.*$", re.IGNORECASE | re.DOTALL)
_PERCENT = re.compile(r"%[0-9A-Fa-f]{2}")
_TRAILING = ".,;:!?'\"`*\\|”’»…"
_BRACKETS = {")": "(", "]": "[", ">": "<", "}": "{"}

_PMID = re.compile(
    r"^\W*(?:pmid|pubmed(?:\s*id)?|medline)?[\s:=#-]*([0-9]{1,8})(?:\.[0-9]{1,2})?\s*(?:\[pmid\])?\W*$",
    re.IGNORECASE,
)
_PMID_IN_ADDRESS = re.compile(
    r"(?:pubmed\.ncbi\.nlm\.nih\.gov|ncbi\.nlm\.nih\.gov/(?:m/)?pubmed|europepmc\.org/(?:article|abstract)/med)"
    r"/([0-9]{1,8})(?![0-9])",
    re.IGNORECASE,
)
_PMID_MARKED = re.compile(r"\bPMID\W{0,3}([0-9]{1,8})(?![0-9])|(?<![0-9])([0-9]{1,8})\s?\[pmid\]", re.IGNORECASE)
_PMCID = re.compile(r"PMC\s?([0-9]{1,9})(?![0-9])", re.IGNORECASE)
_ISSN = re.compile(r"(?<![0-9A-Za-z-])([0-9]{4})-?([0-9]{3}[0-9Xx])(?![0-9A-Za-z-])")
_ISBN = re.compile(r"(?<![0-9])[0-9][0-9\u2010-\u2015 -]{8,15}[0-9Xx](?![0-9])")


def normalise_doi(text: str) -> str:
    """Return the first DOI in `text` in lower case, without resolver, prefix or trailing marks.

    Lower case because DOI names are compared without regard to case (DOI Handbook, 2.4). Percent
    signs of web addresses and HTML entities are undone, so that the same DOI copied from an address
    bar, a page or a reference list gives the same text.
    """
    written = _undo_escapes(text.strip())
    found = _DOI.search(written)
    if not found:
        return ""
    doi = _CLOSING_TAG.sub("", found.group())
    if second := _SECOND_DOI.search(doi):
        doi = doi[: second.start()]
    if re.search(r"https?://\S*$", written[: found.start()]):
        doi = re.split(r"[?]|#(?!$)", doi, maxsplit=1)[0]
    doi = _trim(doi).lower()
    return doi if _DOI.fullmatch(doi) else ""


def _undo_escapes(text: str) -> str:
    """Undo HTML entities and percent signs as often as they were applied."""
    while (plain := unescape(unquote(text) if _PERCENT.search(text) else text)) != text:
        text = plain
    return text


def _trim(doi: str) -> str:
    """Cut closing punctuation that belongs to the sentence around a DOI, not to the DOI."""
    while doi:
        last = doi[-1]
        opening = _BRACKETS.get(last)
        if last in _TRAILING or (opening and doi.count(last) > doi.count(opening)):
            doi = doi[:-1]
        elif doi.endswith("[doi]"):
            doi = doi.removesuffix("[doi]")
        else:
            break
    return doi


def normalise_pmid(text: str) -> str:
    """Return the PubMed identifier in `text` as digits without leading zeros.

    Reads the bare number (also as a spreadsheet writes it, "12345678.0"), "PMID: 12345678",
    "12345678[pmid]" and the addresses of PubMed and Europe PMC.
    """
    found = _PMID_IN_ADDRESS.search(text) or _PMID.match(text) or _PMID_MARKED.search(text)
    return found.group(found.lastindex or 0).lstrip("0") if found else ""


def normalise_pmcid(text: str) -> str:
    """Return the PubMed Central identifier in `text` as "PMC" and digits."""
    found = _PMCID.search(text)
    return f"PMC{int(found.group(1))}" if found and int(found.group(1)) else ""


def normalise_issn(text: str) -> str:
    """Return the first ISSN in `text` as "1234-567X"; the check digit is not verified."""
    found = _ISSN.search(text)
    return f"{found.group(1)}-{found.group(2).upper()}" if found else ""


def normalise_isbn(text: str) -> str:
    """Return the first ISBN in `text` whose check digit is right, as thirteen digits.

    An ISBN of ten characters becomes its thirteen-digit form (ISO 2108: "978" in front, new check
    digit), so that both spellings of one book are equal.
    """
    for candidate in _ISBN.finditer(text):
        digits = re.sub(r"[^0-9Xx]", "", candidate.group()).upper()
        if len(digits) == 13 and digits.isdigit() and _isbn13_check(digits[:12]) == digits[12]:
            return digits
        if len(digits) == 10 and digits[:9].isdigit() and _isbn10_check(digits[:9]) == digits[9]:
            thirteen = "978" + digits[:9]
            return thirteen + _isbn13_check(thirteen)
    return ""


def _isbn10_check(nine: str) -> str:
    remainder = -sum(int(digit) * (10 - place) for place, digit in enumerate(nine)) % 11
    return "X" if remainder == 10 else str(remainder)


def _isbn13_check(twelve: str) -> str:
    return str(-sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(twelve)) % 10)


def first_identifier(normalise: Normaliser, texts: Iterable[str]) -> str:
    """Return the first identifier that `normalise` finds in `texts`, or ""."""
    return next((found for text in texts if (found := normalise(text))), "")


def title_key(title: str) -> str:
    """Return what is left of a title when case, accents, spaces and punctuation are taken away.

    Two titles with the same key are the same words. Letters and digits of every script count, so a
    title in Greek or Chinese has a key too. Keys are cut after 300 characters.
    """
    decomposed = unicodedata.normalize("NFKD", title.casefold())
    return "".join(character for character in decomposed.casefold() if character.isalnum())[:TITLE_KEY_LENGTH]
