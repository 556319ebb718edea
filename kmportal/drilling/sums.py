"""What a drill came to: what the mail server took, joined with what the outbox says.

Asked is the invariant of docs/digests.md: every planned mail has a row and every row one end; every sent one was taken at
least once, and none more often than it was ambiguous and, if it is sent, once more; copies are the same byte by byte; no
reader is told of one thing twice.
"""

from collections import defaultdict
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from django.db import connection

from digests.choices import COMPOSER, DigestState
from digests.models import Digest, Run
from mail.models import OutboxMessage


@dataclass
class Sums:
    """The sums. `lost` and what follows it must be nothing."""

    messages: int = 0
    taken: int = 0
    failed: int = 0
    ambiguous: int = 0
    duplicates: int = 0
    lost: list[str] = field(default_factory=list)
    unexplained: list[str] = field(default_factory=list)
    differing: list[str] = field(default_factory=list)
    unfinished: list[str] = field(default_factory=list)
    told_twice: int = 0

    @property
    def is_right(self) -> bool:
        """Whether nothing is lost, nothing came twice without being counted, and every copy is the same."""
        return not (self.lost or self.unexplained or self.differing or self.unfinished or self.told_twice)

    def figures(self) -> dict[str, Any]:
        """Return the sums with lists as numbers."""
        return {name: len(value) if isinstance(value, list) else value for name, value in asdict(self).items()}


def judge(log: Path, *, run: Run) -> Sums:
    """Return the sums of one run."""
    sums = Sums()
    taken: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for line in log.read_text().splitlines() if log.exists() else ():
        recipient, message_id, digest = line.split("\t")
        taken[message_id].append((recipient, digest))
    rows = OutboxMessage.objects.of_mailing(run.mailing).filter(composer=COMPOSER)
    written = set()
    columns = ("message_id", "to", "reference", "state", "ambiguous", "attempts", "not_before", "sent_at", "last_error")
    for message_id, address, reference, state, ambiguous, *rest in rows.values_list(*columns).iterator():
        written.add(reference)
        copies = taken.pop(message_id, [])
        is_sent = state == "sent"
        sums.messages += 1
        sums.taken += len(copies)
        sums.failed += state == "failed"
        sums.ambiguous += ambiguous
        sums.duplicates += max(0, len(copies) - 1)
        if is_sent and not copies:
            sums.lost.append(message_id)
        if len(copies) > is_sent + ambiguous:
            told = dict(zip(columns, (message_id, address, reference, state, ambiguous, *rest), strict=True))
            sums.unexplained.append(f"{len(copies)} copies: {told}")
        if len(set(copies)) > 1 or any(recipient != address for recipient, _digest in copies):
            sums.differing.append(message_id)
        if state in {"waiting", "sending", "held"}:
            sums.unfinished.append(f"{message_id}: {state}, not before {rest[1]}, {rest[3]}")
    planned = Digest.objects.filter(run=run).exclude(state=DigestState.EMPTY).values_list("pk", flat=True)
    sums.lost += [f"no row for {key}" for key in planned if key not in written]
    # What was taken and has no row at all.
    sums.unexplained += [key for key in taken if key.startswith(f"<d.{run.pk}.")]
    sums.told_twice = told_twice()
    return sums


def told_twice() -> int:
    """Return how many items one reader was told of twice."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM (SELECT subscriber_id, unnest(announcements) AS told, count(*) FROM digests_digest"
            " WHERE state = 'sent' AND copy = 0 GROUP BY 1, 2 HAVING count(*) > 1) AS twice"
        )
        count: int = cursor.fetchone()[0]
        return count


def lines(log: Path) -> int:
    """Return how many messages the mail server has taken."""
    return log.read_bytes().count(b"\n") if log.exists() else 0
