"""The one app of the site."""

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in
from django.core.signals import request_finished
from django.db.backends.signals import connection_created


class InboxConfig(AppConfig):
    name = "inbox"

    def ready(self) -> None:
        from inbox import (  # noqa: PLC0415 - needs the apps
            logs,
            memories,
            private_files,
            sessions,
            sweeping,
        )

        user_logged_in.connect(sessions.note_sign_in, dispatch_uid="sessions")
        connection_created.connect(private_files.keep_database_private, dispatch_uid="modes")
        request_finished.connect(sweeping.after_request, dispatch_uid="sweeping")
        request_finished.connect(memories.after_request, dispatch_uid="memories")
        logs.guard_tracebacks()
