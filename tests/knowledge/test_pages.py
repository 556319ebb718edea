"""The pages of know-how: what they show, what they refuse, and at what cost."""

import re
import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from catalogue.models import ItemPerson
from knowledge.models import ChampionProfile, Community, KnowHow, TechniqueTemplate
from knowledge.services import champions
from knowledge.services.contributing import save_part
from knowledge.services.experience import share_experience
from knowledge.services.moderating import withdraw
from tests.factories import OrganisationFactory, TopicFactory, UserFactory
from tests.knowledge.factories import TOLD, draft, published, sent, told

pytestmark = pytest.mark.django_db

PROMISES = {"no_patient": "on", "consent": "on", "may_share": "on"}


@pytest.fixture
def author(client: Client) -> Any:
    """A signed-in member of staff."""
    user = UserFactory(staff=True)
    client.force_login(user)
    return user


class TestTelling:
    def test_one_screen_sends_it_and_says_what_happens_next(self, client: Client, author: Any) -> None:
        page = client.get(reverse("knowledge:tell"))
        key = re.search(r'name="key" value="([0-9a-f-]{36})"', page.content.decode()).group(1)  # type: ignore[union-attr]
        answer = client.post(reverse("knowledge:tell"), {**TOLD, **PROMISES, "key": key}, follow=True)
        item = KnowHow.objects.get()
        assert (item.owner, item.status, item.visibility) == (author, "submitted", "members")
        assert item.title == "Put the walking aid within reach before the drug round"
        assert "within five working days" in answer.content.decode()

    def test_pressed_twice_it_is_one_contribution(self, client: Client, author: Any) -> None:
        data = {**TOLD, **PROMISES, "key": str(uuid.uuid4())}
        first = client.post(reverse("knowledge:tell"), data)
        second = client.post(reverse("knowledge:tell"), data)
        assert first["Location"] == second["Location"]
        assert KnowHow.objects.count() == 1

    def test_somebody_elses_key_makes_nothing_and_shows_nothing(self, client: Client, author: Any) -> None:
        key = uuid.uuid4()
        other = UserFactory(staff=True)
        from knowledge.services.contributing import start

        start(by=other, key=key)
        answer = client.post(reverse("knowledge:tell"), {**TOLD, **PROMISES, "key": str(key)})
        assert answer.status_code == 422
        assert KnowHow.objects.count() == 1

    def test_missing_answers_and_ticks_are_named_and_nothing_is_lost(self, client: Client, author: Any) -> None:
        answer = client.post(reverse("knowledge:tell"), {"key": str(uuid.uuid4()), "summary": "Keep this line"})
        words = answer.content.decode()
        assert answer.status_code == 422
        assert "<title>Error: " in words
        assert "Keep this line" in words
        assert "Answer the question: What happened?" in words
        assert "Tick the box: I have removed anything that could identify a patient" in words

    def test_a_warning_asks_once_and_the_author_decides(self, client: Client, author: Any) -> None:
        data = {**TOLD, **PROMISES, "key": str(uuid.uuid4()), "what_happened": "Mrs Blake, 943 476 5919, went home."}
        asked = client.post(reverse("knowledge:tell"), data)
        words = asked.content.decode()
        assert "Looks like an NHS number" in words
        assert not KnowHow.objects.exists()
        mark = re.search(r'name="warned" value="([0-9a-f]{64})"', words).group(1)  # type: ignore[union-attr]
        client.post(reverse("knowledge:tell"), {**data, "warned": mark})
        assert {row["kind"] for row in KnowHow.objects.get().warnings} == {"nhs_number", "name"}

    def test_new_identifiers_after_a_warning_are_shown_again(self, client: Client, author: Any) -> None:
        data = {**TOLD, **PROMISES, "key": str(uuid.uuid4()), "warned": "0" * 64, "context": "Ring 01632 960 456."}
        assert "phone or bleep" in client.post(reverse("knowledge:tell"), data).content.decode()
        assert not KnowHow.objects.exists()

    @pytest.mark.parametrize(
        "text",
        ["\x00", "a\u202eb", "\ud800".encode("utf-16", "surrogatepass").decode("utf-16", "replace"), "x" * 100_000],
    )
    def test_odd_text_is_a_sentence_or_cleaned_never_an_error(self, client: Client, author: Any, text: str) -> None:
        answer = client.post(
            reverse("knowledge:tell"), {**TOLD, **PROMISES, "key": str(uuid.uuid4()), "what_happened": text}
        )
        assert answer.status_code in {200, 302, 422}
        assert not KnowHow.objects.filter(what_happened__contains="\u202e").exists()

    def test_who_is_not_signed_in_is_asked_to(self, client: Client) -> None:
        assert reverse("account_login") in client.get(reverse("knowledge:tell"))["Location"]


