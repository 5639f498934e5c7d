"""The one app of the site, and the operator's desk, which is Django's admin."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin
from django.contrib.auth.signals import user_logged_in
from django.core.signals import request_finished
from django.db.backends.signals import connection_created


class DeskConfig(admin.AdminConfig):
    default = False  # `inbox` alone means the one below
    default_site = "inbox.desk.Desk"


class InboxConfig(AppConfig):
    name = "inbox"

    def ready(self) -> None:
        from inbox import logs, private_files, sessions, sweeping  # noqa: PLC0415 - needs the apps

        user_logged_in.connect(sessions.note_sign_in, dispatch_uid="sessions")
        connection_created.connect(private_files.keep_database_private, dispatch_uid="modes")
        request_finished.connect(sweeping.after_request, dispatch_uid="sweeping")
        logs.guard_tracebacks()
