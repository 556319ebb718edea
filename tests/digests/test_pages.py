"""Following, confirming, managing: with an account and without, by form and by signed link."""

import datetime
import re
from typing import Any
from xml.etree import ElementTree

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.data_rights import erase
from accounts.models import User
from design.dates import day_in_words
from digests.models import Follow, SavedSearch, Subscriber
from digests.services import following
from digests.services.ticking import schedules
from digests.tokens import MANAGE, STOP, Wish, read, seal, token
from mail.models import OutboxMessage
from taxonomy.models import Topic
from tests.digests.factories import follow_search, follow_topic, guest, person_with_updates
from tests.factories import EvidenceFactory, OrganisationFactory, TopicFactory, UserFactory

pytestmark = pytest.mark.django_db


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_one_press_on_a_topic_follows_it() -> None:
    topic, user = TopicFactory(name="Falls"), UserFactory()
    browser = signed_in(user)
    assert "Get email updates" in browser.get(topic.get_absolute_url()).content.decode()
    page = browser.post(f"{reverse('digests:follow')}?topic={topic.slug}", {"with_narrower": "on"}, follow=True)
    assert "You follow Falls." in page.content.decode()
    follow = Follow.objects.get()
    assert (follow.subscriber.user, follow.topic, follow.with_narrower) == (user, topic, True)
    browser.post(f"{reverse('digests:follow')}?topic={topic.slug}", {"with_narrower": "on"})
    assert Follow.objects.count() == 1


def test_a_guest_confirms_first_and_a_look_confirms_nothing() -> None:
    topic = TopicFactory(name="Falls")
    browser = Client()
    address = f"{reverse('digests:follow')}?topic={topic.slug}"
    answer = browser.post(address, {"email": "ann@mail.example", "with_narrower": "on"})
    assert answer["Location"] == reverse("digests:asked")
    assert Subscriber.objects.count() == 0
    message = OutboxMessage.objects.get()
    assert message.is_secret
    (link,) = re.findall(r"/updates/confirm/\S+", message.text)
    page = browser.get(link).content.decode()
    assert "ann@mail.example" in page
    assert Subscriber.objects.count() == 0
    page = browser.post(link, follow=True).content.decode()
    assert "You follow Falls." in page
    subscriber = Subscriber.objects.get()
    assert (subscriber.address, subscriber.follows.get().topic) == ("ann@mail.example", topic)
    browser.post(link)
    assert (Subscriber.objects.count(), Follow.objects.count()) == (1, 1)


def test_the_answer_is_the_same_for_known_and_unknown_addresses() -> None:
    topic = TopicFactory()
    UserFactory(email="known@mail.example")
    guest("guest@mail.example")
    address = f"{reverse('digests:follow')}?topic={topic.slug}"
    answers = {
        email: Client().post(address, {"email": email})["Location"]
        for email in ("known@mail.example", "guest@mail.example", "new@mail.example")
    }
    assert len(set(answers.values())) == 1


def test_an_address_with_an_account_gets_its_updates_there() -> None:
    topic, user = TopicFactory(), UserFactory(email="known@mail.example")
    Client().post(f"{reverse('digests:follow')}?topic={topic.slug}", {"email": "Known@mail.example"})
    (link,) = re.findall(r"/updates/confirm/\S+", OutboxMessage.objects.get().text)
    Client().post(link)
    assert Subscriber.objects.get().user == user


def test_a_guest_who_signs_up_keeps_what_they_follow() -> None:
    subscriber = guest("ann@mail.example")
    follow_topic(subscriber, TopicFactory())
    user = UserFactory(email="Ann@mail.example")
    signed_in(user).get(reverse("digests:mine"))
    assert Follow.objects.get().subscriber.user == user
    assert Subscriber.objects.count() == 1


def test_a_search_is_followed_with_what_is_kept_of_it() -> None:
    EvidenceFactory(title="Falls")
    browser = signed_in(UserFactory())
    address = f"{reverse('digests:follow')}?q=falls&kind=evidence&year_from=2020"
    page = browser.get(address).content.decode()
    assert "“falls”; Kind: Evidence; Published from: 2020" in page
    refused = browser.post(address, {})
    assert refused.status_code == 422
    assert "Select at least one option" in refused.content.decode()
    browser.post(address, {"keep": ["q=falls", "kind=evidence"]})
    assert SavedSearch.objects.get().query == "q=falls&kind=evidence"
    browser.post(address, {"keep": ["kind=evidence"]})
    assert Follow.objects.exclude(kind="").get().kind == "evidence"


