"""The living style guide: every component in every state, for those who build and those who look after the portal."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from design.samples import style_guide_context


def style_guide(request: HttpRequest) -> HttpResponse:
    """Show the style guide to librarians, and to everyone while DEBUG is on; to others the page does not exist."""
    if not (settings.DEBUG or request.user.is_staff):
        raise Http404
    return render(request, "style_guide.html", style_guide_context())
