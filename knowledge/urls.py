"""Addresses of know-how."""

from django.urls import URLPattern

app_name = "knowledge"

urlpatterns: list[URLPattern] = []
