"""The addresses of the pages that librarians edit."""

from django.urls import path

from pages import views

urlpatterns = [path("about/<slug:slug>/", views.page, name="page")]