def test_equal_searches_are_one_row_and_the_last_follower_takes_it_along() -> None:
    EvidenceFactory()
    first, second = guest("a@mail.example"), guest("b@mail.example")
    for subscriber in (first, second):
        follow_search(subscriber, "year_to=2025&q=falls&page=3&sort=title")
    assert SavedSearch.objects.count() == 1
    for subscriber, left in ((first, 1), (second, 0)):
        following.unfollow(subscriber=subscriber, follow_id=subscriber.follows.get().pk)
        assert SavedSearch.objects.count() == left


@pytest.mark.parametrize("query", ["", "topic=nothing", "page=2", "sort=title"])
def test_everything_cannot_be_followed(query: str) -> None:
    page = Client().get(f"{reverse('digests:follow')}?{query}")
    assert "Choose a topic" in page.content.decode()
    assert Follow.objects.count() == 0


def test_the_trap_and_a_wrong_address_are_refused_with_words() -> None:
    address = f"{reverse('digests:follow')}?topic={TopicFactory().slug}"
    for answers, words in (
        ({"email": "ann@mail.example", "website": "x"}, "Leave the last field empty"),
        ({"email": "ann"}, "Enter an email address in the correct format"),
    ):
        answer = Client().post(address, answers)
        assert answer.status_code == 422
        assert words in answer.content.decode()
    assert OutboxMessage.objects.count() == 0


def test_too_many_wishes_from_one_network_wait(settings: Any) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "follow_by_mail": [(2, 60)]}
    address = f"{reverse('digests:follow')}?topic={TopicFactory().slug}"
    codes = [Client().post(address, {"email": f"a{number}@mail.example"}).status_code for number in range(3)]
    assert codes == [302, 302, 429]
    assert OutboxMessage.objects.count() == 2


def test_everything_is_managed_by_the_link_of_a_mail() -> None:
    subscriber = guest()
    follow_topic(subscriber, TopicFactory(name="Falls"))
    follow = subscriber.follows.get()
    browser, address = Client(), following.manage_url(subscriber)
    assert "Falls" in browser.get(address).content.decode()
    browser.post(address, {"do": "not-narrower", "follow": follow.pk})
    follow.refresh_from_db()
    assert follow.with_narrower is False
    answers = {"do": "choose", "frequency": "monthly", "local_hour": "18", "time_zone": "America/New_York"}
    assert "Your choices are saved" in browser.post(address, answers, follow=True).content.decode()
    subscriber.refresh_from_db()
    assert (subscriber.frequency, subscriber.local_hour, subscriber.time_zone) == ("monthly", 18, "America/New_York")
    past = answers | {"paused_until_0": "1", "paused_until_1": "1", "paused_until_2": "2020"}
    refused = browser.post(address, past)
    assert (refused.status_code, "must end on a day to come" in refused.content.decode()) == (422, True)
    browser.post(address, {"do": "unfollow", "follow": follow.pk})
    assert subscriber.follows.count() == 0
    browser.post(address, {"do": "stop"})
    subscriber.refresh_from_db()
    assert subscriber.stopped_at is not None
    browser.post(address, {"do": "start"})
    subscriber.refresh_from_db()
    assert subscriber.stopped_at is None


def test_one_subscriber_cannot_touch_what_another_follows() -> None:
    mine, theirs = guest("mine@mail.example"), guest("theirs@mail.example")
    follow_topic(theirs, TopicFactory())
    Client().post(following.manage_url(mine), {"do": "unfollow", "follow": theirs.follows.get().pk})
    assert theirs.follows.count() == 1


def test_a_token_is_good_for_its_purpose_and_its_reader_alone() -> None:
    one, two = guest("one@mail.example"), guest("two@mail.example")
    good = token(one, STOP, "weekly")
    assert read(good, STOP) == (one, "weekly")
    for spoilt in (
        good.replace("weekly", "monthly"),
        good.replace(f"{one.pk}-", f"{two.pk}-", 1),
        good[:-1],
        "",
        "-",
        "x-y-z",
        "9" * 30,
    ):
        assert read(spoilt, STOP) is None
    assert read(good, MANAGE) is None
    following.renew_links(subscriber=one)
    assert read(good, STOP) is None


