"""What a librarian looks at before releasing a run: some of its mails, or that of one reader."""

from django.conf import settings

from digests.choices import DigestState
from digests.choosing import choose
from digests.interests import Audience, read_interests
from digests.models import Digest, Run, Subscriber

SAMPLES = 3


def samples(run: Run) -> list[Digest]:
    """Return some mails of the run: the longest, the shortest, and one between."""
    mails = Digest.objects.filter(run=run).exclude(state=DigestState.EMPTY).with_reader()
    number = mails.count()
    by_size = mails.order_by("-total", "pk")
    places = dict.fromkeys(place for place in (0, number // 2, number - 1) if 0 <= place < number)
    return [by_size[place] for place in places]


def as_chosen_now(run: Run, subscriber: Subscriber) -> Digest:
    """Return, unsaved, the mail that this reader would get in the run, though they are not of it."""
    planned = Digest.objects.with_reader().filter(run=run, subscriber=subscriber, copy=0).first()
    if planned is not None:
        return planned
    interests = read_interests(after_batch=subscriber.last_batch, to_batch=run.to_batch)
    user = subscriber.user
    audience = Audience(
        subscriber.last_batch,
        user is not None and user.is_member,
        user.organisation_id if user is not None and user.is_member else None,
    )
    codes = list(subscriber.follows.values_list("code", flat=True))
    chosen = choose(codes, interests.hits_for(audience), interests.worth, most=settings.DIGEST_MOST_ITEMS)
    return Digest(
        pk=0,
        run=run,
        subscriber=subscriber,
        announcements=[interests.news[place].announcement for place in chosen.places],
        codes=chosen.codes,
        total=chosen.total,
    )
