"""Reads of imports."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, TypeVar

from django.db import models
from django.utils import timezone

if TYPE_CHECKING:
    from evidence.importing.models import ImportBatch, ImportedRecord

BatchType = TypeVar("BatchType", bound="ImportBatch", covariant=True)
RecordType = TypeVar("RecordType", bound="ImportedRecord", covariant=True)

# How long an uploaded file is kept; its records stay.
KEPT_FOR = datetime.timedelta(days=30)


class ImportBatchQuerySet(models.QuerySet[BatchType]):
    """Imported files."""

    def with_old_file(self, *, at: datetime.datetime | None = None) -> ImportBatchQuerySet[BatchType]:
        """Those whose file is kept longer than it needs to be; the records stay."""
        return self.exclude(file="").filter(created_at__lt=(at or timezone.now()) - KEPT_FOR)

    def never_confirmed(self, *, at: datetime.datetime | None = None) -> ImportBatchQuerySet[BatchType]:
        """Those that were looked at and left, long ago."""
        return self.filter(state__in=("received", "checked"), created_at__lt=(at or timezone.now()) - KEPT_FOR)

    def imported_before(self, batch: ImportBatch) -> ImportBatchQuerySet[BatchType]:
        """Earlier imports of the very same file, the latest first."""
        return self.filter(sha256=batch.sha256, state="done", pk__lt=batch.pk).order_by("-pk")


class ImportedRecordQuerySet(models.QuerySet[RecordType]):
    """Records of imported files."""

    def unsettled(self) -> ImportedRecordQuerySet[RecordType]:
        """Those whose outcome is only foreseen, in the order of the file."""
        return self.filter(is_settled=False).order_by("index")

    def made_from(self, *, sha256: str, indexes: range) -> ImportedRecordQuerySet[RecordType]:
        """Records of the same file, imported before, whose evidence is still there."""
        return self.filter(
            batch__sha256=sha256,
            index__gte=indexes.start,
            index__lt=indexes.stop,
            is_settled=True,
            outcome="created",
            evidence__isnull=False,
        )
