"""From the bytes of an uploaded file to clean, numbered lines."""

import codecs
import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from evidence.importing.text import clean_line

MEGABYTE = 1024 * 1024
DEFAULT_MAX_BYTES = 50 * MEGABYTE

_SAMPLE = 8192
_ODD_CONTROLS = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1a\x1b\x00"))

# Longest mark first: the one of UTF-32 begins with the one of UTF-16.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

# First bytes of files that people pick by mistake. Source: the file formats' own specifications.
_SIGNATURES = (
    (b"\x89PNG", "a picture (PNG)"),
    (b"\xff\xd8\xff", "a picture (JPEG)"),
    (b"GIF8", "a picture (GIF)"),
    (b"II*\x00", "a picture (TIFF)"),
    (b"MM\x00*", "a picture (TIFF)"),
    (b"BM", "a picture (bitmap)"),
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a zip file or an Office document"),
    (b"PK\x05\x06", "an empty zip file"),
    (b"\x1f\x8b", "a gzip file"),
    (b"BZh", "a bzip2 file"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip file"),
    (b"Rar!", "a RAR file"),
    (b"\xfd7zXZ\x00", "an xz file"),
    (b"\xd0\xcf\x11\xe0", "an older Office document"),
    (b"SQLite format 3\x00", "a database file"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
)
_TEXT_ALL_THE_SAME = {b"BM", b"BZh", b"MZ", b"GIF8", b"Rar!"}


class FileRefused(Exception):
    """A file cannot be imported at all; the message is a sentence for the person who chose it."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """A file whose encoding is known.

    `content` is in UTF-8 or, line by line, in Windows-1252; `lines()` gives the text. Lines are
    decoded as they are asked for, so that a large file is held in memory once, not three times.
    """

    content: bytes
    encoding: str
    sha256: str
    notices: tuple[str, ...] = ()

    def lines(self) -> Iterator[tuple[int, str]]:
        """Yield (line number from 1, clean line without its end) for CRLF, CR and LF alike."""
        number = 0
        for stretch in io.BytesIO(self.content):
            for line in stretch.splitlines():
                number += 1
                yield number, clean_line(_decode_line(line))


def read_file(path: Path, *, max_bytes: int = DEFAULT_MAX_BYTES) -> Decoded:
    """Read and decode the file at `path`; raise FileRefused with a sentence where that is impossible."""
    try:
        if path.is_dir():
            raise FileRefused("This is a folder, not a file.")
        size = path.stat().st_size
        refuse_size(size, max_bytes=max_bytes)
        data = path.read_bytes()
    except FileNotFoundError:
        raise FileRefused("There is no such file.") from None
    except PermissionError:
        raise FileRefused("The file may not be read: permission was refused.") from None
    except (OSError, ValueError) as error:
        raise FileRefused(f"The file cannot be read: {error}.") from error
    return decode(data, max_bytes=max_bytes)


def refuse_size(size: int, *, max_bytes: int) -> None:
    """Raise FileRefused for an empty file and for one of more than `max_bytes` bytes."""
    if size == 0:
        raise FileRefused("The file is empty (0 bytes).")
    if size > max_bytes:
        raise FileRefused(
            f"The file is {size / MEGABYTE:,.1f} MB. The limit is {max_bytes / MEGABYTE:,.1f} MB: "
            "export it in parts and import each."
        )


def decode(data: bytes, *, max_bytes: int = DEFAULT_MAX_BYTES) -> Decoded:
    """Find the encoding of `data` by its content.

    In this order: a byte order mark; the pattern of NUL bytes that UTF-16 without a mark leaves in
    Latin text; strict UTF-8; otherwise Windows-1252 with a notice. A file that is UTF-8 but for
    some lines (two exports pasted together) is read line by line, with a notice, so that a single
    stray byte does not spoil every accent in it.

    Raises FileRefused for a file that is empty, larger than `max_bytes`, or not text.
    """
    refuse_size(len(data), max_bytes=max_bytes)
    digest = hashlib.sha256(data).hexdigest()
    _refuse_known_binary(data)
    if wide := _wide_encoding(data):
        text = data.decode(wide, errors="replace")
        notices = ("Some characters could not be read and were replaced.",) if "\ufffd" in text else ()
        content = text.encode("utf-8")
        _refuse_blank(content)
        return Decoded(content, wide, digest, notices)
    _refuse_controls(data)
    _refuse_blank(data)
    notices = ("NUL bytes were removed.",) if b"\x00" in data else ()
    if data.startswith(codecs.BOM_UTF8):
        data = data[len(codecs.BOM_UTF8) :]
        _refuse_blank(data)
    if data.isascii():
        return Decoded(data, "ascii", digest, notices)
    if _is_utf8(data):
        return Decoded(data, "utf-8", digest, notices)
    encoding, notice = _describe_mixture(data)
    return Decoded(data, encoding, digest, (*notices, notice))


def _wide_encoding(data: bytes) -> str:
    for mark, name in _MARKS:
        if data.startswith(mark):
            return name
    sample = data[:_SAMPLE]
    sample = sample[: len(sample) // 2 * 2]
    if len(sample) < 4:
        return ""
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    half = len(sample) / 2
    if odd > 0.2 * half and even < 0.02 * half:
        return "utf-16-le"
    if even > 0.2 * half and odd < 0.02 * half:
        return "utf-16-be"
    return ""


def _refuse_known_binary(data: bytes) -> None:
    is_text = not _odd_controls(data) and b"\x00" not in data[:_SAMPLE]
    for signature, name in _SIGNATURES:
        if data.startswith(signature) and not (signature in _TEXT_ALL_THE_SAME and is_text):
            raise FileRefused(f"This is {name}, whatever its name says, and holds no references to import.")
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        raise FileRefused("This is a picture (WebP), whatever its name says, and holds no references to import.")


def _refuse_controls(data: bytes) -> None:
    sample = data[:_SAMPLE]
    if _odd_controls(data) > 0.05 * len(sample) or sample.count(0) > 0.3 * len(sample):
        raise FileRefused("This is not a text file. Export the references as RIS or PubMed (.nbib) and try again.")


def _odd_controls(data: bytes) -> int:
    sample = data[:_SAMPLE]
    return len(sample) - len(sample.translate(None, _ODD_CONTROLS))


def _refuse_blank(data: bytes) -> None:
    if not data.strip(b" \t\r\n\v\f\x00\x1a"):
        raise FileRefused("The file is blank: it holds nothing but spaces and line ends.")


def _is_utf8(data: bytes) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(data), MEGABYTE):
            decoder.decode(data[start : start + MEGABYTE])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _describe_mixture(data: bytes) -> tuple[str, str]:
    """Name the encoding of a file that is not UTF-8 throughout, and say so in a sentence."""
    good, bad, first_bad, number = 0, 0, 0, 0
    for stretch in io.BytesIO(data):
        for line in stretch.splitlines():
            number += 1
            if line.isascii():
                continue
            if _is_utf8(line):
                good += 1
            else:
                bad += 1
                first_bad = first_bad or number
    if good > bad:
        if bad == 1:
            return "utf-8", f"Line {first_bad} is not UTF-8 and was read as Windows-1252: check the accents."
        which = f"{bad:,} lines, the first of them line {first_bad}, are"
        return "utf-8", f"{which} not UTF-8 and were read as Windows-1252: check the accents."
    return "cp1252", "The file is not UTF-8 and was read as Windows-1252: check the accents."


def _decode_line(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("cp1252", errors="replace")
