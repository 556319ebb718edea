"""The programme, one event, cards, the admin's form, recordings, hiding."""

import datetime
import json
import re
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from catalogue.choices import RelationKind, Visibility
from catalogue.models import Item
from catalogue.search import SearchFilters, search
from catalogue.services import NotReady
from events.models import Event, Material, Speaker, Week
from events.services import recording
from events.services.forgetting import forget_old, forget_person
from knowledge.services.techniques import load_techniques
from learning_zone.models import LearningResource
from mail.models import OutboxMessage
from tests.admin import librarian, signed_in
from tests.events.factories import CampaignFactory, CardFactory, EventFactory, booked
from tests.factories import TopicFactory, UserFactory
from tests.learning_zone.factories import LearningFactory

pytestmark = pytest.mark.django_db

LONDON = ZoneInfo("Europe/London")


def titles(query: str = "", client: Client | None = None) -> list[str]:
    page = (client or Client()).get(f"{reverse('events:home')}?{query}").content.decode()
    return re.findall(r'kp-card__title"><a href="[^"]*">([^<]*)<', page)


def past(**fields: Any) -> Event:
    starts_at = timezone.now() - datetime.timedelta(days=3)
    event: Event = EventFactory(starts_at=starts_at, **fields)
    return event


def test_the_programme_is_by_day_in_uk_time_next_first() -> None:
    with time_machine.travel(datetime.datetime(2026, 10, 20, 8, tzinfo=LONDON), tick=False):
        EventFactory(title="Later", starts_at=datetime.datetime(2026, 10, 27, 14, tzinfo=LONDON))
        # Half past midnight in summer time is still the day before in UTC.
        EventFactory(title="Today", starts_at=datetime.datetime(2026, 10, 20, 0, 30, tzinfo=LONDON),
                     ends_at=datetime.datetime(2026, 10, 20, 9, 0, tzinfo=LONDON))  # fmt: skip
        EventFactory(title="Tomorrow", starts_at=datetime.datetime(2026, 10, 21, 14, tzinfo=LONDON))
        assert titles() == ["Today", "Tomorrow", "Later"]
        page = Client().get(reverse("events:home")).content.decode()
        assert "Tuesday 20 October 2026" in page
        assert "Today</" in page
        assert "Tuesday 27 October 2026, 2pm to 3pm, UK time" in page
        assert titles("week=2026-10-27") == ["Later"]
        assert titles("week=nonsense") == ["Today", "Tomorrow", "Later"]


def test_filters_narrow_and_what_means_nothing_is_left_out() -> None:
    falls = TopicFactory(slug="falls", name="Falls")
    EventFactory(title="Online", topics=[falls], audience=["nurses"])
    EventFactory(title="Here", mode="in_person", form="workshop")
    assert titles("mode=in_person") == ["Here"]
    assert titles("topic=falls") == ["Online"]
    assert titles("type=workshop&mode=online") == []
    assert titles("audience=nurses") == ["Online"]
    assert len(titles("mode=x&type=y&topic=z&audience=nobody&when=never&page=99999")) == 2


def test_past_events_stand_apart_with_their_recording() -> None:
    webinar = LearningFactory(title="The recording")
    event = past(title="Was recorded", recording=webinar)
    past(title="Was not")
    EventFactory(title="To come")
    Material.objects.create(event=event, title="Slides", url="https://files.example/slides")
    assert titles() == ["To come"]
    assert set(titles("when=past")) == {"Was recorded", "Was not"}
    page = Client().get(event.get_absolute_url()).content.decode()
    assert webinar.get_absolute_url() in page
    assert "https://files.example/slides" in page
    assert "Book" not in page.replace("Bookings", "")


