"""The outbox: every message is a row before it is sent, and the row says what became of it."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from mail.querysets import OutboxQuerySet, SuppressionQuerySet


class OutboxMessage(models.Model):
    """One message to one address.

    A sender claims waiting rows by writing its `lease_owner` and `lease_until`; immediately before it speaks of a
    message to the mail server it commits `sending`, and after the answer `sent`, `waiting` (try again at `not_before`)
    or `failed`. A row found in `sending` under a lease that has run out may have arrived: `ambiguous` counts that, and
    the copy that follows carries the same bytes and the same Message-ID, so that it can be recognised.

    A message with a `composer` has no text of its own: what it says is written when it leaves (`mail.composers`), about
    what `reference` names. `mailing` names the mailing that it is part of, which can be held back or stopped as one.

    `purpose` says which flow wrote it. `is_secret` marks a body that opens an account: it is blanked as soon as the
    message is settled, and no page but the development mailbox shows it. `is_bulk` marks mailings, which wait behind
    single messages and heed every suppression.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        SENDING = "sending", "Being sent"
        SENT = "sent", "Sent"
        FAILED = "failed", "Failed"
        KEPT = "kept", "Kept here"
        HELD = "held", "Held back"
        CANCELLED = "cancelled", "Not needed any more"

    purpose = models.CharField(max_length=40)
    to = models.EmailField(max_length=254)
    from_email = models.CharField("from", max_length=320)
    reply_to = models.CharField("replies to", max_length=320, blank=True)
    subject = models.CharField(max_length=500)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    headers = models.JSONField(default=dict, blank=True)
    message_id = models.CharField("Message-ID", max_length=255, unique=True)
    is_bulk = models.BooleanField("mailing", default=False)
    composer = models.CharField("written by", max_length=40, blank=True, editable=False)
    reference = models.BigIntegerField(null=True, blank=True, editable=False)
    mailing = models.CharField("part of", max_length=60, blank=True, editable=False)
    is_secret = models.BooleanField("holds a code or a link that opens an account", default=False)

    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    ambiguous = models.PositiveSmallIntegerField("times it may have arrived unnoticed", default=0)
    not_before = models.DateTimeField("not before", default=timezone.now)
    expires_at = models.DateTimeField("of no use after", null=True, blank=True)
    lease_owner = models.UUIDField(null=True, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    smtp_code = models.PositiveSmallIntegerField("the server's answer", null=True, blank=True)
    last_error = models.CharField("what went wrong", max_length=500, blank=True)
    created_at = models.DateTimeField("written", default=timezone.now)
    sent_at = models.DateTimeField("sent", null=True, blank=True)
    forgotten_at = models.DateTimeField("text deleted", null=True, blank=True)
    # Made by the database. The index of what waits asks for this instead of the state, so that the mark "sending", which
    # leaves it as it is, touches no index at all.
    is_unsent = models.GeneratedField(
        expression=Q(state__in=("waiting", "sending")),  # type: ignore[arg-type]  # Django takes conditions too
        output_field=models.BooleanField(),
        db_persist=True,
    )

    objects = OutboxQuerySet.as_manager()

    class Meta:
        verbose_name = "message"
        indexes: ClassVar = [
            models.Index(fields=["is_bulk", "id"], name="outbox_unsent", condition=Q(is_unsent=True)),
            models.Index(fields=["created_at"], name="outbox_created"),
            models.Index(Lower("to"), name="outbox_to"),
            models.Index(
                fields=["composer", "reference"], name="outbox_reference", condition=Q(reference__isnull=False)
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(state="sending") | Q(lease_owner__isnull=False, lease_until__isnull=False),
                name="outbox_sending_has_lease",
            ),
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False) | (~Q(state="sent") & Q(sent_at__isnull=True)),
                name="outbox_sent_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} – {self.to}"


class Bounce(models.Model):
    """How often an address has refused our messages lately. A hard refusal counts one, a soft one half, once a day."""

    address = models.EmailField(max_length=254, unique=True)
    score = models.DecimalField(max_digits=4, decimal_places=1, default=0)
    last_on = models.DateField("last on")
    words = models.CharField("what its server said", max_length=500, blank=True)

    class Meta:
        verbose_name = "address that refuses"
        verbose_name_plural = "addresses that refuse"
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(address=Lower("address")), name="bounce_address_is_lower_case")
        ]

    def __str__(self) -> str:
        return self.address


class Allowance(models.Model):
    """How many messages may leave for one domain now: a bucket of tokens that fills with time (`mail.rates`)."""

    domain = models.CharField(max_length=253, primary_key=True)
    tokens = models.FloatField()
    filled_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.domain


class Suppression(models.Model):
    """An address that must not be written to: not at all where its mailbox is gone, else not in bulk."""

    class Reason(models.TextChoices):
        BOUNCED = "bounced", "Messages come back"
        COMPLAINED = "complained", "Reported a message as unwanted"
        ASKED = "asked", "Asked not to be written to"

    address = models.EmailField(max_length=254, unique=True)
    reason = models.CharField(max_length=12, choices=Reason)
    since = models.DateTimeField(default=timezone.now, editable=False)

    objects = SuppressionQuerySet.as_manager()

    class Meta:
        verbose_name = "address not written to"
        verbose_name_plural = "addresses not written to"
        ordering: ClassVar = ["address"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(address=Lower("address")), name="suppression_address_is_lower_case")
        ]

    def __str__(self) -> str:
        return self.address

    def save(self, *args: object, **kwargs: object) -> None:
        """Keep the address in lower case, which is how it is looked up."""
        self.address = self.address.lower()
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def clean(self) -> None:
        """Bring the address into lower case before it is checked."""
        self.address = self.address.lower()
