from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "events"
    verbose_name = "Events"

    def ready(self) -> None:
        from accounts import hooks  # noqa: PLC0415 - needs loaded models
        from events import account  # noqa: PLC0415 - needs loaded models
        from events.kind import register_kind  # noqa: PLC0415 - needs loaded models
        from events.services.forgetting import forget_person  # noqa: PLC0415 - needs loaded models

        register_kind()
        hooks.on_account_page(hooks.AccountSection("events/account_section.html", account.own_events))
        hooks.on_export("events", account.export)
        hooks.on_erase(forget_person)
