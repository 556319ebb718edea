from django.apps import AppConfig


class KnowledgeConfig(AppConfig):
    name = "knowledge"
    verbose_name = "Know-how"

    def ready(self) -> None:
        from accounts import hooks  # noqa: PLC0415 - needs loaded models
        from catalogue import techniques  # noqa: PLC0415 - needs loaded models
        from knowledge import account  # noqa: PLC0415 - needs loaded models
        from knowledge.kind import register_kind, techniques_to_name  # noqa: PLC0415 - needs loaded models

        register_kind()
        techniques.on_techniques(techniques_to_name)
        hooks.on_account_page(hooks.AccountSection("knowledge/account_section.html", account.own_knowhow))
        hooks.on_export("know_how", account.export)
        hooks.on_erase(account.forget)
