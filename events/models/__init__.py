"""Campaigns, events, bookings, coffee trials, and what people say."""

from events.models.booking import Booking, CalendarFeed, booking_key, new_secret
from events.models.campaign import Campaign, Pack, Week
from events.models.coffee import CoffeeTrial, SignUp
from events.models.event import Event, Material, Notice, Session, Speaker
from events.models.voices import Pledge, Proposal, Story, pledge_key

__all__ = [
    "Booking", "CalendarFeed", "Campaign", "CoffeeTrial", "Event", "Material", "Notice", "Pack", "Pledge", "Proposal",
    "Session", "SignUp", "Speaker", "Story", "Week", "booking_key", "new_secret", "pledge_key",
]  # fmt: skip
