"""The addresses of the portal."""

from django.contrib import admin
from django.contrib.sitemaps import views as sitemaps
from django.urls import include, path

from kmportal import views
from kmportal.sitemaps import SITEMAPS

urlpatterns = [
    path("", views.home, name="home"),
    path("", include("digests.urls")),
    path("", include("catalogue.urls")),
    path("", include("pages.urls")),
    path("", include("design.urls")),
    path("evidence/", include("evidence.urls")),
    path("robots.txt", views.robots, name="robots"),
    path(".well-known/security.txt", views.security, name="security"),
    path("sitemap.xml", sitemaps.index, {"sitemaps": SITEMAPS, "sitemap_url_name": "sitemap-section"}, name="sitemap"),
    path("sitemap-<slug:section>.xml", sitemaps.sitemap, {"sitemaps": SITEMAPS}, name="sitemap-section"),
    path("health/live", views.health_live, name="health-live"),
    path("health/ready", views.health_ready, name="health-ready"),
    path("jobs/", include("jobs.urls")),
    path("mailbox/", include("mail.urls")),
    path("know-how/", include("knowledge.urls")),
    path("learning/", include("learning_zone.urls")),
    path("lists/", include("lists.urls")),
    path("events/", include("events.urls")),
    path("get-in-touch/", include("enquiries.urls")),
    path("account/", include("accounts.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]
