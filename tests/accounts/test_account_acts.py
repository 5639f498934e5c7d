"""What changes somebody's account stands in the trail of their brands: each event, its lines"""

import json
from collections.abc import Callable
from io import StringIO
from typing import Any
from urllib.parse import urlsplit

import pytest
from allauth.account import signals as account_signals
from allauth.mfa import signals as mfa_signals
from allauth.mfa.models import Authenticator
from allauth.socialaccount import signals as sso_signals
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.core.management import call_command
from django.db import DatabaseError
from django.dispatch import Signal
from django.test import Client, RequestFactory

from inbox.accounts.one_time_links import password_link
from inbox.admin import UserAdmin
from inbox.models import Activity, Brand, Membership, Role, User
from tests.accounts.test_single_sign_on import _issuer, issuer
from tests.accounts.test_single_sign_on import sign_in as by_issuer
from tests.stack.issuer import Issuer
from tests.support.cast import PASSWORD, guarded, known_at_issuer
from tests.support.passkey import Passkey
from tests.support.signing_in import APP, CODE, CODES, FACTOR, confirm, enter, set_up_app, signed_in
from tests.support.states import PASSKEY_ID

__all__ = ["_issuer", "issuer"]

NEW = "rosier-du-matin"
DESK = "operator@example.com"
Told = list[tuple[str, str, str, str]]  # who, act, state, about


@pytest.fixture
def nadia(moderator: Membership, other_brand: Brand, neighbour: Membership) -> User:
    """A member of two brands, who has left a third. Somebody else is in another."""
    Membership.objects.create(user=moderator.user, brand=other_brand, role=Role.VIEWER)
    left = Brand.objects.create(id=9, name="Left")
    Membership.objects.create(user=moderator.user, brand=left, role=Role.VIEWER, is_active=False)
    return moderator.user


def told_in(brand: int) -> Told:
    found = Activity.objects.filter(brand=brand).order_by("pk")
    return [(one.member_name, one.act, one.state, one.about) for one in found]


def assert_told(own: bool, *events: str) -> None:
    """Both brands have these lines and no other has any. An event: an act, or `act:state`."""
    who, about = ("Nadia Benali", "") if own else (DESK, "Nadia Benali")
    wanted = [(who, *event.partition(":")[::2], about) for event in events]
    assert told_in(3) == wanted
    assert told_in(8) == wanted
    assert not Activity.objects.exclude(brand__in=(3, 8)).exists()
    for one in Activity.objects.all():
        roles = {3: "moderator", 8: "viewer"}
        assert one.member_role == (roles[one.brand_id] if own else "")
        assert (one.member_id is None, one.outcome) == (not own, "done")
        assert one.request_id


# What the person does


def turn_app_on(user: User) -> None:
    set_up_app(signed_in(user))


def turn_app_off(user: User) -> None:
    confirmed(guarded(user)).post(f"{APP}remove/")


def confirmed(user: User) -> Client:
    """Signed in and confirmed without a code."""
    client = Client()
    client.force_login(user)
    client.post("/accounts/confirm/", {"password": PASSWORD})
    return client


def add_passkey(user: User) -> None:
    client, path = signed_in(user), f"{FACTOR}passkeys/add/"
    client.get(path)
    asked = client.session["mfa.webauthn.state"]["challenge"]
    made = json.dumps(Passkey(user).made(asked))
    client.post(path, {"name": "Key", "passwordless": "on", "credential": made})


def remove_passkey(user: User) -> None:
    confirmed(guarded(user)).post(f"{FACTOR}passkeys/{PASSKEY_ID}/remove/")


def rename_passkey(user: User) -> None:
    confirmed(guarded(user)).post(f"{FACTOR}passkeys/{PASSKEY_ID}/", {"name": "Laptop"})


def new_codes(user: User) -> None:
    confirmed(guarded(user)).post(f"{CODES}new/")


def use_code(user: User) -> None:
    code = Authenticator.objects.get(user=guarded(user), type="recovery_codes").wrap()
    client = Client()
    enter(client, user.email)
    client.post(CODE, {"code": code.get_unused_codes()[0]})


def change_password(user: User) -> None:
    fields = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    signed_in(user).post("/accounts/password/change/", fields)


