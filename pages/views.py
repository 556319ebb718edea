"""The pages that librarians edit."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from pages.live_parts import live_part
from pages.models import Page
from pages.rendering import page_html


@require_safe
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one page; 404 for one that is not shown to this reader."""
    found = get_object_or_404(Page.objects.visible_to(request.user), slug=slug)
    return render(request, "pages/page.html", {"page": found, "html": page_html(found), **live_part(found)})
