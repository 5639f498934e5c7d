"""What happens to an account when the operator changes its e-mail address"""

from collections.abc import Callable
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.core import mail
from django.core.management import call_command
from django.db import transaction
from django.test import Client

from inbox.accounts.addresses import move_to, verify_address
from inbox.accounts.one_time_links import password_link
from inbox.models import Act, Activity, Invitation, Membership, Role, User
from tests.support import cast
from tests.support.cast import PASSWORD
from tests.support.pages import text
from tests.support.signing_in import FORGOTTEN, SESSIONS, enter, is_signed_in, letter, signed_in

OLD, FRESH = "nadia@example.com", "n.benali@elsewhere.example"
NEW = {"password1": "rosier-du-matin", "password2": "rosier-du-matin"}
pytestmark = pytest.mark.django_db


@pytest.fixture
def person(moderator: Membership) -> User:
    verify_address(moderator.user)
    return moderator.user


@pytest.fixture
def desk(operator: User) -> Client:
    return signed_in(operator)


@pytest.fixture
def change(
    desk: Client, person: User, django_capture_on_commit_callbacks: Callable[..., Any]
) -> Callable[..., Any]:
    """Send the form of a person at the operator's desk, and the mails that follow."""

    def changed(email: str, of: User = person, **fields: Any) -> Any:
        form = {"email": email, "name": of.name, "is_active": "on"}
        if of.is_staff:
            form |= {"is_staff": "on", "is_superuser": "on"}
        with django_capture_on_commit_callbacks(execute=True):
            return desk.post(f"/admin/inbox/user/{of.pk}/change/", form | fields)

    return changed


Change = Callable[..., Any]


def addresses() -> list[tuple[str, bool, bool]]:
    return [(one.email, one.verified, one.primary) for one in EmailAddress.objects.all()]


def mails_to(address: str) -> list[str]:
    return [str(one.subject) for one in mail.outbox if one.to == [address]]


def test_the_new_address_alone_is_that_of_the_account(person: User, change: Change) -> None:
    EmailAddress.objects.create(user=person, email="another@example.com", verified=True)
    assert change(FRESH).status_code == 302
    assert addresses() == [(FRESH, True, True)]
    for address, gets_in in {OLD: False, FRESH: True}.items():
        client = Client()
        enter(client, address)
        assert is_signed_in(client) == gets_in


@pytest.mark.django_db(transaction=True)  # who asks for a link is looked up in another thread
def test_the_old_one_gets_no_link_for_a_new_password(person: User, change: Change) -> None:
    change(FRESH)
    letter(2)
    mail.outbox.clear()
    for address in ("another@example.com", OLD, FRESH):
        Client().post(FORGOTTEN, {"email": address})
    assert letter().to == [FRESH]
    assert mails_to(OLD) == []


def test_links_that_wait_in_a_mailbox_no_longer_work(person: User, change: Change) -> None:
    opened, unopened = Client(), Client()
    link = urlsplit(password_link(person)).path
    form: Any = opened.get(link, follow=True)
    assert change(FRESH).status_code == 302
    assert "This link no longer works" in text(unopened.get(link, follow=True))
    opened.post(form.request["PATH_INFO"], NEW)
    person.refresh_from_db()
    assert person.check_password(PASSWORD)


def test_all_sessions_of_the_person_end(person: User, viewer: Membership, change: Change) -> None:
    clients = [signed_in(person), signed_in(person), signed_in(viewer.user)]
    change(FRESH)
    assert [is_signed_in(one) for one in clients] == [False, False, True]


def test_both_addresses_are_told_and_the_old_one_not_the_whole_new_one(
    person: User, change: Change
) -> None:
    change(FRESH)
    letter(2)
    told = {one.to[0]: f"{one.subject}\n{one.body}" for one in mail.outbox}
    assert set(told) == {OLD, FRESH}
    assert "The address of your account was changed" in told[OLD]
    assert "@e…" in told[OLD]
    assert FRESH not in told[OLD]
    assert "n.benali" not in told[OLD]
    assert "This is the address of your account now" in told[FRESH]
    assert "http://localhost/accounts/login/" in told[FRESH]
    assert OLD not in told[FRESH]


