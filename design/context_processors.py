"""What every template may know about this installation."""

from django.conf import settings
from django.http import HttpRequest


def brand(request: HttpRequest) -> dict[str, object]:
    """Return `brand`: service_name, organisation, library_team, theme_colour (#rrggbb) and logo (a static path or "").

    They are the setting BRAND. The rest of what base.html reads is supplied by the project: see its first comment.
    """
    return {"brand": settings.BRAND}
