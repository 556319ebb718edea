"""One reader's mail: what the outbox sends, what a librarian previews, byte for byte but for the tokens of its links."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape

from django.conf import settings
from django.urls import reverse

from catalogue import kinds
from design.dates import day_in_words, moment_in_words
from digests.choices import ADJECTIVES, Frequency
from digests.models import Digest, Run
from digests.tokens import MANAGE, STOP, VIEW, token
from digests.writing import words
from digests.writing.gathering import Entry, Gathered, gather, names_of
from digests.writing.pieces import Kept, Pair, frame_piece, item_piece
from mail.composers import Content, NotNeeded
from mail.links import portal_url
from mail.models import OutboxMessage

# Items with their reasons, drawn for one reader and used for the next: readers share most of them.
_entries: Kept[tuple[str, str]] = Kept(20_000)


def write_messages(messages: Sequence[OutboxMessage]) -> Mapping[int, Content | NotNeeded]:
    """Write the messages of this room at the moment they leave (`mail.composers`)."""
    digests = {
        digest.pk: digest
        for digest in Digest.objects.with_reader().filter(pk__in=[message.reference for message in messages])
    }
    written = write(list(digests.values()))
    gone = NotNeeded("Its reader is gone.")
    return {message.pk: written.get(message.reference or 0, gone) for message in messages}


@dataclass(frozen=True)
class Occasion:
    """What the mails of one run share that are written together."""

    run: Run
    names: Mapping[int, tuple[str, bool]]
    adjective: str
    frame: Pair
    portal: str
    list_id: str
    # Its items as they stand in these mails, as HTML and as text.
    drawn: dict[Entry, tuple[str, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, run: Run, names: Mapping[int, tuple[str, bool]]) -> "Occasion":
        """Put together what the mails of this run share. names: what each code stands for (`names_of`)."""
        adjective = ADJECTIVES[Frequency(run.frequency)]
        return cls(
            run=run,
            names=names,
            adjective=adjective,
            frame=frame_piece(adjective=adjective, day=day_in_words(run.sends_on)),
            portal=str(settings.PORTAL_URL),
            list_id=f"<{adjective}.updates.{list_domain()}>",
        )

    def link(self, name: str, signed: str) -> str:
        """Return the full address of a page of this room that takes a token."""
        return f"{_address(name, self.portal)}{signed}/"


def write(digests: Sequence[Digest]) -> dict[int, Content | NotNeeded]:
    """Return by its key what each update says now, or why it is not needed. Six queries, however many updates."""
    gathered = gather(digests)
    names = names_of({entry.code for found in gathered.values() for entry in found.entries})
    runs = {digest.run_id: digest.run for digest in digests}
    occasions = {key: Occasion.of(run, names) for key, run in runs.items()}
    return {digest.pk: _one(digest, gathered[digest.pk], occasions[digest.run_id]) for digest in digests}


def _one(digest: Digest, found: Gathered, occasion: Occasion) -> Content | NotNeeded:
    subscriber = digest.subscriber
    user = subscriber.user
    if subscriber.stopped_at is not None or (user is not None and not user.is_active):
        return NotNeeded("Its reader stopped the updates.")
    if subscriber.is_paused:
        return NotNeeded("Its reader paused the updates.")
    if not found.entries:
        return NotNeeded("Nothing of it may be seen any more.")
    links = {
        "view_url": occasion.link("digests:view", token(subscriber, VIEW, str(digest.pk))),
        "manage_url": occasion.link("digests:manage", token(subscriber, MANAGE)),
        "stop_url": occasion.link("digests:stop", token(subscriber, STOP, occasion.run.frequency)),
    }
    names = occasion.names
    more = more_line(digest, found)
    sections = sections_of(found.entries)
    sections_html, sections_text = _sections(sections, occasion)
    summary = summary_line(sections)
    html = {
        "summary": escape(summary),
        "notes": "".join(_note_html(text) for text in found.notes),
        "sections": sections_html,
        "more": _more_html(more, links["manage_url"]),
        **{name: escape(link) for name, link in links.items()},
    }
    text = {
        "summary": summary,
        "notes": "".join(f"{note_from()} {words.plain(text, longest=600)}\n\n" for text in found.notes),
        "sections": sections_text,
        "more": f"{more}\n\n" if more else "",
        **links,
    }
    return Content(
        subject=words.subject(len(found.entries), [names.get(entry.code, ("", False))[0] for entry in found.entries]),
        text=occasion.frame.text.filled(text),
        html=occasion.frame.html.filled(html),
        headers={
            "List-Unsubscribe": f"<{links['stop_url']}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "List-Id": occasion.list_id,
            "Precedence": "bulk",
        },
    )


@lru_cache(maxsize=20)
def _address(name: str, portal: str) -> str:
    return portal_url(reverse(name, args=["0"])).removesuffix("0/")


def list_domain() -> str:
    """Return the portal's host, under which its mailings are known (RFC 2919)."""
    return str(settings.PORTAL_URL).partition("://")[2].partition("/")[0].partition(":")[0]


