"""The addresses of the development mailbox."""

from django.urls import path

from mail import views

app_name = "mail"
urlpatterns = [
    path("", views.mailbox, name="mailbox"),
    path("<int:message_id>/", views.message, name="message"),
    path("<int:message_id>/html/", views.html_part, name="html"),
]