def set_by_link(user: User) -> None:
    client = Client()
    form: Any = client.get(urlsplit(password_link(user)).path)
    client.post(form["Location"], {"password1": NEW, "password2": NEW})


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("happens", "events"),
    [
        (turn_app_on, ["add_factor:totp", "new_codes"]),
        (turn_app_off, ["remove_factor:totp"]),
        (add_passkey, ["add_factor:webauthn", "new_codes"]),
        (remove_passkey, ["remove_factor:webauthn"]),
        (rename_passkey, ["rename_passkey"]),
        (new_codes, ["new_codes"]),
        (use_code, ["use_code"]),
        (change_password, ["change_password"]),
        (set_by_link, ["set_password:link"]),
    ],
)
def test_what_a_person_does_stands_there_under_their_name(
    nadia: User, happens: Callable[[User], None], events: list[str]
) -> None:
    happens(nadia)
    assert_told(True, *events)


@pytest.mark.django_db(transaction=True)
def test_a_first_password_stands_there(nadia: User, issuer: Issuer) -> None:
    nadia.set_unusable_password()
    nadia.save()
    client = Client()
    by_issuer(client)
    assert_told(True, "connect")
    Activity.objects.all().delete()
    session = client.session
    records = session["account_authentication_methods"]
    session["account_authentication_methods"] = [
        {**one, "reauthenticated": True} for one in records
    ]
    session.save()
    client.post("/accounts/password/set/", {"password1": NEW, "password2": NEW})
    assert_told(True, "set_password")


def test_who_is_connected_while_another_is_signed_in_did_it_themselves(
    nadia: User, operator: User, issuer: Issuer
) -> None:
    client = Client()
    client.force_login(operator)
    by_issuer(client)
    assert_told(True, "connect")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "happens",
    [turn_app_on, turn_app_off, add_passkey, rename_passkey, new_codes, use_code, set_by_link],
)
def test_what_can_not_be_recorded_does_not_happen(
    nadia: User, monkeypatch: pytest.MonkeyPatch, happens: Callable[[User], None]
) -> None:
    guarded_by = happens in (turn_app_off, rename_passkey, new_codes, use_code)
    before = nadia.password

    def fail(*_arguments: object, **_named: object) -> None:
        raise DatabaseError

    monkeypatch.setattr("inbox.activity.account_acts.record", fail)
    with pytest.raises(DatabaseError):
        happens(nadia)
    kinds = ["recovery_codes", "totp", "webauthn"] if guarded_by else []
    kept = Authenticator.objects.order_by("type")
    assert [one.type for one in kept] == kinds
    for one in kept:
        if one.type == "recovery_codes":
            assert len(one.wrap().get_unused_codes()) == 10
        if one.type == "webauthn":
            assert one.wrap().name == "Phone"
    nadia.refresh_from_db()
    assert nadia.password == before


# What the operator does at the desk


def fields_of(user: User, **changed: str) -> dict[str, str]:
    ticks = dict.fromkeys(("is_active", "is_staff", "is_superuser"), "on")
    given = {name: tick for name, tick in ticks.items() if getattr(user, name)}
    return {"email": user.email, "name": user.name, **given, **changed}


def save_user(client: Client, user: User, *, without: str = "", **changed: str) -> None:
    fields = fields_of(user, **changed)
    fields.pop(without, None)
    answer = client.post(f"/admin/inbox/user/{user.pk}/change/", fields)
    assert answer.status_code == 302


def lock(client: Client, user: User) -> None:
    save_user(client, user, without="is_active")


def unlock(client: Client, user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)
    save_user(client, user)


def rename(client: Client, user: User) -> None:
    save_user(client, user, name="Nadia Newname")


def change_address(client: Client, user: User) -> None:
    save_user(client, known_at_issuer(user), email="nadia.new@example.com")


def give_right(client: Client, user: User) -> None:
    save_user(client, user, is_staff="on")


def give_all_rights(client: Client, user: User) -> None:
    save_user(client, user, is_superuser="on")


def take_right(client: Client, user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_staff=True)
    save_user(client, user)


def delete(client: Client, model: str, pk: int) -> None:
    assert client.post(f"/admin/{model}/{pk}/delete/", {"post": "yes"}).status_code == 302


def delete_all(client: Client, model: str, pks: list[int]) -> None:
    fields = {"action": "delete_selected", "_selected_action": pks, "post": "yes"}
    assert client.post(f"/admin/{model}/", fields).status_code == 302


def delete_passkey(client: Client, user: User) -> None:
    guarded(user)
    delete(client, "mfa/authenticator", PASSKEY_ID)


