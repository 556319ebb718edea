"""A list of items as an Atom feed (RFC 4287)."""

import datetime
from collections.abc import Sequence

from django.conf import settings
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape

from catalogue.models import Item
from digests.writing.words import plain
from mail.links import portal_url


def atom(items: Sequence[Item], *, title: str, address: str, own_address: str) -> bytes:
    """Return the feed of these items. title: what it is of; address: the page of the same; own_address: of the feed."""
    feed = Atom1Feed(
        title=f"{plain(title)} – {settings.BRAND['service_name']}",
        link=portal_url(address),
        description=None,
        feed_url=portal_url(own_address),
        feed_guid=portal_url(own_address),
        language="en-gb",
    )
    for item in items:
        updated: datetime.datetime = max(item.published_at or item.created_at, item.created_at)
        feed.add_item(
            title=plain(item.title),
            link=portal_url(item.get_absolute_url()),
            # The class says that it is HTML, so that it must be some.
            description=escape(plain(item.summary, longest=1_000)),
            unique_id=portal_url(item.get_absolute_url()),
            pubdate=item.published_at or timezone.now(),
            updateddate=updated,
            categories=[plain(topic.name) for topic in item.topics.all()],
        )
    return feed.writeString("utf-8").encode()
