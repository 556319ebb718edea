"""Links between items, and the gaps as work, in the admin."""

import pytest

from catalogue.models import Relation
from tests.admin import librarian, signed_in
from tests.factories import AppraisalFactory, EvidenceFactory, TopicFactory, UserFactory

pytestmark = pytest.mark.django_db


class TestLinks:
    def test_a_librarian_writes_one_with_its_sentence_and_readers_see_it(self) -> None:
        first, second, priya = EvidenceFactory(), EvidenceFactory(), librarian()
        data = {"from_item": first.pk, "kind": "conflicts", "to_item": second.pk, "note": "Other wards."}
        assert signed_in(priya).post("/admin/catalogue/relation/add/", data).status_code == 302
        made = Relation.objects.get()
        assert (made.note, made.proposed_by, made.confirmed_by) == ("Other wards.", priya, priya)

    def test_an_item_is_not_linked_to_itself(self) -> None:
        item = EvidenceFactory()
        data = {"from_item": item.pk, "kind": "supports", "to_item": item.pk, "note": ""}
        response = signed_in(librarian()).post("/admin/catalogue/relation/add/", data)
        assert response.status_code == 422
        assert "An item cannot be linked to itself." in response.content.decode()

    def test_proposed_ones_are_confirmed_and_removed_in_a_selection(self) -> None:
        made = [
            Relation.objects.create(from_item=EvidenceFactory(), to_item=EvidenceFactory(), kind="supports")
            for _ in range(2)
        ]
        desk = signed_in(librarian())
        data = {"_selected_action": [row.pk for row in made], "select_across": "0", "shown": "2"}
        desk.post("/admin/catalogue/relation/", {**data, "action": "confirm", "confirmed": "confirm"})
        assert not Relation.objects.filter(confirmed_at=None).exists()
        desk.post("/admin/catalogue/relation/", {**data, "action": "remove", "confirmed": "remove"})
        assert not Relation.objects.exists()

    def test_a_link_to_something_hidden_is_not_told(self) -> None:
        hidden = EvidenceFactory(title="For a team", visibility="team", owner=UserFactory())
        row = Relation.objects.create(from_item=EvidenceFactory(), to_item=hidden, kind="supports")
        desk = signed_in(librarian())
        assert "For a team" not in desk.get("/admin/catalogue/relation/").content.decode()
        assert desk.get(f"/admin/catalogue/relation/{row.pk}/change/").status_code == 302


def test_gaps_are_listed_as_work() -> None:
    trusted, stale = TopicFactory(name="Falls"), TopicFactory(name="Sepsis")
    AppraisalFactory(evidence=EvidenceFactory(topics=[trusted]), band="high", result="high")
    EvidenceFactory.create_batch(2, topics=[stale], review_due="2020-01-01")
    response = signed_in(librarian()).get("/admin/catalogue/item/gaps/")
    html = response.content.decode()
    assert [(row.topic.name, row.unchecked) for row in response.context["waiting"]] == [("Sepsis", 2)]
    assert f"?topic={stale.pk}&amp;review=overdue" in html
    assert f"?topic={trusted.pk}" in html
    assert "Nothing here yet (0)" in html
