"""A change list of 25 rows a page, as many as the inbox shows, in the admin's plainest form.

No filters and no date hierarchy, unlike the product's own desk: each would cost it further queries.
"""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.urls import path

from inbox.models import Activity

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin


class PlainActivityAdmin(ModelAdmin):
    list_display = ("started", "brand", "member_name", "act", "chatroom", "outcome")
    list_per_page = 25


desk = admin.AdminSite()
desk.register(Activity, PlainActivityAdmin)

urlpatterns = [path("admin/", desk.urls)]