def delete_factors(client: Client, user: User) -> None:
    found = Authenticator.objects.filter(user=guarded(user)).exclude(type="webauthn")
    delete_all(client, "mfa/authenticator", [one.pk for one in found.order_by("-type")])


def delete_identity(client: Client, user: User) -> None:
    delete(
        client,
        "socialaccount/socialaccount",
        SocialAccount.objects.get(user=known_at_issuer(user)).pk,
    )


def delete_identities(client: Client, user: User) -> None:
    found = SocialAccount.objects.filter(user=known_at_issuer(user))
    delete_all(client, "socialaccount/socialaccount", [one.pk for one in found])


def delete_session(client: Client, user: User) -> None:
    if not UserSession.objects.filter(user=user).exists():
        enter(Client(), user.email)
    delete(client, "usersessions/usersession", UserSession.objects.get(user=user).pk)


def delete_sessions(client: Client, user: User) -> None:
    for _ in range(3):
        enter(Client(), user.email)
    found = UserSession.objects.filter(user=user)
    delete_all(client, "usersessions/usersession", [one.pk for one in found])
    assert not UserSession.objects.filter(user=user).exists()


AT_DESK: dict[tuple[str, str], list[tuple[Callable[[Client, User], None], list[str]]]] = {
    ("user", "change"): [
        (lock, ["lock"]),
        (unlock, ["unlock"]),
        (rename, ["rename"]),
        (change_address, ["change_address", "disconnect"]),
        (give_right, ["give_right"]),
        (give_all_rights, ["give_right:superuser"]),
        (take_right, ["take_right"]),
    ],
    ("authenticator", "delete"): [
        (delete_passkey, ["remove_factor:webauthn"]),
        (delete_factors, ["remove_factor:recovery_codes", "remove_factor:totp"]),
    ],
    ("socialaccount", "delete"): [
        (delete_identity, ["disconnect"]),
        (delete_identities, ["disconnect"]),
    ],
    ("usersession", "delete"): [
        (delete_session, ["end_sessions"]),
        (delete_sessions, ["end_sessions"]),
    ],
    ("membership", "add"): [],  # of one brand: see below
    ("membership", "change"): [],
    ("user", "add"): [],  # of no brand yet
    ("brand", "add"): [],  # about no member
    ("brand", "change"): [],
    ("codename", "add"): [],
    ("codename", "change"): [],
    ("group", "add"): [],  # which no form gives anybody
    ("group", "change"): [],
    ("group", "delete"): [],
}


@pytest.mark.parametrize(
    ("happens", "events"), [one for cases in AT_DESK.values() for one in cases]
)
def test_what_an_operator_does_stands_there_under_their_name(
    nadia: User, operator: User, happens: Callable[[Client, User], None], events: list[str]
) -> None:
    client = Client()
    client.force_login(operator)
    happens(confirm(client), nadia)
    if happens is delete_factors:  # of several in no order
        assert sorted(told_in(3)) == sorted(told_in(8))
        assert {one[1:3] for one in told_in(3)} == {
            ("remove_factor", "totp"),
            ("remove_factor", "recovery_codes"),
        }
        return
    assert_told(False, *events)


def test_every_way_to_write_at_the_desk_is_in_the_table(operator: User) -> None:
    request = RequestFactory().get("/admin/")
    request.user = operator
    ways = {
        (model._meta.model_name, way)
        for model, desk in admin.site._registry.items()
        for way in ("add", "change", "delete")
        if getattr(desk, f"has_{way}_permission")(request)
    }
    assert ways == set(AT_DESK)
    edited = set(UserAdmin.fields) - set(UserAdmin.readonly_fields)
    assert edited == {"email", "name", "is_active", "is_staff", "is_superuser"}


def test_every_signal_that_allauth_sends_of_an_account_has_its_line_or_needs_none() -> None:
    lines = {
        *("authenticator_added", "authenticator_removed", "authenticator_reset"),
        *("authenticator_used", "authentication_failed"),
        *("password_set", "password_changed", "password_reset"),
        *("social_account_added", "social_account_removed"),
    }
    none = {
        *("user_logged_in", "user_logged_out", "authentication_step_completed"),  # no change
        *("pre_social_login", "social_account_updated"),
        "user_signed_up",  # by an invitation, which is joining
        # addresses are changed at the desk alone, and codes are mailed to nobody
        *("email_confirmed", "email_confirmation_sent", "email_changed", "email_added"),
        *("email_removed", "_add_email", "login_code_rejected", "password_reset_code_rejected"),
        "email_verification_code_rejected",
    }
    modules = (account_signals, mfa_signals, sso_signals)
    known = {name for one in modules for name, it in vars(one).items() if isinstance(it, Signal)}
    assert known == lines | none


