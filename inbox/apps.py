"""The one app of the site, and the operator's desk, which is Django's admin."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.core.signals import request_finished, request_started
from django.db.backends.signals import connection_created
from django.db.models.signals import post_delete, post_save


class DeskConfig(admin.AdminConfig):
    default = False  # `inbox` alone means the one below
    default_site = "inbox.desk.Desk"


class InboxConfig(AppConfig):
    name = "inbox"

    def ready(self) -> None:
        from allauth.account.signals import password_reset  # noqa: PLC0415 - needs the apps
        from allauth.mfa.models import Authenticator  # noqa: PLC0415
        from allauth.socialaccount.models import SocialAccount  # noqa: PLC0415

        from inbox.accounts import sessions, signals  # noqa: PLC0415
        from inbox.activity import sealer  # noqa: PLC0415
        from inbox.caches import memories, sweeping  # noqa: PLC0415
        from inbox.models import Brand, CodeName, SavedView  # noqa: PLC0415
        from inbox.models.remembered import note_written  # noqa: PLC0415
        from inbox.process import afterwards, lending, private_files  # noqa: PLC0415
        from inbox.queue import saved_views  # noqa: PLC0415
        from inbox.text import translations  # noqa: PLC0415
        from inbox.web import compressing, logs  # noqa: PLC0415

        # Signals of the models: allauth's own come only after the commit.
        for model, added, removed in (
            (Authenticator, signals.note_new_factor, signals.note_lost_factor),
            (SocialAccount, signals.note_new_identity, signals.note_lost_identity),
        ):
            post_save.connect(added, sender=model, dispatch_uid="trail")
            post_delete.connect(removed, sender=model, dispatch_uid="trail")
        post_save.connect(saved_views.note_brand, sender=Brand, dispatch_uid="views")
        for remembered in (CodeName, SavedView):
            post_save.connect(note_written, sender=remembered, dispatch_uid="version")
            post_delete.connect(note_written, sender=remembered, dispatch_uid="version")
        user_logged_in.connect(sessions.note_sign_in, dispatch_uid="sessions")
        user_logged_out.connect(signals.after_sign_out, dispatch_uid="drafts")
        password_reset.connect(signals.after_new_password, dispatch_uid="drafts")
        connection_created.connect(private_files.keep_database_private, dispatch_uid="modes")
        connection_created.connect(lending.expect_migrations, dispatch_uid="migrations")
        request_started.connect(afterwards.begin, dispatch_uid="afterwards")
        request_finished.connect(afterwards.after_request, dispatch_uid="afterwards")
        request_finished.connect(sweeping.after_request, dispatch_uid="sweeping")
        request_finished.connect(sealer.after_request, dispatch_uid="seals")
        request_finished.connect(memories.after_request, dispatch_uid="memories")
        request_finished.connect(lending.after_request, dispatch_uid="lending")  # the last of them
        logs.guard_tracebacks()
        translations.remember()
        compressing.compress_faster()
        lending.look_before_lending()
