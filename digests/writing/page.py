"""An update as a page of the portal: the same items, as whoever opens it may see them now."""

from typing import Any

from catalogue.cards import with_card_facts
from catalogue.querysets import Reader
from digests.choices import ADJECTIVES, Frequency
from digests.models import Digest
from digests.writing.composing import reason_of, sections_of
from digests.writing.gathering import gather, names_of


def update_page(digest: Digest, reader: Reader) -> dict[str, Any]:
    """Return what the template reads.

    Whoever has the link reads as the public does; its reader, signed in, as they do. What they cannot see is counted.
    """
    found = gather([digest], readers={digest.pk: reader})[digest.pk]
    names = names_of({entry.code for entry in found.entries})
    with_card_facts([entry.item for entry in found.entries])
    is_reader = reader.is_authenticated and reader.pk == digest.subscriber.user_id
    return {
        "digest": digest,
        "adjective": ADJECTIVES[Frequency(digest.run.frequency)],
        "sections": [
            (heading, [(entry.item, reason_of(entry, digest.run, names)) for entry in entries])
            for heading, entries in sections_of(found.entries)
        ],
        "hidden": found.hidden,
        "notes": found.notes,
        "is_reader": is_reader,
        "more": max(0, digest.total - len(digest.announcements)),
    }
