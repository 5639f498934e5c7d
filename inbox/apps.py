"""The one app of the site."""

from django.apps import AppConfig


class InboxConfig(AppConfig):
    name = "inbox"

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in  # noqa: PLC0415 - needs the apps
        from django.core.signals import request_finished  # noqa: PLC0415 - as above
        from django.db.backends.signals import connection_created  # noqa: PLC0415 - as above

        from inbox import logs, private_files, sessions, sweeping  # noqa: PLC0415 - as above

        user_logged_in.connect(sessions.note_sign_in, dispatch_uid="sessions")
        connection_created.connect(private_files.keep_database_private, dispatch_uid="modes")
        request_finished.connect(sweeping.after_request, dispatch_uid="sweeping")
        logs.guard_tracebacks()
