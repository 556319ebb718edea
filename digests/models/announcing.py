"""What is announced: numbered batches, and for each item every time it was announced, or why it was not."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from catalogue.models import Item
from digests.choices import ImportRule, Reason, Silence
from evidence.importing.models import ImportBatch


class AnnounceBatch(models.Model):
    """What was announced together. The numbers only grow, which no clock can promise: they are the watermark."""

    frozen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "batch of announcements"

    def __str__(self) -> str:
        return f"Batch {self.pk}"


class Announcement(models.Model):
    """That an item was announced in a batch, and why. An item is new once, which a constraint holds.

    `silence` says why an item is known and not announced; `standing` is what the item's was, so that a change of it is
    seen without anybody telling.
    """

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="announcements")
    batch = models.ForeignKey(AnnounceBatch, on_delete=models.PROTECT, related_name="announcements")
    reason = models.CharField(max_length=10, choices=Reason)
    silence = models.CharField(max_length=10, choices=Silence, blank=True)
    standing = models.CharField(max_length=15, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["item"], condition=Q(reason="new"), name="announced_as_new_once"),
            models.UniqueConstraint(fields=["item"], condition=Q(reason="soon"), name="announced_as_soon_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["batch"], name="announced_aloud", condition=Q(silence=""))]

    def __str__(self) -> str:
        return f"{self.item_id} in batch {self.batch_id}: {self.get_reason_display()}"


class ImportChoice(models.Model):
    """Which records of one import are announced, where a librarian chose otherwise than the rule for all."""

    import_batch = models.OneToOneField(
        ImportBatch, on_delete=models.CASCADE, related_name="announcing", verbose_name="import"
    )
    rule = models.CharField("announce", max_length=10, choices=ImportRule, default=ImportRule.RECENT)

    class Meta:
        verbose_name = "import to announce"
        verbose_name_plural = "imports to announce"

    def __str__(self) -> str:
        return f"{self.import_batch}: {self.get_rule_display().lower()}"
