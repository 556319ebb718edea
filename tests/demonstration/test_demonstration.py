"""The demonstration loads once, looks alive today, and leaves without a trace."""

import re

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts.models import Organisation, User
from catalogue.map.choices import MapChoices, Rows
from catalogue.map.presenting import evidence_map
from catalogue.models import Item
from demonstration.services import clear_demonstration, load_demonstration
from demonstration.sign_ins import PASSWORD, SIGN_INS
from evidence.models import Evidence
from taxonomy.models import RelatedTopics, Topic
from tests.factories import EvidenceFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]


def test_every_item_is_marked_and_dated_around_today() -> None:
    assert load_demonstration()
    records = Evidence.objects.all()
    assert records.count() == 17
    assert all(record.is_demonstration for record in records)
    overdue = Evidence.objects.get(title__startswith="Preventing falls in acute wards: local guideline v3")
    assert overdue.is_past_review
    assert (timezone.localdate() - overdue.review_due).days == 10
    newest = Evidence.objects.get(title__startswith="Teach-back")
    assert (timezone.localdate() - timezone.localdate(newest.published_at)).days == 3


def test_bands_follow_from_the_appraisals() -> None:
    load_demonstration()
    bands = {record.title.split(":")[0]: record.standing for record in Evidence.objects.all()}
    assert bands["Multifactorial falls prevention in hospital"] == "moderate"
    assert bands["Antibiotic review at 48 hours"] == "moderate"
    assert bands["Cost of virtual wards"] == "low"
    assert bands["Preventing falls in acute wards"] == "not_appraised"


def test_everyone_can_sign_in_as_printed(client) -> None:
    load_demonstration()
    for entry in SIGN_INS:
        assert User.objects.get(email=entry.email).role == entry.role
        assert client.login(request=None, email=entry.email, password=PASSWORD)


def test_it_loads_once_and_stays_away_when_cleared(capsys: pytest.CaptureFixture[str]) -> None:
    assert load_demonstration()
    assert not load_demonstration()
    assert Evidence.objects.count() == 17
    clear_demonstration()
    assert not load_demonstration()
    assert Evidence.objects.count() == 0
    call_command("load_demo", "--sign-ins")
    assert capsys.readouterr().out == ""


def test_clearing_removes_exactly_the_demonstration() -> None:
    mine = EvidenceFactory(topics=[Topic.objects.get(slug="falls")])
    me = UserFactory(staff=True)
    topics = Topic.objects.count()
    load_demonstration()
    demo_owner = User.objects.get(email="priya.raman@northbridge.example")
    Item.objects.filter(pk=mine.pk).update(owner=demo_owner)
    counts = clear_demonstration()
    assert counts == {"items": 68, "people": 8, "organisations": 6}
    assert list(Item.objects.values_list("pk", flat=True)) == [mine.pk]
    assert list(User.objects.values_list("pk", flat=True)) == [me.pk]
    assert list(Organisation.objects.values_list("pk", flat=True)) == [me.organisation_id]
    assert Topic.objects.count() == topics


def test_topics_say_something_and_the_map_shows_relations_and_gaps(client: Client) -> None:
    load_demonstration()
    client.force_login(User.objects.get(email="priya.raman@northbridge.example"))
    html = client.get("/topics/virtual-wards/").content.decode()
    assert "Virtual wards may save bed days" in html
    said = " ".join(re.sub(r"<[^>]*>", " ", html).split())
    assert "Conflicts What the courier taught us about kit" in said
    assert "It assumes that kit is there on the first day" in said
    found = {one.gap.name: len(one.topics) for one in evidence_map(MapChoices(rows=Rows.EVERY), AnonymousUser()).gaps}
    assert found["blank"] > 0
    assert found["evidence-without-experience"] > 0
    Topic.objects.filter(slug="sepsis").update(key_message="Ours.")
    clear_demonstration()
    assert set(Topic.objects.exclude(key_message="").values_list("slug", "key_message")) == {("sepsis", "Ours.")}
    assert not RelatedTopics.objects.exists()
