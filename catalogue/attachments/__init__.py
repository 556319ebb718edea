"""Files that people upload: judged by their content, never by their name, and cleaned of what they tell in passing."""

import hashlib
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.utils.text import get_valid_filename

from catalogue.attachments.images import clean_jpeg, clean_png
from catalogue.attachments.refusal import RefusedFile

__all__ = ["CheckedFile", "RefusedFile", "check_file"]

PDF, PNG, JPEG = "application/pdf", "image/png", "image/jpeg"
ENDINGS = {PDF: ".pdf", PNG: ".png", JPEG: ".jpg"}
BEGINNINGS = {b"%PDF-": PDF, b"\x89PNG\r\n\x1a\n": PNG, b"\xff\xd8\xff": JPEG}
NAME_LENGTH = 100
PDF_SECONDS = 20
PDF_CHECK = Path(__file__).parent / "pdf_check.py"


@dataclass(frozen=True)
class CheckedFile:
    """A file that may be kept. `content` is what to store; of a picture it holds the picture and nothing else."""

    name: str
    content_type: str
    content: bytes
    sha256: str


def check_file(*, name: str, content: bytes, allowed: tuple[str, ...] = (PDF, PNG, JPEG)) -> CheckedFile:
    """Return the file as it may be kept, with a safe name that ends as its content says.

    Raises RefusedFile, with a sentence for the person, for what is empty, too large, of another type, broken,
    encrypted or able to run something.
    """
    if not content:
        raise RefusedFile("The file is empty. Choose another one.")
    if len(content) > settings.ATTACHMENT_MAX_BYTES:
        megabytes = settings.ATTACHMENT_MAX_BYTES // (1024 * 1024)
        raise RefusedFile(f"The file is larger than {megabytes} MB. Make it smaller, or link to it instead.")
    content_type = next((kind for start, kind in BEGINNINGS.items() if content.startswith(start)), "")
    if content_type not in allowed:
        words = " or ".join(ENDINGS[kind].strip(".").upper() for kind in allowed)
        raise RefusedFile(f"This is not a {words} file, whatever its name says. Save it as one of these first.")
    if content_type == PDF:
        _refuse_unsafe_pdf(content)
    elif content_type == PNG:
        content = clean_png(content)
    else:
        content = clean_jpeg(content)
    return CheckedFile(
        name=_safe_name(name, ENDINGS[content_type]),
        content_type=content_type,
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
    )


def _safe_name(name: str, ending: str) -> str:
    last = PurePosixPath(name.replace("\\", "/")).name
    stem = "".join(letter for letter in last if letter.isprintable()).rsplit(".", 1)[0]
    try:
        stem = get_valid_filename(stem)
    except SuspiciousFileOperation:
        stem = "file"
    return stem.lstrip(".")[: NAME_LENGTH - len(ending)] + ending if stem.strip(".") else f"file{ending}"


def _refuse_unsafe_pdf(content: bytes) -> None:
    """Let a process of its own, with little memory and time, read the PDF. What stops that process is refused."""
    try:
        result = subprocess.run(
            [sys.executable, "-I", str(PDF_CHECK)],
            input=content,
            capture_output=True,
            timeout=PDF_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        raise RefusedFile("The PDF takes too long to read. Print it to a new PDF and try again.") from late
    if result.returncode == 0:
        return
    words = {
        2: "The PDF needs a password. Save it without one and try again.",
        3: "The PDF holds a script, a form that sends data, or another file inside. Print it to a new PDF and try again.",
        4: "The PDF has too many pages. Share the part that matters.",
    }
    raise RefusedFile(words.get(result.returncode, "The PDF is broken. Print it to a new PDF and try again."))
