"""What follows when a resource is saved."""

import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from catalogue import relations
from catalogue.choices import RelationKind, Status
from catalogue.models import Item
from catalogue.search import index
from catalogue.services import publish
from learning_zone.choices import Verdict
from learning_zone.embedding import allowed_origin
from learning_zone.models import LearningResource, LinkCheck


@transaction.atomic
def after_edit(*, resource: LearningResource) -> None:
    """Bring search in step, steps and chapters included, and let a new address be checked."""
    watch_link(resource=resource)
    index(resource)


@transaction.atomic
def watch_link(*, resource: LearningResource) -> None:
    """Have the resource's address checked; one that changed begins anew, one that is gone is forgotten."""
    if not resource.url:
        LinkCheck.objects.filter(resource=resource).delete()
        return
    check, _ = LinkCheck.objects.get_or_create(resource=resource, defaults={"url": resource.url})
    if check.url != resource.url:
        check.url, check.verdict = resource.url, Verdict.UNCHECKED
        check.note, check.moved_to, check.status_code = "", "", None
        check.failures, check.failing_since, check.checked_at = 0, None, None
        check.next_check_at = timezone.now()
        check.save()


@transaction.atomic
def recording_of(*, session: Item, url: str, minutes: int, recorded_on: datetime.date, provider: str, by: User) -> Item:
    """Make a recorded webinar of a session, with its topics and for whoever could see the session, and publish it.

    Asked again for the same session and address it returns the one that there is. It plays on its page where the
    settings allow the host. Raises NotReady with a sentence.
    """
    link = session.relations_to.filter(kind=RelationKind.SESSION, from_item__learningresource__url=url).first()
    if link is not None:
        return link.from_item
    resource = LearningResource(
        form="recorded_webinar",
        title=session.title,
        summary=session.summary,
        minutes=minutes,
        provider=provider,
        url=url,
        embed_url=url if allowed_origin(url) else "",
        recorded_on=recorded_on,
        year=recorded_on.year,
        phrases=session.phrases,
        audience=session.audience,
        setting=session.setting,
        visibility=session.visibility,
        organisation=session.organisation,
        owner=by,
        status=Status.DRAFT,
        is_demonstration=session.is_demonstration,
    )
    resource.full_clean(exclude=["slug", "form_group"])
    resource.save()
    resource.topics.set(session.topics.all())
    after_edit(resource=resource)
    publish(item=resource, by=by)
    link = relations.propose(from_item=resource, to_item=session, kind=RelationKind.SESSION, by=by)
    relations.confirm(relation=link, by=by)
    return resource
