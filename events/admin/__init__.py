"""Events in the librarians' admin: campaigns, events, who comes, coffee trials, what people say."""

from events.admin.campaigns import CampaignAdmin
from events.admin.coffee import CoffeeTrialAdmin
from events.admin.events import EventAdmin
from events.admin.voices import PledgeAdmin, ProposalAdmin, StoryAdmin

__all__ = ["CampaignAdmin", "CoffeeTrialAdmin", "EventAdmin", "PledgeAdmin", "ProposalAdmin", "StoryAdmin"]
