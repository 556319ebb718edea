"""The addresses of getting in touch."""

from django.urls import path

from enquiries import views

app_name = "enquiries"
urlpatterns = [
    path("", views.contact, name="contact"),
    path("sent/<slug:reference>/", views.sent, name="sent"),
]
