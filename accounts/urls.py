"""The addresses of the person's own account. Signing up and in and the rest is allauth's, under /accounts/."""

from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("", views.account, name="account"),
    path("name/", views.name, name="name"),
    path("staff-access/", views.staff_access, name="staff-access"),
    path("sign-out-elsewhere/", views.sign_out_elsewhere, name="sign-out-elsewhere"),
    path("data/", views.data, name="data"),
    path("delete/", views.delete, name="delete"),
    path("delete/code/", views.deletion_code, name="deletion-code"),
]
