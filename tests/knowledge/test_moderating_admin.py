"""The library team's pages in the administration: the queue, each step, invitations and reviews."""

import datetime
import re
from html import unescape
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.services import load_roles
from catalogue.models import Item
from knowledge.models import ChampionProfile, TechniqueTemplate
from knowledge.questions import parts_of
from knowledge.services.contributing import save_part, submit
from knowledge.services.moderating import (
    ask_for_changes,
)
from tests.factories import TopicFactory, UserFactory
from tests.knowledge.factories import draft, published, sent

pytestmark = pytest.mark.django_db


class TestAdmin:
    @pytest.fixture
    def librarian(self, client: Client) -> Any:
        user = UserFactory(librarian=True)
        load_roles()
        client.force_login(user)
        return user

    def test_the_queue_opens_on_what_waits_oldest_first(self, client: Client, librarian: Any) -> None:
        first, second = sent(title="Oldest"), sent(title="Newest")
        published(title="Shown already")
        words = client.get(reverse("admin:knowledge_knowhow_changelist"), follow=True).content.decode()
        assert words.index(first.title) < words.index(second.title)
        assert "Shown already" not in words

    def test_one_page_shows_text_warnings_and_earlier_version(self, client: Client, librarian: Any) -> None:
        author = UserFactory(staff=True)
        item = sent(author, what_we_did="Ring 01632 960 456.")
        item = ask_for_changes(knowhow=item, by=librarian, reasons=["staff"], note="Leave the number out?")
        item = save_part(knowhow=item, version=item.version, by=author, values={"what_we_did": "Ring Mrs Blake."})
        submit(knowhow=item, version=item.version, by=author, has_promised=True)
        words = client.get(reverse("admin:knowledge_knowhow_change", args=[item.pk])).content.decode()
        for part in ("Ring Mrs Blake.", "Ring 01632 960 456.", "(changed)", "Looks like somebody", "Leave the number"):
            assert part in words

    def test_every_step_works_from_its_page(self, client: Client, librarian: Any) -> None:
        item, topic = sent(), TopicFactory()
        page = reverse("admin:knowledge_knowhow_approve", args=[item.pk])
        assert client.get(page).status_code == 200
        data = {
            "confirm-version": item.version,
            "confirm-title": "A plainer title",
            "confirm-form": "tip",
            "confirm-topics": [topic.pk],
        }
        client.post(page, data)
        item.refresh_from_db()
        assert (item.status, item.title, list(item.topics.all())) == ("published", "A plainer title", [topic])
        client.post(reverse("admin:knowledge_knowhow_retire", args=[item.pk]), {"confirm-reason": "Superseded."})
        item.refresh_from_db()
        assert item.standing == "retired"
        client.post(reverse("admin:knowledge_knowhow_advise-again", args=[item.pk]))
        item.refresh_from_db()
        assert item.standing == "shared"
        client.post(reverse("admin:knowledge_knowhow_withdraw", args=[item.pk]), {"confirm-reason": "Asked to."})
        item.refresh_from_db()
        assert item.status == "withdrawn"
        assert client.get(reverse("admin:knowledge_knowhow_history", args=[item.pk])).status_code == 200
        assert not LogEntry.objects.filter(action_flag=1).exists()

    def test_own_contributions_offer_no_approval(self, client: Client, librarian: Any) -> None:
        item = sent(librarian)
        words = client.get(reverse("admin:knowledge_knowhow_change", args=[item.pk])).content.decode()
        assert "a colleague has to decide" in words
        assert reverse("admin:knowledge_knowhow_approve", args=[item.pk]) not in words
        assert client.get(reverse("admin:knowledge_knowhow_approve", args=[item.pk])).status_code == 403

    def test_a_technique_is_edited_into_a_new_version(
        self, client: Client, librarian: Any, review: TechniqueTemplate
    ) -> None:
        page = reverse("admin:knowledge_techniquetemplate_change", args=[review.pk])
        words = client.get(page).content.decode()
        assert "expected*: What did we expect to happen?" in words
        data = {
            "name": "After action review",
            "position": 40,
            "phase": "during",
            "time_needed": "20 minutes",
            "people": "All",
            "purpose": "Learn.",
            "use_when": "",
            "steps": "One\nTwo",
            "tips": "",
            "questions": "one*: What one thing? | Short\ntwo: And two?",
            "covers": ["what_we_did", "next_time"],
            "caution": "",
            "default_visibility": "team",
        }
        client.post(page, data)
        new = TechniqueTemplate.objects.current().get(key=review.key)
        assert (new.version, new.steps, [row["key"] for row in new.prompts]) == (2, ["One", "Two"], ["one", "two"])
        asked = [question.key for part in parts_of(draft(technique=new)) for question in part.questions]
        assert "what_we_did" not in asked
        assert "what_happened" in asked
        review.refresh_from_db()
        assert len(review.prompts) == 6
        wrong = client.post(
            reverse("admin:knowledge_techniquetemplate_change", args=[new.pk]), {**data, "questions": "no colon here"}
        )
        assert wrong.status_code == 422

    @pytest.mark.parametrize("model", ["championprofile", "invitation", "community", "techniquetemplate"])
    def test_the_other_lists_open(self, client: Client, librarian: Any, model: str) -> None:
        assert client.get(reverse(f"admin:knowledge_{model}_changelist")).status_code == 200

    def test_an_invitation_is_sent_once_and_answered_by_telling(
        self, client: Client, librarian: Any, outbox: Any
    ) -> None:
        person, topic = UserFactory(champion=True), TopicFactory()
        data = {"people": [person.pk], "topic": topic.pk, "message": "What do you do at weekends?"}
        for _ in range(2):
            client.post(reverse("admin:knowledge_invitation_add"), data)
        letter = outbox.get(purpose="know-how.invited")
        path = letter.text[letter.text.index("/know-how/tell/") :].split()[0]
        client.force_login(person)
        assert "What do you do at weekends?" in client.get(path).content.decode()

    def test_a_gap_names_the_champions_to_invite_and_the_form_knows_them(
        self, client: Client, librarian: Any, outbox: Any
    ) -> None:
        broad = TopicFactory(name="Pain")
        topic = TopicFactory(name="Pain at night", broader=[broad])
        champions = [UserFactory(champion=True, name=name) for name in ("Ade", "Bea", "Cy")]
        for person, covered in zip(champions, (broad, topic, TopicFactory()), strict=True):
            ChampionProfile.objects.create(user=person, granted_at=timezone.now()).topics.set([covered])
        gaps = client.get(reverse("admin:knowledge_invitation_gaps"))
        rows = {row.topic: row for gap in gaps.context["gaps"] for row in gap.topics}
        assert [profile.user.name for profile in rows[topic].champions] == ["Ade", "Bea"]
        assert [profile.user.name for profile in rows[broad].champions] == ["Ade"]
        link = re.search(r'href="([^"]*)">Invite Ade, Bea<', gaps.content.decode())
        assert link is not None
        form = client.get(unescape(link.group(1))).content.decode()
        keys = [person.pk for person in champions[:2]]
        assert [f'value="{person.pk}" selected' in form for person in champions] == [True, True, False]
        client.post(
            reverse("admin:knowledge_invitation_add"), {"people": keys, "topic": topic.pk, "message": "What helps?"}
        )
        assert outbox.filter(purpose="know-how.invited").count() == 2
        assert "2 invited, no answer yet" in client.get(reverse("admin:knowledge_invitation_gaps")).content.decode()

    def test_what_is_due_for_review_is_listed_counted_and_reviewed(self, client: Client, librarian: Any) -> None:
        item = published()
        Item.objects.filter(pk=item.pk).update(review_due=timezone.localdate() - datetime.timedelta(days=1))
        first_page = client.get(reverse("admin:index")).content.decode()
        overdue = reverse("admin:knowledge_knowhow_changelist") + "?review=overdue"
        assert f'href="{overdue}" class="kp-overdue">1<' in first_page
        assert item.title in client.get(overdue).content.decode()
        still_right = reverse("admin:knowledge_knowhow_still-right", args=[item.pk])
        assert still_right in first_page
        client.post(still_right, {})
        item.refresh_from_db()
        assert item.review_due > timezone.localdate()
