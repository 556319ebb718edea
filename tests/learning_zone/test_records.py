"""My learning: recording, the sums of a period, the files, and that nobody else sees any of it."""

import csv
import datetime
import io
import json
import re
import uuid
from typing import Any

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from accounts import hooks
from accounts.models import User
from catalogue.attendance import attended
from catalogue.models import Item, Relation
from catalogue.services import NotReady
from learning_zone import durations
from learning_zone.choices import RecordState
from learning_zone.log import Period, gather
from learning_zone.log.writing import as_csv, as_json, as_pdf
from learning_zone.models import LearningRecord
from learning_zone.services import recording
from tests.admin import administrator, librarian, signed_in
from tests.factories import UserFactory
from tests.learning_zone.factories import LearningFactory, done

pytestmark = pytest.mark.django_db

ANSWERS = {
    "done_on_0": "3", "done_on_1": "6", "done_on_2": "2026", "hours": "1", "minutes": "20", "participatory_hours": "1",
    "method": "online", "reflection": "I will put the walking aid within reach.", "code_themes": ["safety"],
}  # fmt: skip


@pytest.fixture
def nurse() -> User:
    person: User = UserFactory(staff=True, name="Comfort Adeyemi")
    return person


def test_saved_started_done_is_one_entry(nurse: User) -> None:
    resource = LearningFactory()
    client = signed_in(nurse)
    client.post(reverse("learning_zone:keep", args=[resource.pk]), {"state": "saved"})
    client.post(reverse("learning_zone:keep", args=[resource.pk]), {"state": "started"})
    client.post(reverse("learning_zone:keep", args=[resource.pk]), {"state": "saved"})
    assert LearningRecord.objects.of(nurse).get().state == RecordState.STARTED
    response = client.post(reverse("learning_zone:done", args=[resource.pk]), ANSWERS)
    record = LearningRecord.objects.of(nurse).get()
    assert response["Location"] == reverse("learning_zone:recorded", args=[record.pk])
    assert (record.state, record.minutes, record.participatory_minutes) == (RecordState.DONE, 80, 60)
    assert record.done_on == datetime.date(2026, 6, 3)
    page = client.get(response["Location"]).content.decode()
    assert f'href="{reverse("knowledge:tell")}?about={resource.pk}">Share what you learned' in page


def test_what_was_learned_is_shared_with_the_link_made_and_nothing_of_the_record(nurse: User) -> None:
    resource = LearningFactory(title="Falls in a quarter of an hour")
    record = done(nurse, resource, reflection="Only I may read this.")
    client = signed_in(nurse)
    page = client.get(reverse("learning_zone:recorded", args=[record.pk])).content.decode()
    address = re.search(r'href="([^"]*)">Share what you learned', page)
    assert address is not None
    form = client.get(address.group(1)).content.decode()
    assert "Falls in a quarter of an hour" in form
    assert "Only I may read this." not in form
    ticks = dict.fromkeys(("no_patient", "consent", "may_share"), "on")
    told = {"summary": "Put the aid in reach.", "what_happened": "Fewer falls.", "context": "A ward, in spring."}
    client.post(address.group(1), {"key": str(uuid.uuid4()), **told, **ticks})
    link = Relation.objects.get()
    assert (link.from_item.kind, link.to_item.pk, link.confirmed_at) == ("knowhow", resource.pk, None)
    assert link.from_item.owner == nurse


def test_the_same_thing_done_again_is_another_entry(nurse: User) -> None:
    resource = LearningFactory()
    done(nurse, resource)
    done(nurse, resource, reflection="This time I saw more.")
    assert LearningRecord.objects.of(nurse).done().count() == 2


def test_a_form_sent_twice_counts_its_hours_once(nurse: User) -> None:
    """A second click, or "back" and the button again."""
    done_address = reverse("learning_zone:done", args=[LearningFactory().pk])
    elsewhere = {**ANSWERS, "title": "A day at another trust", "provider": ""}
    client = signed_in(nurse)
    answers = [client.post(done_address, ANSWERS) for _ in range(2)]
    assert answers[0]["Location"] == answers[1]["Location"]
    for _ in range(2):
        client.post(reverse("learning_zone:add"), elsewhere)
    client.post(reverse("learning_zone:add"), {**elsewhere, "done_on_0": "4"})
    assert list(LearningRecord.objects.of(nurse).done().values_list("minutes", flat=True)) == [80, 80, 80]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"hours": "", "minutes": ""}, "Say how long it took, in hours, minutes or both."),
        ({"participatory_hours": "2"}, "The time with others cannot be longer than the whole."),
        ({"done_on_2": "2199"}, "The day you did it cannot be in the future."),
    ],
)
def test_a_wrong_answer_is_told_and_nothing_is_lost(nurse: User, changes: dict[str, str], sentence: str) -> None:
    resource = LearningFactory()
    response = signed_in(nurse).post(reverse("learning_zone:done", args=[resource.pk]), {**ANSWERS, **changes})
    page = response.content.decode()
    assert response.status_code == 422
    assert sentence in page
    assert "Error: " in page
    assert "I will put the walking aid within reach." in page
    assert not LearningRecord.objects.exists()


