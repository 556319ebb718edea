"""The level follows from the voices by the written rules, whatever is done and by whom."""

import datetime
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from catalogue.services import NotReady
from knowledge.choices import Action, Level, Verdict
from knowledge.levels import Voice, is_recent, standing_of
from knowledge.models import Experience
from knowledge.services.experience import (
    current_standing,
    link_evaluation,
    refresh_level,
    settle,
    share_experience,
    take_back_experience,
)
from knowledge.services.moderating import advise_again, retire
from tests.factories import EvidenceFactory, OrganisationFactory, UserFactory
from tests.knowledge.factories import published

DAY = datetime.date(2026, 3, 1)
AUTHOR, OWN = 1, 100
voices = st.lists(
    st.builds(
        Voice,
        person=st.one_of(st.none(), st.integers(1, 8)),
        organisation=st.one_of(st.none(), st.integers(100, 104)),
        verdict=st.sampled_from(Verdict.values),
        on=st.dates(datetime.date(2023, 1, 1), datetime.date(2026, 12, 31)),
        is_settled=st.booleans(),
    ),
    max_size=8,
)


@given(voices=voices, is_evaluated=st.booleans(), is_retired=st.booleans())
def test_level_is_the_one_the_rules_name(voices: list[Voice], is_evaluated: bool, is_retired: bool) -> None:
    """The rules once more, written as the domain's page writes them."""
    standing = standing_of(
        voices=voices,
        own_people=frozenset({AUTHOR, 2}),
        own_organisation=OWN,
        is_evaluated=is_evaluated,
        is_retired=is_retired,
    )
    counted = [voice for voice in voices if voice.person not in {AUTHOR, 2}]
    agreeing = [voice for voice in counted if voice.verdict == "matched"]
    elsewhere = {voice.organisation for voice in agreeing} - {OWN, None}
    worried = [voice for voice in counted if voice.verdict == "careful" and not voice.is_settled]
    holds = {
        Level.RETIRED: is_retired,
        Level.CHALLENGED: bool(worried),
        Level.EVALUATED: is_evaluated,
        Level.REPEATED: len(elsewhere) >= 2,
        Level.CONFIRMED: len(agreeing) >= 1,
        Level.SHARED: True,
    }
    assert standing.level == next(level for level, is_so in holds.items() if is_so)
    assert standing.last_confirmed == max((voice.on for voice in agreeing), default=None)


@given(voices=voices, more=voices)
def test_voices_of_its_own_people_change_nothing(voices: list[Voice], more: list[Voice]) -> None:
    own = [Voice(AUTHOR, voice.organisation, voice.verdict, voice.on, voice.is_settled) for voice in more]
    names: dict[str, Any] = {"own_people": frozenset({AUTHOR}), "own_organisation": OWN}
    assert standing_of(voices=[*voices, *own], **names) == standing_of(voices=voices, **names)


@given(count=st.integers(1, 6))
def test_an_organisation_counts_once(count: int) -> None:
    many = [Voice(person, 101, "matched", DAY) for person in range(10, 10 + count)]
    standing = standing_of(voices=many, own_people=frozenset({AUTHOR}), own_organisation=OWN)
    assert (standing.level, standing.other_organisations) == (Level.CONFIRMED, 1)


@pytest.mark.parametrize(("months_ago", "recent"), [(0, True), (23, True), (24, True), (25, False)])
def test_a_confirmation_is_recent_for_two_years(months_ago: int, recent: bool) -> None:
    from catalogue.services import months_later

    assert is_recent(DAY, today=months_later(DAY, months_ago)) is recent


ACTS = ("matched", "differed", "careful", "take_back")


@pytest.mark.django_db
@settings(max_examples=20)
@given(data=st.data())
def test_no_sequence_of_acts_lets_an_author_or_two_accounts_that_are_not_staff_raise_it(data: st.DataObject) -> None:
    author = UserFactory(staff=True)
    outsiders = [UserFactory(), UserFactory()]
    item = published(author, visibility="public")
    for number, act in data.draw(st.lists(st.tuples(st.integers(0, 2), st.sampled_from(ACTS)), max_size=10)):
        person = [author, *outsiders][number]
        if act == "take_back":
            take_back_experience(knowhow=item, by=person)
            continue
        with pytest.raises(NotReady):
            share_experience(knowhow=item, by=person, verdict=act, place="Here", line="A line")
    item.refresh_from_db()
    assert item.standing == Level.SHARED
    assert not Experience.objects.filter(knowhow=item).exists()


