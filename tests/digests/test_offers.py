"""Where pages offer updates."""

import pytest
from django.test import Client
from django.urls import reverse

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
