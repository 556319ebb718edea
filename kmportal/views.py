"""The home page, health checks, what programs read, and the page for a form's stale token."""

import datetime

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kmportal.home import home_context

SECURITY_TXT_LASTS = datetime.timedelta(days=180)


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show the ways into the portal: search, the four phrases, topics, what is new, the library team."""
    return render(request, "kmportal/home.html", home_context(request.user))


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Tell crawlers to leave alone what has endless addresses or nothing for them."""
    lines = [
        "User-agent: *",
        *(f"Disallow: {path}" for path in (reverse("search"), "/accounts/", reverse("admin:index"))),
        f"Sitemap: {settings.PORTAL_URL}{reverse('sitemap')}",
        "",
    ]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@require_safe
def security(request: HttpRequest) -> HttpResponse:
    """Tell whoever finds a weakness where to report it (RFC 9116)."""
    expires = (timezone.now() + SECURITY_TXT_LASTS).astimezone(datetime.UTC)
    lines = [
        f"Contact: {settings.PORTAL_URL}{reverse('enquiries:contact')}",
        f"Expires: {expires:%Y-%m-%dT00:00:00Z}",
        "Preferred-Languages: en",
        f"Canonical: {settings.PORTAL_URL}{reverse('security')}",
        "",
    ]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@never_cache
@require_safe
def health_live(request: HttpRequest) -> HttpResponse:
    """Answer that the process runs, without touching anything else."""
    return JsonResponse({"status": "alive"})


@never_cache
@require_safe
def health_ready(request: HttpRequest) -> HttpResponse:
    """Answer 200 when the database answers, else 503."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Exception:  # noqa: BLE001 - whatever is wrong, the answer to the load balancer is the same
        return JsonResponse({"status": "database unreachable"}, status=503)
    return JsonResponse({"status": "ready"})


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Tell the person how to go on when a form's security token is missing or too old."""
    return render(request, "403_csrf.html", status=403)
