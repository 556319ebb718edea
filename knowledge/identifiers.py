"""Finding what could identify a patient or a colleague in a text, so that its author can think again.

A warning is never a refusal: a date may be that of a course and a number that of a form. The author decides, and the
librarian sees the same warnings. Patterns are bounded, so that no text takes long.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass

# What people put between the groups of a number.
GAP = r"[ \t\-–—.·/]{0,2}"
NHS_NUMBER = re.compile(rf"(?<![0-9])(?:[0-9]{GAP}){{9}}[0-9](?![0-9])")
PHONES = (
    re.compile(r"(?<![0-9+])\+[0-9](?:[ \t().\-–]{0,3}[0-9]){7,14}(?![0-9])"),
    re.compile(r"(?<![0-9+])\(?0(?:[ \t().\-–]{0,3}[0-9]){9,10}(?![0-9])"),
    re.compile(r"\b(?:bleep|pager|ext|extension)\b[.:# ]{0,3}[0-9]{3,6}(?![0-9])", re.IGNORECASE),
)
EMAIL = re.compile(r"[A-Za-z0-9._%+\-]{1,64}@[A-Za-z0-9\-]{1,63}(?:\.[A-Za-z0-9\-]{1,63}){1,6}")
MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
DAY = r"(?:0?[1-9]|[12][0-9]|3[01])"
YEAR = r"(?:(?:19|20)[0-9]{2}|[0-9]{2})"
DATES = (
    re.compile(rf"(?<![0-9/.\-]){DAY}[ ]?[/.\-][ ]?(?:0?[1-9]|1[0-2])[ ]?[/.\-][ ]?{YEAR}(?![0-9])"),
    re.compile(rf"(?<![0-9])(?:19|20)[0-9]{{2}}[/.\-](?:0?[1-9]|1[0-2])[/.\-]{DAY}(?![0-9])"),
    re.compile(rf"(?<![0-9]){DAY}(?:st|nd|rd|th)?[ \-](?:of )?{MONTH}[ ,.\-]{{1,3}}{YEAR}(?![0-9])", re.IGNORECASE),
    re.compile(rf"\b{MONTH} {DAY}(?:st|nd|rd|th)?,? {YEAR}(?![0-9])", re.IGNORECASE),
)
TITLES = r"(?:Mr|Mrs|Ms|Miss|Mx|Dr|Doctor|Prof|Professor|Sir|Dame|Lord|Lady|Rev|Reverend|Sister|Nurse|Matron)"
NAME = re.compile(
    rf"\b{TITLES}\.?[ \t]{{1,3}}(?:[A-Z]\.?[ \t]?)?([A-Z][\w’'\-]{{1,40}}(?:[ \t][A-Z][\w’'\-]{{1,40}})?)"
)
# Words that follow "Nurse", "Sister" or "Matron" in the name of a job.
JOB_WORDS = {
    "Associate", "Consultant", "Educator", "In", "Lead", "Led", "Manager", "Practitioner", "Specialist", "Team", "Ward",
}  # fmt: skip

WORDS = {
    "nhs_number": "Looks like an NHS number",
    "date": "Looks like an exact date, which could be a date of birth: month and year are enough",
    "phone": "Looks like a phone or bleep number",
    "email": "Looks like an e-mail address",
    "name": "Looks like somebody’s name",
}


@dataclass(frozen=True)
class Warning:
    """What was found: a key of WORDS, and the text itself."""

    kind: str
    text: str

    @property
    def words(self) -> str:
        """The warning in words."""
        return WORDS[self.kind]


def find(text: str) -> list[Warning]:
    """Return what in the text could identify a person, in order of kind, each once."""
    plain = unicodedata.normalize("NFKC", text)
    return list(dict.fromkeys(_found(plain)))


def find_in(texts: Mapping[str, str]) -> list[dict[str, str]]:
    """Return the warnings of many texts as rows that can be stored: where, kind and text."""
    return [{"where": where, **asdict(warning)} for where, text in texts.items() for warning in find(text)]


def is_nhs_number(digits: str) -> bool:
    """Whether ten digits carry the check digit of an NHS number.

    Source: NHS Data Model and Dictionary, NHS NUMBER: weights 10 to 2, modulus 11; a result of 11 stands for 0, and
    10 makes the number invalid.
    """
    if len(digits) != 10 or not (digits.isascii() and digits.isdigit()):
        return False
    check = 11 - sum(int(digit) * weight for digit, weight in zip(digits[:9], range(10, 1, -1), strict=True)) % 11
    return check % 11 == int(digits[9]) and check != 10


def _found(text: str) -> Iterator[Warning]:
    for match in NHS_NUMBER.finditer(text):
        if is_nhs_number(re.sub(r"[^0-9]", "", match.group())):
            yield Warning("nhs_number", match.group())
    for kind, patterns in (("date", DATES), ("phone", PHONES), ("email", (EMAIL,))):
        for pattern in patterns:
            for match in pattern.finditer(text):
                yield Warning(kind, match.group().strip())
    for match in NAME.finditer(text):
        if match.group(1).split()[0] not in JOB_WORDS:
            yield Warning("name", match.group())
