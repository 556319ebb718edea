"""A campaign is built in the admin, cloned from last year's, shown, downloaded, and counted."""

import datetime
import io
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from catalogue.services import NotReady
from events.codes import code_svg
from events.models import Campaign, Event, Pack, Session, Speaker, Week
from events.numbers import numbers_of
from events.services import campaigns
from tests.admin import librarian, signed_in
from tests.events.factories import CampaignFactory, CardFactory, EventFactory, booked
from tests.factories import TopicFactory, UserFactory

pytestmark = pytest.mark.django_db

LONDON = ZoneInfo("Europe/London")


def last_year() -> Campaign:
    campaign: Campaign = CampaignFactory(year=2025, slug="knowvember-2025")
    Week.objects.create(
        campaign=campaign, name="Searching", starts_on=datetime.date(2025, 11, 3), ends_on=datetime.date(2025, 11, 9)
    )
    return campaign


def test_last_years_sessions_come_again_on_the_same_weekday_at_the_same_time_of_the_clock() -> None:
    campaign = last_year()
    topic = TopicFactory()
    # A Tuesday in summer time a week before the clocks change; its double in the new year is in winter time or not.
    tuesday = datetime.datetime(2025, 10, 28, 14, 0, tzinfo=LONDON)
    event = EventFactory(
        campaign=campaign, week=campaign.weeks.get(), topics=[topic], starts_at=tuesday, capacity=40, title="Fishbowl"
    )
    Speaker.objects.create(event=event, name="Ada")
    Session.objects.create(event=event, starts_at=tuesday, ends_at=tuesday + datetime.timedelta(hours=1))
    booked(event)
    CardFactory(campaign=campaign)
    made = campaigns.clone(
        campaign=campaign, year=2026, theme="New", starts_on=datetime.date(2026, 11, 1), by=librarian()
    )
    assert (made.slug, made.theme, made.is_shown, made.ends_on) == (
        "knowvember-2026", "New", False, datetime.date(2026, 11, 30),
    )  # fmt: skip
    assert [(week.name, week.starts_on) for week in made.weeks.all()] == [("Searching", datetime.date(2026, 11, 2))]
    copy = made.events.get()
    assert (copy.title, copy.status, copy.capacity, copy.join_url, copy.week) == (
        "Fishbowl", "draft", 40, "", made.weeks.get(),
    )  # fmt: skip
    assert copy.starts_at.astimezone(LONDON) == datetime.datetime(2026, 10, 27, 14, 0, tzinfo=LONDON)
    assert copy.sessions.get().starts_at == copy.starts_at
    assert list(copy.topics.all()) == [topic]
    assert [speaker.name for speaker in copy.speakers.all()] == ["Ada"]
    assert copy.bookings.count() == 0
    with pytest.raises(NotReady, match="2026 at this address already"):
        campaigns.clone(campaign=campaign, year=2026, theme="", starts_on=datetime.date(2026, 11, 1), by=librarian())


def test_the_four_phrases_are_a_preset() -> None:
    campaign = CampaignFactory(year=2026)
    assert campaigns.add_phrase_weeks(campaign=campaign, by=librarian()) == 4
    assert [week.starts_on.day for week in campaign.weeks.all()] == [2, 9, 16, 23]
    assert campaign.weeks.all()[0].name == "Apply and use evidence"
    with pytest.raises(NotReady, match="weeks already"):
        campaigns.add_phrase_weeks(campaign=campaign, by=librarian())


def test_a_campaign_is_cloned_in_the_admin() -> None:
    campaign, by = last_year(), librarian()
    client = signed_in(by)
    address = reverse("admin:events_campaign_clone", args=[campaign.pk])
    assert 'value="2026"' in client.get(address).content.decode()
    data = {"confirm-year": "2026", "confirm-theme": "Again", "confirm-starts_on": "2026-11-01"}
    assert client.post(address, data).status_code == 302
    assert Campaign.objects.get(year=2026).cloned_from == campaign
    assert client.post(address, data).status_code == 422


