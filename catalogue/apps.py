from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "catalogue"
    verbose_name = "Catalogue"

    def ready(self) -> None:
        """Let items follow when topics move in the hierarchy, merge or split."""
        from catalogue.ancestors import refresh_ancestors  # noqa: PLC0415 - needs loaded models
        from catalogue.topic_changes import attached_items  # noqa: PLC0415 - needs loaded models
        from taxonomy.hooks import attach, on_hierarchy_change  # noqa: PLC0415 - needs loaded models

        on_hierarchy_change(refresh_ancestors)
        attach(attached_items())
