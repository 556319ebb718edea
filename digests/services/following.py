"""Following, the choices of a subscriber, confirming, pausing and stopping."""

import datetime
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import QueryDict
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from catalogue import kinds
from catalogue.search import SearchFilters, applied_filters, chosen_facets
from digests.choices import COMPOSER, CONFIRMATION, LINK, Frequency
from digests.models import Digest, Follow, SavedSearch, Subscriber
from digests.services.announcing import last_batch
from digests.tokens import MANAGE, Wish, seal, token
from mail import bounces
from mail.links import portal_url
from mail.models import OutboxMessage
from mail.querysets import OutboxQuerySet
from mail.services import cancel, queue
from taxonomy.models import Topic

# More than this is no interest but everything.
MOST_FOLLOWS = 100
LONGEST_WORDS = 500


class CannotFollow(Exception):
    """This cannot be followed; the message says why."""


@dataclass(frozen=True)
class Wanted:
    """One thing to follow, in words, and the address part that names it.

    topic, kind: set where it is a topic or a kind and no search. parts: what a search is made of, each as the part of
    its address and in words.
    """

    words: str
    query: str
    topic: Topic | None = None
    kind: str = ""
    parts: tuple[tuple[str, str], ...] = ()

    @property
    def url(self) -> str:
        """The page that shows what is followed."""
        if self.topic is not None:
            return self.topic.get_absolute_url()
        return f"{reverse('search')}?{self.query}"


def wanted_from(query: str) -> Wanted:
    """Return what the address of a search asks to follow: a topic alone, a kind alone, or the search as it is.

    Its words come from the code that draws the active filters. Raises CannotFollow where nothing is chosen.
    """
    filters = SearchFilters.from_query(QueryDict(query)).changed(sort="")
    if not filters.q and not filters.is_filtered:
        raise CannotFollow("Choose a topic, a filter or words first: updates about everything would help nobody.")
    if filters == SearchFilters(topic=filters.topic) and len(filters.topic) == 1:
        topic = Topic.objects.filter(slug=filters.topic[0], status=Topic.Status.ACTIVE).first()
        if topic is None:
            raise CannotFollow("This topic is no longer used for new items, so there will be no updates about it.")
        return Wanted(topic.name, filters.as_query(), topic=topic)
    if filters == SearchFilters(kind=filters.kind) and len(filters.kind) == 1:
        return Wanted(kinds.get(filters.kind[0]).plural, filters.as_query(), kind=filters.kind[0])
    parts = parts_of(filters)
    return Wanted(in_words(parts)[:LONGEST_WORDS], filters.as_query(), parts=parts)


def parts_of(filters: SearchFilters) -> tuple[tuple[str, str], ...]:
    """Return what a search is made of, each as the part of its address and in words."""
    parts = [(urlencode({"q": filters.q}), f"“{filters.q}”")] if filters.q else []
    applied = applied_filters(filters, chosen_facets(filters))
    return (*parts, *((urlencode({one.name: one.value}), f"{one.label}: {one.value_label}") for one in applied))


def in_words(parts: Iterable[tuple[str, str]]) -> str:
    """Return the parts of a search as "“falls”; Kind: Evidence"."""
    return "; ".join(said for _part, said in parts)


@transaction.atomic
def subscriber_of(user: User) -> Subscriber:
    """Return the person's subscriber row, made where there is none; one of their address without account becomes theirs."""
    found = Subscriber.objects.of(user).select_for_update().first()
    if found is not None:
        return found
    guest = Subscriber.objects.select_for_update().filter(guest_email__iexact=user.email).first()
    if guest is not None:
        guest.user, guest.guest_email = user, ""
        guest.save(update_fields=["user", "guest_email"])
        return guest
    return Subscriber.objects.get_or_create(user=user, defaults={"last_batch": last_batch()})[0]


def subscriber_or_new(user: User) -> Subscriber:
    """Return the person's subscriber row; where there is none, one that is not kept: looking subscribes to nothing."""
    if Subscriber.objects.of(user).exists() or Subscriber.objects.filter(guest_email__iexact=user.email).exists():
        return subscriber_of(user)
    return Subscriber(user=user)


