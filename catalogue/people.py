"""Where a room that knows people says who knows about a topic. It registers in AppConfig.ready."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from catalogue.querysets import Reader
from taxonomy.models import Topic


@dataclass(frozen=True)
class Contact:
    """A person who agreed to be named: `about` is what to ask them, `url` their page."""

    name: str
    url: str
    organisation: str = ""
    about: str = ""


_sources: list[Callable[[Topic, Reader], Iterable[Contact]]] = []


def on_people_who_know(source: Callable[[Topic, Reader], Iterable[Contact]]) -> None:
    """Let `source` name people for a topic's page: only those who agreed, and only to whom they agreed to be named."""
    if source not in _sources:
        _sources.append(source)


def people_who_know(topic: Topic, user: Reader) -> list[Contact]:
    """Return who knows about the topic, as far as this reader may be told. One query for each room that knows."""
    return [contact for source in _sources for contact in source(topic, user)]