# Memberships


@pytest.fixture
def desk(operator: User, neighbour: Membership, manager: Membership) -> Client:
    client = Client()
    client.force_login(operator)
    return confirm(client)


def save_member(client: Client, member: Membership, **changed: str) -> None:
    fields = {"user": str(member.user.pk), "brand": str(member.brand_id), "role": member.role}
    tick = {"is_active": "on"} if member.is_active else {}
    path = f"{member.pk}/change" if member.pk else "add"
    given = {name: value for name, value in {**fields, **tick, **changed}.items() if value}
    answer = client.post(f"/admin/inbox/membership/{path}/", given)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/admin/")


def of_nadia(*events: str, by: str = DESK) -> Told:
    told = [event.partition(":") for event in events]
    return [(by, act, state, "Nadia Benali") for act, _colon, state in told]


def test_joining_roles_and_leaving_stand_in_that_brand_alone(
    desk: Client, moderator: Membership, other_brand: Brand
) -> None:
    save_member(desk, Membership(user=moderator.user, brand=other_brand, role=Role.VIEWER))
    assert (told_in(3), told_in(8)) == ([], of_nadia("join:viewer"))
    save_member(desk, moderator, role="viewer")
    save_member(desk, moderator, role="viewer", is_active="")
    save_member(desk, moderator, role="manager")
    assert told_in(3) == of_nadia(
        *("change_role:viewer", "deactivate:viewer", "change_role:manager", "reactivate:manager")
    )
    assert told_in(8) == of_nadia("join:viewer")


def test_a_membership_that_is_moved_ends_here_and_begins_there(
    desk: Client, moderator: Membership
) -> None:
    save_member(desk, moderator, brand="8")
    assert told_in(3) == of_nadia("deactivate:moderator")
    assert told_in(8) == of_nadia("join:moderator")


def test_saving_what_was_there_leaves_nothing(desk: Client, moderator: Membership) -> None:
    save_member(desk, moderator)
    save_user(desk, moderator.user)
    assert not Activity.objects.exists()


def test_what_can_not_be_recorded_is_not_done_at_the_desk(
    desk: Client, moderator: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object, **_named: object) -> None:
        raise DatabaseError

    monkeypatch.setattr("inbox.activity.account_acts.record", fail)
    monkeypatch.setattr("inbox.accounts.members.record", fail)
    enter(Client(), moderator.user.email)
    for act in (lock, rename, give_right, delete_session):
        with pytest.raises(DatabaseError):
            act(desk, moderator.user)
    with pytest.raises(DatabaseError):
        save_member(desk, moderator, role="viewer")
    moderator.refresh_from_db()
    assert (moderator.role, moderator.user.is_active) == ("moderator", True)
    assert (moderator.user.name, moderator.user.is_staff) == ("Nadia Benali", False)
    assert UserSession.objects.filter(user=moderator.user).exists()


# The command


def add_member(role: str, brand: int = 3, **more: Any) -> None:
    call_command(
        "add_member", "nadia@example.com", brand=brand, role=role, stdout=StringIO(), **more
    )


def test_the_command_stands_there_by_its_own_name(
    brand: Brand, neighbour: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_member("moderator", name="Nadia Benali")
    add_member("viewer", name="Nadia B.")
    monkeypatch.setenv("INBOX_PASSWORD", NEW)
    Membership.objects.filter(brand=3).update(is_active=False)
    add_member("viewer")
    assert told_in(3) == [
        *of_nadia("join:moderator", "make_link", "rename", by="add_member"),
        ("add_member", "change_role", "viewer", "Nadia B."),
        ("add_member", "make_link", "", "Nadia B."),
        ("add_member", "reactivate", "viewer", "Nadia B."),
        ("add_member", "set_password", "", "Nadia B."),
    ]
    assert told_in(8) == []
    add_member("viewer", brand=8)
    told = ["join:viewer", "set_password"]
    assert [f"{act}:{state}".strip(":") for _who, act, state, _about in told_in(8)] == told
    assert told_in(3)[-1] == ("add_member", "set_password", "", "Nadia B.")
