from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "catalogue"
    verbose_name = "Catalogue"

    def ready(self) -> None:
        """Keep each item's broader topics in step when the hierarchy of topics changes."""
        from catalogue.ancestors import refresh_ancestors  # noqa: PLC0415 - needs loaded models
        from taxonomy.hooks import on_hierarchy_change  # noqa: PLC0415 - needs loaded models

        on_hierarchy_change(refresh_ancestors)
