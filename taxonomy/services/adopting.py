"""Making a topic of a heading of another vocabulary."""

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from taxonomy.models import Concept, EntryTerm, Topic, TopicMapping
from taxonomy.names import singular_key
from taxonomy.services.curating import refuse_unless_librarian
from taxonomy.services.hierarchy import lock_hierarchy, set_broader

LONGEST_NAME = 100


@transaction.atomic
def adopt(*, concept: Concept, name: str, broader: Topic | None, by: User) -> Topic:
    """Make a topic that means the same as the heading, with those of its names that are free.

    Raises NotPossible, or ValidationError where the topic's own name is taken.
    """
    refuse_unless_librarian(by)
    lock_hierarchy()
    topic = Topic(name=" ".join(name.split()), scope_note=concept.note)
    topic.full_clean(exclude=["slug"])
    topic.save()
    set_broader(topic=topic, broader=[broader] if broader else [])
    TopicMapping.objects.create(topic=topic, concept=concept)
    taken = {singular_key(topic.name)}
    for text in [concept.label, *concept.terms.values_list("text", flat=True)]:
        if singular_key(text) in taken or len(text) > LONGEST_NAME:
            continue
        taken.add(singular_key(text))
        term = EntryTerm(topic=topic, text=text)
        try:
            term.clean()
        except ValidationError:
            # It leads to another topic, or means more than one thing.
            continue
        term.save()
    return topic
