"""Run as a program: read a PDF from standard input and say by the exit code whether it may be kept.

0: yes. 2: it needs a password. 3: it holds something that acts, or another file. 4: too many pages. Anything else,
also a crash: it cannot be read. It limits its own memory and time before it looks at the first byte.
"""

import io
import logging
import resource
import sys

MEMORY = 512 * 1024 * 1024
SECONDS = 10
PAGES = 1_000
OBJECTS = 200_000

PASSWORD, ACTS, LONG, BROKEN = 2, 3, 4, 5
# Source: ISO 32000-1, 12.6.4 (action types), 7.11.4 (embedded files), 12.7.8 (XFA), 13 (multimedia).
ACTING_KEYS = {"/JS", "/JavaScript", "/EmbeddedFiles", "/EmbeddedFile", "/XFA", "/RichMediaContent"}
ACTING_TYPES = {"/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/RichMedia", "/GoToE", "/Rendition"}


def verdict(content: bytes) -> int:
    """Return the exit code for the content."""
    from pypdf import PdfReader  # noqa: PLC0415 - only after the limits are set
    from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject  # noqa: PLC0415 - as above

    reader = PdfReader(io.BytesIO(content), strict=False)
    if reader.is_encrypted:
        return PASSWORD
    if len(reader.pages) > PAGES:
        return LONG
    if len(reader.pages) == 0:
        return BROKEN
    waiting: list[object] = [reader.trailer]
    seen: set[tuple[int, int]] = set()
    looked_at = 0
    while waiting:
        value = waiting.pop()
        looked_at += 1
        if looked_at > OBJECTS:
            return BROKEN
        if isinstance(value, IndirectObject):
            place = (value.idnum, value.generation)
            if place in seen:
                continue
            seen.add(place)
            value = value.get_object()
        if isinstance(value, DictionaryObject):
            if ACTING_KEYS & set(value) or {str(value.get("/S")), str(value.get("/Subtype"))} & ACTING_TYPES:
                return ACTS
            waiting.extend(value.raw_get(key) for key in value)
        elif isinstance(value, ArrayObject):
            waiting.extend(list.__iter__(value))
    return 0


def main() -> int:
    """Limit this process, read, judge."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    logging.disable(logging.CRITICAL)
    try:
        return verdict(sys.stdin.buffer.read())
    except Exception:  # noqa: BLE001 - whatever a hostile file provokes, the answer is the same
        return BROKEN


if __name__ == "__main__":
    sys.exit(main())
