"""The invented know-how shows every level and every state that people meet."""

from collections import Counter

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from catalogue import relations
from catalogue.models import Item
from demonstration.services import clear_demonstration, load_demonstration
from knowledge.models import Community, KnowHow
from knowledge.questions import texts_of
from pages.services import load_pages
from tests.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]


def test_levels_and_states_are_those_of_the_plan() -> None:
    load_demonstration()
    rows = KnowHow.objects.all()
    assert Counter(rows.filter(status="published").values_list("standing", flat=True)) == {
        "repeated": 2,
        "confirmed": 3,
        "shared": 4,
        "evaluated": 1,
        "challenged": 1,
        "": 2,
    }
    waiting = rows.get(status="submitted")
    assert {row["kind"] for row in waiting.warnings} == {"name", "phone"}
    assert rows.get(status="changes_requested").steps.filter(action="changes_asked").get().note
    assert not rows.filter(status="published", topics=None).exists()


def test_links_show_from_both_ends_once_confirmed() -> None:
    load_demonstration()
    reader = UserFactory(staff=True)
    record = Item.objects.get(title__startswith="Multifactorial falls prevention")
    assert {(link.words, link.item.title) for link in relations.shown_to(reader, record)} == {
        ("is supported by", "We moved the commode, not the patient"),
        ("has more detail in", "Falls alarms made nights worse"),
        ("is taught by", "Falls on the ward: what the evidence says in a quarter of an hour"),
    }
    coffee = Item.objects.get(title="Coffee trial across two sites")
    assert [(link.words, link.item.title) for link in relations.shown_to(reader, coffee)] == [
        ("is taught by", "Running a coffee trial")
    ]
    trial = Item.objects.get(title__startswith="Antibiotic review at 48 hours")
    assert relations.shown_to(reader, trial) == []


def test_the_question_has_two_answers_of_which_one_helped_and_there_is_a_card() -> None:
    load_demonstration()
    question = KnowHow.objects.get(form="question")
    assert [bool(answer.helpful_at) for answer in question.colleagues_answers.helpful_first()] == [True, False]
    card = KnowHow.objects.get(form="contact")
    assert card.until > timezone.localdate()
    assert "Tamil" in " ".join(texts_of(card).values())


def test_the_workstreams_page_names_the_invented_people_until_they_are_cleared() -> None:
    load_pages()
    load_demonstration()
    page = reverse("page", args=["workstream"])
    assert "Tom Ashdown" in Client().get(page).content.decode()
    clear_demonstration()
    assert "Tom Ashdown" not in Client().get(page).content.decode()


def test_clearing_leaves_none_of_it() -> None:
    load_demonstration()
    clear_demonstration()
    assert not KnowHow.objects.exists()
    assert not Community.objects.exists()
