"""A vocabulary between a file and the database."""

from dataclasses import dataclass, field


class Unreadable(Exception):
    """The file holds no vocabulary that the portal reads; the message says why."""


@dataclass
class Entry:
    """One topic as a file tells it.

    uri: what the file calls it. slug: the last part of its address, where the file comes from a portal. broader, related,
    instead: uris; the first broader one is the main one. instead: the topic to use in its place.
    """

    uri: str
    name: str
    slug: str = ""
    names: list[str] = field(default_factory=list)
    scope_note: str = ""
    key_message: str = ""
    status: str = ""
    broader: list[str] = field(default_factory=list)
    related: list[str] = field(default_factory=list)
    instead: str = ""


@dataclass
class Vocabulary:
    """All entries of a file, in a stable order, and what is wrong with it, each in one sentence."""

    entries: list[Entry] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
