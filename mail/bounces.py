"""What comes of refusals: a score for each address, and after three bad days no mailings there any more."""

import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from mail.models import Bounce, OutboxMessage, Suppression

HARD, SOFT = Decimal("1"), Decimal("0.5")
# As Mailman counts: at most one refusal a day, and so many of them before an address is left alone.
SUPPRESSED_FROM = Decimal("3")
# Refusals that lie further back are forgotten.
FORGOTTEN_AFTER = datetime.timedelta(days=60)
# What a server answers where there is no such mailbox (RFC 5321), and not where it dislikes a message.
NO_SUCH_MAILBOX = {550, 551, 553}


@transaction.atomic
def record(*, address: str, weight: Decimal, words: str, on: datetime.date | None = None) -> bool:
    """Count a refusal and return whether the address is suppressed now. A second one on the same day counts nothing."""
    day = on or timezone.localdate()
    known, is_new = Bounce.objects.select_for_update().get_or_create(
        address=address.lower(), defaults={"score": weight, "last_on": day, "words": words[:500]}
    )
    if not is_new:
        if known.last_on >= day:
            return Suppression.objects.filter(address=known.address).exists()
        kept = known.score if day - known.last_on <= FORGOTTEN_AFTER else Decimal(0)
        known.score, known.last_on, known.words = kept + weight, day, words[:500]
        known.save()
    if known.score < SUPPRESSED_FROM:
        return False
    Suppression.objects.get_or_create(address=known.address, defaults={"reason": Suppression.Reason.BOUNCED})
    return True


@transaction.atomic
def arrived(*, message_id: str, recipient: str, is_hard: bool, words: str) -> bool:
    """Take in a report that one of our messages came back; return whether it was ours.

    A report counts only with the Message-ID of a message that went to this very address, so that nobody can have an
    address silenced by inventing one.
    """
    ours = OutboxMessage.objects.filter(message_id=message_id, to__iexact=recipient, state="sent")
    if not ours.update(last_error=f"It came back: {words}"[:500]):
        return False
    record(address=recipient, weight=HARD if is_hard else SOFT, words=words)
    return True


@transaction.atomic
def forgive(*, address: str) -> None:
    """Write to the address again, as its owner has shown that it works. One who asked not to be written to stays so."""
    Bounce.objects.filter(address=address.lower()).delete()
    Suppression.objects.filter(address=address.lower(), reason=Suppression.Reason.BOUNCED).delete()
