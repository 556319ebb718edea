"""The addresses of evidence."""

from django.urls import path

from evidence import views

app_name = "evidence"
urlpatterns = [
    path("", views.evidence_list, name="list"),
    path("<int:pk>/", views.detail, name="short"),
    path("<int:pk>/<slug:slug>/", views.detail, name="detail"),
    path("<int:pk>/<slug:slug>.ris", views.ris, name="ris"),
    path("<int:pk>/<slug:slug>/file", views.attachment, name="attachment"),
]
