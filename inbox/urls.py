"""The site map: every address on one screen."""

from allauth.account import views as account
from allauth.account.decorators import secure_admin_login
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes_of
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkeys
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import path, re_path, register_converter
from django.views.generic import RedirectView

from inbox.accounts.single_sign_on import callback, calm, cancelled, counted, start
from inbox.views import account as own
from inbox.views import (
    activity,
    ahead,
    all_notes,
    ambassadors,
    attention,
    brand_settings,
    case_file,
    change,
    chatroom,
    code,
    codes,
    confirm,
    errors,
    find,
    fresh,
    health,
    hold,
    home,
    inbox,
    index,
    invitation,
    judge,
    members,
    message,
    messages,
    no_answer,
    note,
    password,
    pin,
    preferences,
    read,
    read_many,
    reveal,
    review,
    search,
    second_factor,
    sessions,
    sign_in,
    sign_out,
    styleguide,
    toast,
    undo,
    views,
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

to_desk = login_not_required(RedirectView.as_view(pattern_name="admin:index"))
# The desk's own form has no second factors, no count of tries and no `REQUIRE_SSO`.
admin.site.login = secure_admin_login(to_desk)  # type: ignore[method-assign]
# And its way out leads nobody to the issuer.
admin.site.logout = sign_out.from_desk  # type: ignore[method-assign, assignment]
to_password = RedirectView.as_view(pattern_name="account_change_password")
to_second_factor = RedirectView.as_view(pattern_name="mfa_index")  # which lists the passkeys

BRAND = "brands/<id:brand_id>/"
AMBASSADOR = BRAND + "ambassadors/<id:ambassador_id>/"
INDEX = BRAND + "index/"
MEMBERS = BRAND + "members/"
VIEWS = BRAND + "views/"
CHATROOM = AMBASSADOR + "chatrooms/<id:chatroom_id>/"

urlpatterns = [
    path("", home.home, name="home"),
    path(BRAND, attention.home, name="attention"),
    path(BRAND + "ambassadors/", ambassadors.ambassadors, name="ambassadors"),
    path(AMBASSADOR, inbox.inbox, name="inbox"),
    path(AMBASSADOR + "pin/", pin.pin, name="pin"),
    path(AMBASSADOR + "read/", read_many.read_many, name="read_many"),
    path(CHATROOM, chatroom.chatroom, name="chatroom"),
    path(CHATROOM + "ahead/", ahead.ahead, name="ahead"),
    path(CHATROOM + "read/", read.read, name="read"),
    path(CHATROOM + "archive/", change.archive, name="archive"),
    path(CHATROOM + "block/", change.block, name="block"),
    path(CHATROOM + "flag/", change.flag, name="flag"),
    path(CHATROOM + "reveal/", reveal.reveal, name="reveal"),
    path(CHATROOM + "review/", review.review, name="review"),
    path(CHATROOM + "no-answer/", no_answer.no_answer, name="no_answer"),
    path(CHATROOM + "judge/", judge.judge, name="judge"),
    path(CHATROOM + "hold/", hold.hold, name="hold"),
    path(CHATROOM + "hand-over/", hold.hand_over, name="hand_over"),
    path(CHATROOM + "note/", note.note, name="note"),
    path(CHATROOM + "draft/", note.draft, name="draft"),
    path(CHATROOM + "messages/", messages.messages, name="messages"),
    path(CHATROOM + "messages/<id:message_id>/", message.message, name="message"),
    path(CHATROOM + "find/", find.find, name="find"),
    path(CHATROOM + "notes/", all_notes.all_notes, name="notes"),
    path(CHATROOM + "case-file/", case_file.case_file, name="case_file"),
    path(BRAND + "activity/", activity.activity, name="activity"),
    path(BRAND + "activity/activity.csv", activity.activity_csv, name="activity_csv"),
    path(BRAND + "activity/<id:activity_id>/undo/", undo.undo, name="undo"),
    path(BRAND + "codes/", codes.codes, name="codes"),
    path(BRAND + "codes/<id:code_id>/", code.code, name="code"),
    path(BRAND + "fresh/", fresh.fresh, name="fresh"),
    path(INDEX, index.index, name="index"),
    path(INDEX + "read-again/", index.read_again, name="index_again"),
    path(INDEX + "try/", index.try_now, name="index_try"),
    path(INDEX + "ambassadors/<id:ambassador_id>/retry/", index.retry, name="index_retry"),
    path(MEMBERS, members.members, name="members"),
    path(MEMBERS + "<id:membership_id>/role/", members.role, name="member_role"),
    path(MEMBERS + "<id:membership_id>/deactivate/", members.deactivate, name="deactivate"),
    path(MEMBERS + "<id:membership_id>/reactivate/", members.reactivate, name="reactivate"),
    path(MEMBERS + "invitations/<id:invitation_id>/withdraw/", members.withdraw, name="withdraw"),
    path(BRAND + "search/", search.search, name="search"),
    path(VIEWS, views.views, name="views"),
    path(VIEWS + "new/", views.new, name="new_view"),
    path(VIEWS + "bring-back/", views.bring_back, name="bring_back_views"),
    path(VIEWS + "<id:view_id>/", views.view, name="view"),
    path(VIEWS + "<id:view_id>/delete/", views.delete, name="delete_view"),
    path(BRAND + "settings/", brand_settings.brand_settings, name="brand_settings"),
    path("invitations/<str:key>/", invitation.invitation, name="invitation"),
    path("preferences/", preferences.preferences, name="preferences"),
    path("toast/close/", toast.close, name="close_toast"),
    path("styleguide/", styleguide.styleguide, name="styleguide"),
    path("accounts/", own.account, name="account"),
    path("accounts/login/", sign_in.sign_in, name="account_login"),
    path("accounts/logout/", sign_out.sign_out, name="account_logout"),
    path("accounts/inactive/", account.account_inactive, name="account_inactive"),
    path("accounts/confirm/", confirm.by_password, name="account_reauthenticate"),
    path("accounts/sessions/", sessions.of_person, name="usersessions_list"),
    path("accounts/password/change/", password.change, name="account_change_password"),
    path(
        "accounts/password/set/",
        password.set_first,
        name="account_set_password",
    ),
    path("accounts/password/reset/", account.password_reset, name="account_reset_password"),
    path(
        "accounts/password/reset/done/",
        account.password_reset_done,
        name="account_reset_password_done",
    ),
    re_path(
        r"^accounts/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)/$",
        password.set_by_link,
        name="account_reset_password_from_key",
    ),
    path(
        "accounts/password/reset/key/done/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("accounts/2fa/", mfa.index, name="mfa_index"),
    path("accounts/2fa/code/", sign_in.by_code, name="mfa_authenticate"),
    path("accounts/2fa/confirm/", confirm.by_code, name="mfa_reauthenticate"),
    path("accounts/2fa/app/", second_factor.activate_app, name="mfa_activate_totp"),
    path("accounts/2fa/app/remove/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("accounts/2fa/codes/", second_factor.show_codes, name="mfa_view_recovery_codes"),
    path(
        "accounts/2fa/codes/new/",
        codes_of.generate_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    path("accounts/2fa/passkeys/", to_second_factor, name="mfa_list_webauthn"),
    path("accounts/2fa/passkeys/add/", second_factor.add_passkey, name="mfa_add_webauthn"),
    path("accounts/2fa/passkeys/<id:pk>/", second_factor.rename_passkey, name="mfa_edit_webauthn"),
    path(
        "accounts/2fa/passkeys/<id:pk>/remove/",
        passkeys.remove_webauthn,
        name="mfa_remove_webauthn",
    ),
    path(
        "accounts/2fa/passkeys/login/", second_factor.sign_in_by_passkey, name="mfa_login_webauthn"
    ),
    path(
        "accounts/2fa/passkeys/confirm/",
        confirm.by_passkey,
        name="mfa_reauthenticate_webauthn",
    ),
    path("accounts/sso/", calm(start), {"provider_id": "sso"}, name="openid_connect_login"),
    path(
        "accounts/sso/callback/",
        counted(calm(callback)),
        {"provider_id": "sso"},
        name="openid_connect_callback",
    ),
    path("accounts/sso/signed-out/", sign_out.signed_out, name="sso_signed_out"),
    path("accounts/sso/logout/", sign_out.at_issuer, name="sso_sign_out"),
    path("accounts/sso/confirm/", confirm.at_issuer, name="sso_reauthenticate"),
    path("accounts/sso/cancelled/", cancelled, name="socialaccount_login_cancelled"),
    path("admin/password_change/", to_password),
    path("admin/", admin.site.urls),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler429 = errors.too_many  # allauth asks for it
handler500 = errors.server_error
