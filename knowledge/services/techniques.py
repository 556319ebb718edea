"""Techniques: putting the supplied ones into the portal, and making new versions of them."""

import hashlib
import json
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction

from accounts.models import User
from catalogue.choices import Visibility
from catalogue.services import NotReady
from knowledge.models import TechniqueTemplate

FOLDER = Path(__file__).parent.parent / "techniques"

# What a version says; everything else about it is its place in the list of versions.
WORDS = (
    "position", "name", "phase", "time_needed", "people", "purpose", "use_when", "steps", "tips", "prompts", "covers",
    "caution", "default_visibility",
)  # fmt: skip


@transaction.atomic
def load_techniques() -> int:
    """Add the supplied techniques that are missing, and new words of those nobody has edited; return how many.

    Safe to repeat. A technique that a librarian has edited stays as it is.
    """
    changed = 0
    for path in sorted(FOLDER.glob("*.yaml")):
        supplied = _supplied(path)
        digest = _digest(supplied)
        present = TechniqueTemplate.objects.select_for_update().filter(key=path.stem, is_current=True).first()
        if present is None:
            TechniqueTemplate.objects.create(key=path.stem, supplied_digest=digest, **supplied)
            changed += 1
        elif present.supplied_digest and present.supplied_digest != digest:
            _replace(present, supplied, supplied_digest=digest)
            changed += 1
    return changed


@transaction.atomic
def revise(*, technique: TechniqueTemplate, words: dict[str, Any], by: User) -> TechniqueTemplate:
    """Make these words the technique's current version and return it; what was written with older ones keeps them.

    A version that no contribution uses yet is replaced as well, so that the history stays whole. Raises NotReady for
    people who are no librarians, and where somebody else has made a newer version.
    """
    if not by.is_librarian:
        raise NotReady("Only librarians can change a technique.")
    present = TechniqueTemplate.objects.select_for_update().get(pk=technique.pk)
    if not present.is_current:
        raise NotReady("Somebody else has made a newer version of this technique. Open it and make your change there.")
    return _replace(present, {**{name: getattr(present, name) for name in WORDS}, **words}, supplied_digest="")


def _replace(present: TechniqueTemplate, words: dict[str, Any], *, supplied_digest: str) -> TechniqueTemplate:
    present.is_current = False
    present.save(update_fields=["is_current"])
    return TechniqueTemplate.objects.create(
        key=present.key, version=present.version + 1, supplied_digest=supplied_digest, **words
    )


def _supplied(path: Path) -> dict[str, Any]:
    row = yaml.safe_load(path.read_text(encoding="utf-8"))
    prompts = [
        {
            "key": prompt["key"],
            "prompt": prompt["prompt"],
            "help": prompt.get("help", ""),
            "required": prompt.get("required", False),
        }
        for prompt in row["prompts"]
    ]
    defaults = {"use_when": "", "tips": [], "covers": [], "caution": "", "default_visibility": Visibility.MEMBERS.value}
    return {**defaults, **row, "prompts": prompts}


def _digest(words: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(words, sort_keys=True).encode()).hexdigest()
