from django.apps import AppConfig


class EnquiriesConfig(AppConfig):
    name = "enquiries"
    verbose_name = "Enquiries"

    def ready(self) -> None:
        from accounts import hooks  # noqa: PLC0415 - models are loaded only now
        from enquiries import account, services  # noqa: PLC0415 - as above

        hooks.on_account_page(hooks.AccountSection("enquiries/account_section.html", account.own_enquiries))
        hooks.on_export("enquiries", account.export)
        hooks.on_erase(services.forget_person)