@pytest.mark.django_db
@settings(max_examples=20)
@given(data=st.data())
def test_the_stored_level_follows_from_the_stored_voices_after_any_sequence(data: st.DataObject) -> None:
    home, one, two = OrganisationFactory(), OrganisationFactory(), OrganisationFactory()
    librarian = UserFactory(librarian=True)
    item = published(UserFactory(staff=True, organisation=home), visibility="public")
    people = [UserFactory(staff=True, organisation=place) for place in (home, one, one, two)]
    people.append(UserFactory(librarian=True))
    acts = st.tuples(st.integers(0, 4), st.sampled_from((*ACTS, "settle", "retire", "again")))
    for number, act in data.draw(st.lists(acts, max_size=12)):
        person = people[number]
        if act == "take_back":
            take_back_experience(knowhow=item, by=person)
        elif act == "settle":
            for row in item.experiences.filter(verdict="careful", settled_at=None):
                settle(experience=row, by=librarian, note="We looked.")
        elif act == "retire":
            retire(knowhow=item, by=librarian, reason="Superseded in practice.")
        elif act == "again":
            advise_again(knowhow=item, by=librarian)
        else:
            share_experience(knowhow=item, by=person, verdict=act, place="A ward", line="A line")
        item.refresh_from_db()
        assert item.standing == current_standing(item).level
        assert item.last_confirmed_on == current_standing(item).last_confirmed


@pytest.mark.django_db
class TestExperience:
    def test_two_other_organisations_raise_it_and_the_change_is_written_down(self) -> None:
        item = published(UserFactory(staff=True))
        share_experience(knowhow=item, by=UserFactory(staff=True), verdict="matched", place="A ward")
        share_experience(knowhow=item, by=UserFactory(staff=True), verdict="matched", place="Another ward")
        item.refresh_from_db()
        assert item.standing == Level.REPEATED
        assert item.last_confirmed_on == timezone.localdate()
        notes = list(item.steps.filter(action=Action.LEVEL).in_order().values_list("note", flat=True))
        assert notes == [
            "Shared → Confirmed by someone else",
            "Confirmed by someone else → Repeated elsewhere",
        ]

    def test_a_colleague_of_the_same_organisation_confirms_but_does_not_repeat(self) -> None:
        home = OrganisationFactory()
        item = published(UserFactory(staff=True, organisation=home))
        for _ in range(3):
            share_experience(
                knowhow=item, by=UserFactory(staff=True, organisation=home), verdict="matched", place="Next door"
            )
        item.refresh_from_db()
        assert item.standing == Level.CONFIRMED

    def test_saying_it_twice_is_one_voice(self) -> None:
        item = published()
        person = UserFactory(staff=True)
        for place in ("Here", "There"):
            share_experience(knowhow=item, by=person, verdict="matched", place=place)
        assert [row.place for row in item.experiences.all()] == ["There"]

    def test_a_move_to_another_organisation_changes_no_voice(self) -> None:
        item = published()
        person = UserFactory(staff=True)
        before = person.organisation
        share_experience(knowhow=item, by=person, verdict="matched", place="Here")
        person.organisation = OrganisationFactory()
        person.save()
        assert item.experiences.get().organisation == before

    def test_being_careful_challenges_it_tells_author_and_library_and_deletes_nothing(self, outbox: Any) -> None:
        item = published()
        share_experience(knowhow=item, by=UserFactory(staff=True), verdict="matched", place="A ward")
        sent_before = outbox.count()
        worry = share_experience(
            knowhow=item, by=UserFactory(staff=True), verdict="careful", place="Theatre", line="Not with drips."
        )
        item.refresh_from_db()
        assert item.standing == Level.CHALLENGED
        assert item.experiences.count() == 2
        purposes = set(outbox.order_by("-pk").values_list("purpose", flat=True)[: outbox.count() - sent_before])
        assert purposes == {"know-how.challenged", "know-how.challenged_library"}
        settle(experience=worry, by=UserFactory(librarian=True), note="It holds for wards without drips.")
        item.refresh_from_db()
        assert item.standing == Level.CONFIRMED

    def test_a_challenge_asks_for_a_line(self) -> None:
        with pytest.raises(NotReady, match="one line"):
            share_experience(knowhow=published(), by=UserFactory(staff=True), verdict="careful", place="Here")

    def test_only_an_evaluation_that_a_librarian_links_makes_it_evaluated(self) -> None:
        item, librarian = published(), UserFactory(librarian=True)
        with pytest.raises(NotReady, match="service evaluation"):
            link_evaluation(knowhow=item, evaluation=EvidenceFactory(form="cohort"), by=librarian)
        audit = EvidenceFactory(form="audit")
        with pytest.raises(NotReady):
            link_evaluation(knowhow=item, evaluation=audit, by=UserFactory(staff=True))
        link_evaluation(knowhow=item, evaluation=audit, by=librarian)
        item.refresh_from_db()
        assert item.standing == Level.EVALUATED
        audit.delete()
        item.refresh_from_db()
        refresh_level(knowhow=item)
        item.refresh_from_db()
        assert item.standing == Level.SHARED

    def test_a_question_has_no_level(self) -> None:
        item = published(form="question")
        item.refresh_from_db()
        assert (item.standing, item.level_meaning) == ("", "")
        with pytest.raises(NotReady, match="can be confirmed"):
            share_experience(knowhow=item, by=UserFactory(staff=True), verdict="matched", place="Here")