@transaction.atomic
def follow(*, subscriber: Subscriber, wanted: Wanted, with_narrower: bool = True) -> Follow:
    """Let the subscriber follow this; again, it changes whether narrower topics count. Following starts stopped mail.

    Raises CannotFollow where they follow too much already.
    """
    subscriber = Subscriber.objects.select_for_update().get(pk=subscriber.pk)
    if subscriber.follows.count() >= MOST_FOLLOWS:
        raise CannotFollow(f"You follow {MOST_FOLLOWS} things already. Take one off the list first.")
    if subscriber.stopped_at is not None:
        subscriber.stopped_at = None
        subscriber.last_batch = max(subscriber.last_batch, last_batch())
        subscriber.save(update_fields=["stopped_at", "last_batch"])
    if wanted.topic is not None:
        return Follow.objects.update_or_create(
            subscriber=subscriber, topic=wanted.topic, defaults={"with_narrower": with_narrower}
        )[0]
    if wanted.kind:
        return Follow.objects.get_or_create(subscriber=subscriber, kind=wanted.kind)[0]
    saved = SavedSearch.objects.get_or_create(query=wanted.query, defaults={"words": wanted.words})[0]
    return Follow.objects.get_or_create(subscriber=subscriber, search=saved)[0]


def ask_to_confirm(*, email: str, wanted: Wanted, with_narrower: bool = True) -> None:
    """Send the link that proves that the address is theirs. Nothing is kept here until it is used."""
    link = reverse("digests:confirm", args=[seal(Wish(email, wanted.query, with_narrower))])
    context = {"wanted": wanted, "brand": settings.BRAND, "url": portal_url(link)}
    queue(
        to=email,
        subject="Confirm your email address to get updates",
        text=render_to_string("digests/mail/confirm.txt", context).strip(),
        purpose=CONFIRMATION,
        is_secret=True,
        expires_at=timezone.now() + datetime.timedelta(days=2),
    )


@transaction.atomic
def confirm(*, wish: Wish) -> tuple[Subscriber, Follow]:
    """Take the wish of somebody whose address is proven. Raises CannotFollow where what they wanted is gone."""
    wanted = wanted_from(wish.query)
    subscriber = Subscriber.objects.at(wish.email).order_by("user").first()
    if subscriber is None:
        person = User.objects.filter(email__iexact=wish.email, is_active=True, erased_at=None).first()
        subscriber = subscriber_of(person) if person else _guest(wish.email)
    bounces.forgive(address=wish.email)
    return subscriber, follow(subscriber=subscriber, wanted=wanted, with_narrower=wish.with_narrower)


def _guest(email: str) -> Subscriber:
    try:
        with transaction.atomic():
            return Subscriber.objects.create(guest_email=email, last_batch=last_batch())
    except IntegrityError:
        # Another click on the same link was quicker.
        return Subscriber.objects.get(guest_email__iexact=email)


@transaction.atomic
def unfollow(*, subscriber: Subscriber, follow_id: int) -> str:
    """Take one thing off the list and return its name, "" where it is not there. The last saved search goes with it.

    Whoever follows nothing any more gets no mail that is planned already.
    """
    found = subscriber.follows.with_names().filter(pk=follow_id).first()
    if found is None:
        return ""
    name, search_id = found.name, found.search_id
    found.delete()
    if search_id is not None:
        SavedSearch.objects.filter(pk=search_id, followed_by=None).delete()
    if not subscriber.follows.exists():
        take_back(subscriber, "Its reader follows nothing any more.")
    return name


@transaction.atomic
def set_narrower(*, subscriber: Subscriber, follow_id: int, with_narrower: bool) -> None:
    """Say whether items on narrower topics come too."""
    subscriber.follows.filter(pk=follow_id, topic__isnull=False).update(with_narrower=with_narrower)


