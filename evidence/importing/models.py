"""What was imported: the file, and each of its records as it stood there with what became of it."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse

from evidence.importing.querysets import ImportBatchQuerySet, ImportedRecordQuerySet


class ImportBatch(models.Model):
    """One file on its way into the catalogue.

    The counts always add up: created + updated + duplicates + rejected = `record_count`. Before a person confirms,
    they say what would happen. What `records` keep is enough to undo the batch: which items it made.
    """

    class State(models.TextChoices):
        RECEIVED = "received", "Being read"
        CHECKED = "checked", "Waiting for you to confirm"
        IMPORTING = "importing", "Being imported"
        STOPPED = "stopped", "Stopped part of the way"
        DONE = "done", "Imported"
        DISCARDED = "discarded", "Discarded"

    file_name = models.CharField("file", max_length=255)
    file = models.FileField(upload_to="imports/%Y/%m/", blank=True, help_text="Kept for thirty days.")
    sha256 = models.CharField(max_length=64, db_index=True)
    format = models.CharField(max_length=10)
    encoding = models.CharField(max_length=20)
    notices = models.JSONField(default=list, blank=True)
    state = models.CharField(max_length=12, choices=State, default=State.RECEIVED)
    publish = models.BooleanField(default=False, help_text="Publish what is created at once instead of making drafts.")

    record_count = models.PositiveIntegerField("records", default=0)
    created_count = models.PositiveIntegerField("created", default=0)
    updated_count = models.PositiveIntegerField("updated", default=0)
    duplicate_count = models.PositiveIntegerField("already here", default=0)
    rejected_count = models.PositiveIntegerField("not imported", default=0)

    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="import_batches"
    )
    job = models.ForeignKey("jobs.Job", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField("received", auto_now_add=True)
    finished_at = models.DateTimeField("imported", null=True, blank=True)

    objects = ImportBatchQuerySet.as_manager()

    class Meta:
        app_label = "evidence"
        verbose_name = "import"
        verbose_name_plural = "imports"
        ordering: ClassVar = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        """The page in the admin that shows what would happen, or what happened."""
        return reverse("admin:evidence_importbatch_change", args=[self.pk])

    @property
    def is_worked_on(self) -> bool:
        """True while a job reads or imports the file."""
        working = self.state in {self.State.RECEIVED, self.State.IMPORTING}
        return working and self.job is not None and not self.job.is_finished

    @property
    def may_be_confirmed(self) -> bool:
        """True while there may be something left to import and nothing works on it."""
        broke_off = self.state == self.State.IMPORTING and self.job is not None and self.job.is_finished
        return self.state in {self.State.CHECKED, self.State.STOPPED} or broke_off

    @property
    def may_be_discarded(self) -> bool:
        """True while nothing of it is imported and nothing works on it."""
        return self.state in {self.State.RECEIVED, self.State.CHECKED} and not self.is_worked_on

    @property
    def state_words(self) -> str:
        """The state, with an import that broke off called what it is."""
        broke_off = self.state == self.State.IMPORTING and not self.is_worked_on
        return self.State.STOPPED.label if broke_off else self.get_state_display()


class ImportedRecord(models.Model):
    """One record of an imported file. `evidence` is the record it became, or the one it is a duplicate of."""

    class Outcome(models.TextChoices):
        CREATED = "created", "New"
        UPDATED = "updated", "Updated"
        DUPLICATE = "duplicate", "Already here"
        REJECTED = "rejected", "Not imported"

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="records")
    index = models.PositiveIntegerField(help_text="Its place in the file, from 1.")
    line = models.PositiveIntegerField(help_text="The line of the file on which it begins.")
    raw = models.TextField()
    outcome = models.CharField(max_length=10, choices=Outcome)
    is_settled = models.BooleanField(default=False, help_text="False while the outcome is only foreseen.")
    reason = models.CharField(max_length=500, blank=True)
    twin_index = models.PositiveIntegerField(
        null=True, blank=True, help_text="The earlier record of the same file that it repeats."
    )
    evidence = models.ForeignKey(
        "evidence.Evidence", on_delete=models.SET_NULL, null=True, blank=True, related_name="import_rows"
    )

    objects = ImportedRecordQuerySet.as_manager()

    class Meta:
        app_label = "evidence"
        ordering: ClassVar = ["batch", "index"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["batch", "index"], name="imported_record_is_unique_in_its_file")
        ]
        indexes: ClassVar = [
            models.Index(fields=["batch", "outcome", "index"], name="imported_record_by_outcome"),
            models.Index(
                fields=["batch", "index"], name="imported_record_unsettled", condition=models.Q(is_settled=False)
            ),
        ]

    def __str__(self) -> str:
        return f"record {self.index} of {self.batch}"