@given(st.lists(st.integers(min_value=1, max_value=6_000), max_size=6))
def test_lengths_in_words_add_up(lengths: list[int]) -> None:
    def minutes(words: str) -> int:
        numbers = words.replace(",", "").split()
        return sum(
            int(number) * (60 if unit.startswith("h") else 1)
            for number, unit in zip(numbers[::2], numbers[1::2], strict=True)
        )

    assert minutes(durations.in_words(sum(lengths))) == sum(minutes(durations.in_words(one)) for one in lengths)
    assert minutes(durations.short(sum(lengths))) == sum(lengths)


@given(st.dates(datetime.date(2000, 1, 1), datetime.date(2090, 1, 1)))
def test_three_years_are_three_years(last: datetime.date) -> None:
    period = Period.until(last)
    assert 1095 <= (period.last - period.first).days + 1 <= 1096
    assert Period.from_address(last.isoformat(), period.first.isoformat()) == period


def test_a_period_that_means_nothing_is_the_last_three_years() -> None:
    assert Period.from_address("yesterday", "2026-99-99") == Period.until(timezone.localdate())


def fill(person: User) -> Any:
    """Three entries within the period and one before it."""
    today = timezone.localdate()
    done(person, minutes=95, participatory_minutes=60, reflection="=cmd|' /C calc'!A0", code_themes=["safety"])
    done(person, minutes=20, done_on=today - datetime.timedelta(days=400), reflection="Zażółć – “plain” words")
    done(person, minutes=45, participatory_minutes=45, done_on=today - datetime.timedelta(days=2))
    done(person, minutes=999, done_on=today - datetime.timedelta(days=4_000))
    return gather(person, Period.until(today))


def test_every_file_holds_the_entries_and_their_sums(nurse: User) -> None:
    log = fill(nurse)
    assert (log.minutes, log.participatory_minutes) == (160, 105)
    rows = list(csv.reader(io.StringIO(as_csv(log).decode("utf-8-sig"))))
    assert [int(row[6]) for row in rows[1:]] == [20, 45, 95, 160]
    assert int(rows[-1][7]) == sum(int(row[7]) for row in rows[1:-1]) == 105
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)
    data = json.loads(as_json(log))
    assert data["minutes"] == sum(entry["minutes"] for entry in data["entries"]) == 160


def test_the_pdf_is_tagged_named_and_can_be_read(nurse: User) -> None:
    reader = PdfReader(io.BytesIO(as_pdf(fill(nurse))))
    root: Any = reader.trailer["/Root"]
    assert reader.metadata is not None
    assert reader.metadata.title == "Learning record of Comfort Adeyemi"
    assert root["/Lang"].lower().startswith("en")
    assert root["/MarkInfo"]["/Marked"]
    text = "".join(page.extract_text() for page in reader.pages)
    assert "2 hours 40 minutes" in text
    assert "1 hour 45 minutes" in text
    assert "Zażółć" in text
    assert "999" not in text
    fonts: list[Any] = [
        descendant.get_object()
        for page in reader.pages
        for font in page["/Resources"]["/Font"].values()  # type: ignore[index]
        for descendant in font.get_object().get("/DescendantFonts", [font])
    ]
    assert fonts
    for font in fonts:
        assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(font["/FontDescriptor"].get_object())


def test_letters_without_a_font_do_not_stop_the_pdf(nurse: User) -> None:
    done(nurse, reflection="王 and 😀 #panic() $x$")
    assert as_pdf(gather(nurse, Period.until(timezone.localdate()))).startswith(b"%PDF")


