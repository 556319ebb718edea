"""Who's who cards, and colleagues' answers to a question."""

import datetime
import re
import uuid
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from catalogue.search import SearchFilters, search
from catalogue.services import NotReady
from knowledge.models import Answer, KnowHow
from knowledge.services.answering import MOST_ANSWERS, answer_question
from knowledge.services.cards import archive_past_cards
from knowledge.services.contributing import save_part, start, submit
from knowledge.services.moderating import approve
from tests.admin import librarian as make_librarian
from tests.admin import signed_in
from tests.factories import TopicFactory, UserFactory
from tests.knowledge.factories import published

pytestmark = pytest.mark.django_db

CARD = {"title": "Falls link nurse", "summary": "Falls at night.", "patch": "Northbridge", "contact_route": "The form."}


def card(by: Any, **values: Any) -> KnowHow:
    """Return a published card."""
    knowhow = start(by=by, key=uuid.uuid4(), form="contact")
    values = {"title": CARD["title"], "summary": CARD["summary"], "has_chosen_readers": True, **values}
    answers = {name: CARD[name] for name in ("patch", "contact_route")}
    knowhow = save_part(knowhow=knowhow, version=1, by=by, values=values, answers=answers)
    knowhow = submit(knowhow=knowhow, version=knowhow.version, by=by, has_promised=True)
    return approve(
        knowhow=knowhow,
        version=knowhow.version,
        by=UserFactory(librarian=True),
        form="contact",
        topics=[TopicFactory()],
    )


class TestCards:
    def test_from_share_to_a_card_that_colleagues_find(self, client: Client) -> None:
        person = UserFactory(staff=True, name="Comfort Adeyemi")
        client.force_login(person)
        assert reverse("knowledge:card") in client.get(reverse("knowledge:share")).content.decode()
        began = client.post(reverse("knowledge:card"), {"key": str(uuid.uuid4())})
        knowhow = KnowHow.objects.get()
        part = reverse("knowledge:part", args=[knowhow.pk, "card"])
        assert began["Location"] == part
        asked = client.get(part).content.decode()
        assert "Ask me about" in asked
        assert "Comfort Adeyemi" in asked
        client.post(part, {"version": knowhow.version, **CARD, "languages_tools": "Welsh"})
        knowhow.refresh_from_db()
        assert (knowhow.title, knowhow.answers["languages_tools"]) == ("Falls link nurse", "Welsh")
        check = client.get(reverse("knowledge:check", args=[knowhow.pk])).content.decode()
        assert "Still to answer" not in check
        assert "How well it worked" not in check
        ticks = dict.fromkeys(("no_patient", "consent", "may_share"), "on")
        sent = client.post(reverse("knowledge:check", args=[knowhow.pk]), {"version": knowhow.version, **ticks})
        assert sent["Location"] == reverse("knowledge:thanks", args=[knowhow.pk])
        curator = make_librarian()
        question = signed_in(curator).get(reverse("admin:knowledge_knowhow_approve", args=[knowhow.pk]))
        types = re.findall(r'<option value="([a-z_]*)"', question.content.decode())
        assert types[:1] == ["contact"]
        assert "story" not in types
        knowhow = approve(
            knowhow=knowhow, version=sent_version(knowhow), by=curator, form="contact", topics=[TopicFactory()]
        )
        reader = UserFactory(staff=True)
        found = search("Welsh", SearchFilters(q="Welsh"), reader)
        assert [hit.item.pk for hit in found.hits] == [knowhow.pk]
        page = signed_in(reader).get(knowhow.get_absolute_url()).content.decode()
        assert "Write to them" in page
        assert "How well tested" not in page
        assert "What is your experience?" not in page

    def test_it_leaves_the_lists_the_day_after_its_last(self) -> None:
        today = timezone.localdate()
        last, later = card(UserFactory(staff=True), until=today), card(UserFactory(staff=True))
        assert archive_past_cards() == 0
        assert archive_past_cards(on=today + datetime.timedelta(days=1)) == 1
        assert archive_past_cards(on=today + datetime.timedelta(days=1)) == 0
        assert list(KnowHow.objects.listed_to(UserFactory(staff=True))) == [later]
        assert last.steps.filter(action="ended").count() == 1

    def test_a_day_gone_by_is_refused_and_nothing_is_lost(self, client: Client) -> None:
        person = UserFactory(staff=True)
        client.force_login(person)
        knowhow = start(by=person, key=uuid.uuid4(), form="contact")
        day = {"until_0": "1", "until_1": "1", "until_2": "2020"}
        part = reverse("knowledge:part", args=[knowhow.pk, "card"])
        reply = client.post(part, {"version": knowhow.version, **CARD, **day})
        assert reply.status_code == 422
        assert "This day has gone by" in reply.content.decode()
        assert "Falls at night." in reply.content.decode()

    def test_a_card_stays_a_card_and_nothing_else_becomes_one(self) -> None:
        person = UserFactory(staff=True)
        knowhow = start(by=person, key=uuid.uuid4(), form="contact")
        with pytest.raises(NotReady, match="stays one"):
            save_part(knowhow=knowhow, version=1, by=person, values={"form": "tip"})
        with pytest.raises(NotReady, match="stays one"):
            published(form="contact")


