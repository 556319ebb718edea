"""Hostile texts and files are neutralised: nothing runs, nothing leads astray, nothing is kept that should not be."""

import io
import re
import struct
import time
import zlib
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from catalogue.attachments import RefusedFile, check_file
from design.markdown import render_markdown
from knowledge.models import Attachment, KnowHow
from knowledge.services.attaching import attach, detach
from tests.factories import UserFactory
from tests.knowledge.factories import draft, published

ALLOWED = {
    "a", "blockquote", "br", "code", "em", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "s", "strong",
    "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip

TEXTS = [
    "<script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    "[press](javascript:alert(1))",
    "[press](JaVaScRiPt&colon;alert(1))",
    "[press](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[press](vbscript:msgbox(1))",
    "[press](//evil.example/phish)",
    "[press](\\\\evil.example/phish)",
    "![tracker](https://evil.example/pixel.gif)",
    '[x](https://example.org "title\\" onmouseover=alert(1) x=\\"")',
    "<iframe src=https://evil.example></iframe><style>*{display:none}</style>",
    "<svg/onload=alert(1)>\n\n<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "`<script>alert(1)</script>` and\n\n    <script>alert(2)</script>",
    "<https://example.org/\"onmouseover='alert(1)'>\n\n[a]: javascript:alert(1)\n[a]",
]


class Reader(HTMLParser):
    """What a browser would find in the HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.elements.append((tag, dict(attrs)))


@pytest.mark.parametrize("text", TEXTS)
def test_hostile_markdown_leaves_nothing_that_acts(text: str) -> None:
    reader = Reader()
    reader.feed(render_markdown(text))
    for tag, attributes in reader.elements:
        assert tag in ALLOWED
        assert set(attributes) <= {"href", "title", "rel", "start"}
        address = re.sub(r"[\x00-\x20]", "", attributes.get("href") or "").lower().replace("\\", "/")
        assert not address.startswith(("javascript:", "data:", "vbscript:", "//"))


@pytest.mark.parametrize(
    "text",
    [
        "[" * 5_000,
        "*a " * 1_666,
        "> " * 2_500,
        "|a" * 1_250 + "\n" + "|-" * 1_250,
        "|a" * 1_000 + "|\n" + "|-" * 1_000 + "|\n" + "|\n" * 500,
        "|a" * 20 + "|\n" + "|-" * 20 + "|\n" + "|\n" * 2_400,
        "|a\n|-\n" * 830,
        "`" * 5_000,
    ],
)
def test_markdown_made_to_be_slow_or_huge_is_neither(text: str) -> None:
    honest = ("Two near misses, **both** at the [bed’s](https://example.org/a) end.\n\n- one\n- two\n\n" * 80)[:5_000]
    assert seconds_of(text) < 25 * seconds_of(honest)
    assert len(render_markdown(text)) < 100_000


def seconds_of(text: str) -> float:
    """Return the least that drawing it three times took of the processor."""
    taken = []
    for _ in range(3):
        before = time.process_time()
        render_markdown(text)
        taken.append(time.process_time() - before)
    return min(taken)


def test_an_ordinary_table_with_a_short_row_stays_a_table() -> None:
    html = render_markdown("| Ward | Beds | Falls |\n|---|---|---|\n| A | 28 | 2 |\n| B |\n\nAfter it.")
    assert html.count("<td>") == 6
    assert "<p>After it.</p>" in html


@pytest.mark.django_db
def test_hostile_texts_are_harmless_on_the_page(client: Client) -> None:
    item = published(visibility="public", what_we_did="\n\n".join(TEXTS), context=TEXTS[0], title=TEXTS[1][:100])
    words = client.get(item.get_absolute_url()).content.decode()
    for bad in ("<script>alert", "<img", "<iframe", "<style>*", 'href="javascript', "<svg/onload"):
        assert bad not in words


def pdf(**extra: Any) -> bytes:
    """Return a PDF of one page; `root` puts an entry into its catalogue."""
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    for key, value in extra.get("root", {}).items():
        writer._root_object[NameObject(key)] = value
    if "password" in extra:
        writer.encrypt(extra["password"])
    if "inside" in extra:
        writer.add_attachment("macro.docm", extra["inside"])
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def png(width: int = 4, height: int = 4, *, extra: bytes = b"") -> bytes:
    """Return a grey PNG; `extra` chunks stand before its picture."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    rows = zlib.compress(b"".join(b"\x00" + b"\x80" * 4 for _ in range(4)))
    return b"\x89PNG\r\n\x1a\n" + head + extra + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def text_chunk(words: bytes) -> bytes:
    """Return a PNG chunk that carries words."""
    data = b"Comment\x00" + words
    return struct.pack(">I", len(data)) + b"tEXt" + data + struct.pack(">I", zlib.crc32(b"tEXt" + data))


def jpeg(*, exif: bytes = b"", width: int = 8, height: int = 8) -> bytes:
    """Return what is a JPEG by its segments; `exif` is put into an APP1 segment."""

    def segment(marker: int, data: bytes) -> bytes:
        return bytes((0xFF, marker)) + struct.pack(">H", len(data) + 2) + data

    app1 = segment(0xE1, b"Exif\x00\x00" + exif) if exif else b""
    frame = segment(0xC0, struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\x00")
    tables = segment(0xDB, b"\x00" + bytes(range(1, 65))) + segment(0xC4, b"\x00" + b"\x00" * 16)
    scan = segment(0xDA, b"\x01\x01\x00\x00\x3f\x00") + b"\x12\xff\x00\x34"
    return b"\xff\xd8" + app1 + segment(0xFE, b"taken at home") + tables + frame + scan + b"\xff\xd9"


def turned_exif(orientation: int) -> bytes:
    """Return EXIF data with an orientation and a place."""
    entries = struct.pack("<HHIHH", 0x0112, 3, 1, orientation, 0) + struct.pack("<HHII", 0x8825, 4, 1, 60)
    return b"II\x2a\x00" + struct.pack("<IH", 8, 2) + entries + b"\x00" * 4 + b"GPS 51.5N 0.1W"


SCRIPT = DictionaryObject({NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("1")})
LAUNCH = DictionaryObject({NameObject("/S"): NameObject("/Launch"), NameObject("/F"): TextStringObject("cmd.exe")})
REFUSED: dict[str, Callable[[], bytes]] = {
    "empty": lambda: b"",
    "web page called a PDF": lambda: b"<html><script>alert(1)</script></html>",
    "SVG with a script": lambda: b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "program": lambda: b"MZ" + b"\x00" * 500,
    "PDF with a script": lambda: pdf(root={"/OpenAction": SCRIPT}),
    "PDF that starts a program": lambda: pdf(root={"/OpenAction": LAUNCH}),
    "PDF with a file inside": lambda: pdf(inside=b"macro"),
    "PDF with a password": lambda: pdf(password="secret"),
    "PDF cut short": lambda: pdf()[:200],
    "PDF that is only a beginning": lambda: b"%PDF-1.7\n" + b"A" * 1000,
    "picture with too many pixels": lambda: png(50_000, 50_000),
    "picture cut short": lambda: png()[:-20],
    "picture with a false check sum": lambda: png()[:40] + b"\xff" + png()[41:],
    "JPEG without a picture": lambda: b"\xff\xd8\xff\xe0\x00\x04ab\xff\xd9",
    "larger than allowed": lambda: b"%PDF-" + b"0" * (10 * 1024 * 1024),
}


@pytest.mark.parametrize("name", REFUSED)
def test_hostile_files_are_refused_with_a_sentence(name: str) -> None:
    with pytest.raises(RefusedFile) as refused:
        check_file(name="innocent.pdf", content=REFUSED[name]())
    assert str(refused.value).endswith(".")


def test_a_plain_pdf_is_kept_as_it_is() -> None:
    content = pdf()
    assert check_file(name="audit.pdf", content=content).content == content


def test_a_picture_loses_its_words_place_and_what_follows_its_end() -> None:
    kept = check_file(name="a.png", content=png(extra=text_chunk(b"ward 7")) + b"PK\x03\x04zip").content
    assert kept == png()
    cleaned = check_file(name="b.jpg", content=jpeg(exif=turned_exif(6)) + b"trailer").content
    assert b"GPS" not in cleaned
    assert b"taken at home" not in cleaned
    assert cleaned.endswith(b"\xff\xd9")
    assert struct.pack(">HHIH", 0x0112, 3, 1, 6) in cleaned
    assert check_file(name="b.jpg", content=cleaned).content == cleaned


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\me\\audit.PDF", "audit.pdf"),
        ("page.html", "page.pdf"),
        (".htaccess", "file.pdf"),
        ("a\u202efdp.exe", "afdp.pdf"),
        ("x" * 300, "x" * 96 + ".pdf"),
        ("", "file.pdf"),
    ],
)
def test_names_are_made_safe_and_end_as_the_content_says(name: str, safe: str) -> None:
    assert check_file(name=name, content=pdf()).name == safe


