"""The one visibility rule against the hand-written policy, and its own laws."""

import datetime

import pytest
from django.utils import timezone

from catalogue.models import Item, can_see
from evidence.models import Evidence
from tests.access.world import VIEWERS, Row, make_item, make_people, policy
from tests.factories import EvidenceFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("row", policy(), ids=lambda row: row.name)
def test_queryset_admits_whom_the_policy_admits(row: Row) -> None:
    people = make_people()
    item = make_item(row, people, canary="canary")
    seen = {}
    for viewer in VIEWERS:
        reader = people.by_name[viewer]
        on_page = Item.objects.visible_to(reader).filter(pk=item.pk).exists()
        in_list = Item.objects.listed_to(reader).filter(pk=item.pk).exists()
        seen[viewer] = "list" if on_page and in_list else "page" if on_page else "-"
        assert can_see(reader, item) is on_page
        assert Evidence.objects.visible_to(reader).filter(pk=item.pk).exists() is on_page
    assert seen == row.access


def test_policy_covers_every_status_and_visibility() -> None:
    from catalogue.choices import Status, Visibility

    states = {row.state for row in policy()}
    assert set(Status.values) <= states
    assert len(policy()) == len(states) * len(Visibility.values)


def test_an_embargo_and_a_date_end_exactly_at_their_moment() -> None:
    moment = timezone.now()
    later = EvidenceFactory(published_at=moment)
    hidden = EvidenceFactory(embargo_until=moment)
    reader = make_people().by_name["anonymous"]
    before = Item.objects.visible_to(reader, at=moment - datetime.timedelta(microseconds=1))
    assert set(before.values_list("pk", flat=True)) == set()
    at = Item.objects.visible_to(reader, at=moment)
    assert set(at.values_list("pk", flat=True)) == {later.pk, hidden.pk}


def test_staff_who_lose_that_standing_read_only_what_is_public() -> None:
    user = UserFactory(staff=True)
    EvidenceFactory(visibility="members")
    assert Item.objects.visible_to(user).count() == 1
    user.staff_since = None
    user.save()
    assert Item.objects.visible_to(user).count() == 0


def test_only_unpublished_items_can_be_edited_by_their_owner() -> None:
    owner = UserFactory(staff=True)
    draft = EvidenceFactory(owner=owner, status="draft", published_at=None)
    EvidenceFactory(owner=owner)
    assert list(Item.objects.editable_by(owner).values_list("pk", flat=True)) == [draft.pk]


def test_update_of_parent_columns_on_a_child_is_refused() -> None:
    item = EvidenceFactory(version=1)
    with pytest.raises(TypeError, match=r"Item\.objects"):
        Evidence.objects.filter(version=1).update(version=2)
    item.refresh_from_db()
    assert item.version == 1
