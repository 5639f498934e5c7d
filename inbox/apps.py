"""The one app of the site."""

from django.apps import AppConfig


class InboxConfig(AppConfig):
    name = "inbox"

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in  # noqa: PLC0415 - needs the apps

        from inbox import logs, sessions  # noqa: PLC0415 - as above

        user_logged_in.connect(sessions.note_sign_in, dispatch_uid="sessions")
        logs.guard_tracebacks()
