"""Which files librarians may offer for download."""

from pathlib import PurePath

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import File

# Ending → how it is sent. Nothing that a browser would run.
TYPES = {
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".txt": "text/plain; charset=utf-8",
}


def ending(name: str) -> str:
    """Return the ending of a file's name, in lower case, with its dot."""
    return PurePath(name).suffix.lower()


def allowed_file(file: File) -> None:
    """Raise ValidationError for an ending that is not offered, or for too large a file."""
    if ending(file.name or "") not in TYPES:
        raise ValidationError(f"Choose a file of one of these types: {', '.join(sorted(TYPES))}.")
    if file.size > settings.ATTACHMENT_MAX_BYTES:
        most = settings.ATTACHMENT_MAX_BYTES // (1024 * 1024)
        raise ValidationError(f"The file is too large: at most {most} MB.")
