from django.apps import AppConfig


class LearningZoneConfig(AppConfig):
    name = "learning_zone"
    verbose_name = "Learning"

    def ready(self) -> None:
        from accounts import hooks  # noqa: PLC0415 - needs loaded models
        from catalogue import attendance, learn_next, recordings  # noqa: PLC0415 - needs loaded models
        from learning_zone import account  # noqa: PLC0415 - needs loaded models
        from learning_zone.kind import register_kind  # noqa: PLC0415 - needs loaded models
        from learning_zone.learn_next import lessons  # noqa: PLC0415 - needs loaded models
        from learning_zone.services.recording import record_attendance  # noqa: PLC0415 - needs loaded models
        from learning_zone.services.resources import recording_of  # noqa: PLC0415 - needs loaded models

        register_kind()
        hooks.on_account_page(hooks.AccountSection("learning_zone/account_section.html", account.own_learning))
        hooks.on_export("learning", account.export)
        hooks.on_erase(account.forget)
        attendance.on_attended(record_attendance)
        recordings.on_recording(recording_of)
        learn_next.on_learn_next(lessons)