@transaction.atomic
def choose(
    *,
    subscriber: Subscriber,
    frequency: str,
    local_hour: int,
    time_zone: str,
    paused_until: datetime.date | None,
) -> None:
    """Keep how often and when the mail comes.

    A pause and another frequency hold at once for mail that is planned already: what it held comes with the next one.
    """
    is_other = frequency != subscriber.frequency
    subscriber.frequency, subscriber.local_hour, subscriber.time_zone = frequency, local_hour, time_zone
    subscriber.paused_until = paused_until
    subscriber.save(update_fields=["frequency", "local_hour", "time_zone", "paused_until"])
    if subscriber.is_paused:
        take_back(subscriber, "Its reader paused the updates.")
    elif is_other:
        take_back(subscriber, "Its reader chose another frequency.")


@transaction.atomic
def resume(*, subscriber: Subscriber) -> None:
    """End a pause."""
    Subscriber.objects.filter(pk=subscriber.pk).update(paused_until=None)


@transaction.atomic
def stop(*, subscriber: Subscriber, frequency: str) -> bool:
    """Send no more mail of this frequency, planned mail included; return whether that was what they got.

    A link in last year's weekly mail does not stop the monthly one that its reader changed to.
    """
    stopped = Subscriber.objects.filter(pk=subscriber.pk, frequency=frequency).update(stopped_at=timezone.now())
    if stopped:
        take_back(subscriber, "Its reader stopped the updates.")
    return bool(stopped) and frequency in Frequency.values


@transaction.atomic
def start_again(*, subscriber: Subscriber) -> None:
    """Send mail again, from now on, to an address that its owner has just shown to work."""
    Subscriber.objects.filter(pk=subscriber.pk).exclude(stopped_at=None).update(
        stopped_at=None, last_batch=last_batch()
    )


def take_back(subscriber: Subscriber, words: str) -> None:
    """Cancel what is on its way to the subscriber and has not left.

    First what is planned: where a release is at work on it this waits for its end, and then finds what it brought to the
    outbox. The other way round that message would be left to the question that is asked when its text is written.
    """
    Digest.objects.filter(subscriber=subscriber, state="planned").update(state="unsent", settled_at=timezone.now())
    cancel(messages=messages_to(subscriber), reason=words)


def messages_to(subscriber: Subscriber) -> OutboxQuerySet[OutboxMessage]:
    """Return the messages of this room to the subscriber."""
    references = Digest.objects.filter(subscriber=subscriber).values("pk")
    return OutboxMessage.objects.filter(composer=COMPOSER, reference__in=references)


@transaction.atomic
def forget(*, subscriber: Subscriber) -> None:
    """Delete the subscriber, what they follow and every mail to them, sent or not."""
    messages_to(subscriber).delete()
    searches = list(subscriber.follows.exclude(search=None).values_list("search", flat=True))
    subscriber.delete()
    SavedSearch.objects.filter(pk__in=searches, followed_by=None).delete()


@transaction.atomic
def renew_links(*, subscriber: Subscriber) -> None:
    """Make every link in earlier mails useless, as when somebody forwarded one."""
    Subscriber.objects.filter(pk=subscriber.pk).update(key=uuid.uuid4())


def manage_url(subscriber: Subscriber) -> str:
    """Return the path of the page on which the subscriber changes everything, without signing in."""
    return reverse("digests:manage", args=[token(subscriber, MANAGE)])


def send_manage_link(*, subscriber: Subscriber) -> None:
    """Send the link of that page to the subscriber, at most once an hour, whoever asks."""
    context = {"brand": settings.BRAND, "url": portal_url(manage_url(subscriber))}
    now = timezone.now()
    queue(
        to=subscriber.address,
        subject="Your link to change your email updates",
        text=render_to_string("digests/mail/link.txt", context).strip(),
        purpose=LINK,
        key=f"updates-link.{subscriber.pk}.{now:%Y%m%d%H}",
        is_secret=True,
        expires_at=now + datetime.timedelta(days=2),
    )
