from django.apps import AppConfig


class ListsConfig(AppConfig):
    name = "lists"
    verbose_name = "Saved lists"

    def ready(self) -> None:
        from accounts import hooks  # noqa: PLC0415 - models are loaded only now
        from lists import account  # noqa: PLC0415 - as above

        hooks.on_account_page(hooks.AccountSection("lists/account_section.html", account.own_lists))
        hooks.on_export("lists", account.export)
        hooks.on_erase(account.forget)
