"""The librarians' admin."""

from django.contrib.admin import AdminSite


class PortalAdminSite(AdminSite):
    """Django's admin under the portal's name, signed in to through the portal's own pages."""

    site_header = "Library and knowledge team"
    site_title = "Library and knowledge team"
    index_title = "What waits for you"
