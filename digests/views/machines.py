"""What watches the portal asks: numbers for a monitor, and whether anybody still looks after the updates."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import User
from digests.metrics import as_text, trouble


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Give the numbers in the form that Prometheus reads, to librarians and to whoever sends the token."""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    knows_token = bool(settings.METRICS_TOKEN) and constant_time_compare(given, settings.METRICS_TOKEN)
    is_librarian = isinstance(request.user, User) and request.user.is_librarian
    if not (knows_token or is_librarian):
        raise Http404
    return HttpResponse(as_text(), content_type="text/plain; version=0.0.4; charset=utf-8")


@never_cache
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """Answer 503 where the updates are not looked after, or where mail waits and none leaves (a dead-man's switch)."""
    problem = trouble()
    return JsonResponse({"status": problem or "looked after"}, status=503 if problem else 200)
