"""A campaign's page, the archive of earlier ones, and what can be downloaded."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from events.campaign_page import campaign_context
from events.codes import code_svg, poster_pdf
from events.models import Campaign
from events.views.reading import send_download
from mail.links import portal_url


@require_safe
def campaign(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one campaign."""
    return render(request, "events/campaign.html", campaign_context(shown_campaign(request, slug), request.user))


@require_safe
def archive(request: HttpRequest) -> HttpResponse:
    """Show every campaign, the latest first."""
    campaigns = list(Campaign.objects.shown_to(request.user).newest_first())
    return render(request, "events/campaigns.html", {"campaigns": campaigns})


@require_safe
def download(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """Send a file of a campaign."""
    return send_download(get_object_or_404(shown_campaign(request, slug).packs.all(), pk=pk))


@require_safe
def code(request: HttpRequest, slug: str) -> HttpResponse:
    """Send the scan code that leads to a campaign, to print."""
    campaign = shown_campaign(request, slug)
    response = HttpResponse(code_svg(portal_url(campaign.get_absolute_url())), content_type="image/svg+xml")
    response["Content-Disposition"] = f'attachment; filename="{campaign.slug}-code.svg"'
    return response


@require_safe
def poster(request: HttpRequest, slug: str) -> HttpResponse:
    """Send a campaign's poster with its scan code."""
    campaign = shown_campaign(request, slug)
    content = poster_pdf(campaign, service_name=str(settings.BRAND["service_name"]))
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{campaign.slug}-poster.pdf"'
    return response


def shown_campaign(request: HttpRequest, slug: str) -> Campaign:
    """Return the campaign where this person may see it; raises Http404 otherwise."""
    return get_object_or_404(Campaign.objects.shown_to(request.user), slug=slug)
