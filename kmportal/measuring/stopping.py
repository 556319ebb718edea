"""How soon a press on the link of a mail holds, with a whole mailing in the outbox."""

import datetime
from statistics import median
from typing import Any

from django.core.management.base import CommandError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from digests.models import Subscriber
from digests.tokens import STOP, token
from kmportal.measuring.timing import milliseconds
from mail.models import OutboxMessage

PRESSES = 100


def presses(*, number: int = PRESSES) -> dict[str, Any]:
    """Let the whole mailing wait again and stop it for so many readers by the links of their mails.

    Returns the ms until the answers, each of which comes after its effect. Raises CommandError where mail would still leave.
    """
    tomorrow = timezone.now() + datetime.timedelta(days=1)
    OutboxMessage.objects.update(state="waiting", sent_at=None, not_before=tomorrow)
    readers = list(Subscriber.objects.order_by("pk")[:number])
    theirs = OutboxMessage.objects.filter(state="waiting", to__in=[reader.address for reader in readers])
    if not theirs.exists():
        raise CommandError("None of the readers has mail that could be stopped.")
    mailer = Client(headers={"host": "127.0.0.1"})

    def press(reader: Subscriber) -> None:
        path = reverse("digests:stop", args=[token(reader, STOP, "weekly")])
        if mailer.post(path, {"List-Unsubscribe": "One-Click"}).status_code != 200:
            raise CommandError("A press was not answered.")

    taken = milliseconds(press, readers)
    if theirs.exists():
        raise CommandError("Mail to somebody who stopped would still leave.")
    return {"stop_presses": len(taken), "stop_p50_ms": round(median(taken), 1), "stop_worst_ms": round(max(taken), 1)}
