"""The library team's decisions: who may take them, what follows, and that every step is written down."""

import datetime
import re
from html import unescape
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.core import signing
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from catalogue.models import Item, ItemPerson
from catalogue.services import EditConflict, NotReady
from knowledge.agreement import agreement_token
from knowledge.models import ChampionProfile, KnowHow, TechniqueTemplate
from knowledge.questions import parts_of
from knowledge.services.agreeing import agree, ask_to_agree
from knowledge.services.contributing import reply, save_part, start, submit, take_back
from knowledge.services.moderating import (
    approve,
    ask_for_changes,
    close_report,
    hand_over,
    reject,
    report_problem,
)
from knowledge.services.techniques import load_techniques, revise
from tests.factories import TopicFactory, UserFactory
from tests.knowledge.factories import WRITTEN, draft, published, sent, told

pytestmark = pytest.mark.django_db


def actions(knowhow: KnowHow) -> list[str]:
    """What was done to it, in order."""
    return list(knowhow.steps.in_order().values_list("action", flat=True))


class TestDeciding:
    def test_changes_asked_and_given_then_published(self, outbox: Any) -> None:
        author, librarian = UserFactory(staff=True), UserFactory(librarian=True)
        item = sent(author)
        item = ask_for_changes(knowhow=item, by=librarian, reasons=["detail"], note="How many beds?")
        assert (item.status, item.moderator) == ("changes_requested", librarian)
        reply(knowhow=item, by=author, text="Twenty-eight.")
        item = save_part(knowhow=item, version=item.version, by=author, values={"what_we_did": "28 beds moved."})
        item = submit(knowhow=item, version=item.version, by=author, has_promised=True)
        item = approve(knowhow=item, version=item.version, by=librarian, form="tip", topics=[TopicFactory()])
        assert item.status == "published"
        assert item.review_due is not None
        assert actions(item) == ["submitted", "changes_asked", "replied", "submitted", "approved"]
        to_author = list(outbox.filter(to=author.email).order_by("pk").values_list("purpose", flat=True))
        assert to_author == [
            "know-how.submitted",
            "know-how.changes_asked",
            "know-how.submitted",
            "know-how.published",
        ]
        assert "How many beds?" in outbox.get(purpose="know-how.changes_asked").text

    def test_nobody_approves_or_rejects_their_own(self) -> None:
        author = UserFactory(librarian=True)
        item = sent(author)
        for act in (
            lambda: approve(knowhow=item, version=item.version, by=author, form="tip", topics=[TopicFactory()]),
            lambda: reject(knowhow=item, by=author, reasons=["tone"], note="No."),
            lambda: ask_for_changes(knowhow=item, by=author, reasons=[], note="Hm?"),
        ):
            with pytest.raises(NotReady, match="own"):
                act()
        contributor = UserFactory(librarian=True)
        ItemPerson.objects.create(item=item, user=contributor, capacity="contributor")
        with pytest.raises(NotReady, match="own"):
            approve(knowhow=item, version=item.version, by=contributor, form="tip", topics=[TopicFactory()])

    @pytest.mark.parametrize("who", ["staff", "champion"])
    def test_only_librarians_decide(self, who: str) -> None:
        item = sent()
        with pytest.raises(NotReady, match="Only librarians"):
            approve(
                knowhow=item, version=item.version, by=UserFactory(**{who: True}), form="tip", topics=[TopicFactory()]
            )

    def test_a_text_that_changed_after_it_was_read_is_not_published(self) -> None:
        item, librarian = sent(), UserFactory(librarian=True)
        read = item.version
        save_part(knowhow=item, version=read, by=UserFactory(librarian=True), values={"title": "Another title"})
        with pytest.raises(EditConflict):
            approve(knowhow=item, version=read, by=librarian, form="tip", topics=[TopicFactory()])
        assert Item.objects.get(pk=item.pk).status == "submitted"

    def test_the_second_of_two_librarians_is_told(self) -> None:
        item = sent()
        approve(knowhow=item, version=item.version, by=UserFactory(librarian=True), form="tip", topics=[TopicFactory()])
        with pytest.raises(NotReady, match="while you were reading"):
            ask_for_changes(knowhow=item, by=UserFactory(librarian=True), reasons=[], note="Hm?")

    @pytest.mark.parametrize(("form", "topics"), [("", 1), ("tip", 0), ("cohort", 1)])
    def test_type_and_topic_are_needed(self, form: str, topics: int) -> None:
        item = sent()
        with pytest.raises(NotReady, match="Choose"):
            approve(
                knowhow=item,
                version=item.version,
                by=UserFactory(librarian=True),
                form=form,
                topics=TopicFactory.create_batch(topics),
            )

    def test_what_is_not_taken_up_stays_the_authors_draft(self) -> None:
        item = reject(knowhow=told(), by=UserFactory(librarian=True), reasons=["duplicate"], note="It is here already.")
        assert (item.status, item.is_with_author) == ("draft", True)
        with pytest.raises(NotReady, match="reason"):
            reject(knowhow=told(), by=UserFactory(librarian=True), reasons=[], note="No.")

    def test_a_team_item_reaches_the_librarians_of_its_organisation_and_whom_they_hand_it_to(
        self, review: TechniqueTemplate
    ) -> None:
        author = UserFactory(staff=True)
        near = UserFactory(librarian=True, organisation=author.organisation)
        far = UserFactory(librarian=True)
        item = sent(author, review)
        assert item.visibility == "team"
        assert KnowHow.objects.visible_to(near).filter(pk=item.pk).exists()
        assert not KnowHow.objects.visible_to(far).filter(pk=item.pk).exists()
        with pytest.raises(NotReady):
            approve(knowhow=item, version=item.version, by=far, form="lesson", topics=[TopicFactory()])
        hand_over(knowhow=item, by=near, to=far)
        done = approve(knowhow=item, version=item.version, by=far, form="lesson", topics=[TopicFactory()])
        assert done.status == "published"
        assert not KnowHow.objects.visible_to(UserFactory(staff=True)).filter(pk=item.pk).exists()

    def test_it_cannot_be_handed_to_its_author(self) -> None:
        author = UserFactory(librarian=True)
        with pytest.raises(NotReady, match="cannot decide"):
            hand_over(knowhow=sent(author), by=UserFactory(librarian=True), to=author)

    def test_its_author_takes_it_back_until_it_was_shown(self) -> None:
        author = UserFactory(staff=True)
        assert take_back(knowhow=sent(author), by=author).status == "draft"
        with pytest.raises(NotReady):
            take_back(knowhow=published(author), by=author)
        with pytest.raises(NotReady):
            take_back(knowhow=sent(), by=author)