class TestWriting:
    def test_a_part_is_saved_and_leads_to_the_next(
        self, client: Client, author: Any, review: TechniqueTemplate
    ) -> None:
        data = {"key": str(uuid.uuid4()), "technique": "after-action-review"}
        begun = client.post(reverse("knowledge:session"), data)
        item = KnowHow.objects.get()
        assert begun["Location"] == reverse("knowledge:write", args=[item.pk])
        assert (item.technique, item.visibility) == (review, "team")
        about = reverse("knowledge:part", args=[item.pk, "about"])
        saved = client.post(about, {"version": 1, "title": "Night falls", "summary": "Move it", "context": "A ward"})
        assert saved["Location"] == reverse("knowledge:part", args=[item.pk, "session"])
        item.refresh_from_db()
        assert (item.title, item.version) == ("Night falls", 2)

    def test_htmx_saves_while_typing_and_hands_back_the_version(self, client: Client, author: Any) -> None:
        item = draft(author)
        address = reverse("knowledge:part", args=[item.pk, "events"])
        data = {"version": item.version, "what_we_did": "We moved it twice.", "what_happened": "Fewer falls."}
        answer = client.post(address, data, headers={"HX-Request": "true"}).content.decode()
        assert "Saved at" in answer
        assert f'value="{item.version + 1}"' in answer
        assert KnowHow.objects.get().what_we_did == "We moved it twice."

    def test_an_unchanged_page_keeps_its_version(self, client: Client, author: Any) -> None:
        item = draft(author)
        address = reverse("knowledge:part", args=[item.pk, "events"])
        data = {"version": item.version, "what_we_did": item.what_we_did, "what_happened": item.what_happened}
        client.post(address, data, headers={"HX-Request": "true"})
        assert KnowHow.objects.get().version == item.version

    def test_a_conflict_keeps_both_texts_and_saving_again_decides(self, client: Client, author: Any) -> None:
        item = draft(author)
        address = reverse("knowledge:part", args=[item.pk, "events"])
        client.post(address, {"version": item.version, "what_we_did": "Theirs", "what_happened": "Fewer falls."})
        mine = {"version": item.version, "what_we_did": "Mine", "what_happened": "Fewer falls."}
        met = client.post(address, mine)
        words = met.content.decode()
        assert met.status_code == 409
        assert "Theirs" in words
        assert "Mine" in words
        version = re.search(r'name="version" value="(\d+)"', words).group(1)  # type: ignore[union-attr]
        client.post(address, {**mine, "version": version})
        assert KnowHow.objects.get().what_we_did == "Mine"

    def test_preview_works_with_and_without_javascript_and_saves_nothing(self, client: Client, author: Any) -> None:
        item = draft(author)
        address = reverse("knowledge:part", args=[item.pk, "events"])
        data = {"version": item.version, "what_we_did": "**Bold** <script>x</script>", "_preview": "1"}
        whole = client.post(address, data).content.decode()
        part = client.post(address, data, headers={"HX-Request": "true"}).content.decode()
        assert "<strong>Bold</strong>" in whole
        assert "<strong>Bold</strong>" in part
        assert "<html" in whole
        assert "<html" not in part
        assert "<script>x" not in whole + part
        assert KnowHow.objects.get().what_we_did == item.what_we_did

    def test_a_save_that_meets_a_conflict_opens_it_to_nobody(self, client: Client) -> None:
        organisation = OrganisationFactory()
        author = UserFactory(staff=True, organisation=organisation)
        colleague = UserFactory(staff=True, organisation=organisation)
        client.force_login(author)
        item = draft(author)
        save_part(knowhow=item, version=item.version, by=author, values={"title": "On the other device"})
        data = {"version": item.version, "visibility": "team", "told_as": "name", "colleagues": colleague.email}
        address = reverse("knowledge:part", args=[item.pk, "readers"])
        assert client.post(address, data).status_code == 409
        assert not ItemPerson.objects.filter(item=item).exists()
        data["version"] = KnowHow.objects.get().version
        assert client.post(address, data).status_code == 302
        assert ItemPerson.objects.get(item=item).user == colleague

    def test_too_long_an_answer_is_refused_in_the_portals_words_and_kept(self, client: Client, author: Any) -> None:
        item = draft(author)
        address = reverse("knowledge:part", args=[item.pk, "about"])
        page = client.post(address, {"version": item.version, "title": "x" * 130})
        words = page.content.decode()
        assert page.status_code == 422
        assert "Your answer must be 120 characters or fewer; it has 130" in words
        assert "x" * 130 in words
        assert KnowHow.objects.get().title == item.title

    def test_only_its_author_and_librarians_reach_a_draft(self, client: Client) -> None:
        item = draft()
        client.force_login(UserFactory(staff=True))
        for name in ("write", "check", "files", "links", "status", "thanks"):
            assert client.get(reverse(f"knowledge:{name}", args=[item.pk])).status_code == 404
        assert client.post(reverse("knowledge:part", args=[item.pk, "about"]), {"version": 1}).status_code == 404

    def test_nobody_sets_what_is_not_theirs_to_set(self, client: Client, author: Any) -> None:
        item = draft(author)
        extra = {
            "status": "published",
            "standing": "evaluated",
            "owner": "1",
            "published_at": "2020-01-01",
            "form": "tip",
        }
        data = {"version": item.version, "title": "T", "summary": "S", "context": "C", **extra}
        client.post(reverse("knowledge:part", args=[item.pk, "about"]), data)
        item.refresh_from_db()
        assert (item.title, item.status, item.standing, item.owner, item.form) == ("T", "draft", "shared", author, "")

    def test_sending_says_what_is_missing(self, client: Client, author: Any) -> None:
        item = draft(author, outcome="")
        address = reverse("knowledge:check", args=[item.pk])
        answer = client.post(address, {**PROMISES, "version": item.version})
        assert answer.status_code == 422
        assert "How well did it work?" in answer.content.decode()
        assert KnowHow.objects.get().status == "draft"

    def test_a_text_changed_elsewhere_is_not_sent_unread(self, client: Client, author: Any) -> None:
        item = draft(author)
        answer = client.post(reverse("knowledge:check", args=[item.pk]), {**PROMISES, "version": item.version - 1})
        assert answer.status_code == 409
        assert KnowHow.objects.get().status == "draft"

    def test_colleagues_of_a_team_item_are_named_by_address(
        self, client: Client, author: Any, review: TechniqueTemplate
    ) -> None:
        mate = UserFactory(staff=True, organisation=author.organisation)
        item = draft(author, review)
        address = reverse("knowledge:part", args=[item.pk, "readers"])
        data = {"version": item.version, "visibility": "team", "told_as": "name", "colleagues": mate.email}
        client.post(address, data)
        assert KnowHow.objects.visible_to(mate).count() == 0
        assert item.people.get().user == mate
        stranger = UserFactory(staff=True)
        answer = client.post(address, {**data, "version": item.version, "colleagues": stranger.email})
        assert answer.status_code == 422


