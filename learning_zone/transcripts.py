"""Transcripts of recordings: reading WebVTT, finding the minute at which something was said, writing captions."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from learning_zone.durations import clock

_TIMES = re.compile(
    r"(?:(\d{1,2}):)?(\d{1,2}):(\d{2})(?:[.,](\d{1,3}))?\s*-->\s*(?:(\d{1,2}):)?(\d{1,2}):(\d{2})(?:[.,](\d{1,3}))?"
)
_LINE = re.compile(r"^\[?(?:(\d{1,2}):)?(\d{1,3}):(\d{2})\]?[ \t]+(.+)$")
_MARK_UP = re.compile(r"<[^>\n]{0,200}>")
# Longer recordings than this are not webinars, and a page shows every line of the transcript.
MOST_CUES = 5_000
# How long the last line of a transcript without end times is shown as a caption, in seconds.
LAST_CAPTION = 6


class UnreadableTranscript(ValueError):
    """The text is no transcript; the message says what is missing."""


@dataclass(frozen=True)
class Cue:
    """What was said from one second of the recording to another."""

    start: int
    end: int
    text: str

    @property
    def at(self) -> str:
        """The place in the recording, as in "4:05"."""
        return clock(self.start)


def parse(text: str) -> list[Cue]:
    """Return what was said, in order, from WebVTT, SubRip, or lines that begin with a time as in "4:05 Welcome".

    Empty text gives nothing. Raises UnreadableTranscript, with a sentence, where there is text but no time in it.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff").strip()
    if not text:
        return []
    cues = sorted(_timed_blocks(text) if "-->" in text else _timed_lines(text), key=lambda cue: cue.start)
    if not cues:
        raise UnreadableTranscript("Begin each line with its time, as in “4:05 Welcome”, or paste a WebVTT file.")
    if len(cues) > MOST_CUES:
        raise UnreadableTranscript(f"A transcript may have {MOST_CUES:,} lines at most.")
    return cues


def spoken(text: str) -> str:
    """Return the words of a transcript without times, for the search index; text that cannot be read as it stands."""
    try:
        return "\n".join(cue.text for cue in parse(text))
    except UnreadableTranscript:
        return text


def find(cues: Iterable[Cue], words: str) -> list[Cue]:
    """Return the lines that hold every word, whatever its case or ending; nothing for no words."""
    wanted = [word.casefold() for word in re.findall(r"\w+", words)]
    if not wanted:
        return []
    return [cue for cue in cues if all(_holds(cue.text.casefold(), word) for word in wanted)]


def mark(text: str, words: str) -> list[tuple[str, bool]]:
    """Return the text in pieces, each with whether it is one of the words."""
    wanted = sorted({re.escape(_stem(word)) for word in re.findall(r"\w+", words.casefold())}, key=len, reverse=True)
    if not wanted:
        return [(text, False)]
    pieces = re.split(rf"(\b(?:{'|'.join(wanted)})\w*)", text, flags=re.IGNORECASE)
    return [(piece, place % 2 == 1) for place, piece in enumerate(pieces) if piece]


def as_webvtt(cues: Iterable[Cue]) -> str:
    """Return captions for a video element."""
    blocks = [f"{_stamp(cue.start)} --> {_stamp(cue.end)}\n{cue.text.replace('-->', '->')}" for cue in cues]
    return "\n\n".join(["WEBVTT", *blocks]) + "\n"


def _holds(text: str, word: str) -> bool:
    return re.search(rf"\b{re.escape(_stem(word))}", text) is not None


def _stem(word: str) -> str:
    """Leave out the commonest endings of longer words, so that "falls" finds "fall" and "falling"."""
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


def _timed_blocks(text: str) -> list[Cue]:
    cues = []
    for block in re.split(r"\n[ \t]*\n", text):
        times = _TIMES.search(block)
        if times is None:
            continue
        said = " ".join(_MARK_UP.sub("", block[times.end() :].partition("\n")[2]).split())
        start, end = _seconds(*times.groups()[:3]), _seconds(*times.groups()[4:7])
        if said:
            cues.append(Cue(start, max(end, start + 1), said))
    return cues


def _timed_lines(text: str) -> list[Cue]:
    found: list[tuple[int, str]] = []
    for line in text.split("\n"):
        timed = _LINE.match(line.strip())
        if timed:
            found.append((_seconds(*timed.groups()[:3]), timed.group(4).strip()))
        elif found and line.strip():
            found[-1] = (found[-1][0], f"{found[-1][1]} {line.strip()}")
    ends = [start for start, _ in found[1:]] + [found[-1][0] + LAST_CAPTION] if found else []
    return [Cue(start, max(end, start + 1), said) for (start, said), end in zip(found, ends, strict=True)]


def _seconds(hours: str | None, minutes: str | None, seconds: str | None) -> int:
    return int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(seconds or 0)


def _stamp(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}:{seconds % 60:02d}.000"
