"""What librarians do to one topic: take up a suggestion, give it another name, retire it, bring it back."""

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from taxonomy.models import EntryTerm, RelatedTopics, Topic
from taxonomy.names import name_key, singular_key
from taxonomy.services.hierarchy import lock_hierarchy, rebuild_closure

# So many suggestions of one person wait at most, so that nobody floods the list.
MOST_WAITING = 10


class NotPossible(Exception):
    """The change cannot be made; the message says why."""


@transaction.atomic
def suggest(*, name: str, reason: str, by: User) -> Topic:
    """Put a suggested topic before the librarians. Nobody sees it before one of them approves it.

    Raises ValidationError where a topic has the name already, NotPossible where the person waits for many answers.
    """
    if Topic.objects.filter(status=Topic.Status.CANDIDATE, suggested_by=by).count() >= MOST_WAITING:
        raise NotPossible(f"{MOST_WAITING} of your suggestions wait for an answer. Please wait for it first.")
    lock_hierarchy()
    topic = Topic(
        name=" ".join(name.split()), status=Topic.Status.CANDIDATE, suggested_by=by, suggestion=reason.strip()[:500]
    )
    topic.full_clean(exclude=["slug"])
    topic.save()
    rebuild_closure()
    return topic


@transaction.atomic
def approve(*, topic: Topic, by: User) -> Topic:
    """Take a suggested topic into use. Raises NotPossible with a sentence."""
    topic = _locked(topic, by)
    if topic.status != Topic.Status.CANDIDATE:
        raise NotPossible(f"{topic.name} is not a suggestion.")
    topic.status = Topic.Status.ACTIVE
    topic.save()
    return topic


@transaction.atomic
def decline(*, topic: Topic, by: User) -> None:
    """Remove a suggestion. Its history stays. Raises NotPossible with a sentence."""
    topic = _locked(topic, by)
    if topic.status != Topic.Status.CANDIDATE:
        raise NotPossible(f"{topic.name} is in use. Retire it instead.")
    topic.delete()


@transaction.atomic
def retire(*, topic: Topic, successor: Topic | None, by: User) -> Topic:
    """Take a topic out of use: what is filed under it stays, and its page leads to the successor.

    Raises NotPossible with a sentence.
    """
    topic = _locked(topic, by)
    if topic.status != Topic.Status.ACTIVE:
        raise NotPossible(f"{topic.name} is not in use.")
    if successor is not None and (successor.pk == topic.pk or successor.status != Topic.Status.ACTIVE):
        raise NotPossible("The topic to use instead must be another one that is in use.")
    topic.status = Topic.Status.RETIRED
    topic.successor = successor
    topic.save()
    return topic


@transaction.atomic
def bring_back(*, topic: Topic, by: User) -> Topic:
    """Take a retired topic into use again. Raises NotPossible with a sentence."""
    topic = _locked(topic, by)
    if topic.status != Topic.Status.RETIRED:
        raise NotPossible(f"{topic.name} is not retired.")
    topic.status = Topic.Status.ACTIVE
    topic.successor = None
    topic.save()
    return topic


@transaction.atomic
def keep_old_name(*, topic: Topic, old_name: str) -> EntryTerm | None:
    """After a change of name let the old one lead to the topic; None where the two are alike or it leads somewhere."""
    if singular_key(old_name) == singular_key(topic.name):
        return None
    term = EntryTerm(topic=topic, text=old_name)
    try:
        term.clean()
    except ValidationError:
        return None
    if EntryTerm.objects.filter(key=name_key(old_name)).exists():
        return None
    term.save()
    return term


@transaction.atomic
def set_related(*, topic: Topic, related: list[Topic]) -> None:
    """Make these the topics that are worth knowing with this one, seen from both sides."""
    wanted = {tuple(sorted((topic.pk, other.pk))) for other in related if other.pk != topic.pk}
    for pair in RelatedTopics.objects.related_to(topic):
        if (pair.first_id, pair.second_id) in wanted:
            wanted.discard((pair.first_id, pair.second_id))
        else:
            pair.delete()
    RelatedTopics.objects.bulk_create(RelatedTopics(first_id=first, second_id=second) for first, second in wanted)


def refuse_unless_librarian(by: User) -> None:
    """Raise NotPossible for anybody else."""
    if not by.is_librarian:
        raise NotPossible("Only librarians change the list of topics.")


def _locked(topic: Topic, by: User) -> Topic:
    refuse_unless_librarian(by)
    return Topic.objects.select_for_update().get(pk=topic.pk)