@pytest.mark.django_db
class TestAttaching:
    def test_a_file_is_served_as_a_download_to_those_who_may_read_the_item(self, client: Client) -> None:
        author = UserFactory(staff=True)
        item = published(author)
        attachment = attach(
            knowhow=item, by=UserFactory(librarian=True), name="ward.pdf", content=pdf(), description="D"
        )
        address = reverse("knowledge:attachment", args=[item.pk, attachment.pk])
        assert client.get(address).status_code == 404
        client.force_login(UserFactory(staff=True))
        answer = client.get(address)
        assert answer["Content-Disposition"] == 'attachment; filename="ward.pdf"'
        assert answer["Content-Type"] == "application/pdf"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer["Content-Security-Policy"]
        assert "ward" not in attachment.file.name
        assert b"".join(answer.streaming_content) == pdf()  # type: ignore[attr-defined]

    def test_another_items_file_is_not_served_under_this_one(self, client: Client) -> None:
        librarian = UserFactory(librarian=True)
        hidden = draft()
        file = attach(knowhow=hidden, by=librarian, name="a.pdf", content=pdf(), description="D")
        shown = published(visibility="public")
        assert client.get(reverse("knowledge:attachment", args=[shown.pk, file.pk])).status_code == 404

    def test_refused_on_the_page_with_a_sentence_and_nothing_kept(self, client: Client) -> None:
        author = UserFactory(staff=True)
        item = draft(author)
        client.force_login(author)
        upload = SimpleUploadedFile("x.pdf", b"<html></html>", content_type="application/pdf")
        answer = client.post(reverse("knowledge:files", args=[item.pk]), {"file": upload, "description": "Harmless"})
        assert answer.status_code == 422
        assert "whatever its name says" in answer.content.decode()
        assert not Attachment.objects.exists()

    def test_the_same_file_twice_is_kept_once_and_taking_it_away_deletes_it(
        self, django_capture_on_commit_callbacks: Any
    ) -> None:
        author = UserFactory(staff=True)
        item = draft(author)
        first = attach(knowhow=item, by=author, name="a.png", content=png(), description="A")
        assert attach(knowhow=item, by=author, name="b.png", content=png(), description="B") == first
        storage, name = first.file.storage, first.file.name
        with django_capture_on_commit_callbacks(execute=True):
            detach(attachment=first, by=author)
        assert not storage.exists(name)
        assert KnowHow.objects.get().attachments.count() == 0
