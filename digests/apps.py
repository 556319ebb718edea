from django.apps import AppConfig


class DigestsConfig(AppConfig):
    name = "digests"
    verbose_name = "E-mail updates"

    def ready(self) -> None:
        from accounts import hooks  # noqa: PLC0415 - models are loaded only now
        from catalogue import topic_facts  # noqa: PLC0415 - as above
        from digests import account, tasks  # noqa: F401, PLC0415 - as above; hints are sent by the task's name
        from digests.choices import COMPOSER  # noqa: PLC0415 - as above
        from digests.services.vocabulary import attached_follows  # noqa: PLC0415 - as above
        from digests.topic_changes import attached_to_topics  # noqa: PLC0415 - as above
        from digests.writing.composing import write_messages  # noqa: PLC0415 - as above
        from mail import composers  # noqa: PLC0415 - as above
        from taxonomy.hooks import attach  # noqa: PLC0415 - as above

        composers.register(COMPOSER, write_messages)
        for attached in attached_to_topics():
            attach(attached)
        attach(attached_follows())
        topic_facts.register("own_follow", account.own_follow)
        topic_facts.register("own_rhythm", account.own_rhythm)
        hooks.on_account_page(hooks.AccountSection("digests/account_section.html", account.own_updates))
        hooks.on_export("email_updates", account.export)
        hooks.on_erase(account.forget)
