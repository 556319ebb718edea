"""Where pages offer updates."""

import datetime
import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from design.dates import day_in_words
from digests.models import Subscriber
from digests.services import following
from tests.digests.factories import follow_topic, person_with_updates
from tests.factories import TopicFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("page", "kind"), [("knowledge:home", "knowhow"), ("events:home", "event"), ("learning_zone:home", "learning")]
)
def test_the_landing_page_of_a_kind_leads_to_following_it(page: str, kind: str) -> None:
    address = f"{reverse('digests:follow')}?kind={kind}"
    assert f'href="{address}"' in Client().get(reverse(page)).content.decode()
    assert Client().get(address).status_code == 200


class TestRhythm:
    """Pages that offer updates say how often they come to whoever looks."""

    @pytest.mark.parametrize(
        ("frequency", "words"),
        [
            ("daily", "one short email a day"),
            ("weekly", "one short email a week"),
            ("fortnightly", "one short email every two weeks"),
            ("monthly", "one short email a month"),
        ],
    )
    def test_it_is_as_they_chose(self, frequency: str, words: str) -> None:
        followed, other = TopicFactory(name="Falls"), TopicFactory(name="Sepsis", slug="sepsis")
        subscriber = person_with_updates()
        follow_topic(subscriber, followed)
        Subscriber.objects.update(frequency=frequency)
        browser = Client()
        browser.force_login(subscriber.user)  # type: ignore[arg-type]  # a person with an account
        for address in (
            followed.get_absolute_url(),
            other.get_absolute_url(),
            f"{reverse('digests:follow')}?topic=sepsis",
            reverse("knowledge:home"),
        ):
            assert words in said(browser, address), address

    def test_it_is_weekly_for_whoever_is_new(self) -> None:
        topic = TopicFactory(name="Falls", slug="falls")
        browser = Client()
        for _person in range(2):
            for address in (
                topic.get_absolute_url(),
                f"{reverse('digests:follow')}?topic=falls",
                reverse("events:home"),
            ):
                assert "one short email a week" in said(browser, address)
            browser.force_login(UserFactory())
        assert "get one short email a week" in said(browser, reverse("accounts:account"))

    def test_a_pause_and_a_stop_are_said_before_somebody_follows_more(self) -> None:
        topic = TopicFactory(name="Falls", slug="falls")
        until = timezone.localdate() + datetime.timedelta(days=20)
        subscriber = person_with_updates()
        follow_topic(subscriber, topic)
        browser = Client()
        browser.force_login(subscriber.user)  # type: ignore[arg-type]  # a person with an account
        pages = (f"{reverse('digests:follow')}?topic=falls", reverse("accounts:account"))
        Subscriber.objects.update(paused_until=until)
        assert "but your email updates are paused." in said(browser, topic.get_absolute_url())
        for address in pages:
            assert f"paused until {day_in_words(until).lower()}" in said(browser, address)
        Subscriber.objects.update(paused_until=None, stopped_at=timezone.now())
        assert "following this starts them again" in said(browser, pages[0])


def said(browser: Client, address: str) -> str:
    """The words of a page, in small letters, without its marks and its line breaks."""
    text = re.sub(r"<[^>]+>", "", browser.get(address).content.decode())
    return " ".join(text.split()).lower()


class TestTopicPage:
    """What the page of a topic says to whom."""

    def test_it_says_to_its_follower_that_they_follow_and_offers_to_stop(self) -> None:
        topic, other = TopicFactory(name="Falls"), TopicFactory(name="Sepsis")
        subscriber = person_with_updates()
        follow_topic(subscriber, topic)
        browser = Client()
        browser.force_login(subscriber.user)  # type: ignore[arg-type]  # a person with an account
        page = browser.get(topic.get_absolute_url()).content.decode()
        assert "You follow this topic</strong>, with its narrower topics" in page
        assert "Get email updates" not in page
        assert "Get email updates" in browser.get(other.get_absolute_url()).content.decode()
        press = {"do": "unfollow", "follow": str(subscriber.follows.get().pk)}
        for name, value in press.items():
            assert f'name="{name}" value="{value}"' in page
        after = browser.post(reverse("digests:mine"), press, follow=True).content.decode()
        assert "You no longer follow Falls." in after
        assert not subscriber.follows.exists()
        assert "Get email updates" in browser.get(topic.get_absolute_url()).content.decode()

    def test_it_says_where_the_updates_are_stopped_and_nothing_of_others(self) -> None:
        topic = TopicFactory(name="Falls")
        subscriber = person_with_updates()
        follow_topic(subscriber, topic, with_narrower=False)
        following.stop(subscriber=subscriber, frequency=subscriber.frequency)
        browser = Client()
        browser.force_login(subscriber.user)  # type: ignore[arg-type]  # a person with an account
        page = browser.get(topic.get_absolute_url()).content.decode()
        assert "You follow this topic</strong>, but your email updates are stopped." in page
        browser.force_login(UserFactory())
        assert "You follow this topic" not in browser.get(topic.get_absolute_url()).content.decode()
        assert "You follow this topic" not in Client().get(topic.get_absolute_url()).content.decode()
