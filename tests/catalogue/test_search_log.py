"""The log of searches, what librarians learn from it, and suggestions while typing."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from catalogue.asked.models import Search
from catalogue.asked.services import add_as_entry_term, forget_old_searches
from catalogue.search import planning
from catalogue.search.completing import complete
from catalogue.search.embedding import fill_meanings
from taxonomy.models import EntryTerm
from tests.admin import librarian
from tests.catalogue.searching import ANYONE
from tests.factories import EvidenceFactory, TopicFactory, UserFactory

pytestmark = pytest.mark.django_db


def logged() -> dict[str, tuple[int, int]]:
    """Words → how often they were searched for, and how often without a result."""
    return {row.words: (row.times, row.times_without) for row in Search.objects.all()}


def test_searches_are_counted_by_their_words_and_by_whether_they_found_anything(client: Client) -> None:
    EvidenceFactory(title="Falls on wards")
    for query in ("Falls", "falls", "unobtainium", "", "falls&page=2", "falls&setting=acute"):
        client.get(f"/search/?q={query}")
    assert logged() == {"falls": (2, 0), "unobtainium": (1, 1)}


def test_what_is_near_in_meaning_alone_counts_as_not_found(client: Client) -> None:
    EvidenceFactory(title="Myocardial infarction in younger women")
    fill_meanings()
    client.get("/search/?q=heart+attack")
    assert logged() == {"heart attack": (1, 1)}


def test_no_person_is_in_the_log_neither_who_asked_nor_whom_the_words_may_name(client: Client) -> None:
    client.force_login(UserFactory())
    for query in ("jo@trust.example", "943 476 5919", "tel 07700-900123", "x" * 200):
        client.get("/search/", {"q": query})
    assert logged() == {}
    assert {field.name for field in Search._meta.get_fields()} == {
        "id", "words", "times", "times_without", "found", "last_asked",
    }  # fmt: skip


def test_words_are_forgotten_when_nobody_asked_for_thirty_days() -> None:
    for words, days in (("kept", 30), ("forgotten", 31)):
        Search.objects.create(words=words, last_asked=timezone.localdate() - datetime.timedelta(days=days))
    assert forget_old_searches() == 1
    assert list(logged()) == ["kept"]


def test_a_librarian_adds_what_was_not_found_as_an_entry_term(client: Client) -> None:
    topic = TopicFactory(name="Falls prevention")
    EvidenceFactory(title="Hip protectors", topics=[topic])
    client.get("/search/?q=tumbles")
    client.force_login(librarian())
    row = Search.objects.get()
    report = client.get(reverse("admin:catalogue_search_changelist"), {"result": "none"}).content.decode()
    assert "tumbles" in report
    address = reverse("admin:catalogue_search_entry-term", args=[row.pk])
    assert "Add these words as an entry term?" in client.get(address).content.decode()
    client.post(address, {"confirmed": "entry-term", "confirm-topic": topic.pk})
    assert EntryTerm.objects.get(text="tumbles").topic == topic
    assert not Search.objects.filter(pk=row.pk).exists()
    client.logout()
    assert "Hip protectors" in client.get("/search/?q=tumbles").content.decode()


def test_words_that_lead_somewhere_already_are_refused() -> None:
    TopicFactory(name="Falls")
    row = Search.objects.create(words="falls", last_asked=timezone.localdate())
    with pytest.raises(ValidationError):
        add_as_entry_term(search=row, topic=TopicFactory())
    assert Search.objects.filter(pk=row.pk).exists()


def test_topics_by_any_name_and_titles_go_on_as_typed(client: Client) -> None:
    topic = TopicFactory(name="Cardiovascular")
    EntryTerm.objects.create(topic=topic, text="heart attack")
    TopicFactory(name="Heart failure")
    item = EvidenceFactory(title="Living with a weak heart at home")
    EvidenceFactory(title="Hidden heart", visibility="members")
    EvidenceFactory(title="Heartless title of what is archived", status="archived")
    EvidenceFactory(title="Something else", summary="The heart is here only.")
    found = complete("hear", ANYONE)
    assert [(option.words, option.kind) for option in found] == [
        ("Heart failure", "Topic"),
        ("Cardiovascular", "Topic"),
        ("Living with a weak heart at home", "Evidence"),
    ]
    html = client.get(reverse("suggestions"), {"q": "weak hea"}).content.decode()
    assert html.count('role="option"') == 1
    assert f'data-href="{item.get_absolute_url()}"' in html


@pytest.mark.parametrize("typed", ["", "h", "\x00", "'", ":*", "& | !", "%%", "__", "😀😀", "a" * 5_000])
def test_nothing_that_is_typed_breaks_the_suggestions(client: Client, typed: str) -> None:
    EvidenceFactory(title="Falls on wards")
    response = client.get(reverse("suggestions"), {"q": typed})
    assert response.status_code == 200
    assert "role=" not in response.content.decode()


def test_a_large_catalogue_completes_the_beginnings_of_titles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("catalogue.search.completing.LOOKED_AT_ALWAYS", 0)
    assert planning.LOOKED_AT_ALWAYS
    EvidenceFactory(title="Paediatric sepsis: a bundle")
    EvidenceFactory(title="A bundle for paediatric sepsis")
    assert [option.words for option in complete("pediatric se", ANYONE)] == ["Paediatric sepsis: a bundle"]
