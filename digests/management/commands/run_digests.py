"""One tick of the updates by hand: plan what is due, send what is released."""

import datetime
import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from digests.choices import COMPOSER
from digests.services import releasing, ticking
from mail.models import OutboxMessage
from mail.sending import send_waiting


class Command(BaseCommand):
    help = "Plan the updates that are due and send what is released, as the tick every five minutes does."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--now", help="the moment to act as of, in ISO 8601 (default: now)")
        parser.add_argument("--json", action="store_true", help="print one JSON object instead of a sentence")

    def handle(self, *args: Any, **options: Any) -> None:
        now = moment(options["now"])
        failed = OutboxMessage.objects.filter(composer=COMPOSER, state="failed").count
        before = failed()
        done = ticking.tick(now=now)
        sent = 0
        while count := send_waiting(until=now):
            sent += count
        releasing.settle()
        result = {
            "now": now.isoformat(),
            "runs_opened": done.runs_opened,
            "planned": done.planned,
            "released": done.released,
            "sent": sent,
            "skipped_empty": done.skipped_empty,
            "held": done.held,
            "failed": failed() - before,
        }
        if options["json"]:
            self.stdout.write(json.dumps(result))
        else:
            self.stdout.write(", ".join(f"{name.replace('_', ' ')}: {value}" for name, value in result.items()))


def moment(text: str | None) -> datetime.datetime:
    """Return the moment that the text names, in UK time where it says no zone. Raises CommandError for anything else."""
    if not text:
        return timezone.now()
    try:
        found = parse_datetime(text)
    except ValueError:
        found = None
    if found is None:
        raise CommandError(f"{text!r} is no moment: write it as in 2026-11-30T07:00:00+00:00.")
    return found if timezone.is_aware(found) else timezone.make_aware(found)