class TestReading:
    def test_the_page_says_how_well_tested_who_where_and_to_check_the_guideline(self, client: Client) -> None:
        item = published(visibility="public")
        share_experience(knowhow=item, by=UserFactory(staff=True), verdict="matched", place="A hospice", line="Yes.")
        words = client.get(item.get_absolute_url(), follow=True).content.decode()
        for part in ("Confirmed by someone else", "Last confirmed", "Check your local guideline", "A hospice", "Yes."):
            assert part in words
        assert "kp-quality" not in words

    def test_an_author_shown_as_a_role_is_named_nowhere_to_readers(self, client: Client) -> None:
        author = UserFactory(staff=True, name="Canary Featherstone")
        item = published(author, visibility="public", told_as="role", credit="A physiotherapist", may_be_contacted=True)
        client.force_login(UserFactory(staff=True))
        pages = [
            item.get_absolute_url(),
            reverse("knowledge:contact", args=[item.pk]),
            reverse("knowledge:home"),
            f"{reverse('search')}?kind=knowhow",
        ]
        for page in pages:
            words = client.get(page, follow=True).content.decode()
            assert "Canary" not in words
            assert author.email not in words
        assert "A physiotherapist" in client.get(item.get_absolute_url()).content.decode()

    def test_a_withdrawn_one_shows_title_reason_and_date_only(self, client: Client) -> None:
        item = published(visibility="public")
        withdraw(knowhow=item, by=UserFactory(librarian=True), reason="It named a colleague.")
        words = client.get(item.get_absolute_url()).content.decode()
        assert "It named a colleague." in words
        assert item.summary not in words
        assert item.context not in words

    def test_it_outlives_its_author(self, client: Client) -> None:
        author = UserFactory(staff=True)
        item = published(author, visibility="public", told_as="organisation")
        KnowHow.objects.get(pk=item.pk)
        author.delete()
        words = client.get(item.get_absolute_url()).content.decode()
        assert str(item.organisation) in words

    @pytest.mark.parametrize("count", [1, 3])
    def test_the_page_costs_the_same_whatever_was_said(
        self, client: Client, count: int, django_assert_max_num_queries: Any
    ) -> None:
        item = published(visibility="public")
        for _ in range(count):
            share_experience(knowhow=item, by=UserFactory(staff=True), verdict="matched", place="A ward")
        client.get(item.get_absolute_url())
        with django_assert_max_num_queries(13):
            assert client.get(item.get_absolute_url()).content.count(b"This matched our experience") == count

    @pytest.mark.parametrize("count", [1, 3])
    def test_lists_cost_the_same_whatever_they_hold(
        self, client: Client, author: Any, count: int, review: TechniqueTemplate, django_assert_max_num_queries: Any
    ) -> None:
        for _ in range(count):
            published(author, review, visibility="public")
            Community.objects.create(name=str(uuid.uuid4()), purpose="P", how_to_join="J")
            ChampionProfile.objects.create(
                user=UserFactory(champion=True), is_listed=True, granted_at="2026-01-01T00:00Z"
            ).topics.set([TopicFactory()])
        bounds = {
            "knowledge:mine": 10,
            "knowledge:home": 14,
            "knowledge:communities": 10,
            "knowledge:champions": 10,
        }
        for name, most in bounds.items():
            client.get(reverse(name))
            with django_assert_max_num_queries(most):
                assert client.get(reverse(name)).status_code == 200
        page = reverse("knowledge:technique", args=["after-action-review"])
        client.get(page)
        with django_assert_max_num_queries(14):
            assert client.get(page).content.count(b"<article") == count


