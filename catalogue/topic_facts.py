"""What higher rooms know of a topic and its reader. They register in AppConfig.ready, and it costs no query of its own."""

from collections.abc import Callable, Mapping

from django.db.models.expressions import Combinable

from accounts.models import User

Fact = Callable[[User], Combinable]

_facts: dict[str, Fact] = {}


def register(name: str, fact: Fact) -> None:
    """Let a topic's page read, under this name, what the expression gives for the person who is signed in."""
    _facts[name] = fact


def facts_for(reader: object) -> Mapping[str, Combinable]:
    """Return what to annotate a topic with; nothing for those who are not signed in."""
    return {name: fact(reader) for name, fact in _facts.items()} if isinstance(reader, User) else {}
