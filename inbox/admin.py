"""The operator's desk. Members are deactivated here, never deleted; the trail is read-only."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.db import transaction
from django.db.models import Model, QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse

from inbox.access import person
from inbox.accounts import invitations, members
from inbox.accounts.addresses import move_to
from inbox.accounts.signing_in import end_sessions
from inbox.activity import account_acts, desk_history
from inbox.activity.recording import Operator
from inbox.chatrooms import notes
from inbox.models import (
    Act,
    Activity,
    Brand,
    ChatroomFlag,
    CodeName,
    Hold,
    Judgement,
    Membership,
    NoAnswerNeeded,
    Note,
    Review,
    User,
)
from inbox.process import collisions

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin


class NotedAdmin(ModelAdmin):
    """The desk's own history names the changed record, but not its content."""

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> LogEntry:
        return desk_history.note(person(request).pk, [obj], ADDITION, message)[0]

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> LogEntry:
        return desk_history.note(person(request).pk, [obj], CHANGE, message)[0]

    def log_deletions(self, request: HttpRequest, queryset: Any) -> list[LogEntry]:
        return desk_history.note(person(request).pk, queryset, DELETION)


class KeptAdmin(NotedAdmin):
    """Nothing is deleted."""

    def changeform_view(self, request: HttpRequest, *which: Any, **more: Any) -> HttpResponse:
        """Show the form again, with an error, where another operator just added the same."""
        page = super().changeform_view
        return collisions.once_more(lambda: page(request, *which, **more))

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(User)
class UserAdmin(KeptAdmin):
    list_display = ("email", "name", "is_active", "is_staff", "last_login")
    search_fields = ("email", "name")
    fields = ("email", "name", "is_active", "is_staff", "is_superuser", "last_login")
    readonly_fields = ("last_login",)

    def save_model(self, request: HttpRequest, obj: User, form: Form, change: bool) -> None:
        before = User.objects.select_for_update().filter(pk=obj.pk).first()
        super().save_model(request, obj, form, change)
        if before:
            account_acts.note_changes(str(person(request)), before, obj)
        if before and before.email.lower() != obj.email:
            invitations.withdraw_sent_to(before.email, str(person(request)))
            move_to(obj, before.email)
        if not obj.is_active:  # else the sessions would come back with the account
            invitations.withdraw_sent_by(obj, str(person(request)))
            end_sessions(obj)


@admin.register(Brand)
class BrandAdmin(KeptAdmin):
    list_display = ("id", "name", "time_zone")

    def save_model(self, request: HttpRequest, obj: Brand, form: Any, change: bool) -> None:
        """Of a known brand what was changed: the rest may have changed since it was read."""
        obj.save(update_fields=form.changed_data if change else None)


@admin.register(Membership)
class MembershipAdmin(KeptAdmin):
    list_display = ("user", "brand", "role", "is_active")
    list_filter = ("brand", "role", "is_active")
    search_fields = ("user__email", "user__name")
    autocomplete_fields = ("user",)

    def save_model(self, request: HttpRequest, obj: Membership, form: Form, change: bool) -> None:
        """The form's `clean` holds the brand, in the transaction of the whole page."""
        before = Membership.objects.filter(pk=obj.pk).select_related("brand", "user").first()
        super().save_model(request, obj, form, change)
        members.note_change(str(person(request)), before, obj)
        if before is None:
            return
        operator = Operator(str(person(request)), before.brand)
        if not obj.is_active:
            members.shut_out(before, operator)
        elif not obj.goes_on_as(before):
            invitations.withdraw_sent(before, operator)


class ViewedAdmin(NotedAdmin):
    """Nothing is added or changed."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class WrittenAdmin(KeptAdmin, ViewedAdmin):
    """Written by acts alone: to be looked at here."""


@admin.register(Activity)
class ActivityAdmin(WrittenAdmin):
    list_display = ("started", "brand", "member_name", "act", "state", "chatroom", "outcome")
    list_filter = ("brand", "act", "outcome")
    date_hierarchy = "started"


@admin.register(Review)
class ReviewAdmin(WrittenAdmin):
    list_display = ("reviewed", "brand", "member_name", "chatroom", "message", "undone")
    list_filter = ("brand",)


@admin.register(NoAnswerNeeded)
class NoAnswerNeededAdmin(WrittenAdmin):
    list_display = ("said", "brand", "member_name", "chatroom", "message", "undone")
    list_filter = ("brand",)


@admin.register(Judgement)
class JudgementAdmin(WrittenAdmin):
    list_display = ("judged", "brand", "member_name", "chatroom", "anomaly", "is_right", "undone")
    list_filter = ("brand", "anomaly")


@admin.register(Hold)
class HoldAdmin(WrittenAdmin):
    list_display = ("since", "brand", "member_name", "chatroom", "given_by", "until", "ended")
    list_filter = ("brand",)


@admin.register(Note)
class NoteAdmin(WrittenAdmin):
    list_display = ("written", "brand", "member_name", "chatroom", "taken_back")
    list_filter = ("brand",)


@admin.register(ChatroomFlag)
class ChatroomFlagAdmin(WrittenAdmin):
    list_display = ("flagged", "brand", "member_name", "chatroom", "flag")
    list_filter = ("brand",)


@admin.register(CodeName)
class CodeNameAdmin(KeptAdmin):
    list_display = ("brand", "kind", "code", "name", "tone", "needs_attention", "last_seen")
    list_filter = ("brand", "kind")


# allauth's own records: the form of the person above is the only way to somebody's account. An address
# is changed there, and single sign-on is set up in the environment.
for module in ("account", "mfa", "socialaccount", "usersessions"):
    import_module(f"allauth.{module}.admin")  # which registers them, once
for model in (EmailAddress, SocialApp, SocialToken, Authenticator, SocialAccount, UserSession):
    admin.site.unregister(model)


class OwnAdmin(ViewedAdmin):
    """A person's own records: read-only, and deleted at their request."""

    search_fields = ("user__email", "user__name")


@admin.register(Authenticator)
class AuthenticatorAdmin(OwnAdmin):
    list_display = ("user", "type", "created_at", "last_used_at")
    list_filter = ("type",)
    fields = list_display  # and no secrets


@admin.register(SocialAccount)
class SocialAccountAdmin(OwnAdmin):
    list_display = ("user", "provider", "uid", "date_joined", "last_login")
    fields = list_display


@admin.register(UserSession)
class UserSessionAdmin(OwnAdmin):
    """Deleting a session ends it."""

    list_display = ("user", "ip", "user_agent", "created_at", "last_seen_at")
    fields = list_display

    def delete_model(self, request: HttpRequest, obj: UserSession) -> None:
        self._end(request, [obj])

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[UserSession]) -> None:
        self._end(request, list(queryset.select_related("user")))

    @transaction.atomic
    def _end(self, request: HttpRequest, ended: list[UserSession]) -> None:
        """Each person has one line of it, however many there were."""
        for user in {session.user for session in ended}:
            account_acts.by_operator(str(person(request)), user, Act.END_SESSIONS)
        for session in ended:
            session.end()
            notes.forget_if_signed_out(session.user)
