"""The admin's plainest change lists, with 25 rows a page as in the inbox.

It has no filters and no date hierarchy, unlike our own desk: each would cost more queries.
"""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.urls import path

from inbox.accounts import session_engine
from inbox.models import Activity, IndexedChatroom

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin


class PlainActivityAdmin(ModelAdmin):
    list_display = ("started", "brand", "member_name", "act", "chatroom", "outcome")
    list_per_page = 25


class PlainIndexAdmin(ModelAdmin):
    """What a row of Home tells, as far as a column tells it."""

    list_display = (
        *("name", "brand", "ambassador", "chatroom", "rank", "since", "waiting_since", "excerpt"),
        *("rating", "anomaly", "topic", "last_message_date", "unread"),
    )
    list_per_page = 25


desk = admin.AdminSite()
desk.register(Activity, PlainActivityAdmin)
desk.register(IndexedChatroom, PlainIndexAdmin)

# Django's own way to find a session: ours would first look for memberships, and so flatter us.
session_engine._SIGNED_IN.ask = lambda **_key: []  # type: ignore[method-assign]

urlpatterns = [path("admin/", desk.urls)]
