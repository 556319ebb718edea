"""The library team's decisions: who may take them, what follows, and that every step is written down."""

from typing import Any

import pytest

from catalogue.models import Item, ItemPerson
from catalogue.services import EditConflict, NotReady
from knowledge.models import KnowHow, TechniqueTemplate
from knowledge.services.contributing import reply, save_part, submit, take_back
from knowledge.services.moderating import (
    approve,
    ask_for_changes,
    close_report,
    hand_over,
    reject,
    report_problem,
)
from tests.factories import TopicFactory, UserFactory
from tests.knowledge.factories import actions, published, sent, told

pytestmark = pytest.mark.django_db


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
