"""Text as people type it, kept but for characters that can hide or break things."""

import unicodedata
from typing import Any

from django import forms

from knowledge.questions import Question

# Direction overrides and isolates, which make a text read otherwise than it is written.
HIDDEN_DIRECTIONS = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)))


def plain(text: str) -> str:
    """Return the text in one Unicode form (NFC), without control characters and hidden changes of direction."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).translate(HIDDEN_DIRECTIONS)
    return "".join(
        letter for letter in text if letter in "\n\t" or unicodedata.category(letter) not in {"Cc", "Cs"}
    ).strip()


class PlainTextField(forms.CharField):
    """Text that a person writes."""

    def to_python(self, value: Any) -> str:
        """Clean the text before its length is judged."""
        return plain(super().to_python(value) or "")


def text_field(question: Question, *, required: bool) -> PlainTextField:
    """Return the field that asks a question."""
    widget: forms.Widget = (
        forms.TextInput() if question.is_line else forms.Textarea(attrs={"rows": 3 if question.limit <= 280 else 6})
    )
    return PlainTextField(
        label=question.prompt, help_text=question.help, required=required, max_length=question.limit, widget=widget
    )
