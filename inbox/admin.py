"""The operator's desk. Members are deactivated here, never deleted; the trail is read-only."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Model
from django.forms import Form
from django.http import HttpRequest, HttpResponse

from inbox import collisions, members
from inbox.access import person
from inbox.accounts import end_sessions
from inbox.actions import Operator
from inbox.models import Activity, Brand, ChatroomFlag, CodeName, Membership, Review, User

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin


class KeptAdmin(ModelAdmin):
    """Nothing is deleted."""

    def changeform_view(self, request: HttpRequest, *which: Any, **more: Any) -> HttpResponse:
        """Where another operator added the same at that moment, the form says that it is there."""
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
        super().save_model(request, obj, form, change)
        if not obj.is_active:  # else the sessions would come back with the account
            members.withdraw_sent_by(obj, str(person(request)))
            end_sessions(obj)


@admin.register(Brand)
class BrandAdmin(KeptAdmin):
    list_display = ("id", "name", "time_zone")


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
        if before is None:
            return
        operator = Operator(str(person(request)), before.brand)
        if not obj.is_active:
            members.shut_out(before, operator)
        elif not obj.goes_on_as(before):
            members.withdraw_sent(before, operator)


class WrittenAdmin(KeptAdmin):
    """Written by acts alone: to be looked at here."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(Activity)
class ActivityAdmin(WrittenAdmin):
    list_display = ("started", "brand", "member_name", "act", "state", "chatroom", "outcome")
    list_filter = ("brand", "act", "outcome")
    date_hierarchy = "started"


@admin.register(Review)
class ReviewAdmin(WrittenAdmin):
    list_display = ("reviewed", "brand", "member_name", "chatroom", "message", "undone")
    list_filter = ("brand",)


@admin.register(ChatroomFlag)
class ChatroomFlagAdmin(WrittenAdmin):
    list_display = ("flagged", "brand", "member_name", "chatroom", "flag")
    list_filter = ("brand",)


@admin.register(CodeName)
class CodeNameAdmin(KeptAdmin):
    list_display = ("brand", "kind", "code", "name", "tone", "needs_attention", "last_seen")
    list_filter = ("brand", "kind")
