"""Making text from elsewhere safe to store, compare and show."""

import re
import unicodedata
from html import unescape
from itertools import pairwise

# What no field may hold: control characters (PostgreSQL refuses NUL), byte order marks, zero-width
# spaces, and the marks that turn the direction of the text after them. The joiners that emoji and
# Persian need (U+200C, U+200D) stay.
_REMOVED = dict.fromkeys(
    (
        *(*range(9), *range(14, 32), *range(0x7F, 0xA0)),
        *(0x200B, 0x2060, 0xFEFF, 0xFFFE, 0xFFFF),
        *(*range(0x202A, 0x202F), *range(0x2066, 0x206A)),
    )
)
_REMOVED |= dict.fromkeys([0x0B, 0x0C, 0x85, 0x2028, 0x2029], " ")
_UNSAFE = re.compile("[" + "".join(re.escape(chr(code)) for code in _REMOVED) + "]")

# Unicode's stream-safe format (UAX 15, section 13) allows thirty combining marks in a row. Longer
# runs are never language, and normalising them takes quadratic time.
_MARKS = "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_MARKS_IN_ROW = re.compile(f"([{_MARKS}]{{30}})[{_MARKS}]+")

_INLINE_TAG = re.compile(
    r"</?(?:jats:)?(?:i|b|em|strong|u|s|sub|sup|sc|scp|inf|italic|bold|span|small|tt|title|sec|font|a|ns\d:\w+)"
    r"(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_BLOCK_TAG = re.compile(r"</?(?:jats:)?(?:p|br|div|h[1-6]|li|ul|ol|pre|blockquote)(?:\s[^<>]*)?/?>", re.IGNORECASE)
_SPACES = re.compile(r"\s+")


def clean_line(line: str) -> str:
    """Return `line` without control and direction characters, in Unicode's composed form (NFC)."""
    if line.isascii():
        return line if line.isprintable() else _UNSAFE.sub(lambda found: _REMOVED[ord(found.group())] or "", line)
    line = _UNSAFE.sub(lambda found: _REMOVED[ord(found.group())] or "", line)
    return unicodedata.normalize("NFC", _MARKS_IN_ROW.sub(r"\1", line))


def one_line(text: str) -> str:
    """Return `text` without mark-up, on one line, with single spaces."""
    return _SPACES.sub(" ", _without_markup(text, block=" ")).strip()


def paragraphs(text: str) -> str:
    """Return `text` without mark-up; its paragraphs stand on lines of their own."""
    lines = (_SPACES.sub(" ", line).strip() for line in _without_markup(text, block="\n").split("\n"))
    return "\n".join(line for line in lines if line)


def _without_markup(text: str, *, block: str) -> str:
    if "&" in text:
        text = (
            clean_line(unescape(text)) if "\n" not in text else "\n".join(map(clean_line, unescape(text).split("\n")))
        )
    if "<" in text:
        text = _INLINE_TAG.sub("", _BLOCK_TAG.sub(block, text))
    return text


def join_wrapped(lines: list[str]) -> str:
    """Join the lines of one value.

    Exports that break lines do so before the 120th character, so a break after a longer line is
    the author's own and stays; any other was made by the export and becomes a space.
    """
    joined = [lines[0].strip()]
    for previous, line in pairwise(lines):
        joined += ["\n" if len(previous) > 120 else " ", line.strip()]
    return "".join(joined)


def join_title(parts: list[str]) -> str:
    """Return the parts of a title as one, a colon between them where no mark ends the one before."""
    title = ""
    for part in parts:
        title += (" " if title.endswith((".", ":", "?", "!")) else ": ") + part if title else part
    return title
