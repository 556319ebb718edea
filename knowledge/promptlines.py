"""A technique's questions as lines of text, for the form in which librarians change them."""

from typing import Any

from django.core.exceptions import ValidationError


def as_lines(prompts: list[dict[str, Any]]) -> str:
    """Return the questions one a line: key, a * where it must be answered, the question, and help after a bar."""
    lines = []
    for row in prompts:
        mark = "*" if row.get("required") else ""
        help_text = f" | {row['help']}" if row.get("help") else ""
        lines.append(f"{row['key']}{mark}: {row['prompt']}{help_text}")
    return "\n".join(lines)


def from_lines(text: str) -> list[dict[str, Any]]:
    """Return the questions. Raises ValidationError, naming the line, for one that cannot be read or repeats a key."""
    prompts: list[dict[str, Any]] = []
    for number, line in enumerate((line.strip() for line in text.splitlines()), start=1):
        if not line:
            continue
        head, colon, rest = line.partition(":")
        key = head.strip().rstrip("*").strip()
        question, _, help_text = (part.strip() for part in rest.partition("|"))
        if not colon or not key.isascii() or not key.isidentifier() or not question:
            raise ValidationError(f"Line {number} needs a key in small letters, a colon and the question.")
        if any(row["key"] == key for row in prompts):
            raise ValidationError(f"Line {number} repeats the key {key}.")
        prompts.append({"key": key, "prompt": question, "help": help_text, "required": head.strip().endswith("*")})
    if not prompts:
        raise ValidationError("A technique asks at least one question.")
    return prompts