@pytest.mark.parametrize("ending", ["csv", "json", "pdf"])
def test_the_files_download_for_the_chosen_days(nurse: User, ending: str) -> None:
    fill(nurse)
    response = signed_in(nurse).get(
        reverse("learning_zone:log-file", args=[ending]), {"from": "2024-01-01", "to": "2026-12-31"}
    )
    assert response.status_code == 200
    assert f"2024-01-01-to-2026-12-31.{ending}" in response["Content-Disposition"]
    assert "no-store" in response["Cache-Control"]


def test_an_empty_record_is_a_page_and_a_pdf(nurse: User) -> None:
    client = signed_in(nurse)
    assert "Nothing is recorded for this period" in client.get(reverse("learning_zone:mine")).content.decode()
    assert client.get(reverse("learning_zone:log-file", args=["pdf"])).content.startswith(b"%PDF")


def test_the_number_of_queries_does_not_grow(nurse: User, django_assert_num_queries: Any) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = signed_in(nurse)
    numbers = []
    for _ in range(2):
        done(nurse)
        recording.save_for_later(resource=LearningFactory(), by=nurse)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(reverse("learning_zone:mine"))
        numbers.append(len(queries))
    assert numbers[0] == numbers[1]


SECRET = "I froze when she fell"


def test_nobody_else_sees_it(nurse: User) -> None:
    resource = LearningFactory(title="Falls in a quarter of an hour")
    record = done(nurse, resource, reflection=SECRET)
    call_command("createcachetable", verbosity=0)
    for other in (UserFactory(staff=True), librarian(), administrator()):
        client = signed_in(other)
        for name in ("edit", "recorded", "remove"):
            assert client.get(reverse(f"learning_zone:{name}", args=[record.pk])).status_code == 404
            assert client.post(reverse(f"learning_zone:{name}", args=[record.pk])).status_code in {404, 405}
        pages = [
            reverse("learning_zone:mine"),
            reverse("learning_zone:log"),
            reverse("learning_zone:log-file", args=["json"]),
            resource.get_absolute_url(),
            reverse("search") + "?q=froze",
            "/admin/",
            reverse("admin:learning_zone_learningresource_overview"),
            reverse("admin:learning_zone_learningresource_change", args=[resource.pk]),
            reverse("admin:learning_zone_learningresource_history", args=[resource.pk]),
            reverse("admin:accounts_user_change", args=[nurse.pk]),
        ]
        for page in pages:
            text = client.get(page).content.decode()
            assert SECRET not in text
            assert "You did this on" not in text
        with pytest.raises(NotReady):
            recording.remove(record=record, by=other)
    assert LearningRecord.objects.filter(pk=record.pk).exists()


def test_librarians_see_counts_only_of_enough_people() -> None:
    few, many = LearningFactory(title="Known to few"), LearningFactory(title="Known to many")
    for number in range(5):
        person = UserFactory(staff=True)
        done(person, many)
        if number < 4:
            done(person, few)
    page = signed_in(librarian()).get(reverse("admin:learning_zone_learningresource_overview")).content.decode()
    assert "Known to many</a>: 5 people" in page
    assert "Known to few" not in page


def test_no_history_and_no_admin_keep_a_record() -> None:
    from django.contrib import admin

    assert LearningRecord not in admin.site._registry
    assert not hasattr(LearningRecord, "pgh_tracked_model")
    assert [field.name for field in LearningRecord._meta.related_objects] == []


def test_people_can_take_it_with_them_and_have_it_erased(nurse: User) -> None:
    done(nurse, reflection=SECRET)
    other = done(UserFactory(staff=True))
    assert hooks.exports()["learning"](nurse)[0]["reflection"] == SECRET
    for forget in hooks.erasures():
        forget(nurse)
    assert list(LearningRecord.objects.all()) == [other]


def test_attended_events_fall_in_by_themselves(nurse: User) -> None:
    item = Item.objects.get(pk=LearningFactory(title="A session").pk)
    for _ in range(2):
        attended(person=nurse, item=item, on=timezone.localdate(), minutes=45, participatory=True)
    record = LearningRecord.objects.of(nurse).get()
    assert (record.title, record.minutes, record.participatory_minutes) == ("A session", 45, 45)


def test_the_record_outlives_what_was_learned(nurse: User) -> None:
    resource = LearningFactory(title="Gone next year")
    done(nurse, resource)
    Item.objects.filter(pk=resource.pk).delete()
    assert LearningRecord.objects.of(nurse).get().title == "Gone next year"
    assert "Gone next year" in signed_in(nurse).get(reverse("learning_zone:mine")).content.decode()
