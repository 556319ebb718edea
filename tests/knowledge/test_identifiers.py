"""What could identify somebody is found however it is written, and only then."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.identifiers import find, is_nhs_number

WEIGHTS = range(10, 1, -1)
nine_digits = st.lists(st.integers(0, 9), min_size=9, max_size=9)
gaps = st.sampled_from(["", " ", "-", " - ", "\u00a0", "."])
around = st.sampled_from(["", "Number: ", "(", "patient ", "\n", "ref "])


def check_digit(digits: list[int]) -> int:
    """The check digit by the definition of the NHS data dictionary; 10 where there is none."""
    return (11 - sum(d * w for d, w in zip(digits, WEIGHTS, strict=True)) % 11) % 11


@given(digits=nine_digits, first=gaps, second=gaps, before=around)
def test_a_valid_nhs_number_is_found_however_it_is_grouped(
    digits: list[int], first: str, second: str, before: str
) -> None:
    check = check_digit(digits)
    text = "".join(map(str, [*digits, check]))
    written = f"{before}{text[:3]}{first}{text[3:6]}{second}{text[6:]} was seen."
    kinds = {warning.kind for warning in find(written)}
    if check < 10:
        assert "nhs_number" in kinds or len(first) > 2 or len(second) > 2
    else:
        assert "nhs_number" not in kinds


@given(digits=nine_digits, wrong=st.integers(1, 9))
def test_ten_digits_that_do_not_add_up_are_no_nhs_number(digits: list[int], wrong: int) -> None:
    last = (check_digit(digits) + wrong) % 11
    if last < 10:
        assert not is_nhs_number("".join(map(str, [*digits, last])))


@given(
    day=st.dates(datetime.date(1915, 1, 1), datetime.date(2026, 12, 31)),
    style=st.sampled_from(["%d/%m/%Y", "%d.%m.%Y", "%d-%m-%y", "%Y-%m-%d", "%d %B %Y", "%d %b %Y", "%B %d, %Y"]),
    before=around,
)
def test_an_exact_date_is_found_in_every_common_style(day: datetime.date, style: str, before: str) -> None:
    assert "date" in {warning.kind for warning in find(f"{before}{day.strftime(style)}, she said")}


@given(
    local=st.from_regex(r"[a-z][a-z0-9.]{0,12}[a-z0-9]", fullmatch=True),
    domain=st.from_regex(r"[a-z]{1,10}\.(nhs\.uk|example|org)", fullmatch=True),
)
def test_an_address_is_found(local: str, domain: str) -> None:
    assert "email" in {warning.kind for warning in find(f"Write to {local}@{domain}.")}


@given(
    digits=st.text("0123456789", min_size=9, max_size=9),
    start=st.sampled_from(["0", "+44 ", "+44 (0)", "0044"]),
    gap=st.sampled_from(["", " ", "-"]),
)
def test_a_telephone_number_is_found(digits: str, start: str, gap: str) -> None:
    written = f"{start}{digits[:4]}{gap}{digits[4:]}"
    if start == "0044":
        written = f"+44{gap}{digits}"
    assert {"phone", "nhs_number"} & {warning.kind for warning in find(f"Ring {written} today")}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Dr Calder said so", "name"),
        ("as Mrs. O’Neill told us", "name"),
        ("Prof J Adeyemi-Blake", "name"),
        ("Sister Blake had the idea", "name"),
        ("bleep 4412", "phone"),
        ("ext. 2041", "phone"),
        ("9434765919", "nhs_number"),
        ("９４３４７６５９１９", "nhs_number"),
        ("born 3rd of March 1952", "date"),
    ],
)
def test_it_is_found(text: str, kind: str) -> None:
    assert kind in {warning.kind for warning in find(text)}


@pytest.mark.parametrize(
    "text",
    [
        "In March 2026, on a ward of 28 beds.",
        "Nurse Practitioner, Sister Ward and Matron In charge",
        "The dr checked at 10:30; 5-10 people; 48-hour review",
        "We saw 1,234 people between 2019 and 2024.",
        "DOI 10.5555/demo.12 and room B2.14",
        "may 12 people come?",
    ],
)
def test_ordinary_writing_is_left_alone(text: str) -> None:
    assert find(text) == []


@pytest.mark.parametrize("unit", ["1 ", "0-", "a@", "Mr A", "12/", "a.b@c.", "+4 ", "January 1 "])
def test_no_text_takes_long(unit: str) -> None:
    import time

    text = unit * (20_000 // len(unit))
    started = time.perf_counter()
    find(text)
    assert time.perf_counter() - started < 1.5
