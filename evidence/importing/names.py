"""Author names as reference databases write them."""

import re

from evidence.importing.records import Name

# Words that occur in the names of bodies and not in people's. Whole words, any case.
_BODY = re.compile(
    r"^the\b|&|\b(?:of|for|and|organi[sz]ations?|universit\w+|institut\w*|ministry|department|"
    r"committee|group|groups|society|association|agency|council|cent(?:re|er)s?|college|hospitals?|trust|nhs|"
    r"foundation|federation|network|consortium|collaborat\w+|commission|board|panel|team|task\s?force|service|"
    r"services|office|unit|academy|alliance|initiative|programme|program|investigators|partnership|authority|"
    r"bureau|company|ltd|limited|inc|plc|gmbh|press|forum|project|investigation|study|international|national|"
    r"royal)\b",
    re.IGNORECASE,
)
_INITIALS = re.compile(r"^(?:[^\W\d_]\.?-?){1,4}$")
_PARTICLES = {
    "van", "von", "der", "den", "de", "del", "della", "di", "da", "dos", "das", "du", "la", "le", "ter", "ten",
    "bin", "ibn", "al", "el", "zu", "zur", "af", "av",
}  # fmt: skip
_SUFFIXES = {"jr", "jr.", "sr", "sr.", "ii", "iii", "iv"}
MAX_NAME_LENGTH = 300


def parse_name(text: str) -> Name | None:
    """Return the person or body that `text` names, or None where it names nobody.

    "Family, Given" and "Family, Given, Suffix" are what RIS and PubMed ask for. Without a comma the
    shapes are "Mangalam H" and "Adler D.G." (family name, then initials), "Warren Harrison" (given
    name first, particles such as "van der" kept with the family name), and bodies, which are known
    by their words or by their length.
    """
    name = re.sub(r"\s+", " ", text).strip(" \t,;")[:MAX_NAME_LENGTH]
    if not any(character.isalnum() for character in name):
        return None
    if text.rstrip().endswith(","):
        return Name(literal=name)
    if "," in name:
        family, _, given = (part.strip() for part in name.partition(","))
        if not family or (_BODY.search(family) and len(family.split()) > 2):
            return Name(literal=name)
        given, _, suffix = (part.strip() for part in given.partition(","))
        return Name(family=family, given=f"{given}, {suffix}" if suffix else given)
    words = name.split(" ")
    if len(words) == 1:
        return Name(literal=name)
    if _is_initials(words[-1]) and not _is_initials(words[0]):
        return Name(family=" ".join(words[:-1]), given=words[-1])
    if words[-1].lower() in _SUFFIXES and len(words) > 2 and _is_initials(words[-2]):
        return Name(family=" ".join(words[:-2]), given=f"{words[-2]}, {words[-1]}")
    if len(words) > 5 or _BODY.search(name) or any(character.isdigit() for character in name):
        return Name(literal=name)
    start = len(words) - 1
    while start > 1 and words[start - 1].lower() in _PARTICLES:
        start -= 1
    return Name(family=" ".join(words[start:]), given=" ".join(words[:start]))


def _is_initials(word: str) -> bool:
    return bool(_INITIALS.match(word)) and (word.isupper() or "." in word)


def parse_names(values: list[str]) -> tuple[Name, ...]:
    """Return the names in `values`, each of which may hold several set apart by semicolons."""
    texts = (part for value in values for part in value.split(";"))
    return tuple(name for text in texts if (name := parse_name(text)))
