"""The development mailbox: what would have been sent, to be read on a machine without a mail server."""

from csp.constants import NONE
from csp.decorators import csp
from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from mail.composers import NotNeeded, contents
from mail.models import OutboxMessage

PAGE_SIZE = 30


def refuse_unless_switched_on() -> None:
    """Raise Http404 where the portal serves real people, whose messages nobody else may read."""
    if not settings.MAILBOX_PAGE:
        raise Http404


@never_cache
@require_safe
def mailbox(request: HttpRequest) -> HttpResponse:
    """List every message, the newest on top."""
    refuse_unless_switched_on()
    page = Paginator(OutboxMessage.objects.newest_first(), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "mail/mailbox.html", {"page": page, "has_server": settings.SMTP is not None})


@never_cache
@require_safe
def message(request: HttpRequest, message_id: int) -> HttpResponse:
    """Show one message with its text and the way to its HTML part."""
    refuse_unless_switched_on()
    found = get_object_or_404(OutboxMessage, pk=message_id)
    return render(request, "mail/message.html", {"message": found, "content": contents([found])[found.pk]})


# What a mail program allows: the message's own styles, and no script whoever wrote it.
@csp(  # type: ignore[arg-type]  # typed for views without arguments
    {
        "default-src": [NONE],
        "style-src": ["'unsafe-inline'"],
        "base-uri": [NONE],
        "form-action": [NONE],
        "frame-ancestors": [NONE],
        "sandbox": ["allow-popups", "allow-top-navigation-by-user-activation"],
    }
)
@never_cache
@require_safe
def html_part(request: HttpRequest, message_id: int) -> HttpResponse:
    """Give the HTML part as the mail program would get it, shut off from the portal."""
    refuse_unless_switched_on()
    found = get_object_or_404(OutboxMessage, pk=message_id)
    content = contents([found])[found.pk]
    if isinstance(content, NotNeeded) or not content.html:
        raise Http404
    return HttpResponse(content.html)