@pytest.fixture
def question() -> KnowHow:
    """A published question."""
    return published(UserFactory(staff=True), form="question", title="Who asks at weekends?")


class TestAnswers:
    def test_from_share_to_a_question_that_waits_for_the_library(self, client: Client) -> None:
        asker, topic = UserFactory(staff=True), TopicFactory()
        client.force_login(asker)
        assert reverse("knowledge:ask-colleagues") in client.get(reverse("knowledge:share")).content.decode()
        key = str(uuid.uuid4())
        for _ in range(2):
            began = client.post(reverse("knowledge:ask-colleagues"), {"key": key})
        knowhow = KnowHow.objects.get()
        part = reverse("knowledge:part", args=[knowhow.pk, "question"])
        assert began["Location"] == part
        asked = {"title": "Who asks at weekends?", "summary": "Reviews would be in time.", "context": "Two sites."}
        client.post(part, {"version": knowhow.version, **asked, "topics": [topic.pk]})
        ticks = dict.fromkeys(("no_patient", "consent", "may_share"), "on")
        check = reverse("knowledge:check", args=[knowhow.pk])
        page = client.get(check).content.decode()
        assert "Still to answer" not in page
        assert "How well it worked" not in page
        client.post(check, {"version": sent_version(knowhow), **ticks})
        knowhow.refresh_from_db()
        assert (knowhow.status, knowhow.form, knowhow.standing) == ("submitted", "question", "")
        assert list(knowhow.topics.all()) == [topic]

    def test_a_colleague_answers_and_whoever_asked_says_that_it_helped(self, question: KnowHow, outbox: Any) -> None:
        colleague, asker = UserFactory(staff=True), question.owner
        browser = signed_in(colleague)
        send = reverse("knowledge:answer", args=[question.pk])
        browser.post(send, {"text": "The nurse in **charge** does.", "place": "Medical ward"})
        answer = Answer.objects.get()
        assert (answer.person, answer.organisation) == (colleague, colleague.organisation)
        assert "The nurse in **charge** does." in outbox.get(purpose="know-how.answered").text
        page = browser.get(question.get_absolute_url()).content.decode()
        assert "The nurse in <strong>charge</strong> does." in page
        assert "This helped" not in page
        helped = reverse("knowledge:helpful", args=[question.pk, answer.pk])
        assert browser.post(helped, {"helped": "1"}).status_code == 404
        assert asker is not None
        assert colleague.name not in signed_in(asker).get(question.get_absolute_url()).content.decode()
        signed_in(asker).post(helped, {"helped": "1"})
        assert "This helped" in browser.get(question.get_absolute_url()).content.decode()
        signed_in(asker).post(helped)
        answer.refresh_from_db()
        assert answer.helpful_at is None

    def test_an_answer_is_found_by_search_until_it_is_taken_back(self, question: KnowHow) -> None:
        colleague = UserFactory(staff=True)
        answer_question(knowhow=question, by=colleague, text="Try a marmalade rota.", place="Ward")
        answer_question(knowhow=question, by=colleague, text="Try a marmalade list.", place="Ward")
        assert Answer.objects.get().text == "Try a marmalade list."
        filters = SearchFilters(q="marmalade")
        assert [hit.item.pk for hit in search("marmalade", filters, colleague).hits] == [question.pk]
        signed_in(colleague).post(reverse("knowledge:answer", args=[question.pk]), {"take_back": "1"})
        assert not Answer.objects.exists()
        assert search("marmalade", filters, colleague).hits == ()

    def test_what_could_identify_somebody_is_shown_before_it_is_sent(self, question: KnowHow) -> None:
        browser = signed_in(UserFactory(staff=True))
        send = reverse("knowledge:answer", args=[question.pk])
        answer = {"text": "Ring Sister Blake on 0113 496 0000.", "place": "Ward"}
        page = browser.post(send, answer).content.decode()
        assert "Could this identify somebody?" in page
        assert not Answer.objects.exists()
        mark = re.search(r'name="warned" value="(\w+)"', page)
        assert mark is not None
        browser.post(send, {**answer, "warned": mark.group(1)})
        assert Answer.objects.get().text == answer["text"]

    @pytest.mark.parametrize(("who", "sentence"), [("reader", "signed-in staff"), ("asker", "your own question")])
    def test_who_may_not_answer_is_told_why(self, question: KnowHow, who: str, sentence: str) -> None:
        question = published(question.owner, form="question", visibility="public")
        person = question.owner if who == "asker" else UserFactory()
        assert person is not None
        with pytest.raises(NotReady, match=sentence):
            answer_question(knowhow=question, by=person, text="Me.", place="Here")
        page = signed_in(person).get(question.get_absolute_url()).content.decode()
        assert "Send your answer" not in page

    def test_a_story_takes_no_answer_and_a_question_not_too_many(self, question: KnowHow) -> None:
        person = UserFactory(staff=True)
        with pytest.raises(NotReady, match="not a question"):
            answer_question(knowhow=published(), by=person, text="Me.", place="Here")
        Answer.objects.bulk_create(
            Answer(knowhow=question, text="So.", place="Here", at=timezone.now()) for _ in range(MOST_ANSWERS)
        )
        with pytest.raises(NotReady, match="has 50 answers"):
            answer_question(knowhow=question, by=person, text="Me.", place="Here")

    def test_a_librarian_takes_an_answer_away_with_the_reason_in_the_log(self, question: KnowHow) -> None:
        answer = answer_question(knowhow=question, by=UserFactory(staff=True), text="Ask Jo.", place="Ward")
        browser = signed_in(make_librarian())
        step = reverse("admin:knowledge_knowhow_remove-answer", args=[question.pk])
        assert "Ask Jo." in browser.get(step).content.decode()
        browser.post(step, {"confirm-answer": answer.pk, "confirm-reason": "It names somebody."})
        assert not Answer.objects.exists()
        assert question.steps.get(action="answer_removed").note == "It names somebody."

    def test_the_page_costs_the_same_however_many_answer(self, question: KnowHow) -> None:
        browser = signed_in(UserFactory(staff=True))
        answer_question(knowhow=question, by=UserFactory(staff=True), text="So.", place="Ward")
        browser.get(question.get_absolute_url())
        numbers = []
        for _ in range(2):
            with CaptureQueriesContext(connection) as captured:
                browser.get(question.get_absolute_url())
            numbers.append(len(captured))
            others = [Answer(knowhow=question, text="So.", place="Ward", at=timezone.now()) for _ in range(2)]
            Answer.objects.bulk_create(others)
        # Five of them belong to every page: session, person, footer, banner, saved lists.
        assert numbers[0] == numbers[1] <= 13, numbers


def sent_version(knowhow: KnowHow) -> int:
    """Return the version as it stands."""
    knowhow.refresh_from_db()
    return knowhow.version
