"""Agreeing to what a librarian wrote up for its author."""

from django.db import transaction

from accounts.models import User
from catalogue.models import Item
from catalogue.services import NotReady, refuse_unless_editable
from knowledge import letters
from knowledge.agreement import agreement_token
from knowledge.choices import Action
from knowledge.models import KnowHow
from knowledge.services.contributing import refuse_incomplete, send_in
from knowledge.services.steps import record


@transaction.atomic
def ask_to_agree(*, knowhow: KnowHow, by: User) -> KnowHow:
    """Mail the author a link to what a librarian wrote up for them. Raises NotReady with what is missing."""
    knowhow = KnowHow.objects.select_related("technique", "owner").get(pk=knowhow.pk)
    refuse_unless_editable([knowhow], by)
    if knowhow.written_by_id is None or knowhow.owner is None:
        raise NotReady("Its author wrote this, so there is nothing to agree to.")
    refuse_incomplete(knowhow)
    record(knowhow=knowhow, action=Action.ASKED_TO_AGREE, by=by)
    letters.to_author("agree", knowhow=knowhow, by=by, token=agreement_token(knowhow))
    return knowhow


@transaction.atomic
def agree(*, knowhow: KnowHow, version: int, by: User) -> KnowHow:
    """The author agrees to the text of this version, ticks the three statements with it, and so sends it.

    Agreed twice, it stays as it is. Raises NotReady where the text has changed since the link was mailed.
    """
    Item.objects.select_for_update().get(pk=knowhow.pk)
    knowhow = KnowHow.objects.select_related("technique", "owner").get(pk=knowhow.pk)
    if by.pk != knowhow.owner_id or knowhow.written_by_id is None:
        raise NotReady("Only its author can agree to it.")
    if knowhow.agreed_version is not None and knowhow.agreed_version >= version and not knowhow.is_with_author:
        return knowhow
    if version != knowhow.version or not knowhow.is_with_author:
        raise NotReady("The text has changed since this link was sent. You will get a new one.")
    knowhow.agreed_version = version + 1
    return send_in(knowhow, version=version, by=by, has_promised=True, action=Action.AGREED)


@transaction.atomic
def decline_to_agree(*, knowhow: KnowHow, by: User, note: str) -> None:
    """The author does not agree; the librarian who wrote it is told why. Raises NotReady for anybody else."""
    knowhow = KnowHow.objects.select_related("written_by").get(pk=knowhow.pk)
    if by.pk != knowhow.owner_id or not knowhow.is_with_author:
        raise NotReady("Only its author can do this, and only before it is sent.")
    record(knowhow=knowhow, action=Action.DECLINED, by=by, note=note)
    if knowhow.written_by is not None:
        letters.send("declined", to=knowhow.written_by.email, knowhow=knowhow, note=note)
