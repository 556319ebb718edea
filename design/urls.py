"""The address of the style guide."""

from django.urls import path

from design import views

app_name = "design"
urlpatterns = [path("style-guide/", views.style_guide, name="style_guide")]
