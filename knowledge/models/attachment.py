"""Files that go with know-how."""

from typing import ClassVar

import pghistory
from django.db import models

from accounts.models import User
from knowledge.models.contribution import KnowHow


@pghistory.track(pghistory.InsertEvent(), pghistory.DeleteEvent())
class Attachment(models.Model):
    """A PDF or a picture, checked by its content before it is kept, and served as a download only."""

    knowhow = models.ForeignKey(KnowHow, on_delete=models.CASCADE, related_name="attachments")
    file = models.FileField(upload_to="know-how/%Y/")
    name = models.CharField("file name shown to readers", max_length=150)
    description = models.CharField("what it shows", max_length=200)
    content_type = models.CharField(max_length=100, editable=False)
    size = models.PositiveIntegerField(editable=False, help_text="In bytes.")
    sha256 = models.CharField(max_length=64, editable=False)
    added_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["knowhow", "sha256"], name="knowhow_attachment_once"),
        ]

    def __str__(self) -> str:
        return self.name
