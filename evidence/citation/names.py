"""Authors as the citation styles write them."""

import re

from evidence.importing.names import parse_name

_PUNCTUATION = re.compile(r"[.\s]+")


def vancouver_name(text: str) -> str:
    """Return "Raman PK" for a person, with a suffix as in "Smith JR Jr", and a body's name as it stands."""
    family, initials, suffix = _split(text)
    return " ".join(part for part in (family, "".join(initials), suffix) if part)


def harvard_name(text: str) -> str:
    """Return "Raman, P.K." for a person, with a suffix as in "Smith, J.R., Jr", and a body's name as it stands."""
    family, initials, suffix = _split(text)
    given = "".join(f"{letter}." for letter in initials)
    return ", ".join(part for part in (family, given, suffix) if part)


def family_first(text: str) -> str:
    """Return "Raman, Priya" for a person, as RIS and meta tags want it, and a body's name as it stands."""
    name = parse_name(text)
    return str(name) if name else text.strip()


def _split(text: str) -> tuple[str, list[str], str]:
    """Return the family name or the body, the initials and the suffix."""
    name = parse_name(text)
    if name is None or name.literal:
        return (name.literal if name else text.strip()), [], ""
    given, _, suffix = name.given.partition(",")
    return name.family, _initials(given), suffix.strip().rstrip(".")


def _initials(given: str) -> list[str]:
    """Return the first letter of each given name; letters that are initials already stay one each.

    Small words between names ("Maria da") have no initial.
    """
    letters: list[str] = []
    for word in _PUNCTUATION.split(given):
        for part in re.split(r"[-\u2010\u2011]", word):
            if not part or part.islower():
                continue
            letters.extend(part if part.isupper() and len(part) <= 3 else part[0].upper())
    return letters
