"""The one file of a record: kept only where its content is what it says, under a name that nobody can guess."""

import io
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pypdf import PdfWriter
from pypdf.actions import JavaScript

from evidence.models import Attachment, Evidence
from tests.admin import librarian, signed_in
from tests.evidence.admin_forms import address, opened
from tests.factories import EvidenceFactory

# Files go only once the transaction is certain, so these tests need real ones.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def desk() -> Client:
    return signed_in(librarian())


def pdf(*, javascript: bool = False, password: str = "", pages: int = 1) -> bytes:
    """A small PDF."""
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(width=72, height=72)
    if javascript:
        writer.add_open_action(JavaScript("app.alert('hello');"))
    if password:
        writer.encrypt(password)
    content = io.BytesIO()
    writer.write(content)
    return content.getvalue()


def send(desk: Client, record: Evidence, content: bytes, *, name: str = "Guideline 2026.pdf", **fields: Any) -> Any:
    """Save the record with a file chosen."""
    chosen = {
        "attachment-0-purpose": "local_guideline",
        "attachment-0-file": SimpleUploadedFile(name, content, content_type="application/pdf"),
        **{f"attachment-0-{field}": value for field, value in fields.items()},
    }
    return desk.post(address(record), opened(desk, record) | chosen)


def stored() -> list[Path]:
    """The files on disk."""
    return [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


def test_kept_and_served(desk: Client) -> None:
    record = EvidenceFactory()
    content = pdf()
    assert send(desk, record, content).status_code == 302
    attachment = Attachment.objects.get(evidence=record)
    assert (attachment.name, attachment.content_type, attachment.size) == (
        "Guideline_2026.pdf",
        "application/pdf",
        len(content),
    )
    assert re.fullmatch(r"evidence/\d{4}/[0-9a-f]{32}\.pdf", attachment.file.name)
    assert [path.read_bytes() for path in stored()] == [content]
    response = Client().get(f"{record.get_absolute_url()}file")
    assert b"".join(response.streaming_content) == content
    assert response["Content-Disposition"].startswith("attachment;")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The submitted file is empty."),
        (b"<html><script>alert(1)</script></html>", "This is not a PDF file, whatever its name says."),
        (b"\x89PNG\r\n\x1a\n" + b"0" * 50, "This is not a PDF file"),
        (b"%PDF-1.7\n" + b"x" * 500, "The PDF is broken."),
        (pdf()[:-200], "The PDF is broken."),
        (pdf(javascript=True), "The PDF holds a script"),
        (pdf(password="secret"), "The PDF needs a password."),
    ],
    ids=["empty", "html", "picture", "noise", "cut off", "script", "password"],
)
def test_refused_in_words(desk: Client, content: bytes, sentence: str) -> None:
    record = EvidenceFactory()
    response = send(desk, record, content)
    assert response.status_code == 422
    assert sentence in " ".join(message for message, _ in response.context["error_links"])
    assert not Attachment.objects.exists()
    assert stored() == []


def test_too_large(desk: Client, settings: Any) -> None:
    settings.ATTACHMENT_MAX_BYTES = 1024 * 1024
    response = send(desk, EvidenceFactory(), pdf() + b"0" * (1024 * 1024))
    assert "The file is larger than 1 MB." in " ".join(message for message, _ in response.context["error_links"])


def test_a_new_file_takes_the_place_of_the_old(desk: Client) -> None:
    record = EvidenceFactory()
    send(desk, record, pdf())
    old = stored()
    attachment = Attachment.objects.get()
    new = pdf(pages=2)
    response = send(desk, record, new, id=attachment.pk, evidence=record.pk, name_="", purpose="audit")
    assert response.status_code == 302
    assert [path.read_bytes() for path in stored()] == [new]
    assert old[0] not in stored()
    assert Attachment.objects.get().purpose == "audit"


def test_words_change_without_a_new_file(desk: Client) -> None:
    record = EvidenceFactory()
    send(desk, record, pdf())
    before = Attachment.objects.values("file", "sha256", "size").get()
    assert desk.post(address(record), opened(desk, record) | {"attachment-0-name": "Falls.pdf"}).status_code == 302
    assert Attachment.objects.get().name == "Falls.pdf"
    assert Attachment.objects.values("file", "sha256", "size").get() == before


def test_a_removed_file_is_gone(desk: Client) -> None:
    record = EvidenceFactory()
    send(desk, record, pdf())
    desk.post(address(record), opened(desk, record) | {"attachment-0-DELETE": "on"})
    assert not Attachment.objects.exists()
    assert stored() == []


def test_file_name_says_nothing_about_the_disk(desk: Client) -> None:
    record = EvidenceFactory()
    send(desk, record, pdf(), name="../../etc/passwd\u202efdp.exe")
    attachment = Attachment.objects.get()
    assert "/" not in attachment.name
    assert "\u202e" not in attachment.name
    assert attachment.name.endswith(".pdf")
    assert all(Path(settings.MEDIA_ROOT) in path.parents for path in stored())
