"""The list of activity cards."""

from typing import Any

from django.http import QueryDict
from django.urls import reverse

from catalogue.models import Item
from catalogue.querysets import Reader
from catalogue.techniques import all_techniques
from events.choices import CardTime, Company
from events.models import Event


def cards_context(user: Reader, asked: QueryDict) -> dict[str, Any]:
    """Return the cards that this reader may see, by the time they take. `time` and `company` of the address narrow."""
    time, company = asked.get("time", ""), asked.get("company", "")
    cards = Event.objects.cards_for(user).for_cards().select_related("leads_to")
    times = sorted({minutes for minutes in cards.values_list("minutes", flat=True).order_by() if minutes})
    if time.isdecimal() and int(time) in CardTime.values:
        cards = cards.filter(minutes=int(time))
    if company in {Company.ALONE, Company.TEAM}:
        cards = cards.filter(company__in=(company, Company.EITHER))
    rows = list(cards)
    seen = Item.objects.visible_to(user).filter(pk__in=[card.leads_to_id for card in rows if card.leads_to_id])
    visible = {item.pk: item for item in seen}
    techniques = all_techniques()
    home = reverse("events:cards")
    return {
        "cards": [(card, visible.get(card.leads_to_id or 0), techniques.get(card.technique)) for card in rows],
        "times": [
            (CardTime(minutes).label, f"{home}?time={minutes}", str(minutes) == time)
            for minutes in times
            if minutes in CardTime.values
        ],
        "is_narrowed": bool(time or company),
    }
