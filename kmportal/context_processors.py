"""What every page needs to draw its header and footer."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from catalogue import kinds


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Give `portal_nav` (label, url, current), `demo_banner`, and the address of this page for "get in touch"."""
    entries = [(kind.plural, f"{reverse('search')}?kind={kind.name}", False) for kind in kinds.all_kinds()]
    topics = reverse("topics")
    entries.append(("Topics", topics, request.path.startswith(topics)))
    return {"portal_nav": entries, "demo_banner": settings.DEMONSTRATION}
