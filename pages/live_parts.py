"""The parts of pages that the portal writes from its own data, so that they cannot fall behind it."""

from typing import Any

from django.db.models import Case, Prefetch, Q, When
from django.utils import timezone

from design.glossary import terms_in_order
from evidence.appraisal import READING_AID, RULES
from evidence.choices import BAND_MEANINGS, Band, Tool
from pages.models import Page, Workstream, WorkstreamPerson


def live_part(page: Page) -> dict[str, Any]:
    """Return what the template of the page's live part reads; nothing for a page without one."""
    if page.live_part == Page.LivePart.QUALITY:
        return quality_part()
    if page.live_part == Page.LivePart.WORKSTREAM:
        return {"workstreams": workstreams_with_people()}
    return {}


def quality_part() -> dict[str, Any]:
    """Return the bands with their meaning, how each tool's results become bands, and the glossary."""
    return {
        "bands": [{"value": band.value, "meaning": BAND_MEANINGS[band]} for band in Band],
        "tools_by_rule": [
            {
                "name": Tool(tool).label,
                "rates_body": rule.rates_body,
                "results": [(words, Band(rule.bands[result]).label) for result, words in rule.results.items()],
            }
            for tool, rule in RULES.items()
            if rule.bands
        ],
        "tools_by_judgement": [Tool(tool).label for tool, rule in RULES.items() if rule.gives_band and not rule.bands],
        "tools_without_band": [Tool(tool).label for tool, rule in RULES.items() if not rule.gives_band],
        "reading_aid": READING_AID,
        "terms": terms_in_order(),
    }


def workstreams_with_people() -> list[Workstream]:
    """Return the workstreams in order, each with `current_people`: those whose day has not passed, the lead first.

    Two queries.
    """
    leads_first = Case(When(capacity=WorkstreamPerson.Capacity.LEAD, then=0), default=1)
    shown = WorkstreamPerson.objects.filter(Q(until=None) | Q(until__gte=timezone.localdate()))
    current = shown.order_by(leads_first, "name")
    return list(Workstream.objects.prefetch_related(Prefetch("people", queryset=current, to_attr="current_people")))
