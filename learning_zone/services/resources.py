"""What follows when a resource is saved."""

from django.db import transaction
from django.utils import timezone

from catalogue.search import index
from learning_zone.choices import Verdict
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
