"""Who gets what, and that nobody gets anything twice or misses it."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Role, User
from accounts.services import load_roles, set_role
from catalogue.models import Item
from digests.choices import DigestState, Frequency, ImportRule, RunState
from digests.models import AnnounceBatch, Announcement, Digest, Follow, ImportChoice, Run, Subscriber
from digests.services import announcing, following, planning, ticking
from digests.services.ticking import schedules
from evidence.importing.models import ImportBatch, ImportedRecord
from taxonomy.models import Topic
from taxonomy.services import merging
from tests.digests.factories import MONDAY, WEEK, follow_search, follow_topic, guest, person_with_updates, weekly_run
from tests.factories import EvidenceFactory, OrganisationFactory, TopicFactory, UserFactory
from tests.mail.conftest import MailServer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


def titles(digest: Digest) -> list[str]:
    """The titles of what an update holds, best first."""
    found = {row.pk: row.item.title for row in Announcement.objects.select_related("item")}
    return [found[key] for key in digest.announcements]


def only(subscriber: Subscriber) -> Digest:
    """The newest update of a subscriber."""
    return Digest.objects.filter(subscriber=subscriber).latest("pk")


def test_a_follower_of_a_topic_gets_what_is_new_on_it_and_below_it() -> None:
    falls = TopicFactory(name="Falls")
    below = TopicFactory(name="Hip fracture", broader=[falls])
    everything, narrow, other = guest("all@mail.example"), guest("narrow@mail.example"), guest("other@mail.example")
    follow_topic(everything, falls)
    follow_topic(narrow, falls, with_narrower=False)
    follow_topic(other, TopicFactory())
    EvidenceFactory(title="On falls", topics=[falls])
    EvidenceFactory(title="On hips", topics=[below])
    run = weekly_run()
    assert (run.period, run.state) == ("2026-W48", RunState.RELEASED)
    assert titles(only(everything)) == ["On falls", "On hips"]
    assert titles(only(narrow)) == ["On falls"]
    assert (only(other).state, only(other).announcements) == (DigestState.EMPTY, [])


def test_a_saved_search_wants_all_its_words_under_any_name_and_every_filter() -> None:
    falls = TopicFactory(name="Pressure ulcers")
    falls.entry_terms.create(text="bedsores")
    reader = guest()
    follow_search(reader, "q=bedsores+mattress&kind=evidence&year_from=2024")
    EvidenceFactory(title="A mattress against pressure ulcers", year=2025)
    EvidenceFactory(title="A mattress against bedsores", year=2020)
    EvidenceFactory(title="A mattress", year=2025)
    EvidenceFactory(title="Bedsores", year=2025)
    weekly_run()
    assert titles(only(reader)) == ["A mattress against pressure ulcers"]


def test_phrases_and_excluded_words_hold_in_saved_searches_too() -> None:
    reader = guest()
    follow_search(reader, "q=%22patient+safety%22+-children")
    EvidenceFactory(title="Patient safety on wards")
    EvidenceFactory(title="Safety of the patient")
    EvidenceFactory(title="Patient safety of children")
    weekly_run()
    assert titles(only(reader)) == ["Patient safety on wards"]


def test_a_kind_can_be_followed() -> None:
    reader = guest()
    follow_search(reader, "kind=evidence")
    EvidenceFactory(title="Something")
    weekly_run()
    assert titles(only(reader)) == ["Something"]


def test_at_most_ten_and_no_topic_more_than_half_while_others_have_items() -> None:
    falls, sepsis, rare = (TopicFactory(name=name) for name in ("Falls", "Sepsis", "Rare"))
    reader = guest()
    for topic in (falls, sepsis, rare):
        follow_topic(reader, topic)
    for number in range(20):
        EvidenceFactory(title=f"Falls {number}", topics=[falls])
    for number in range(4):
        EvidenceFactory(title=f"Sepsis {number}", topics=[sepsis])
    EvidenceFactory(title="Rare", topics=[rare])
    weekly_run()
    chosen = titles(only(reader))
    assert len(chosen) == 10
    assert [sum(title.startswith(name) for title in chosen) for name in ("Falls", "Sepsis", "Rare")] == [5, 4, 1]
    assert only(reader).total == 25


def test_nothing_twice_and_nothing_missed_week_after_week(monday: Any) -> None:
    falls = TopicFactory(name="Falls")
    reader = guest()
    follow_topic(reader, falls)
    EvidenceFactory(title="First", topics=[falls])
    weekly_run()
    Digest.objects.update(state=DigestState.SENT)
    Subscriber.objects.update(last_batch=announcing.last_batch())
    late = EvidenceFactory(title="Late", topics=[falls], published_at=timezone.now() - datetime.timedelta(days=3))
    monday.shift(WEEK)
    weekly_run()
    assert titles(only(reader)) == ["Late"], "it was shown with a date before the last batch"
    assert Announcement.objects.filter(item=late).count() == 1


def test_what_was_there_before_the_portal_had_updates_is_not_news() -> None:
    falls = TopicFactory(name="Falls")
    reader = guest()
    follow_topic(reader, falls)
    EvidenceFactory(title="Old", topics=[falls], published_at=timezone.now() - datetime.timedelta(days=60))
    weekly_run()
    assert only(reader).state == DigestState.EMPTY


def test_a_mail_that_failed_leaves_its_items_for_the_next_one(monday: Any) -> None:
    falls = TopicFactory(name="Falls")
    reader = guest()
    follow_topic(reader, falls)
    EvidenceFactory(title="First", topics=[falls])
    weekly_run()
    Digest.objects.update(state=DigestState.UNSENT)
    EvidenceFactory(title="Second", topics=[falls])
    monday.shift(WEEK)
    weekly_run()
    assert sorted(titles(only(reader))) == ["First", "Second"]


def test_who_waits_for_the_last_mail_is_passed_over(monday: Any, mail_server: MailServer) -> None:
    falls = TopicFactory(name="Falls")
    reader = guest()
    follow_topic(reader, falls)
    EvidenceFactory(title="First", topics=[falls])
    run = weekly_run()
    Run.objects.filter(pk=run.pk).update(expires_at=MONDAY + WEEK * 3)
    monday.shift(WEEK)
    EvidenceFactory(title="Second", topics=[falls])
    weekly_run()
    assert Digest.objects.filter(subscriber=reader).count() == 1


def test_a_change_of_quality_is_told_once(monday: Any) -> None:
    falls = TopicFactory(name="Falls")
    item = EvidenceFactory(title="Judged", topics=[falls])
    announcing.announce()
    reader = guest()
    follow_topic(reader, falls)
    Item.objects.filter(pk=item.pk).update(standing="high")
    weekly_run()
    assert titles(only(reader)) == ["Judged"]
    announcing.announce()
    assert Announcement.objects.filter(item=item).count() == 2


@pytest.mark.parametrize(
    ("rule", "announced"),
    [(None, ["Recent"]), (ImportRule.ALL, ["Ancient", "Recent"]), (ImportRule.NONE, [])],
)
def test_an_import_is_announced_by_its_rule(rule: str | None, announced: list[str]) -> None:
    falls = TopicFactory(name="Falls")
    reader = guest()
    follow_topic(reader, falls)
    batch = ImportBatch.objects.create(file_name="back-file.ris", sha256="0", format="ris", encoding="utf-8")
    for place, (title, year) in enumerate([("Recent", 2026), ("Ancient", 1998)], start=1):
        record = EvidenceFactory(title=title, year=year, topics=[falls])
        ImportedRecord.objects.create(
            batch=batch, index=place, line=place, raw="", outcome="created", is_settled=True, evidence=record
        )
    if rule:
        ImportChoice.objects.create(import_batch=batch, rule=rule)
    weekly_run()
    assert sorted(titles(only(reader))) == announced


def test_only_those_who_may_see_an_item_are_told(monday: Any) -> None:
    falls = TopicFactory(name="Falls")
    ours = OrganisationFactory()
    readers = {
        "guest": guest(),
        "reader": person_with_updates(),
        "staff": person_with_updates(staff=True),
        "colleague": person_with_updates(staff=True, organisation=ours),
    }
    for reader in readers.values():
        follow_topic(reader, falls)
    for title, visibility in (("Open", "public"), ("Staff", "members"), ("Ours", "organisation"), ("Team", "team")):
        EvidenceFactory(title=title, visibility=visibility, organisation=ours, topics=[falls])
    weekly_run()
    assert {name: sorted(titles(only(reader))) for name, reader in readers.items()} == {
        "guest": ["Open"],
        "reader": ["Open"],
        "staff": ["Open", "Staff"],
        "colleague": ["Open", "Ours", "Staff"],
    }


@pytest.mark.parametrize("obstacle", ["stopped", "paused", "switched off"])
def test_who_wants_none_gets_none(obstacle: str) -> None:
    falls = TopicFactory(name="Falls")
    reader = person_with_updates()
    follow_topic(reader, falls)
    if obstacle == "stopped":
        following.stop(subscriber=reader, frequency=Frequency.WEEKLY)
    elif obstacle == "paused":
        Subscriber.objects.update(paused_until=MONDAY.date() + datetime.timedelta(days=3))
    else:
        User.objects.filter(pk=reader.user_id).update(is_active=False)
    other = guest()
    follow_topic(other, falls)
    EvidenceFactory(topics=[falls])
    weekly_run()
    assert list(Digest.objects.values_list("subscriber", flat=True)) == [other.pk]


def test_the_number_of_queries_does_not_grow_with_readers() -> None:
    falls = TopicFactory(name="Falls")
    EvidenceFactory(topics=[falls])
    follow_topic(guest("first@mail.example"), falls)
    small = _queries_of_a_run()
    for number in range(200):
        follow_topic(guest(f"person{number}@mail.example"), falls)
    Run.objects.all().delete()
    assert _queries_of_a_run() == small
    assert Digest.objects.count() == 201


def _queries_of_a_run() -> int:
    (schedule,) = [one for one in schedules() if one.frequency == Frequency.WEEKLY]
    from digests.periods import latest_period

    period = latest_period("weekly", weekday=0, lead_hours=7, now=timezone.now())
    with CaptureQueriesContext(connection) as captured:
        run = planning.open_run(schedule=schedule, period=period, now=timezone.now())
        assert run is not None
        planning.plan(run=run)
    return len(captured)


def test_a_merged_topic_brings_its_followers_along() -> None:
    old, new = TopicFactory(name="Bedsores"), TopicFactory(name="Pressure ulcers")
    reader = guest()
    follow_topic(reader, old)
    Topic.objects.filter(pk=old.pk).update(status=Topic.Status.MERGED, merged_into=new)
    EvidenceFactory(title="On ulcers", topics=[new])
    weekly_run()
    assert titles(only(reader)) == ["On ulcers"]


def test_what_still_names_a_topic_that_was_merged_twice_gets_what_is_new_on_the_one_in_use() -> None:
    """As a row may that was written while the topics were merged."""
    old, between, new = (TopicFactory(name=name) for name in ("Bedsores", "Pressure sores", "Pressure ulcers"))
    follower, searcher = guest("follower@mail.example"), guest("searcher@mail.example")
    follow_topic(follower, old)
    follow_search(searcher, f"q=ulcers&topic={old.slug}")
    Topic.objects.filter(pk=old.pk).update(status=Topic.Status.MERGED, merged_into=between)
    Topic.objects.filter(pk=between.pk).update(status=Topic.Status.MERGED, merged_into=new)
    EvidenceFactory(title="On ulcers", topics=[new])
    weekly_run()
    assert titles(only(follower)) == titles(only(searcher)) == ["On ulcers"]


def test_a_merge_moves_followers_once_each_and_undoing_it_brings_them_back() -> None:
    load_roles()
    librarian = set_role(user=UserFactory(librarian=True), role=Role.LIBRARIAN, by=None)
    old, new = TopicFactory(name="Bedsores"), TopicFactory(name="Pressure ulcers")
    one, both = guest("one@mail.example"), guest("both@mail.example")
    follow_topic(one, old, with_narrower=False)
    follow_topic(both, old, with_narrower=False)
    follow_topic(both, new)
    change = merging.merge(source=old, target=new, by=librarian)
    assert sorted(Follow.objects.values_list("subscriber", "topic")) == sorted([(one.pk, new.pk), (both.pk, new.pk)])
    merging.undo(change=change, by=librarian)
    assert sorted(Follow.objects.values_list("subscriber", "topic")) == sorted(
        [(one.pk, old.pk), (both.pk, old.pk), (both.pk, new.pk)]
    )
    assert Follow.objects.get(subscriber=both, topic=old).with_narrower is False


@pytest.mark.django_db(transaction=True)
def test_four_planners_make_one_run_and_one_row_for_each_reader(in_threads: Callable[..., list[Any]]) -> None:
    falls = TopicFactory(name="Falls")
    EvidenceFactory(topics=[falls])
    for number in range(40):
        follow_topic(guest(f"person{number}@mail.example"), falls)
    schedules()
    done = in_threads(4, ticking.tick)
    ticking.tick()
    assert sum(one.runs_opened for one in done) == 1
    assert Digest.objects.count() == 40
    assert Digest.objects.values("subscriber").distinct().count() == 40
    assert AnnounceBatch.objects.count() == 1


def test_a_run_opened_too_late_waits_for_a_librarian_and_one_past_its_use_is_not_opened(monday: Any) -> None:
    falls = TopicFactory(name="Falls")
    follow_topic(guest(), falls)
    EvidenceFactory(topics=[falls])
    monday.shift(datetime.timedelta(days=2))
    run = weekly_run()
    assert (run.state, run.is_late) == (RunState.PLANNED, True)
    assert ticking.tick().held == 1
    Run.objects.all().delete()
    monday.shift(datetime.timedelta(days=3))
    assert ticking.tick().runs_opened == 0


def test_after_a_restored_backup_nothing_happens_until_it_is_switched_on(settings: Any) -> None:
    settings.DIGESTS_ENABLED = False
    follow_topic(guest(), TopicFactory())
    assert ticking.tick() == ticking.Ticked()
    assert Run.objects.count() == 0


def test_organisation_items_stay_in_their_organisation_for_a_librarian_too() -> None:
    falls = TopicFactory(name="Falls")
    librarian = following.subscriber_of(UserFactory(librarian=True))
    follow_topic(librarian, falls)
    EvidenceFactory(title="Theirs", visibility="organisation", organisation=OrganisationFactory(), topics=[falls])
    weekly_run()
    assert only(librarian).state == DigestState.EMPTY