def test_in_preparation_it_is_for_librarians_only() -> None:
    campaign = CampaignFactory(is_shown=False)
    for name in ("campaign", "campaign-calendar", "poster", "code", "pledges", "stories"):
        address = reverse(f"events:{name}", args=[campaign.slug])
        assert Client().get(address).status_code == 404
        assert signed_in(UserFactory(staff=True)).get(address).status_code == 404
        assert signed_in(librarian()).get(address).status_code == 200


def test_its_page_shows_weeks_days_and_cards_and_hides_what_is_hidden() -> None:
    campaign = CampaignFactory(year=2026)
    campaigns.add_phrase_weeks(campaign=campaign, by=librarian())
    EventFactory(campaign=campaign, title="In week two", starts_at=datetime.datetime(2026, 11, 10, 14, tzinfo=LONDON))
    EventFactory(campaign=campaign, title="Secret session", visibility="members")
    CardFactory(title="Ask a colleague")
    page = Client().get(campaign.get_absolute_url()).content.decode()
    week_two = page.index('<h3 id="part-2">Build know-how')
    assert week_two < page.index("In week two") < page.index('<h3 id="part-3">Continue to learn')
    assert "Ask a colleague" in page
    assert "Secret session" not in page
    archive = Client().get(reverse("events:campaigns")).content.decode()
    assert campaign.title in archive


@pytest.mark.parametrize("count", [1, 3])
def test_the_number_of_queries_of_the_page_does_not_grow(count: int, django_assert_max_num_queries: Any) -> None:
    campaign = CampaignFactory()
    campaigns.add_phrase_weeks(campaign=campaign, by=librarian())
    for number in range(count):
        EventFactory(title=f"Session {number}", campaign=campaign, topics=[TopicFactory()])
    with django_assert_max_num_queries(12):
        page = Client().get(campaign.get_absolute_url()).content.decode()
    assert all(f"Session {number}" in page for number in range(count))


def test_a_poster_is_a_readable_pdf_and_the_code_a_picture() -> None:
    campaign = CampaignFactory(year=2026, theme="A <b>#theme</b> [with] $marks$", hashtag="#KNOWvember")
    content = Client().get(reverse("events:poster", args=[campaign.slug])).content
    text = " ".join(PdfReader(io.BytesIO(content)).pages[0].extract_text().split())
    assert "KNOWvember 2026" in text
    assert "1 to 30 November 2026" in text
    assert "#theme" in text
    code = Client().get(reverse("events:code", args=[campaign.slug]))
    assert code["Content-Type"] == "image/svg+xml"
    assert code.content == code_svg(f"http://127.0.0.1:8000{campaign.get_absolute_url()}")
    assert b"<script" not in code.content


def test_downloads_are_sent_as_files() -> None:
    campaign = CampaignFactory()
    pack = Pack(campaign=campaign, title="E-mail footer")
    pack.file.save("footer.png", ContentFile(b"\x89PNG"))
    answer = Client().get(reverse("events:pack", args=[campaign.slug, pack.pk]))
    assert answer["Content-Disposition"] == 'attachment; filename="e-mail-footer.png"'
    assert b"".join(answer.streaming_content) == b"\x89PNG"
    linked = Pack.objects.create(campaign=campaign, title="Screensaver", url="https://files.example/saver")
    assert Client().get(reverse("events:pack", args=[campaign.slug, linked.pk])).status_code == 404
    assert "https://files.example/saver" in Client().get(campaign.get_absolute_url()).content.decode()


def test_numbers_are_those_of_the_campaign() -> None:
    campaign = CampaignFactory()
    event = EventFactory(campaign=campaign)
    booked(event, came=True, feedback="Ask first.")
    booked(event, came=False)
    booked(event, state="cancelled")
    booked(EventFactory())
    totals = dict(numbers_of(campaign).totals)
    assert (totals["Sessions"], totals["Bookings"], totals["People who came"]) == (1, 2, 1)
    page = signed_in(librarian()).get(reverse("admin:events_campaign_numbers", args=[campaign.pk])).content.decode()
    assert "Ask first." in page
    assert Event.objects.count() == 2
