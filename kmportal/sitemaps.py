"""What search engines are told of: public items, topics and pages, and nothing that needs signing in."""

import datetime

from django.contrib.auth.models import AnonymousUser
from django.contrib.sitemaps import Sitemap
from django.db.models import QuerySet
from django.urls import reverse

from catalogue.models import Item
from events.models import Campaign
from pages.models import Page
from taxonomy.models import Topic


class ItemSitemap(Sitemap):
    """Items that lists show to everyone."""

    limit = 2_000

    def items(self) -> QuerySet[Item]:
        """Return them in a stable order."""
        return Item.objects.listed_to(AnonymousUser()).only("pk", "kind", "slug", "updated_at").order_by("pk")

    def lastmod(self, item: Item) -> datetime.datetime:
        """When the item last changed."""
        return item.updated_at


class TopicSitemap(Sitemap):
    """Topics in use."""

    def items(self) -> QuerySet[Topic]:
        """Return them in a stable order."""
        return Topic.objects.active().order_by("pk")


class CampaignSitemap(Sitemap):
    """Campaigns of this year and of earlier ones."""

    def items(self) -> QuerySet[Campaign]:
        """Return them in a stable order."""
        return Campaign.objects.shown_to(AnonymousUser()).order_by("pk")

    def lastmod(self, campaign: Campaign) -> datetime.datetime:
        """When the campaign last changed."""
        return campaign.updated_at


class PageSitemap(Sitemap):
    """Pages shown to everyone."""

    def items(self) -> QuerySet[Page]:
        """Return them in a stable order."""
        return Page.objects.visible_to(AnonymousUser()).order_by("pk")

    def lastmod(self, page: Page) -> datetime.datetime:
        """When the page last changed."""
        return page.updated_at


class FixedSitemap(Sitemap):
    """Pages with an address of their own."""

    def items(self) -> list[str]:
        """Return the names of their addresses."""
        return ["home", "topics", "events:home", "events:cards", "events:campaigns"]

    def location(self, name: str) -> str:
        """Return the address."""
        return reverse(name)


SITEMAPS = {
    "items": ItemSitemap,
    "topics": TopicSitemap,
    "campaigns": CampaignSitemap,
    "pages": PageSitemap,
    "fixed": FixedSitemap,
}