@pytest.mark.parametrize("name", ["confirm", "manage", "stop", "view"])
def test_a_spoilt_link_says_so(name: str) -> None:
    answer = Client().get(reverse(f"digests:{name}", args=["nonsense"]))
    assert answer.status_code == 404
    assert "This link no longer works" in answer.content.decode()


def test_a_guest_is_forgotten_on_demand_and_a_person_only_with_the_account() -> None:
    gone, kept = guest(), person_with_updates()
    for subscriber in (gone, kept):
        follow_topic(subscriber, TopicFactory())
        address = following.manage_url(subscriber)
        offered = "Delete my address" in Client().get(address).content.decode()
        assert offered is (subscriber.user is None)
        Client().post(address, {"do": "forget"})
    assert list(Subscriber.objects.all()) == [kept]
    assert Follow.objects.get().subscriber == kept


def test_an_account_takes_its_updates_along_when_it_goes() -> None:
    subscriber = person_with_updates()
    follow_topic(subscriber, TopicFactory())
    assert subscriber.user is not None
    erase(user=subscriber.user)
    assert (Subscriber.objects.count(), Follow.objects.count()) == (0, 0)


def test_feeds_hold_what_everybody_may_see() -> None:
    topic = TopicFactory(name="Falls & trips")
    EvidenceFactory(title="Open <one>", summary="a < b", topics=[topic])
    EvidenceFactory(title="Hidden one", visibility="members", topics=[topic])
    librarian = signed_in(UserFactory(librarian=True))
    for address in (reverse("digests:topic-feed", args=[topic.slug]), f"{reverse('digests:search-feed')}?q=one"):
        answer = librarian.get(address)
        assert answer["Content-Type"].startswith("application/atom+xml")
        atom = "{http://www.w3.org/2005/Atom}"
        feed = ElementTree.fromstring(answer.content)  # noqa: S314 - written by the portal
        assert [entry.findtext(f"{atom}title") for entry in feed.findall(f"{atom}entry")] == ["Open <one>"]
        assert librarian.get(address, headers={"If-None-Match": answer["ETag"]}).status_code == 304


@pytest.mark.parametrize(
    ("query", "title"),
    [
        (
            "q=bed+falls&kind=evidence&topic=falls&year_from=2020&sort=title",
            "“bed falls”; Kind: Evidence; Topic: Falls & trips; Published from: 2020",
        ),
        ("topic=falls&organisation=north", "Topic: Falls & trips; Organisation: North Hospital"),
        ("", "Everything new"),
    ],
)
def test_a_feed_names_its_words_and_filters(query: str, title: str, settings: Any) -> None:
    TopicFactory(name="Falls & trips", slug="falls")
    OrganisationFactory(name="North Hospital", slug="north")
    feed = ElementTree.fromstring(Client().get(f"{reverse('digests:search-feed')}?{query}").content)  # noqa: S314 - as above
    named = feed.findtext("{http://www.w3.org/2005/Atom}title")
    assert named == f"{title} – {settings.BRAND['service_name']}"


def test_the_feed_of_a_topic_that_was_merged_twice_is_that_of_the_one_in_use() -> None:
    new = TopicFactory()
    between = TopicFactory(status="merged", merged_into=new)
    old = TopicFactory(status="merged", merged_into=between)
    EvidenceFactory(title="On ulcers", topics=[new])
    for topic in (old, between, new):
        assert "On ulcers" in Client().get(reverse("digests:topic-feed", args=[topic.slug])).content.decode()


def test_pages_ask_the_same_number_of_queries_however_much_is_followed(django_assert_max_num_queries: Any) -> None:
    subscriber = guest()
    for number in range(3):
        follow_topic(subscriber, TopicFactory(name=f"Topic number {number}"))
        follow_search(subscriber, f"q=words{number}")
    address = following.manage_url(subscriber)
    with django_assert_max_num_queries(8):
        page = Client().get(address).content.decode()
    assert all(f"Topic number {number}" in page and f"words{number}" in page for number in range(3))


