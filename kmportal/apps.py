"""The project's own app, and the admin with the portal's site."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig

from kmportal.celery import app as celery_app

__all__ = ["PortalAdminConfig", "PortalConfig", "celery_app"]


class PortalConfig(AppConfig):
    """Home page, health checks and the commands that concern all rooms."""

    name = "kmportal"
    verbose_name = "Portal"


class PortalAdminConfig(AdminConfig):
    """Django's admin, with the librarians' dashboard as its first page."""

    default_site = "kmportal.admin_site.PortalAdminSite"
