"""Links between items: proposing, confirming, and reading them from either end."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Case, Q, QuerySet, Value, When
from django.utils import timezone

from accounts.models import User
from catalogue.choices import RELATION_FROM_OTHER_END, RelationKind
from catalogue.models import Item, Relation
from catalogue.querysets import Reader
from catalogue.services import NotReady, may_edit
from taxonomy.models import Topic


@dataclass(frozen=True)
class Link:
    """A link as one end shows it: "supports", the other item, and what was noted about it."""

    words: str
    kind: str
    item: Item
    note: str
    relation: Relation

    @property
    def is_confirmed(self) -> bool:
        """True once a librarian has confirmed it."""
        return self.relation.confirmed_at is not None


@dataclass(frozen=True)
class Pair:
    """Two items, and what the first does to the second: "conflicts with", and in one sentence how."""

    first: Item
    words: str
    second: Item
    note: str
    kind: str


# How two items stand to each other, as a topic's page shows it: what does not agree comes first.
WEIGHING = (RelationKind.CONFLICTS, RelationKind.SUPPORTS, RelationKind.ADDS_TO)
WEIGHING_WORDS = {
    RelationKind.CONFLICTS: "Conflicts",
    RelationKind.SUPPORTS: "Agrees",
    RelationKind.ADDS_TO: "Adds detail",
}


@transaction.atomic
def propose(*, from_item: Item, to_item: Item, kind: str, by: User, note: str = "") -> Relation:
    """Propose a link; where it exists it is returned as it stands.

    The person must be able to change one end and see the other. Raises NotReady with a sentence.
    """
    if kind not in RelationKind.values:
        raise NotReady("Choose how the two belong together.")
    if from_item.pk == to_item.pk:
        raise NotReady("An item cannot be linked to itself.")
    ends = {from_item.pk, to_item.pk}
    if Item.objects.visible_to(by).filter(pk__in=ends).count() != len(ends):
        raise NotReady("One of the two items cannot be found.")
    if not may_edit(item=from_item, by=by) and not may_edit(item=to_item, by=by):
        raise NotReady("You may link only what you wrote or look after.")
    relation, _ = Relation.objects.get_or_create(
        from_item=from_item, to_item=to_item, kind=kind, defaults={"note": note.strip()[:200], "proposed_by": by}
    )
    return relation


@transaction.atomic
def confirm(*, relation: Relation, by: User) -> Relation:
    """Let readers see the link. Librarians only; confirming twice changes nothing. Raises NotReady with a sentence."""
    if not by.is_librarian:
        raise NotReady("Only librarians can confirm a link.")
    relation = Relation.objects.select_for_update().get(pk=relation.pk)
    if relation.confirmed_at is None:
        relation.confirmed_by, relation.confirmed_at = by, timezone.now()
        relation.save()
    return relation


@transaction.atomic
def remove(*, relation: Relation, by: User) -> None:
    """Take the link away: a librarian any, its proposer one that is not confirmed. Raises NotReady with a sentence."""
    if not by.is_librarian and (relation.proposed_by_id != by.pk or relation.confirmed_at is not None):
        raise NotReady("Only a librarian can take this link away.")
    relation.delete()


def proposed_for(item: Item) -> QuerySet[Relation]:
    """Return the item's links that no librarian has confirmed yet, from both sides."""
    ends = Q(from_item=item) | Q(to_item=item)
    return Relation.objects.filter(ends, confirmed_at=None).select_related("from_item", "to_item").order_by("pk")


def shown_to(user: Reader, item: Item, *, with_proposed: bool = False) -> list[Link]:
    """The item's links whose other end this person may list, from both sides, in two queries.

    Without `with_proposed` only confirmed ones.
    """
    rows = Relation.objects.filter(Q(from_item=item) | Q(to_item=item)).order_by("kind", "pk")
    if not with_proposed:
        rows = rows.filter(confirmed_at__isnull=False)
    relations = list(rows)
    others = {row.to_item_id if row.from_item_id == item.pk else row.from_item_id for row in relations}
    visible = {other.pk: other for other in Item.objects.listed_to(user, on_request=True).filter(pk__in=others)}
    links = []
    for row in relations:
        outwards = row.from_item_id == item.pk
        other = visible.get(row.to_item_id if outwards else row.from_item_id)
        if other is not None:
            words = RelationKind(row.kind).label if outwards else RELATION_FROM_OTHER_END[RelationKind(row.kind)]
            links.append(Link(words=words, kind=row.kind, item=other, note=row.note, relation=row))
    return links


def weighed_about(topic: Topic, user: Reader, *, limit: int) -> list[Pair]:
    """Return confirmed pairs that agree, add detail or conflict, conflicts first, in one query.

    One of the two is about the topic or a narrower one, and the reader may list both.
    """
    listed = Item.objects.listed_to(user)
    about = Item.objects.about([topic]).order_by()
    order = Case(*(When(kind=kind, then=Value(place)) for place, kind in enumerate(WEIGHING)))
    rows = (
        Relation.objects.filter(kind__in=WEIGHING, confirmed_at__isnull=False)
        .filter(from_item__in=listed, to_item__in=listed)
        .filter(Q(from_item__in=about) | Q(to_item__in=about))
        .select_related("from_item", "to_item")
        .order_by(order, "-confirmed_at", "pk")[:limit]
    )
    return [
        Pair(row.from_item, RelationKind(row.kind).label, row.to_item, row.note, WEIGHING_WORDS[RelationKind(row.kind)])
        for row in rows
    ]