class TestLooking:
    """Pages that only show something keep nothing, and say when mail comes as its reader's clocks do."""

    def test_looking_at_the_page_subscribes_to_nothing(self) -> None:
        user = UserFactory()
        page = signed_in(user).get(reverse("digests:mine")).content.decode()
        assert "You follow nothing yet" in page
        assert not Subscriber.objects.exists()
        answers = {"do": "choose", "frequency": "monthly", "local_hour": "18", "time_zone": "Europe/London"}
        signed_in(user).post(reverse("digests:mine"), answers)
        assert Subscriber.objects.get().frequency == "monthly"

    @time_machine.travel(datetime.datetime(2026, 11, 25, 12, tzinfo=datetime.UTC), tick=False)
    @pytest.mark.parametrize(
        ("zone", "hour", "said"),
        [
            ("Europe/London", 7, "on Monday 30 November 2026 at 7am, if"),
            ("America/New_York", 18, "on Monday 30 November 2026 at 6pm, New York time, if"),
            # Put together at midnight in the UK, when it is half past five there.
            ("Asia/Kolkata", 0, "on Monday 30 November 2026 at 5:30am, Kolkata time, if"),
        ],
    )
    def test_the_next_mail_is_named_by_the_clocks_of_its_reader(self, zone: str, hour: int, said: str) -> None:
        subscriber = guest(time_zone=zone, local_hour=hour)
        follow_topic(subscriber, TopicFactory(name="Falls"))
        assert f"The next one leaves {said}" in Client().get(following.manage_url(subscriber)).content.decode()

    def test_a_pause_is_shown_and_ended_in_one_press(self) -> None:
        until = timezone.localdate() + datetime.timedelta(days=60)
        subscriber = guest(paused_until=until)
        follow_topic(subscriber, TopicFactory(name="Falls"))
        address = following.manage_url(subscriber)
        page = re.sub(r"<[^>]+>", "", Client().get(address).content.decode())
        assert f"Paused until {day_in_words(until)}" in page
        page = Client().post(address, {"do": "resume"}, follow=True).content.decode()
        assert "The pause is over" in page
        assert "End the pause now" not in page
        subscriber.refresh_from_db()
        assert subscriber.paused_until is None

    def test_uk_time_stands_on_top_of_the_time_zones(self) -> None:
        page = Client().get(following.manage_url(guest())).content.decode()
        assert re.search(r'name="time_zone".*?<option value="([^"]+)"', page, re.DOTALL)[1] == "Europe/London"  # type: ignore[index]  # it is there

    def test_the_confirmation_names_the_day_and_what_somebody_chose_before(self) -> None:
        TopicFactory(name="Falls", slug="falls")
        for schedule in schedules():
            schedule.weekday = 3
            schedule.save()
        link = reverse("digests:confirm", args=[seal(Wish("ann@mail.example", "topic=falls", True))])
        assert "Once a week, on Thursday" in Client().get(link).content.decode()
        guest("ann@mail.example", frequency="monthly")
        assert "Once a month, on the first Thursday" in Client().get(link).content.decode()


class TestGone:
    """What was to be followed may be gone when the link is opened."""

    def test_a_topic_that_was_retired_since_is_a_sentence(self) -> None:
        topic = TopicFactory(name="Falls", slug="falls")
        link = reverse("digests:confirm", args=[seal(Wish("ann@mail.example", "topic=falls", True))])
        Topic.objects.filter(pk=topic.pk).update(status=Topic.Status.RETIRED)
        for answer in (Client().get(link), Client().post(link)):
            assert answer.status_code == 422
            assert "no longer used for new items" in answer.content.decode()
        assert not Subscriber.objects.exists()

    def test_a_part_that_cannot_be_followed_alone_is_said_at_the_field(self) -> None:
        topic = TopicFactory(name="Falls", slug="falls")
        Topic.objects.filter(pk=topic.pk).update(status=Topic.Status.RETIRED)
        address = f"{reverse('digests:follow')}?q=rounding&topic=falls"
        answer = signed_in(UserFactory()).post(address, {"keep": ["topic=falls"]})
        assert (answer.status_code, Follow.objects.count()) == (422, 0)
        assert "no longer used for new items" in answer.content.decode()
