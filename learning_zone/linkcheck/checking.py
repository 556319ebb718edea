"""Checking the links that are due, one after the other."""

import datetime
import logging
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from learning_zone.choices import Verdict
from learning_zone.linkcheck.fetching import Fetcher
from learning_zone.linkcheck.judging import AGAIN_AFTER_FAILURE, BROKEN_AFTER, BROKEN_OVER, EVERY, Finding, look_at
from learning_zone.linkcheck.robots import Robots
from learning_zone.models import LinkCheck

logger = logging.getLogger(__name__)

# Seconds between two requests to one host.
PAUSE = 2.0
AT_ONCE = 200
# So that two workers never check at the same time: a lock of PostgreSQL, named by a number of our own.
LOCK = 7_204_118


class Politeness:
    """Waits until a host has had its pause."""

    def __init__(self, *, pause: float = PAUSE, sleep: Callable[[float], None] = time.sleep) -> None:
        self.pause = pause
        self.sleep = sleep
        self._asked: dict[str, float] = {}

    def __call__(self, host: str) -> None:
        """Wait, then note that the host is asked now."""
        waiting = self._asked.get(host, -self.pause) + self.pause - time.monotonic()
        if waiting > 0:
            self.sleep(waiting)
        self._asked[host] = time.monotonic()


def portal_fetcher() -> Fetcher:
    """Return the fetcher of this portal, which says who asks and where to complain."""
    agent = f"KnowledgePortalLinkCheck/1 (+{settings.PORTAL_URL}; {settings.LIBRARY_TEAM_EMAIL})"
    return Fetcher(agent=agent, before_request=Politeness())


def check_due(*, fetcher: Fetcher | None = None, most: int = AT_ONCE) -> int:
    """Check the links whose time has come; return how many. Does nothing while another worker checks."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        (free,) = cursor.fetchone()
    if not free:
        return 0
    try:
        fetcher = fetcher or portal_fetcher()
        robots = Robots(fetcher)
        due = _spread(list(LinkCheck.objects.due()[:most]))
        left_alone: dict[str, datetime.datetime] = {}
        for check in due:
            host = urlsplit(check.url).netloc
            if host in left_alone:
                # A server that asked for peace means all of it, and not the one page.
                LinkCheck.objects.filter(pk=check.pk, url=check.url).update(next_check_at=left_alone[host])
                continue
            finding = check_one(check=check, fetcher=fetcher, robots=robots)
            if finding.wait:
                left_alone[host] = timezone.now() + finding.wait
        return len(due)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def check_one(*, check: LinkCheck, fetcher: Fetcher, robots: Robots) -> Finding:
    """Check one link, write down what that means and return what was found. No transaction is open while the server is asked."""
    if robots.allow(check.url):
        finding = look_at(check.url, fetcher, now=timezone.now())
    else:
        finding = Finding(Verdict.UNKNOWN, "The site asks machines to stay away.")
    note_finding(check=check, finding=finding)
    logger.info("Link %s: %s", check.pk, check.verdict)
    return finding


@transaction.atomic
def note_finding(*, check: LinkCheck, finding: Finding) -> None:
    """Count failures, decide whether they make the link broken, and set the next check."""
    now = timezone.now()
    current = LinkCheck.objects.select_for_update().filter(pk=check.pk, url=check.url).first()
    if current is None:
        # The address was changed while it was asked for.
        return
    check.verdict, check.note, check.status_code = finding.verdict, finding.note, finding.status
    check.moved_to, check.checked_at = finding.moved_to[:1000], now
    if finding.failed:
        check.failures = current.failures + 1
        check.failing_since = current.failing_since or now
        if check.failures >= BROKEN_AFTER and now - check.failing_since >= BROKEN_OVER:
            check.verdict = Verdict.BROKEN
        check.next_check_at = now + AGAIN_AFTER_FAILURE
    else:
        if finding.verdict != Verdict.UNKNOWN:
            check.failures, check.failing_since = 0, None
        check.next_check_at = now + (finding.wait or EVERY)
    check.save()


def _spread(checks: list[LinkCheck]) -> list[LinkCheck]:
    """Return the checks so that those of one host stand far apart: the pause of one is the time of others."""
    turns: dict[str, int] = {}
    keyed = []
    for place, check in enumerate(checks):
        host = urlsplit(check.url).netloc
        turns[host] = turns.get(host, 0) + 1
        keyed.append((turns[host], place, check))
    return [check for _, _, check in sorted(keyed, key=lambda entry: entry[:2])]
