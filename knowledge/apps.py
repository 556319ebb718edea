from django.apps import AppConfig


class KnowledgeConfig(AppConfig):
    name = "knowledge"
    verbose_name = "Know-how"

    def ready(self) -> None:
        from knowledge.kind import register_kind  # noqa: PLC0415 - needs loaded models

        register_kind()
