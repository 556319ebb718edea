"""What a librarian writes up for somebody: it is sent by that person's agreement to the very text."""

import uuid
from typing import Any

import pytest
from django.core import signing
from django.test import Client
from django.urls import reverse

from catalogue.services import NotReady
from knowledge.agreement import agreement_token
from knowledge.models import KnowHow
from knowledge.services.agreeing import agree, ask_to_agree
from knowledge.services.contributing import save_part, start
from knowledge.services.moderating import (
    approve,
)
from tests.factories import TopicFactory, UserFactory
from tests.knowledge.factories import WRITTEN, actions

pytestmark = pytest.mark.django_db


class TestAgreeing:
    def make(self) -> tuple[KnowHow, Any, Any]:
        author, librarian = UserFactory(staff=True), UserFactory(librarian=True)
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
        with pytest.raises(NotReady):
            start(by=UserFactory(champion=True), key=uuid.uuid4(), author=UserFactory())
        client.force_login(UserFactory(champion=True))
        assert client.get(reverse("knowledge:write-for")).status_code == 404
