from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "jobs"
    verbose_name = "Long work"

    def ready(self) -> None:
        # Hints are sent by the task's name; a process that does not know the task would send them unguarded.
        from jobs import tasks  # noqa: F401, PLC0415 - tasks need loaded models
