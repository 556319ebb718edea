"""Files that go with know-how."""

import uuid
from functools import partial

from django.core.files.base import ContentFile
from django.db import transaction

from accounts.models import User
from catalogue.attachments import ENDINGS, check_file
from catalogue.models import Item
from catalogue.services import NotReady, refuse_unless_editable
from knowledge.models import Attachment, KnowHow

FILES_EACH = 5


@transaction.atomic
def attach(*, knowhow: KnowHow, by: User, name: str, content: bytes, description: str) -> Attachment:
    """Keep a file with the contribution, under a name on disk that nobody can guess; the same file twice is kept once.

    Raises RefusedFile for what may not be kept, NotReady where the person may not change it or it has enough files.
    """
    Item.objects.select_for_update().get(pk=knowhow.pk)
    refuse_unless_editable([knowhow], by)
    checked = check_file(name=name, content=content)
    present = knowhow.attachments.filter(sha256=checked.sha256).first()
    if present is not None:
        return present
    if knowhow.attachments.count() >= FILES_EACH:
        raise NotReady(f"There are {FILES_EACH} files already. Take one away first.")
    attachment = Attachment(
        knowhow=knowhow,
        name=checked.name,
        description=description.strip(),
        content_type=checked.content_type,
        size=len(checked.content),
        sha256=checked.sha256,
        added_by=by,
    )
    stored_as = f"{uuid.uuid4().hex}{ENDINGS[checked.content_type]}"
    attachment.file.save(stored_as, ContentFile(checked.content), save=False)
    attachment.save()
    return attachment


@transaction.atomic
def detach(*, attachment: Attachment, by: User) -> None:
    """Take a file away, from the disk too once that is certain. Raises NotReady where the person may not."""
    refuse_unless_editable([attachment.knowhow], by)
    stored = attachment.file.name
    attachment.delete()
    if stored:
        transaction.on_commit(partial(attachment.file.storage.delete, stored))
