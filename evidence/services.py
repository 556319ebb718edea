"""Changes to evidence: the band that follows from appraisals, publishing many records in one step."""

import datetime
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from catalogue import services as catalogue_services
from catalogue.choices import Status
from catalogue.models import Item
from catalogue.search import index, index_many
from catalogue.services import NotReady, default_review_due, refuse_unless_editable, save_as_edit
from evidence import attachments
from evidence.choices import EVIDENCE_TYPES, Band
from evidence.models import Attachment, Evidence
from taxonomy.models import Topic


@transaction.atomic
def refresh_band(*, evidence: Evidence) -> str:
    """Set the record's band from the override, else the newest approved appraisal that gives one; return it."""
    newest = evidence.appraisals.approved().exclude(band="").newest_first().first()
    band = evidence.band_override or (newest.band if newest else "") or Band.NOT_APPRAISED
    if band != evidence.standing:
        evidence.standing = band
        Item.objects.filter(pk=evidence.pk).update(standing=band, updated_at=timezone.now())
    return band


@transaction.atomic
def after_edit(*, evidence: Evidence) -> None:
    """Bring band, search and topic pages in step once a form and its appraisals and topics are saved."""
    refresh_band(evidence=evidence)
    index(evidence)


@transaction.atomic
def publish_many(
    *,
    records: Iterable[Evidence],
    by: User,
    topics: Iterable[Topic] = (),
    form: str = "",
    review_due: datetime.date | None = None,
    at: datetime.datetime | None = None,
) -> int:
    """Publish a selection in one step; `topics` are added to each record's own, `form` fills in a missing type.

    Returns how many. Raises NotReady, naming the record, where one lacks a type or may not be changed by this
    person; then none is published.
    """
    if form and form not in EVIDENCE_TYPES:
        raise NotReady(f"{form!r} is not a type of evidence.")
    chosen = list(Evidence.objects.select_for_update().filter(pk__in=[record.pk for record in records]).order_by("pk"))
    refuse_unless_editable(chosen, by)
    added = list(topics)
    moment = at or timezone.now()
    today = timezone.localdate()
    for record in chosen:
        record.form = record.form or form
        if not record.form:
            raise NotReady(f"Choose a type for “{record.title}” before publishing it.")
        if record.status == Status.WITHDRAWN:
            raise NotReady(f"“{record.title}” was withdrawn and cannot be published again.")
        record.status = Status.PUBLISHED
        record.superseded_by = None
        record.published_at = record.published_at or moment
        record.reviewed_at = record.reviewed_at or today
        record.review_due = review_due or record.review_due or default_review_due(record, reviewed_on=today)
        record.curator = record.curator or by
        save_as_edit(record)
        if added:
            record.topics.add(*added)
    index_many([record.pk for record in chosen])
    return len(chosen)


@transaction.atomic
def delete_drafts(*, records: Iterable[Evidence], by: User) -> int:
    """Delete records that were never published, with their files. Returns how many.

    Raises NotReady, naming the record, where one was published; then none is deleted.
    """
    chosen = list(records)
    for attachment in Attachment.objects.filter(evidence__in=[record.pk for record in chosen]):
        attachments.remove(attachment=attachment)
    return catalogue_services.delete_drafts(items=chosen, by=by)
