"""What the mails of some readers hold, with what each of them may see asked anew: the last door before the outbox."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser

from catalogue import kinds
from catalogue.models import Item
from digests.choices import KIND_NUMBERS
from digests.models import Announcement, Digest, Note, SavedSearch
from digests.writing.pieces import Kept
from taxonomy.models import Topic

_shown: Kept[Any] = Kept(4_000)


@dataclass(frozen=True, eq=False)
class Entry:
    """One item of a mail: the item, why it was announced, and the code of what it was chosen for.

    The mails that are gathered together share it, so that each is itself alone as a key.
    """

    item: Any
    reason: str
    code: int


@dataclass(frozen=True)
class Gathered:
    """What one mail holds now. `hidden` counts what was chosen and may not be seen any more."""

    entries: Sequence[Entry]
    hidden: int
    notes: Sequence[str]


def gather(digests: Sequence[Digest], *, readers: Mapping[int, Any] | None = None) -> dict[int, Gathered]:
    """Return by its key what each update holds for its reader at this moment.

    readers: who else reads it, by the key of the update, as in a browser. Public items cost one query for all; only
    items that are not public are asked for reader by reader.
    """
    wanted = {key for digest in digests for key in digest.announcements}
    announced = {
        pk: (item, reason)
        for pk, item, reason in Announcement.objects.filter(pk__in=wanted).values_list("pk", "item", "reason")
    }
    items = {item for item, _reason in announced.values()}
    public = _listed(AnonymousUser(), items)
    notes = _notes({digest.run_id for digest in digests})
    shared: dict[tuple[int, int], Entry] = {}
    gathered = {}
    for digest in digests:
        chosen = [pair for pair in zip(digest.announcements, digest.codes, strict=True) if pair[0] in announced]
        visible: Mapping[int, Any] = public
        if restricted := {item for item in [announced[key][0] for key, _code in chosen] if item not in public}:
            reader = (readers or {}).get(digest.pk, digest.subscriber.reader)
            if reader.is_authenticated:
                visible = public | _listed(reader, restricted)
        entries = []
        for key, code in chosen:
            item, reason = announced[key]
            if item in visible:
                entry = shared.get((key, code))
                if entry is None:
                    entry = shared[key, code] = Entry(visible[item], reason, code)
                entries.append(entry)
        gathered[digest.pk] = Gathered(
            entries,
            len(digest.announcements) - len(entries),
            [text for topic, text in notes[digest.run_id] if topic is None or topic in digest.codes],
        )
    return gathered


def _listed(reader: Any, item_ids: Collection[int]) -> dict[int, Any]:
    """Return those of the items that lists show this reader; whole rows are read only of items not met before."""
    current = list(
        Item.objects.listed_to(reader).filter(pk__in=item_ids).order_by().values_list("pk", "version", "updated_at")
    )
    found = {key[0]: known for key in current if (known := _shown.get(key)) is not None}
    missing = [pk for pk, _version, _at in current if pk not in found]
    if missing:
        for item in Item.objects.listed_to(reader).filter(pk__in=missing):
            found[item.pk] = _shown.put((item.pk, item.version, item.updated_at), item)
    return found


def _notes(run_ids: Collection[int]) -> dict[int, list[tuple[int | None, str]]]:
    """Return the library team's notes of each run, with the code of the topic that each is for."""
    notes: dict[int, list[tuple[int | None, str]]] = defaultdict(list)
    for run, topic, text in Note.objects.filter(run__in=run_ids).order_by("pk").values_list("run", "topic", "text"):
        if topic is None:
            notes[run].append((None, text))
        else:
            notes[run] += [(topic * 4, text), (topic * 4 + 1, text)]
    return notes


def names_of(codes: Collection[int]) -> dict[int, tuple[str, bool]]:
    """Return for each code what it stands for in words, and whether it is a saved search. Two queries."""
    topics = {code: code // 4 for code in codes if code % 4 in {0, 1}}
    searches = {code: code // 4 for code in codes if code % 4 == 2}
    topic_names = dict(Topic.objects.filter(pk__in=set(topics.values())).values_list("pk", "name")) if topics else {}
    search_words = (
        dict(SavedSearch.objects.filter(pk__in=set(searches.values())).values_list("pk", "words")) if searches else {}
    )
    kind_names = {number: kind for kind, number in KIND_NUMBERS.items()}
    registered = {kind.name: kind.plural for kind in kinds.all_kinds()}
    names = {code: (topic_names.get(pk, ""), False) for code, pk in topics.items()}
    names |= {code: (search_words.get(pk, ""), True) for code, pk in searches.items()}
    for code in codes:
        if code % 4 == 3:
            names[code] = (registered.get(kind_names[code // 4], ""), False)
    return names
