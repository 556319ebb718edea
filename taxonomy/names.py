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
