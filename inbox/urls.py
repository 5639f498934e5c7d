"""The site map: every address on one screen."""

from allauth.account import views as account
from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import path, re_path, register_converter

from inbox.views import (
    activity,
    ambassadors,
    change,
    chatroom,
    codes,
    errors,
    health,
    home,
    inbox,
    pin,
    preferences,
    read,
    read_many,
    reveal,
    review,
    styleguide,
)


class RemoteId:
    """A 64-bit id of Popsell's; anything larger is no address of ours."""

    regex = "[1-9][0-9]{0,18}"

    def to_python(self, value: str) -> int:
        number = int(value)
        if number >= 2**63:
            raise ValueError(value)
        return number

    def to_url(self, value: int) -> str:
        return str(value)


register_converter(RemoteId, "id")
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

BRAND = "brands/<id:brand_id>/"
AMBASSADOR = BRAND + "ambassadors/<id:ambassador_id>/"
CHATROOM = AMBASSADOR + "chatrooms/<id:chatroom_id>/"

urlpatterns = [
    path("", home.home, name="home"),
    path(BRAND + "ambassadors/", ambassadors.ambassadors, name="ambassadors"),
    path(AMBASSADOR, inbox.inbox, name="inbox"),
    path(AMBASSADOR + "pin/", pin.pin, name="pin"),
    path(AMBASSADOR + "read/", read_many.read_many, name="read_many"),
    path(CHATROOM, chatroom.chatroom, name="chatroom"),
    path(CHATROOM + "read/", read.read, name="read"),
    path(CHATROOM + "archive/", change.archive, name="archive"),
    path(CHATROOM + "block/", change.block, name="block"),
    path(CHATROOM + "flag/", change.flag, name="flag"),
    path(CHATROOM + "reveal/", reveal.reveal, name="reveal"),
    path(CHATROOM + "review/", review.review, name="review"),
    path(BRAND + "activity/", activity.activity, name="activity"),
    path(BRAND + "activity/activity.csv", activity.activity_csv, name="activity_csv"),
    path(BRAND + "codes/", codes.codes, name="codes"),
    path("preferences/", preferences.preferences, name="preferences"),
    path("styleguide/", styleguide.styleguide, name="styleguide"),
    path("accounts/login/", account.login, name="account_login"),
    path("accounts/logout/", account.logout, name="account_logout"),
    path("accounts/inactive/", account.account_inactive, name="account_inactive"),
    path("accounts/password/change/", account.password_change, name="account_change_password"),
    re_path(
        r"^accounts/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "accounts/password/reset/key/done/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("admin/", admin.site.urls),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler429 = errors.too_many  # allauth asks for it
handler500 = errors.server_error
