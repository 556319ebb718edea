"""What the words in the search box ask for."""

import re
from dataclasses import dataclass, field

from catalogue import kinds
from catalogue.search.filters import clean
from catalogue.search.spelling import fold, fold_word, plain_words

# Enough for a whole question or a pasted title; what follows adds time and hardly changes the order.
MAX_WORDS = 64
MAX_PHRASES = 5
MAX_EXCLUDED = 8

_PART = re.compile(
    r"""(?P<minus>(?<!\S)-(?=["“”\w]))?(?:["“”](?P<phrase>[^"“”]*)["“”]|(?P<word>[^\s"“”]+))""",
)
_ONE_WORD = re.compile(r"(?:doi:?\s*)?\S+", re.IGNORECASE)


@dataclass(frozen=True)
class ParsedQuery:
    """A query taken apart. Everything but `spelt` is folded.

    wanted: as typed, without what is excluded. words: what to look for, each once. spelt: the same words as typed, in lower case. phrases: what stood in quotation
    marks. excluded: words and phrases after a minus or NOT. identifiers: what the query may be the identifier of.
    is_identifier: it can be nothing else. was_cut: it held more words than are looked for.
    """

    text: str = ""
    wanted: str = ""
    words: tuple[str, ...] = ()
    spelt: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ()
    is_identifier: bool = False
    was_cut: bool = False
    title_key: str = field(default="")


def parse(query: str) -> ParsedQuery:
    """Take any text apart; never raises."""
    text = clean(query)
    wanted: list[str] = []
    phrases: list[str] = []
    excluded: list[str] = []
    exclude_next = False
    for part in _PART.finditer(text):
        phrase, word = part["phrase"], part["word"]
        if word == "NOT":
            exclude_next = True
            continue
        words = fold(phrase if word is None else word)
        if not words:
            continue
        # A number after a minus is a range or a name such as covid -19, not something to leave out.
        if exclude_next or (part["minus"] and not words[0].isdigit()):
            excluded.append(words)
        else:
            wanted.append(phrase if word is None else word)
            if word is None:
                phrases.append(words)
        exclude_next = False
    # Together, so that "know how" is one word as it is in documents.
    spelt = list(dict.fromkeys(plain_words(" ".join(wanted))))
    folded = dict.fromkeys(fold_word(word) for word in spelt)
    identifiers = dict.fromkeys(value for kind in kinds.all_kinds() for value in kind.identifiers_in(text))
    return ParsedQuery(
        text=text,
        wanted=" ".join(wanted),
        words=tuple(folded)[:MAX_WORDS],
        spelt=tuple(spelt)[:MAX_WORDS],
        phrases=tuple(dict.fromkeys(phrases))[:MAX_PHRASES],
        excluded=tuple(dict.fromkeys(excluded))[:MAX_EXCLUDED],
        identifiers=tuple(identifiers),
        is_identifier=bool(_ONE_WORD.fullmatch(text)) and any("/" in value for value in identifiers),
        was_cut=len(folded) > MAX_WORDS,
        title_key=fold(text),
    )
