"""Know-how in the librarians' admin: moderation, techniques, champions, communities of practice."""

from knowledge.admin.contributions import KnowHowAdmin
from knowledge.admin.invitations import InvitationAdmin
from knowledge.admin.people import ChampionAdmin, CommunityAdmin
from knowledge.admin.techniques import TechniqueAdmin

__all__ = ["ChampionAdmin", "CommunityAdmin", "InvitationAdmin", "KnowHowAdmin", "TechniqueAdmin"]