class TestAgreeing:
    def make(self) -> tuple[KnowHow, Any, Any]:
        author, librarian = UserFactory(staff=True), UserFactory(librarian=True)
        import uuid

        item = start(by=librarian, key=uuid.uuid4(), author=author)
        item = save_part(knowhow=item, version=1, by=librarian, values=WRITTEN)
        return item, author, librarian

    def test_the_authors_agreement_is_the_second_person(self, outbox: Any, client: Client) -> None:
        item, author, librarian = self.make()
        ask_to_agree(knowhow=item, by=librarian)
        letter = outbox.get(purpose="know-how.agree")
        assert letter.to == author.email
        page = letter.text[letter.text.index(reverse("knowledge:agree", args=["_"]).removesuffix("_/")) :].split()[0]
        shown = client.get(page)
        assert WRITTEN["summary"] in shown.content.decode()
        item.refresh_from_db()
        assert item.status == "draft"
        for _ in range(2):
            assert client.post(page, {"agree": "1"}).status_code == 200
        item.refresh_from_db()
        assert item.status == "submitted"
        assert actions(item) == ["asked_to_agree", "agreed"]
        assert (
            approve(knowhow=item, version=item.version, by=librarian, form="tip", topics=[TopicFactory()]).status
            == "published"
        )

    def test_agreement_lapses_when_the_text_changes(self) -> None:
        item, author, librarian = self.make()
        item = agree(knowhow=item, version=item.version, by=author)
        item = save_part(knowhow=item, version=item.version, by=librarian, values={"title": "Sharper"})
        with pytest.raises(NotReady, match="has not agreed"):
            approve(knowhow=item, version=item.version, by=librarian, form="tip", topics=[TopicFactory()])
        other = UserFactory(librarian=True)
        assert approve(knowhow=item, version=item.version, by=other, form="tip", topics=[TopicFactory()])

    def test_an_old_link_says_that_the_text_has_changed(self, client: Client) -> None:
        item, _, librarian = self.make()
        token = agreement_token(item)
        save_part(knowhow=item, version=item.version, by=librarian, values={"title": "Sharper"})
        page = reverse("knowledge:agree", args=[token])
        assert "has changed" in client.get(page).content.decode()
        assert client.post(page, {"agree": "1"}).status_code == 422
        item.refresh_from_db()
        assert item.status == "draft"

    @pytest.mark.parametrize(
        "token", ["x", "x:y:z", signing.dumps([1, 2, 3], salt="another")], ids=["short", "odd", "foreign"]
    )
    def test_a_forged_link_opens_nothing(self, client: Client, token: str) -> None:
        assert client.get(reverse("knowledge:agree", args=[token])).status_code == 404

    def test_what_is_wrong_goes_back_to_whoever_wrote_it(self, client: Client, outbox: Any) -> None:
        item, _, librarian = self.make()
        page = reverse("knowledge:agree", args=[agreement_token(item)])
        client.post(page, {"decline": "1", "note": "It was 26 beds."})
        letter = outbox.get(purpose="know-how.declined")
        assert (letter.to, "26 beds" in letter.text) == (librarian.email, True)

    def test_only_librarians_write_for_others(self, client: Client) -> None:
        import uuid

        with pytest.raises(NotReady):
            start(by=UserFactory(champion=True), key=uuid.uuid4(), author=UserFactory())
        client.force_login(UserFactory(champion=True))
        assert client.get(reverse("knowledge:write-for")).status_code == 404


