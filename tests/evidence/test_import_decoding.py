"""Files arrive in every encoding and shape; each is read or refused in a sentence."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.importing.decoding import Decoded, FileRefused, decode, read_file

RECORD = "TY  - JOUR\nTI  - Café rôle\nER  - \n"


def texts(decoded: Decoded) -> list[str]:
    return [line for _, line in decoded.lines()]


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (RECORD.encode(), "utf-8"),
        (b"\xef\xbb\xbf" + RECORD.encode(), "utf-8"),
        (RECORD.encode("utf-16"), "utf-16"),
        (b"\xfe\xff" + RECORD.encode("utf-16-be"), "utf-16"),
        (RECORD.encode("utf-16-le"), "utf-16-le"),
        (RECORD.encode("utf-16-be"), "utf-16-be"),
        (RECORD.encode("utf-32"), "utf-32"),
        (RECORD.encode("cp1252"), "cp1252"),
    ],
)
def test_the_same_text_comes_out_of_every_encoding(data: bytes, encoding: str) -> None:
    decoded = decode(data)

    assert texts(decoded) == ["TY  - JOUR", "TI  - Café rôle", "ER  - "]
    assert decoded.encoding == encoding


def test_plain_letters_are_ascii() -> None:
    assert decode(b"TY  - JOUR\n").encoding == "ascii"


def test_windows_text_is_read_with_a_notice() -> None:
    decoded = decode("TI  - “Quoted” – café\n".encode("cp1252"))

    assert texts(decoded) == ["TI  - “Quoted” – café"]
    assert decoded.notices == ("The file is not UTF-8 and was read as Windows-1252: check the accents.",)


def test_one_stray_line_does_not_spoil_the_accents_of_the_others() -> None:
    decoded = decode("TI  - Ménière’s\nAU  - Müller\n".encode() + "PB  - Éditions\n".encode("cp1252"))

    assert texts(decoded) == ["TI  - Ménière’s", "AU  - Müller", "PB  - Éditions"]
    assert decoded.encoding == "utf-8"
    assert decoded.notices == ("Line 3 is not UTF-8 and was read as Windows-1252: check the accents.",)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_are_numbered_alike_whatever_ends_them(end: str) -> None:
    assert list(decode(f"TY  - JOUR{end}{end}TI  - Falls{end}".encode()).lines()) == [
        (1, "TY  - JOUR"),
        (2, ""),
        (3, "TI  - Falls"),
    ]


def test_nul_bytes_and_controls_are_removed_and_said() -> None:
    decoded = decode(b"TY  - JO\x00UR\nTI  - Fa\x07lls\x1a\n")

    assert texts(decoded) == ["TY  - JOUR", "TI  - Falls"]
    assert decoded.notices == ("NUL bytes were removed.",)


def test_text_is_composed_and_cannot_turn_the_direction_of_a_page() -> None:
    assert texts(decode("TI  - Cafe\u0301 \u202eevil\u202c \u200bx\n".encode())) == ["TI  - Café evil x"]


def test_a_hundred_thousand_combining_marks_are_cut_in_no_time() -> None:
    (line,) = texts(decode(("TI  - a" + "\u0301\u0323" * 50_000 + "\n").encode()))

    assert len(line) < 50


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "The file is empty (0 bytes)."),
        (b" \r\n\t\n", "The file is blank: it holds nothing but spaces and line ends."),
        (b"\xef\xbb\xbf\r\n", "The file is blank: it holds nothing but spaces and line ends."),
        (
            b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
            "This is a picture (PNG), whatever its name says, and holds no references to import.",
        ),
        (
            b"\xff\xd8\xff\xe0\x00\x10JFIF",
            "This is a picture (JPEG), whatever its name says, and holds no references to import.",
        ),
        (
            b"%PDF-1.7\n%\xe2\xe3",
            "This is a PDF document, whatever its name says, and holds no references to import.",
        ),
        (
            b"PK\x03\x04\x14\x00",
            "This is a zip file or an Office document, whatever its name says, and holds no references to import.",
        ),
        (
            bytes(range(256)) * 4,
            "This is not a text file. Export the references as RIS or PubMed (.nbib) and try again.",
        ),
    ],
)
def test_what_is_not_text_is_refused_in_a_sentence(data: bytes, sentence: str) -> None:
    with pytest.raises(FileRefused) as refusal:
        decode(data)

    assert str(refusal.value) == sentence


def test_a_file_over_the_limit_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "large.ris"
    path.write_bytes(b"TY  - JOUR\n" * 200_000)

    with pytest.raises(FileRefused) as refusal:
        read_file(path, max_bytes=1024 * 1024)

    assert str(refusal.value) == ("The file is 2.1 MB. The limit is 1.0 MB: export it in parts and import each.")


def test_missing_files_and_folders_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match=r"There is no such file\."):
        read_file(tmp_path / "absent.ris")
    with pytest.raises(FileRefused, match=r"This is a folder, not a file\."):
        read_file(tmp_path)


@given(st.binary(max_size=4000))
def test_any_bytes_are_decoded_or_refused(data: bytes) -> None:
    try:
        lines = texts(decode(data))
    except FileRefused:
        return
    assert not any("\x00" in line or "\n" in line or "\r" in line for line in lines)
    "\n".join(lines).encode("utf-8")