def test_what_is_over_without_a_recording_is_found_only_when_asked_for() -> None:
    webinar = LearningFactory(title="Other words")
    past(title="Zebra recorded", recording=webinar)
    past(title="Zebra gone")
    EventFactory(title="Zebra to come")
    reader = UserFactory()
    found = {hit.item.title for hit in search("zebra", SearchFilters(q="zebra"), reader).hits}
    assert found == {"Zebra recorded", "Zebra to come"}
    everything = {hit.item.title for hit in search("zebra", SearchFilters(q="zebra", status="all"), reader).hits}
    assert everything == {"Zebra recorded", "Zebra to come", "Zebra gone"}
    gone = Event.objects.get(title="Zebra gone")
    assert Client().get(gone.get_absolute_url()).status_code == 200


@pytest.mark.parametrize("name", ["home", "cards", "campaigns"])
def test_an_empty_list_says_so(name: str) -> None:
    page = Client().get(reverse(f"events:{name}")).content.decode()
    assert "kp-empty" in page


def test_hidden_events_are_in_no_list_and_no_file() -> None:
    hidden = EventFactory(title="Zanzibarine", visibility=Visibility.MEMBERS)
    draft = EventFactory(title="Zanzibarine draft", status="draft", published_at=None)
    material = Material(event=hidden, title="Handout")
    material.file.save("handout.pdf", ContentFile(b"%PDF-1.4"))
    anonymous = Client()
    for address in ("events:home", "events:cards", "home"):
        assert "Zanzibarine" not in anonymous.get(reverse(address)).content.decode()
    for event in (hidden, draft):
        for path in (
            event.get_absolute_url(),
            reverse("events:calendar", args=[event.pk, event.slug]),
            reverse("events:short", args=[event.pk]),
            reverse("events:book", args=[event.pk]),
            reverse("events:asked", args=[event.pk]),
            reverse("events:material", args=[event.pk, material.pk]),
        ):
            assert anonymous.get(path).status_code == 404, path
    staff = signed_in(UserFactory(staff=True))
    assert titles("", staff) == ["Zanzibarine"]
    sent = staff.get(reverse("events:material", args=[hidden.pk, material.pk]))
    assert sent["Content-Disposition"].startswith("attachment")
    assert b"".join(sent.streaming_content) == b"%PDF-1.4"


def test_a_withdrawn_event_shows_title_and_reason_only() -> None:
    event = EventFactory(status="withdrawn", withdrawn_reason="It was a mistake.", summary="Secret summary")
    page = Client().get(event.get_absolute_url()).content.decode()
    assert "It was a mistake." in page
    assert "Secret summary" not in page
    assert Client().get(reverse("events:calendar", args=[event.pk, event.slug])).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_number_of_queries_does_not_grow(count: int, django_assert_max_num_queries: Any) -> None:
    topic = TopicFactory()
    for _ in range(count):
        event = EventFactory(topics=[topic])
        booked(event)
        Speaker.objects.create(event=event, name="Ada")
    with django_assert_max_num_queries(12):
        programme = Client().get(reverse("events:home")).content.decode()
    with django_assert_max_num_queries(12):
        page = Client().get(event.get_absolute_url()).content.decode()
    assert programme.count('class="kp-card__title"') == count
    assert "Ada" in page


def test_search_engines_read_the_event() -> None:
    event = EventFactory(title="A </script><b>session</b>", capacity=5)
    page = Client().get(event.get_absolute_url()).content.decode()
    data = json.loads(re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)[0])
    assert (data["@type"], data["name"]) == ("Event", "A </script><b>session</b>")
    assert data["eventStatus"].endswith("EventScheduled")


def test_cards_are_sorted_by_time_and_lead_on() -> None:
    load_techniques()
    learning = LearningFactory(title="A webinar to go on with")
    hidden = LearningFactory(title="For staff alone", visibility=Visibility.MEMBERS)
    CardFactory(title="Half an hour", minutes=30, company="team", leads_to=learning)
    CardFactory(title="Five", minutes=5, company="alone", technique="peer-assist")
    CardFactory(title="Quarter", minutes=15, leads_to=hidden)
    assert titles() == []
    page = Client().get(reverse("events:cards")).content.decode()
    assert [page.index(title) for title in ("Five", "Quarter", "Half an hour")] == sorted(
        page.index(title) for title in ("Five", "Quarter", "Half an hour")
    )
    assert learning.get_absolute_url() in page
    assert "/know-how/techniques/peer-assist/" in page
    assert "For staff alone" not in page
    quick = Client().get(f"{reverse('events:cards')}?time=5").content.decode()
    assert "Five" in quick
    assert "Half an hour" not in quick
    assert "Half an hour" not in Client().get(f"{reverse('events:cards')}?company=alone").content.decode()


