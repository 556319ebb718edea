"""The addresses of the portal."""

from django.contrib import admin
from django.urls import include, path

from kmportal import views

urlpatterns = [
    path("health/live", views.health_live, name="health-live"),
    path("health/ready", views.health_ready, name="health-ready"),
    path("jobs/", include("jobs.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]
