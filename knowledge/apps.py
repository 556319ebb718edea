from django.apps import AppConfig


class KnowledgeConfig(AppConfig):
    name = "knowledge"
    verbose_name = "Know-how"

    def ready(self) -> None:
        from accounts import hooks  # noqa: PLC0415 - needs loaded models
        from catalogue import techniques  # noqa: PLC0415 - needs loaded models
        from catalogue.people import on_people_who_know  # noqa: PLC0415 - needs loaded models
        from knowledge import account  # noqa: PLC0415 - needs loaded models
        from knowledge.contacts import attached_to_topics, champions_of  # noqa: PLC0415 - needs loaded models
        from knowledge.kind import register_kind, techniques_to_name  # noqa: PLC0415 - needs loaded models
        from taxonomy.hooks import attach  # noqa: PLC0415 - needs loaded models

        register_kind()
        techniques.on_techniques(techniques_to_name)
        on_people_who_know(champions_of)
        for attached in attached_to_topics():
            attach(attached)
        hooks.on_account_page(hooks.AccountSection("knowledge/account_section.html", account.own_knowhow))
        hooks.on_export("know_how", account.export)
        hooks.on_erase(account.forget)