def sections_of(entries: Sequence[Entry]) -> list[tuple[str, list[Entry]]]:
    """Return the entries under the heading of their kind, kinds in their own order, entries in that of the mail."""
    by_kind: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_kind[entry.item.kind].append(entry)
    return [(kind.plural, by_kind[kind.name]) for kind in kinds.all_kinds() if kind.name in by_kind]


def summary_line(sections: Sequence[tuple[str, Sequence[Entry]]]) -> str:
    """Return "4 new for you: 2 evidence, 1 know-how, 1 event."."""
    singular = {kind.plural: kind.label for kind in kinds.all_kinds()}
    counts = [
        f"{len(theirs)} {(singular[heading] if len(theirs) == 1 else heading).lower()}" for heading, theirs in sections
    ]
    return f"{sum(len(theirs) for _heading, theirs in sections)} new for you: {', '.join(counts)}."


def more_line(digest: Digest, found: Gathered) -> str:
    """Return the sentence about what was new and did not fit; "" where all of it is here."""
    left = digest.total - len(digest.announcements)
    if left <= 0:
        return ""
    return f"{left:,} more {'item was' if left == 1 else 'items were'} new on what you follow."


def reason_of(entry: Entry, run: Run, names: Mapping[int, tuple[str, bool]]) -> str:
    """Return the line that says why the item is here."""
    name, is_search = names.get(entry.code, ("", False))
    return words.reason_line(
        entry.reason,
        kind=entry.item.kind,
        standing=entry.item.standing_label,
        starts_at=entry.item.starts_at,
        on=run.sends_on,
        why=words.because(name or "this", is_search=is_search),
    )


def starts_of(entry: Entry) -> str:
    """Return when it takes place, for what has a time."""
    return moment_in_words(entry.item.starts_at)


HEADING = '<h2 style="font-size:20px;line-height:1.3;margin:28px 0 8px;color:#212b32">'
PARAGRAPH = '<p style="font-size:16px;line-height:1.5;margin:0 0 16px;color:#212b32">'


def _sections(sections: Sequence[tuple[str, Sequence[Entry]]], occasion: Occasion) -> tuple[str, str]:
    """Return the items under their headings, as HTML and as text."""
    html, text = [], []
    for heading, theirs in sections:
        drawn = [occasion.drawn.get(entry) or _drawn(entry, occasion) for entry in theirs]
        html += [f"{HEADING}{escape(heading)}</h2>\n", *(pair[0] for pair in drawn)]
        text += [f"{heading.upper()}\n\n", *(pair[1] for pair in drawn)]
    return "".join(html), "".join(text)


def _drawn(entry: Entry, occasion: Occasion) -> tuple[str, str]:
    """Return one item with its reason, as HTML and as text: the same for all who get it for the same reason."""
    item, run, name = entry.item, occasion.run, occasion.names.get(entry.code)
    key = (item.pk, item.version, item.updated_at, entry.reason, name, run.sends_on, occasion.portal)
    drawn = _entries.get(key)
    if drawn is None:
        piece = item_piece(item, starts=starts_of(entry))
        reason = reason_of(entry, run, occasion.names)
        drawn = piece.html.filled({"reason": escape(reason)}), piece.text.filled({"reason": reason})
        _entries.put(key, drawn)
    occasion.drawn[entry] = drawn
    return drawn


def note_from() -> str:
    """Return what stands before a note of the library team."""
    return f"From the {settings.BRAND['library_team']}:"


def _note_html(text: str) -> str:
    return f"{PARAGRAPH}<strong>{escape(note_from())}</strong> {escape(words.plain(text, longest=600))}</p>\n"


def _more_html(more: str, manage_url: str) -> str:
    if not more:
        return ""
    return (
        f'{PARAGRAPH}{escape(more)} <a href="{escape(manage_url)}" style="color:#005eb8">See what you follow</a></p>\n'
    )
