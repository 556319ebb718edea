"""Sending part of a file, so that a player can jump (RFC 9110, section 14)."""

import re
from collections.abc import Iterator

from django.core.files.base import File
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

BLOCK = 64 * 1024
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


def send_range(request: HttpRequest, content: File, *, content_type: str) -> HttpResponseBase:
    """Return the bytes that the request's one range asks for: 206; the whole file where it asks for none: 200; 416
    where the file has no such bytes. Several ranges at once are answered with the whole, as the standard allows."""
    size = content.size
    response: HttpResponseBase
    asked = _RANGE.fullmatch(request.headers.get("Range", "").strip())
    if asked is None or not any(asked.groups()):
        response = FileResponse(content, content_type=content_type)
    else:
        first, last = _bounds(asked.group(1), asked.group(2), size)
        if first > last:
            content.close()
            response = HttpResponse(status=416)
            response["Content-Range"] = f"bytes */{size}"
        else:
            response = StreamingHttpResponse(_read(content, first, last), status=206, content_type=content_type)
            response["Content-Length"] = str(last - first + 1)
            response["Content-Range"] = f"bytes {first}-{last}/{size}"
    response["Accept-Ranges"] = "bytes"
    return response


def _bounds(first: str, last: str, size: int) -> tuple[int, int]:
    if not first:
        return max(size - int(last), 0) if int(last) else size, size - 1
    return int(first), min(int(last), size - 1) if last else size - 1


def _read(content: File, first: int, last: int) -> Iterator[bytes]:
    with content:
        content.seek(first)
        left = last - first + 1
        while left > 0:
            block = content.read(min(BLOCK, left))
            if not block:
                return
            left -= len(block)
            yield block
