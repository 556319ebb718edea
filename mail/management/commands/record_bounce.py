"""Take in a report of a message that came back, as a mail server hands it to a program."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from mail import bounces
from mail.reports import read_report

MOST_BYTES = 1_000_000


class Command(BaseCommand):
    help = "Read one report (RFC 3464) from standard input and count it against the address it speaks of."

    def handle(self, *args: Any, **options: Any) -> None:
        known = sum(
            bounces.arrived(message_id=one.message_id, recipient=one.recipient, is_hard=one.is_hard, words=one.words)
            for one in read_report(sys.stdin.buffer.read(MOST_BYTES))
        )
        self.stdout.write(f"{known} of our messages came back.")