class TestTechniques:
    def test_a_page_and_a_sheet_for_each_of_the_fourteen(self, client: Client, review: TechniqueTemplate) -> None:
        rows = list(TechniqueTemplate.objects.current())
        assert len(rows) == 14
        listing = client.get(reverse("knowledge:techniques")).content.decode()
        for row in rows:
            assert row.get_absolute_url() in listing
            assert row.steps[0] in client.get(row.get_absolute_url()).content.decode().replace("&#x27;", "'")
            sheet = client.get(reverse("knowledge:sheet", args=[row.key])).content.decode()
            assert sheet.count("kp-sheet-question") == len(row.prompts)

    def test_a_review_says_that_it_is_no_incident_record(
        self, client: Client, author: Any, review: TechniqueTemplate
    ) -> None:
        item = draft(author, review)
        for page in (review.get_absolute_url(), reverse("knowledge:write", args=[item.pk])):
            assert "not an incident record" in client.get(page).content.decode()


class TestColleagues:
    def test_one_tap_confirms_and_a_second_says_why_not_one_s_own(self, client: Client, author: Any) -> None:
        item = published()
        address = reverse("knowledge:experience", args=[item.pk])
        client.post(address, {"verdict": "matched", "place": "A ward", "line": ""})
        item.refresh_from_db()
        assert item.standing == "confirmed"
        own = published(author)
        answer = client.post(reverse("knowledge:experience", args=[own.pk]), {"verdict": "matched", "place": "Here"})
        assert answer.status_code == 422
        assert "This is your own" in answer.content.decode()

    def test_a_report_by_staff_hides_it_and_one_by_others_does_not(self, client: Client, author: Any) -> None:
        item = published(visibility="public")
        outsider = Client()
        outsider.force_login(UserFactory())
        data = {"problem": "identifies", "text": "The second paragraph"}
        outsider.post(reverse("knowledge:report", args=[item.pk]), data)
        assert client.get(item.get_absolute_url()).status_code == 200
        answer = client.post(reverse("knowledge:report", args=[item.pk]), data)
        assert "It is hidden until a librarian has looked" in answer.content.decode()
        assert Client().get(item.get_absolute_url()).status_code == 404

    def test_a_message_hides_the_recipient_and_is_limited(self, client: Client, author: Any, outbox: Any) -> None:
        item = published(may_be_contacted=True)
        address = reverse("knowledge:contact", args=[item.pk])
        assert item.owner.email not in client.get(address).content.decode()
        for _ in range(10):
            client.post(address, {"text": "How many beds?"})
        letters = outbox.filter(purpose="know-how.contact")
        assert letters.count() == 10
        assert (letters[0].to, letters[0].reply_to) == (item.owner.email, author.email)
        assert client.post(address, {"text": "Once more"}).status_code == 422
        assert letters.count() == 10

    def test_asking_granting_and_being_found(self, client: Client, author: Any, outbox: Any) -> None:
        client.post(reverse("knowledge:ask"), {"reason": "I like to share."})
        profile = ChampionProfile.objects.get()
        champions.grant(profile=profile, by=UserFactory(librarian=True))
        author.refresh_from_db()
        assert author.role == "champion"
        client.post(reverse("knowledge:profile"), {"team": "Nights", "is_listed": "on", "topics": [TopicFactory().pk]})
        assert author.name in client.get(reverse("knowledge:champions")).content.decode()
        assert author.name not in Client().get(reverse("knowledge:champions")).content.decode()

    def test_who_does_not_wish_to_be_listed_is_not(self, client: Client, author: Any) -> None:
        profile = ChampionProfile.objects.create(user=UserFactory(champion=True), granted_at="2026-01-01T00:00Z")
        assert client.get(reverse("knowledge:champion", args=[profile.pk])).status_code == 404


def test_status_words_follow_the_contribution(client: Client) -> None:
    author = UserFactory(staff=True)
    client.force_login(author)
    told(author)
    sent(author)
    published(author)
    words = client.get(reverse("knowledge:mine")).content.decode()
    assert words.count("With the library team") == 2
    assert words.count(">Published<") == 1
