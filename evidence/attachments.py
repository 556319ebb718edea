"""The one file a record may carry: checked by its content before it is kept, under a name that cannot be guessed."""

import uuid
from functools import partial

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from catalogue.attachments import PDF, CheckedFile, check_file
from evidence.models import Attachment


def check_upload(upload: UploadedFile) -> CheckedFile:
    """Return the uploaded PDF as it may be kept. Raises `catalogue.attachments.RefusedFile` with a sentence."""
    return check_file(name=upload.name or "", content=upload.read(), allowed=(PDF,))


@transaction.atomic
def store(*, attachment: Attachment, checked: CheckedFile) -> Attachment:
    """Put the checked file into the attachment and save it; a file that it replaces goes once that is certain.

    The name readers see is the attachment's own, or the file's where it has none. The name on disk is random, so that
    nobody finds a file by guessing. Where the transaction fails, a file nobody points at is left behind.
    """
    replaced = Attachment.objects.filter(pk=attachment.pk).values_list("file", flat=True).first()
    attachment.name = attachment.name.strip() or checked.name
    attachment.content_type = checked.content_type
    attachment.size = len(checked.content)
    attachment.sha256 = checked.sha256
    attachment.file.save(f"{uuid.uuid4().hex}.pdf", ContentFile(checked.content), save=False)
    attachment.save()
    if replaced:
        _remove_later(attachment, replaced)
    return attachment


@transaction.atomic
def remove(*, attachment: Attachment) -> None:
    """Delete the attachment, and its file once that is certain."""
    stored = attachment.file.name
    attachment.delete()
    if stored:
        _remove_later(attachment, stored)


def _remove_later(attachment: Attachment, stored: str) -> None:
    transaction.on_commit(partial(attachment.file.storage.delete, stored))
