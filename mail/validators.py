"""What the forms ask of words that may end up in a message's header."""

from django.core.validators import RegexValidator

# Line breaks and other control characters, the right-to-left override and its kin included.
CONTROLS = "\x00-\x1f\x7f-\x9f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2066-\u2069"

one_plain_line = RegexValidator(
    rf"^[^{CONTROLS}]*\Z", "Use letters, numbers and punctuation only, on one line", code="not_one_line"
)
