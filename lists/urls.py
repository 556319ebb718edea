"""The addresses of lists."""

from django.urls import path

from lists import views

app_name = "lists"
urlpatterns = [
    path("", views.mine, name="mine"),
    path("new/", views.begin, name="begin"),
    path("save/<int:pk>/", views.save, name="save"),
    path("<slug:key>/", views.show, name="list"),
    path("<slug:key>.ris", views.ris, name="ris"),
    path("<slug:key>/change/", views.change, name="change"),
    path("<slug:key>/delete/", views.delete, name="delete"),
    path("<slug:key>/send/", views.send, name="send"),
    path("<slug:key>/entries/<int:pk>/", views.entry, name="entry"),
    path("<slug:key>/entries/<int:pk>/move/", views.move, name="move"),
]
