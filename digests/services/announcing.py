"""Freezing what is announced: each item once as new, again when its standing changes, and events shortly before."""

import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from catalogue.choices import KindName, Visibility
from catalogue.models import Item
from digests.choices import ImportRule, Reason, Silence
from digests.models import AnnounceBatch

# One batch at a time: numbers must be committed in their order. The number of the lock is arbitrary.
ANNOUNCE_LOCK = 8_250_001
# What was shown so long before the batch before this one is not news, as when the portal is filled for the first time.
NEWS_FOR = datetime.timedelta(days=31)
SOON = datetime.timedelta(days=9)
RECENT_MONTHS = 12

# {listed} is the catalogue's own condition on what lists show. Records of an import are announced by the rule of their
# import: by default those published within a year.
AS_NEW = """
    INSERT INTO digests_announcement (item_id, batch_id, reason, silence, standing)
    SELECT item.id, %(batch)s, %(new)s,
        CASE
            WHEN item.published_at < %(news_from)s THEN %(old)s
            WHEN imported.rule = %(none)s OR (imported.rule = %(recent)s AND NOT coalesce(
                coalesce(evidence.published_on, make_date(item.year::int, 12, 31)) >= %(recent_from)s, false
            )) THEN %(import)s
            ELSE ''
        END,
        item.standing
    FROM ({listed}) AS item
    LEFT JOIN evidence_evidence evidence ON evidence.item_ptr_id = item.id
    LEFT JOIN LATERAL (
        SELECT coalesce(choice.rule, %(recent)s) AS rule
        FROM evidence_importedrecord record
        LEFT JOIN digests_importchoice choice ON choice.import_batch_id = record.batch_id
        WHERE record.evidence_id = item.id AND record.outcome = 'created'
        LIMIT 1
    ) AS imported ON true
    WHERE item.visibility <> %(team)s
    AND NOT EXISTS (
        SELECT 1 FROM digests_announcement known WHERE known.item_id = item.id AND known.reason = %(new)s
    )
    ON CONFLICT DO NOTHING
"""
# What came silently with an import stays silent: judging a back-file must not fill anyone's mail.
AS_CHANGED = """
    INSERT INTO digests_announcement (item_id, batch_id, reason, silence, standing)
    SELECT item.id, %(batch)s, %(changed)s, '', item.standing
    FROM ({listed}) AS item
    JOIN LATERAL (
        SELECT standing, batch_id FROM digests_announcement known
        WHERE known.item_id = item.id ORDER BY known.id DESC LIMIT 1
    ) AS last ON true
    WHERE item.standing NOT IN ('', last.standing) AND last.batch_id < %(batch)s
    AND NOT EXISTS (
        SELECT 1 FROM digests_announcement known WHERE known.item_id = item.id AND known.silence = %(import)s
    )
"""
AS_SOON = """
    INSERT INTO digests_announcement (item_id, batch_id, reason, silence, standing)
    SELECT item.id, %(batch)s, %(soon)s, '', item.standing
    FROM ({listed}) AS item
    JOIN digests_announcement known ON known.item_id = item.id AND known.reason = %(new)s
    WHERE item.kind = %(event)s AND item.starts_at > %(now)s AND item.starts_at <= %(soon_until)s
    AND known.batch_id < %(batch)s
    ON CONFLICT DO NOTHING
"""


@transaction.atomic
def announce(*, at: datetime.datetime | None = None) -> AnnounceBatch:
    """Announce everything that lists show and that was not announced yet; return the batch, which may be empty.

    No moment decides what is new but that it was not announced before, so that nothing falls between two batches. A
    moment to come announces nothing that is not shown yet.
    """
    now = min(at or timezone.now(), timezone.now())
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ANNOUNCE_LOCK])
        before = AnnounceBatch.objects.order_by("-pk").first()
        batch = AnnounceBatch.objects.create(frozen_at=now)
        columns = ("id", "kind", "visibility", "standing", "published_at", "year", "starts_at")
        listed, parameters = Item.objects.listed().order_by().values(*columns).query.sql_with_params()
        # The catalogue's parameters come without names; the client puts each in its place, quoted.
        condition = cursor.cursor.mogrify(listed, parameters).decode().replace("%", "%%")
        values: dict[str, Any] = {
            "batch": batch.pk,
            "new": Reason.NEW,
            "changed": Reason.STANDING,
            "soon": Reason.SOON,
            "old": Silence.OLD,
            "import": Silence.IMPORT,
            "recent": ImportRule.RECENT,
            "none": ImportRule.NONE,
            "team": Visibility.TEAM,
            "event": KindName.EVENT,
            "now": now,
            "soon_until": now + SOON,
            "news_from": min(before.frozen_at if before else now, now) - NEWS_FOR,
            "recent_from": (now - datetime.timedelta(days=365)).date(),
        }
        for statement in (AS_NEW, AS_CHANGED, AS_SOON):
            cursor.execute(statement.format(listed=condition), values)
    return batch


def last_batch() -> int:
    """Return the number of the newest batch, 0 where there is none."""
    newest = AnnounceBatch.objects.order_by("-pk").values_list("pk", flat=True).first()
    return newest or 0