def test_in_the_language_of_the_person(person: User, change: Change) -> None:
    User.objects.filter(pk=person.pk).update(language="fr")
    change(FRESH)
    letter(2)
    (old,), (new,) = mails_to(OLD), mails_to(FRESH)
    assert (old, new) == (
        "L’adresse de votre compte a été modifiée",
        "Ceci est désormais l’adresse de votre compte",
    )
    assert all("Hello" not in str(one.body) for one in mail.outbox)


def test_in_both_languages_where_the_person_chose_none(
    operator: User, person: User, change: Change
) -> None:
    User.objects.filter(pk=operator.pk).update(language="fr")
    change(FRESH)
    letter(2)
    assert mails_to(OLD) == [
        "The address of your account was changed / L’adresse de votre compte a été modifiée"
    ]
    assert all("Hello" in one.body and "Bonjour" in one.body for one in mail.outbox)


def test_nobody_is_told_what_was_not_kept(
    person: User, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    client = signed_in(person)

    class BrokenOffError(Exception):
        pass

    def change_in_vain() -> None:
        with transaction.atomic():
            person.email = FRESH
            person.save()
            move_to(person, OLD)
            raise BrokenOffError

    with django_capture_on_commit_callbacks(execute=True) as told, pytest.raises(BrokenOffError):
        change_in_vain()
    assert told == []
    assert addresses() == [(OLD, True, True)]
    assert is_signed_in(client)


@pytest.mark.parametrize("same", ["NADIA@Example.COM", " nadia@example.com "])
def test_another_case_is_no_change(person: User, change: Change, same: str) -> None:
    client = signed_in(person)
    person.refresh_from_db()
    link = password_link(person)
    assert change(same, name="Nadia B.").status_code == 302
    person.refresh_from_db()
    assert (person.email, person.name) == (OLD, "Nadia B.")
    assert is_signed_in(client)
    assert "This link no longer works" not in text(Client().get(urlsplit(link).path, follow=True))
    assert mail.outbox == []


def test_that_of_another_account_is_refused(
    person: User, viewer: Membership, change: Change
) -> None:
    client = signed_in(person)
    assert change(viewer.user.email.upper()).status_code == 200
    assert is_signed_in(client)
    assert addresses() == [(OLD, True, True)]


def test_one_that_another_account_once_had_is_taken(
    person: User, viewer: Membership, change: Change
) -> None:
    EmailAddress.objects.create(user=viewer.user, email=FRESH, verified=True, primary=True)
    assert change(FRESH).status_code == 302
    assert addresses() == [(FRESH, True, True)]


def test_invitations_that_wait_in_the_old_mailbox_no_longer_work(
    person: User, manager: Membership, change: Change
) -> None:
    left = cast.invite(manager, "Nadia@example.com", Role.MANAGER)
    stays = cast.invite(manager, FRESH, Role.MANAGER)
    change(FRESH)
    open_ones = [one.pk for one in Invitation.objects.all() if one.is_open]
    assert open_ones == [stays.pk]
    assert Client().get(f"/invitations/{left.email}/").status_code == 404
    noted = Activity.objects.get(act=Act.WITHDRAW)
    assert (noted.member, noted.about, noted.brand) == (None, left.email, manager.brand)


def test_single_sign_on_is_connected_anew(person: User, change: Change) -> None:
    SocialAccount.objects.create(user=person, provider="sso", uid="n-1")
    change(FRESH)
    assert not SocialAccount.objects.exists()


def test_the_operators_own_address(operator: User, desk: Client, change: Change) -> None:
    assert change(FRESH, of=operator).status_code == 302
    assert desk.get("/admin/")["Location"].startswith("/accounts/login/")
    assert not is_signed_in(desk)
    enter(desk, FRESH)
    assert desk.get("/admin/").status_code == 200


# Addresses left over from before


def test_an_address_that_was_left_in_charge_is_forgotten(person: User, viewer: Membership) -> None:
    User.objects.filter(pk=person.pk).update(email=FRESH)
    EmailAddress.objects.create(user=viewer.user, email="Hugo@example.com", verified=True)
    migration = import_module("inbox.migrations.0006_session_digests")
    migration.forget_other_addresses(apps, None)
    assert addresses() == [("Hugo@example.com", True, False)]
    Client().post(FORGOTTEN, {"email": OLD})
    assert mail.outbox == []


def test_a_command_leaves_no_other_in_charge(person: User) -> None:
    User.objects.filter(pk=person.pk).update(email=FRESH)
    call_command("add_member", FRESH, brand=3, role="viewer")
    assert addresses() == [(FRESH, True, True)]


def test_a_password_that_a_command_sets_ends_all_sessions(
    person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in(person)
    monkeypatch.setenv("INBOX_PASSWORD", NEW["password1"])
    call_command("add_member", OLD, brand=3, role="viewer")
    assert client.get("/").status_code == 302
    assert not is_signed_in(client)


# Other ways to an account through the operator's desk


def test_addresses_are_changed_with_the_person_alone(person: User, desk: Client) -> None:
    address = EmailAddress.objects.get()
    for path in (
        f"account/emailaddress/{address.pk}/change/",
        "account/emailaddress/",
        "socialaccount/socialapp/",
        "socialaccount/socialtoken/",
    ):
        assert desk.get(f"/admin/{path}").status_code == 404, path


def test_second_factors_and_identities_are_looked_at_and_deleted(
    person: User, viewer: Membership, desk: Client
) -> None:
    cast.guarded(person)
    account = SocialAccount.objects.create(user=person, provider="sso", uid="n-1")
    factor = Authenticator.objects.filter(user=person).first()
    for path, kept in (("mfa/authenticator", factor), ("socialaccount/socialaccount", account)):
        assert f"{kept.pk}/change/" in text(desk.get(f"/admin/{path}/", {"q": "nadia"}))
        page = text(desk.get(f"/admin/{path}/{kept.pk}/change/"))
        assert 'name="_save"' not in page
        assert "secret" not in page
        assert "credential" not in page
        assert desk.get(f"/admin/{path}/add/").status_code == 403
        stolen = {"user": viewer.user.pk, "uid": "n-2", "type": "totp", "data": "{}"}
        assert desk.post(f"/admin/{path}/{kept.pk}/change/", stolen).status_code == 403
        kept.refresh_from_db()
        assert kept.user == person
        assert desk.post(f"/admin/{path}/{kept.pk}/delete/", {"post": "yes"}).status_code == 302
        assert not type(kept).objects.filter(pk=kept.pk).exists()


def test_a_session_that_is_deleted_there_has_ended(person: User, desk: Client) -> None:
    one, two = signed_in(person), signed_in(person)
    path = "/admin/usersessions/usersession/"
    assert "change/" in text(desk.get(path, {"q": "nadia"}))
    first, second = UserSession.objects.filter(user=person).order_by("pk")
    assert desk.post(f"{path}{first.pk}/change/", {"user": person.pk}).status_code == 403
    assert desk.post(f"{path}{first.pk}/delete/", {"post": "yes"}).status_code == 302
    assert [is_signed_in(client) for client in (one, two)] == [False, True]
    many = {"action": "delete_selected", "_selected_action": str(second.pk), "post": "yes"}
    assert desk.post(path, many).status_code == 302
    assert not is_signed_in(two)
    own = UserSession.objects.get()
    assert desk.post(f"{path}{own.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not is_signed_in(desk)


def test_the_operators_password_is_changed_where_its_owner_is_told(desk: Client) -> None:
    for answer in (desk.get("/admin/password_change/"), desk.post("/admin/password_change/", NEW)):
        assert answer["Location"] == "/accounts/password/change/"


def test_who_is_no_operator_any_more_is_out_of_the_desk_at_once(
    person: User, change: Change
) -> None:
    User.objects.filter(pk=person.pk).update(is_staff=True, is_superuser=True)
    other = signed_in(person)
    assert other.get("/admin/").status_code == 200
    assert change(OLD).status_code == 302
    assert other.get("/admin/inbox/user/", follow=True).status_code == 403
    assert is_signed_in(other)
    assert other.get(SESSIONS).status_code == 200


def test_an_operator_who_is_deactivated_by_their_own_hand_is_out(
    operator: User, desk: Client
) -> None:
    path = f"/admin/inbox/user/{operator.pk}/change/"
    assert desk.post(path, {"email": operator.email}).status_code == 302
    assert not is_signed_in(desk)
