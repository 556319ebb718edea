"""Pictures without what they carry along: place, camera, names, thumbnails, anything after their end.

The picture's own data is copied byte for byte; nothing is decoded, so a hostile picture has nothing to attack here.
"""

import struct
import zlib
from collections.abc import Iterator

from catalogue.attachments.refusal import RefusedFile

SIDE = 12_000
PIXELS = 60_000_000

BROKEN = "The picture is broken. Open it, save it again and try once more."
TOO_MANY_PIXELS = "The picture has too many pixels. Make it smaller and try again."

# PNG (W3C, third edition): the chunks that make the picture and its colours.
PNG_START = b"\x89PNG\r\n\x1a\n"
PNG_KEPT = {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"bKGD", b"pHYs"}

# JPEG (ITU-T T.81, table B.1).
SOI, EOI, SOS, RESTARTS = 0xD8, 0xD9, 0xDA, range(0xD0, 0xD8)
FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
TABLES = {0xC4, 0xDB, 0xDD, 0xCC, 0xDC}
APP0, APP1, ADOBE = 0xE0, 0xE1, 0xEE


def clean_png(content: bytes) -> bytes:
    """Return the PNG with its picture only. Raises RefusedFile where it is broken or too large."""
    kept = [PNG_START]
    names: list[bytes] = []
    for name, data in _png_chunks(content):
        if not names and name != b"IHDR":
            raise RefusedFile(BROKEN)
        if name == b"IHDR":
            if names or len(data) != 13:
                raise RefusedFile(BROKEN)
            width, height = struct.unpack(">II", data[:8])
            _refuse_size(width, height)
        names.append(name)
        if name in PNG_KEPT:
            kept.append(struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)))
    if b"IDAT" not in names or names[-1] != b"IEND":
        raise RefusedFile(BROKEN)
    return b"".join(kept)


def _png_chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = len(PNG_START)
    while True:
        head = content[place : place + 8]
        if len(head) < 8:
            raise RefusedFile(BROKEN)
        length, name = struct.unpack(">I4s", head)
        data, check = content[place + 8 : place + 8 + length], content[place + 8 + length : place + 12 + length]
        if len(data) != length or check != struct.pack(">I", zlib.crc32(name + data)):
            raise RefusedFile(BROKEN)
        yield name, data
        if name == b"IEND":
            return
        place += 12 + length


def clean_jpeg(content: bytes) -> bytes:
    """Return the JPEG with its picture and the way it is turned only. Raises RefusedFile where it is broken or too large."""
    kept = [b"\xff\xd8"]
    turned = 1
    has_frame = has_scan = False
    place = 2
    while True:
        marker, place = _jpeg_marker(content, place)
        if marker == EOI:
            break
        (length,) = struct.unpack(">H", _exactly(content, place, 2))
        segment = _exactly(content, place, length)
        place += length
        if length < 2:
            raise RefusedFile(BROKEN)
        if marker == APP1:
            turned = _orientation(segment[2:]) or turned
            continue
        if marker in FRAMES:
            height, width = struct.unpack(">HH", _exactly(segment, 3, 4))
            _refuse_size(width, height)
            has_frame = True
        if marker in {APP0, ADOBE} or marker in FRAMES or marker in TABLES:
            kept.append(bytes((0xFF, marker)) + segment)
        elif marker == SOS:
            end = _end_of_scan(content, place)
            kept.append(bytes((0xFF, SOS)) + segment + content[place:end])
            place, has_scan = end, True
    if not (has_frame and has_scan):
        raise RefusedFile(BROKEN)
    if turned != 1:
        kept.insert(1, _orientation_segment(turned))
    return b"".join([*kept, b"\xff\xd9"])


def _jpeg_marker(content: bytes, place: int) -> tuple[int, int]:
    if _exactly(content, place, 1) != b"\xff":
        raise RefusedFile(BROKEN)
    while _exactly(content, place, 1) == b"\xff":
        place += 1
    marker = content[place]
    if marker in {0x00, SOI} or marker in RESTARTS:
        raise RefusedFile(BROKEN)
    return marker, place + 1


def _end_of_scan(content: bytes, place: int) -> int:
    """Return where the next marker stands that does not belong to the scan's own data."""
    while True:
        place = content.find(b"\xff", place)
        if place < 0 or place + 1 >= len(content):
            raise RefusedFile(BROKEN)
        following = content[place + 1]
        if following != 0x00 and following != 0xFF and following not in RESTARTS:
            return place
        place += 1 if following == 0xFF else 2


def _orientation(data: bytes) -> int:
    """Return how the camera was held (EXIF 2.3, tag 0x0112: 1 to 8), or 0 where it is not said."""
    if not data.startswith(b"Exif\x00\x00") or len(data) < 14:
        return 0
    tiff = data[6:]
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return 0
    try:
        (first,) = struct.unpack_from(f"{order}I", tiff, 4)
        (entries,) = struct.unpack_from(f"{order}H", tiff, first)
        for number in range(min(entries, 100)):
            tag, _, _, value = struct.unpack_from(f"{order}HHIH", tiff, first + 2 + 12 * number)
            if tag == 0x0112:
                return int(value) if 1 <= value <= 8 else 0
    except struct.error:
        return 0
    return 0


def _orientation_segment(turned: int) -> bytes:
    tiff = b"MM\x00\x2a" + struct.pack(">IH", 8, 1) + struct.pack(">HHIHH", 0x0112, 3, 1, turned, 0) + b"\x00" * 4
    data = b"Exif\x00\x00" + tiff
    return b"\xff\xe1" + struct.pack(">H", len(data) + 2) + data


def _refuse_size(width: int, height: int) -> None:
    if width < 1 or height < 1:
        raise RefusedFile(BROKEN)
    if max(width, height) > SIDE or width * height > PIXELS:
        raise RefusedFile(TOO_MANY_PIXELS)


def _exactly(content: bytes, place: int, length: int) -> bytes:
    part = content[place : place + length]
    if len(part) != length:
        raise RefusedFile(BROKEN)
    return part