class TestReports:
    def test_hiding_is_recorded_and_undone(self, outbox: Any) -> None:
        item, reporter = published(visibility="public"), UserFactory(staff=True)
        report = report_problem(knowhow=item, by=reporter, problem="unsafe", text="The dose is wrong.")
        item.refresh_from_db()
        assert (item.status, report.hid) == ("submitted", True)
        assert outbox.filter(purpose="know-how.hidden", to=item.owner.email).exists()
        close_report(report=report, by=UserFactory(librarian=True), answer="There is no dose in it.", show_again=True)
        item.refresh_from_db()
        assert item.status == "published"
        assert actions(item)[-2:] == ["reported", "report_closed"]

    def test_one_person_hides_three_a_day_and_no_more(self) -> None:
        reporter = UserFactory(staff=True)
        hid = [
            report_problem(knowhow=published(visibility="public"), by=reporter, problem="unsafe", text="Look.").hid
            for _ in range(5)
        ]
        assert hid == [True, True, True, False, False]

    def test_a_wrong_fact_hides_nothing(self) -> None:
        item = published()
        assert not report_problem(knowhow=item, by=UserFactory(staff=True), problem="wrong", text="It was 26.").hid

    def test_nobody_closes_a_report_about_their_own_or_their_own_report(self) -> None:
        author = UserFactory(librarian=True)
        item = published(author)
        report = report_problem(knowhow=item, by=UserFactory(staff=True), problem="unsafe", text="Look.")
        with pytest.raises(NotReady, match="colleague"):
            close_report(report=report, by=author, answer="Fine.", show_again=True)


class TestTechniques:
    def test_loading_twice_changes_nothing_and_edits_stay(self, review: TechniqueTemplate) -> None:
        assert load_techniques() == 0
        revise(technique=review, words={"purpose": "Learn at once."}, by=UserFactory(librarian=True))
        assert load_techniques() == 0
        assert TechniqueTemplate.objects.current().get(key=review.key).purpose == "Learn at once."

    def test_what_was_written_keeps_its_version(self, review: TechniqueTemplate) -> None:
        item = draft(technique=review)
        prompts = [{"key": "only", "prompt": "Only this?", "help": "", "required": True}]
        new = revise(technique=review, words={"prompts": prompts}, by=UserFactory(librarian=True))
        item.refresh_from_db()
        assert item.technique == review
        assert (new.version, TechniqueTemplate.objects.current().get(key=review.key)) == (2, new)


class TestAdmin:
    @pytest.fixture
    def librarian(self, client: Client) -> Any:
        from accounts.services import load_roles

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
