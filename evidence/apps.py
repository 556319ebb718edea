from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    name = "evidence"
    verbose_name = "Evidence"

    def ready(self) -> None:
        from evidence.importing.running import register_jobs  # noqa: PLC0415 - needs loaded models
        from evidence.kind import register_kind  # noqa: PLC0415 - needs loaded models

        register_kind()
        register_jobs()
