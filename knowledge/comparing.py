"""A contribution's texts beside those of its earlier version."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Compared:
    """One question: the answer now, the answer when it was sent before, and whether the two differ."""

    prompt: str
    now: str
    before: str
    has_changed: bool


def compared(now: Mapping[str, str], before: Mapping[str, str] | None) -> list[Compared]:
    """Return the answers in order, with those that were taken out last. Without an earlier version nothing has changed."""
    earlier = before or {}
    prompts = [*now, *(prompt for prompt in earlier if prompt not in now)]
    return [
        Compared(
            prompt=prompt,
            now=now.get(prompt, ""),
            before=earlier.get(prompt, ""),
            has_changed=before is not None and now.get(prompt, "") != earlier.get(prompt, ""),
        )
        for prompt in prompts
    ]
