"""When two names of topics are the same name."""

import re
import unicodedata


def name_key(text: str) -> str:
    """Return the form in which names are compared: case, accents' composition, spacing and hyphens do not count.

    >>> name_key("  Know-how ") == name_key("know  how")
    True
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[\s\-\u2010-\u2015_]+", " ", folded).strip()


# Words that end in s and are no plural, beside those in -ss, -us and -is.
SINGULAR_IN_S = frozenset(
    {"diabetes", "herpes", "measles", "mumps", "rabies", "rickets", "scabies", "series", "species"}
)


def singular_key(text: str) -> str:
    """Return the form in which two names are alike: as `name_key`, and each English word in the singular.

    >>> singular_key("Pressure ulcers") == singular_key("pressure-ulcer")
    True
    """
    return " ".join(_singular(word) for word in name_key(text).split(" "))


def _singular(word: str) -> str:
    if len(word) < 4 or not word.endswith("s") or word.endswith(("ss", "us", "is")) or word in SINGULAR_IN_S:
        return word
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    if word.endswith(("sses", "shes", "ches", "xes", "zes")):
        return word[:-2]
    return word[:-1].removesuffix("'").removesuffix("’")
