from django.apps import AppConfig


class MailConfig(AppConfig):
    name = "mail"
    verbose_name = "Messages"

    def ready(self) -> None:
        # Hints are sent by the task's name; a process that does not know the task would send them unguarded.
        from mail import tasks  # noqa: F401, PLC0415 - tasks need loaded models