def test_a_past_session_becomes_a_recorded_webinar_with_its_topics_in_one_action() -> None:
    topic = TopicFactory()
    event = past(topics=[topic], title="A good session")
    Speaker.objects.create(event=event, name="Ada", email="ada@mail.example")
    Speaker.objects.create(event=event, name="Nobody knows where")
    client = signed_in(librarian())
    address = reverse("admin:events_event_recording", args=[event.pk])
    assert 'value="60"' in client.get(address).content.decode()
    data = {"confirm-url": "https://video.example/1", "confirm-minutes": "52", "confirm-asks_speakers": "on"}
    assert client.post(address, data).status_code == 302
    made = LearningResource.objects.get()
    assert (made.title, made.form, made.minutes, made.status) == ("A good session", "recorded_webinar", 52, "published")
    assert list(made.topics.all()) == [topic]
    event.refresh_from_db()
    assert (event.recording_id, event.standing) == (made.pk, "recorded")
    assert Item.objects.get(pk=made.pk).relations_from.get().kind == RelationKind.SESSION
    assert Client().get(made.get_absolute_url()).status_code == 200
    asked = OutboxMessage.objects.get(to="ada@mail.example")
    assert reverse("knowledge:share") in asked.text
    assert client.post(address, data).status_code == 403
    assert LearningResource.objects.count() == 1
    with pytest.raises(NotReady, match="not begun"):
        recording.keep_recording(event=EventFactory(), url="https://video.example/2", minutes=5,
                                 asks_speakers=False, by=librarian())  # fmt: skip


def event_data(event: Event, **changes: str) -> dict[str, str]:
    """What the admin's form sends for an event."""
    rows = ("speakers", "sessions", "materials")
    data = {f"{prefix}-{name}": "0" for prefix in rows for name in ("TOTAL_FORMS", "INITIAL_FORMS")}
    local = timezone.localtime(event.starts_at), timezone.localtime(event.ends_at)
    return {
        **data,
        "opened_version": str(event.version),
        "form": event.form,
        "title": event.title,
        "summary": event.summary,
        "starts_at": local[0].strftime("%Y-%m-%dT%H:%M"),
        "ends_at": local[1].strftime("%Y-%m-%dT%H:%M"),
        "mode": event.mode,
        "join_url": event.join_url,
        "campaign": str(event.campaign_id or ""),
        "booking": event.booking,
        "takes_guests": "on",
        "visibility": event.visibility,
        "published_at": timezone.localtime(event.published_at).strftime("%Y-%m-%dT%H:%M"),
        **changes,
    }


