"""How many messages a minute may leave for one domain (settings.MAIL_RATES), counted in PostgreSQL.

A limit that each worker kept for itself would not be one, and a broker that is down must not switch it off.
"""

import datetime
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db import connection

from mail.models import OutboxMessage

# One statement, so that any number of senders share one bucket, by the database's clock: one sender whose own is fast would
# leave it empty for all until that time. It holds a minute's worth at most, and gives what it has.
TAKE = """
    INSERT INTO mail_allowance AS bucket (domain, tokens, filled_at)
    VALUES (%(domain)s, %(rate)s - least(%(rate)s, %(wanted)s), statement_timestamp())
    ON CONFLICT (domain) DO UPDATE SET
        tokens = greatest(0, {full} - %(wanted)s),
        filled_at = greatest(bucket.filled_at, statement_timestamp())
    RETURNING tokens
"""
FULL = "least(%(rate)s, bucket.tokens + %(rate)s * greatest(0, extract(epoch FROM statement_timestamp() - bucket.filled_at)) / 60)"
LOOK = "SELECT {full} FROM mail_allowance AS bucket WHERE domain = %(domain)s FOR UPDATE"


def domain_of(address: str) -> str:
    """Return the part after the @, in lower case."""
    return address.rpartition("@")[2].lower()


def over_the_limit(messages: Sequence[OutboxMessage]) -> dict[int, datetime.timedelta]:
    """Take from the allowance of each limited domain; return how long those messages must wait that it has no room for.

    Call it inside a transaction. Costs nothing for domains without a limit.
    """
    rates: Mapping[str, int] = settings.MAIL_RATES
    limited: dict[str, list[OutboxMessage]] = defaultdict(list)
    for message in messages if rates else ():
        if domain_of(message.to) in rates:
            limited[domain_of(message.to)].append(message)
    waits: dict[int, datetime.timedelta] = {}
    for domain in sorted(limited):
        rate, theirs = rates[domain], limited[domain]
        granted = take(domain=domain, rate=rate, wanted=len(theirs))
        for place, message in enumerate(theirs[granted:], start=1):
            waits[message.pk] = datetime.timedelta(seconds=60 * place / rate)
    return waits


def take(*, domain: str, rate: int, wanted: int) -> int:
    """Take up to so many messages from the domain's allowance and return how many there were."""
    values: dict[str, Any] = {"domain": domain, "rate": float(rate)}
    with connection.cursor() as cursor:
        cursor.execute(LOOK.format(full=FULL), values)
        row = cursor.fetchone()
        granted = min(wanted, int(row[0] if row else rate))
        cursor.execute(TAKE.format(full=FULL), values | {"wanted": float(granted)})
    return granted
