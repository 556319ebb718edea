"""What the kinds of items share in the librarians' admin.

A content app derives its ModelAdmin from `ItemAdmin` and its form from `ItemForm`; filters and steps are here to reuse.
"""

from catalogue.admin.asked import SearchAdmin
from catalogue.admin.editing import ItemForm
from catalogue.admin.everything import EverythingAdmin
from catalogue.admin.items import ItemAdmin
from catalogue.admin.links import RelationAdmin

__all__ = ["EverythingAdmin", "ItemAdmin", "ItemForm", "RelationAdmin", "SearchAdmin"]
