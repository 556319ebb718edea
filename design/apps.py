"""The app that gives templates their components."""

from django.apps import AppConfig


class DesignConfig(AppConfig):
    """No models; templates, tags and forms only."""

    name = "design"
    verbose_name = "Design"