def test_a_new_time_in_the_admin_tells_everybody_who_booked() -> None:
    event = EventFactory(starts_at=datetime.datetime(2030, 6, 4, 14, tzinfo=LONDON))
    booked(event)
    client = signed_in(librarian())
    address = reverse("admin:events_event_change", args=[event.pk])
    assert client.get(address).status_code == 200
    answer = client.post(address, event_data(event, starts_at="2030-06-05T14:00", ends_at="2030-06-05T15:00"))
    assert answer.status_code == 302, answer.content.decode()[:3000]
    event.refresh_from_db()
    assert event.starts_at == datetime.datetime(2030, 6, 5, 14, tzinfo=LONDON)
    assert (event.sequence, event.notices.get().kind) == (1, "changed")
    assert client.get(reverse("admin:events_event_history", args=[event.pk])).status_code == 200


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"ends_at": "2030-06-04T13:00"}, "cannot end before it starts"),
        ({"ends_at": ""}, "Give both"),
        ({"booking": "elsewhere"}, "the web address is missing"),
        ({"form": "activity"}, "An activity card has no time"),
    ],
)
def test_the_admins_form_says_what_does_not_go_together(changes: dict[str, str], words: str) -> None:
    event = EventFactory(starts_at=datetime.datetime(2030, 6, 4, 14, tzinfo=LONDON))
    client = signed_in(librarian())
    answer = client.post(reverse("admin:events_event_change", args=[event.pk]), event_data(event, **changes))
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_organisers_tick_who_came_and_take_the_list_along() -> None:
    event = past()
    came, away = booked(event, UserFactory(name="=1+1")), booked(event)
    client = signed_in(librarian())
    address = reverse("admin:events_event_attendance", args=[event.pk])
    assert away.person.name in client.get(address).content.decode()
    client.post(address, {"came": [str(came.pk)]})
    came.refresh_from_db()
    away.refresh_from_db()
    assert (came.came, away.came) == (True, False)
    table = client.get(reverse("admin:events_event_bookings-file", args=[event.pk])).content.decode("utf-8-sig")
    assert "'=1+1" in table
    assert len(table.splitlines()) == 3
    assert signed_in(UserFactory(staff=True)).get(address).status_code == 302


def test_who_leaves_is_forgotten_and_gives_the_place_back() -> None:
    event = EventFactory(capacity=1)
    leaving = UserFactory()
    booked(event, leaving)
    waits = booked(event, state="waiting", queued_at=timezone.now())
    forget_person(leaving)
    assert not leaving.bookings.exists()
    waits.refresh_from_db()
    assert waits.state == "offered"


def test_guests_are_forgotten_a_year_after_the_event() -> None:
    event = past()
    guest = booked(event, person=None, name="Ada", email="ada@mail.example")
    type(guest).objects.filter(pk=guest.pk).update(person=None)
    assert forget_old() == 0
    with time_machine.travel(timezone.now() + datetime.timedelta(days=370), tick=False):
        assert forget_old() == 1
    guest.refresh_from_db()
    assert (guest.name, guest.email) == ("", "")


def test_cards_say_when_instead_of_the_year() -> None:
    start = datetime.datetime(2031, 5, 6, 13, tzinfo=datetime.UTC)
    EventFactory(title="Far ahead", starts_at=start)
    page = Client().get(reverse("events:home")).content.decode()
    assert "Tuesday 6 May 2031, 2pm to 3pm" in page
    assert "Year: " not in page


def test_a_campaign_leads_to_each_of_its_weeks() -> None:
    campaign = CampaignFactory()
    for number in (1, 8):
        day = campaign.starts_on.replace(day=number)
        Week.objects.create(campaign=campaign, name=f"Week {number}", starts_on=day, ends_on=day)
    page = Client().get(campaign.get_absolute_url()).content.decode()
    for number, name in ((1, "Week 1"), (2, "Week 8")):
        assert f'href="#part-{number}">{name}' in page
        assert f'<h3 id="part-{number}">{name}' in page


def test_librarians_find_events_by_date_and_cards_last() -> None:
    card, late = CardFactory(title="A card"), EventFactory(title="Late", running="postponed")
    early = EventFactory(title="Early", starts_at=timezone.now() - datetime.timedelta(days=9))
    page = signed_in(librarian()).get(reverse("admin:events_event_changelist")).content.decode()
    places = [page.index(f">{event.title}</a>") for event in (late, early, card)]
    assert places == sorted(places)
    assert ": postponed" in page


def test_a_name_ticks_who_came() -> None:
    event = EventFactory()
    own = booked(event, UserFactory(name="Nora Nurse"))
    address = reverse("admin:events_event_attendance", args=[event.pk])
    client = signed_in(librarian())
    assert f'<label for="came-{own.pk}">Nora Nurse</label>' in client.get(address).content.decode()
    client.post(address, {"came": str(own.pk)})
    own.refresh_from_db()
    assert own.came is True
