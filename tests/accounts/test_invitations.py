"""Invitations by members who were let go, the limit on sending, and joining at the same moment"""

import re
import smtplib
import socket
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from importlib import import_module
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from django.apps import apps
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from inbox import migrations
from inbox.access import NoInvitation
from inbox.accounts import invitations, inviting, signing_in, single_sign_on
from inbox.models import Activity, Brand, Invitation, Membership, Role, User
from tests.conftest import ClientOf, Later, SignIn
from tests.support.at_once import hold, statuses_at_once
from tests.support.cast import invite, member
from tests.support.markup import words
from tests.support.pages import text
from tests.support.signing_in import confirm
from tests.web.test_logs import lines

Log = pytest.LogCaptureFixture
LeaveOf = Callable[["Desk"], Any]
MEMBERS = "/brands/3/members/"
SECOND_ADDRESS = "mallory.again@example.com"
LINK = f"/invitations/{SECOND_ADDRESS}/"
ACCOUNT = {"name": "Mallory Again", "password": "rosier-du-matin"}
ON = {"is_active": "on"}


def trail() -> list[tuple[str, str, str, str]]:
    acts = Activity.objects.order_by("id")
    return [(one.member_name, one.act, one.about, one.state) for one in acts]


# Who is let go


@pytest.fixture
def mallory(brand: Brand) -> Membership:
    return member("mallory@example.com", brand, Role.MANAGER, "Mallory Kay")


@pytest.fixture
def invitation(mallory: Membership) -> Invitation:
    return invite(mallory, SECOND_ADDRESS, Role.MANAGER)


class Desk:
    """Each way to let Mallory go, or make them less than a manager."""

    def __init__(self, manager: Client, operator: Client, mallory: Membership) -> None:
        self.manager, self.operator, self.mallory = manager, operator, mallory
        self.path = f"{MEMBERS}{mallory.pk}/"
        self.fields: dict[str, Any] = {
            "user": mallory.user.pk,
            "brand": mallory.brand.pk,
            "role": "manager",
        }

    def save(self, **fields: Any) -> Any:
        path = f"/admin/inbox/membership/{self.mallory.pk}/change/"
        return self.operator.post(path, self.fields | fields)

    def lock(self) -> Any:
        person = self.mallory.user
        return self.operator.post(
            f"/admin/inbox/user/{person.pk}/change/", {"email": person.email, "name": person.name}
        )


WAYS: dict[str, LeaveOf] = {
    "deactivated": lambda desk: desk.manager.post(f"{desk.path}deactivate/"),
    "demoted": lambda desk: desk.manager.post(f"{desk.path}role/", {"role": "moderator"}),
    "deactivated at the desk": lambda desk: desk.save(),
    "demoted at the desk": lambda desk: desk.save(role="viewer", **ON),
    "made another person's at the desk": lambda desk: desk.save(
        user=User.objects.create_user("other@example.com").pk, **ON
    ),
    "moved to another brand at the desk": lambda desk: desk.save(
        brand=Brand.objects.create(id=9, name="Elsewhere").pk, **ON
    ),
    "locked at the desk": lambda desk: desk.lock(),
    "demoted by the command": lambda _desk: call_command(
        "add_member", "mallory@example.com", brand=3, role="viewer"
    ),
}


@pytest.fixture
def desk(
    client_of: ClientOf, sign_in: SignIn, manager: Membership, operator: User, mallory: Membership
) -> Desk:
    return Desk(confirm(client_of(manager)), confirm(sign_in(operator)), mallory)


@pytest.mark.parametrize("way", WAYS)
def test_who_is_let_go_comes_not_back_by_a_link_of_their_own(
    desk: Desk, invitation: Invitation, way: str
) -> None:
    by_another = invite(
        Membership.objects.get(user__email="camille@example.com"), "i@e.com", Role.VIEWER
    )
    answer = WAYS[way](desk)
    assert answer is None or answer.status_code == 302
    invitation.refresh_from_db()
    by_another.refresh_from_db()
    assert invitation.withdrawn
    assert by_another.is_open
    assert Client().get(LINK).status_code == 404
    assert Client().post(LINK, ACCOUNT).status_code == 404
    assert not User.objects.filter(email=SECOND_ADDRESS).exists()
    who = {
        "desk": "operator@example.com",
        "command": "add_member",
    }.get(way.rsplit(" ", 1)[-1], "Camille Roy")
    assert [one for one in trail() if one[1] == "withdraw"] == [
        (who, "withdraw", SECOND_ADDRESS, "manager")
    ]
    page = text(desk.manager.get(MEMBERS))
    assert SECOND_ADDRESS not in page
    activity = words(text(desk.manager.get("/brands/3/activity/")))
    assert f"Withdraw invitation: Manager {SECOND_ADDRESS}" in activity or who != "Camille Roy"
    assert desk.manager.get("/brands/3/activity/?act=withdraw").status_code == 200


def test_the_operators_withdrawals_are_theirs_in_the_trail(
    desk: Desk, invitation: Invitation, client_of: ClientOf, moderator: Membership
) -> None:
    desk.save()
    for who, seen in ((desk.manager, "operator@example.com"), (client_of(moderator), "o…@e….com")):
        page = words(text(who.get("/brands/3/activity/")))
        assert f"{seen} Operator" in page
        file: Any = confirm(who).get("/brands/3/activity/activity.csv")
        assert f"{seen},Operator,Withdraw" in b"".join(file.streaming_content).decode()
    act = Activity.objects.get(act="withdraw")
    assert (act.member, act.member_role, act.brand.pk) == (None, "", 3)


def test_who_is_locked_keeps_no_link_in_any_brand(
    desk: Desk, invitation: Invitation, neighbour: Membership
) -> None:
    there = Membership.objects.create(
        user=desk.mallory.user, brand=neighbour.brand, role=Role.MANAGER
    )
    other = invite(there, SECOND_ADDRESS.title(), Role.VIEWER)
    assert desk.lock().status_code == 302
    for one in (invitation, other):
        one.refresh_from_db()
        assert one.withdrawn
    assert [one[1] for one in trail()] == ["lock", "lock", "withdraw", "withdraw"]


def test_a_link_to_who_is_deactivated_is_withdrawn_on_record(
    desk: Desk, manager: Membership
) -> None:
    for way in ("deactivated", "deactivated at the desk"):
        Activity.objects.all().delete()
        Membership.objects.filter(pk=desk.mallory.pk).update(is_active=True)
        Invitation.objects.all().delete()
        found = invite(manager, desk.mallory.user.email, Role.MANAGER)
        WAYS[way](desk)
        found.refresh_from_db()
        assert found.withdrawn
        assert ("withdraw", desk.mallory.user.email) in [one[1:3] for one in trail()]


def test_promoted_again_a_withdrawn_link_stays_withdrawn(
    desk: Desk, invitation: Invitation
) -> None:
    WAYS["demoted"](desk)
    desk.manager.post(f"{desk.path}role/", {"role": "manager"})
    assert Membership.objects.get(pk=desk.mallory.pk).role == "manager"
    assert Client().get(LINK).status_code == 404


def test_what_is_not_recorded_is_not_withdrawn(
    desk: Desk, invitation: Invitation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(by: object, act: str, **_about: object) -> None:
        if act == "withdraw":
            raise RuntimeError("the trail can't be written")

    monkeypatch.setattr(invitations, "record", fails)
    for let_go in WAYS.values():
        with pytest.raises(RuntimeError):
            let_go(desk)
    invitation.refresh_from_db()
    desk.mallory.refresh_from_db()
    assert invitation.is_open
    assert (desk.mallory.is_active, desk.mallory.role) == (True, "manager")


def test_links_of_those_let_go_before_this_rule_are_withdrawn(
    invitation: Invitation, manager: Membership, moderator: Membership
) -> None:
    """Else they would work again once their sender is promoted again."""
    old = invite(moderator, "old@example.com", Role.MANAGER)
    taken = invite(moderator, "taken@example.com", Role.MANAGER)
    Invitation.objects.filter(pk=taken.pk).update(accepted=timezone.now())
    (path,) = Path(migrations.__file__).parent.glob("*_operators_and_inviters.py")
    module = import_module(f"inbox.migrations.{path.stem}")
    module.withdraw_of_those_let_go(apps, None)
    for one in (invitation, old, taken):
        one.refresh_from_db()
    assert [bool(one.withdrawn) for one in (invitation, old, taken)] == [False, True, False]


# Let go between listing and accepting


@pytest.mark.parametrize(
    "change",
    [{"is_active": False}, {"role": "moderator"}, {"user__is_active": False}],
    ids=["left", "demoted", "locked"],
)
def test_an_inviter_who_may_no_more_lets_nobody_in(
    invitation: Invitation, stranger: User, change: dict[str, Any]
) -> None:
    Invitation.objects.update(email=stranger.email)
    invitation.refresh_from_db()
    for name, value in change.items():
        if name == "user__is_active":
            User.objects.filter(email="mallory@example.com").update(is_active=value)
        else:
            Membership.objects.filter(pk=invitation.invited_by_id).update(**{name: value})
    assert Client().get(f"/invitations/{SECOND_ADDRESS}/").status_code == 404
    assert not signing_in.invited(stranger.email).exists()
    with pytest.raises(NoInvitation):
        invitations.accept(invitation, stranger)
    assert not stranger.memberships.exists()
    single_sign_on.take_up_invitations(stranger)


def test_single_sign_on_goes_on_where_the_inviter_was_let_go_meanwhile(
    invitation: Invitation, stranger: User, neighbour: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    Invitation.objects.update(email=stranger.email)
    good = invite(neighbour, stranger.email, Role.VIEWER)
    listed = list(signing_in.invited(stranger.email))
    assert len(listed) == 2
    Membership.objects.filter(pk=invitation.invited_by_id).update(is_active=False)
    monkeypatch.setattr(signing_in, "invited", lambda _email: listed)
    single_sign_on.take_up_invitations(stranger)
    assert [one.brand_id for one in stranger.memberships.all()] == [good.brand_id]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("way", ["deactivated", "demoted", "deactivated at the desk", "locked"])
def test_who_joins_waits_for_who_lets_the_inviter_go(
    desk: Desk, invitation: Invitation, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """The one holds the brand and has not committed; the other comes meanwhile."""
    is_held, may_go_on = Event(), Event()
    real = invitations.withdraw_sent

    def held(*arguments: Any) -> None:
        is_held.set()
        may_go_on.wait(1)
        real(*arguments)

    monkeypatch.setattr(invitations, "withdraw_sent", held)
    answers = dict[str, int]()

    def go(name: str, act: Callable[[], Any]) -> None:
        answers[name] = act().status_code
        connection.close()

    way = "locked at the desk" if way == "locked" else way
    letting_go = Thread(target=go, args=["go", partial(WAYS[way], desk)])
    letting_go.start()
    assert is_held.wait(10)
    joining = Thread(target=go, args=["join", partial(Client().post, LINK, ACCOUNT)])
    joining.start()
    letting_go.join()
    joining.join()
    assert answers == {"go": 302, "join": 404}
    assert not User.objects.filter(email=SECOND_ADDRESS).exists()


# Two brands invite one new address


@pytest.mark.django_db(transaction=True)
def test_two_links_to_one_new_address_at_once_are_one_account(
    manager: Membership, neighbour: Membership, monkeypatch: pytest.MonkeyPatch, caplog: Log
) -> None:
    brands = {"ines@example.com": manager, "Ines@example.com": neighbour}
    for key, by in brands.items():
        invite(by, key, Role.VIEWER)
    hold(monkeypatch, invitations, "_new_account")
    answers = dict[str, Any]()

    def press(key: str) -> Any:
        answers[key] = Client().post(f"/invitations/{key}/", ACCOUNT)
        return answers[key]

    assert statuses_at_once(*(partial(press, key) for key in brands)) == [302, 409]
    (late,) = [key for key, answer in answers.items() if answer.status_code == 409]
    assert "This address has an account already: sign in with it" in text(answers[late])
    user = User.objects.get(email="ines@example.com")
    assert [one.brand for one in user.memberships.all()] != [brands[late].brand]
    assert user.memberships.count() == 1
    assert Invitation.objects.get(brand=brands[late].brand).is_open
    assert "ines@" not in lines(caplog).lower()
    own = Client()
    own.force_login(user)
    assert own.post(f"/invitations/{late}/").status_code == 302
    assert user.memberships.count() == 2


# How many are sent


def send(client: Client, email: str = "ines@example.com") -> Any:
    return client.post(MEMBERS, {"email": email, "role": "viewer"})


def withdraw_all(client: Client) -> None:
    for one in Invitation.objects.filter(withdrawn=None):
        assert client.post(f"{MEMBERS}invitations/{one.pk}/withdraw/").status_code == 302


def sent_before(by: Membership, count: int, ago: timedelta) -> None:
    """So many that were sent, and withdrawn since."""
    then = timezone.now() - ago
    for number in range(count):
        one = invite(by, f"{number}@example.com", Role.VIEWER)
        Invitation.objects.filter(pk=one.pk).update(invited=then, withdrawn=then)


@pytest.fixture
def client(client_of: ClientOf, manager: Membership) -> Client:
    return client_of(manager)


def test_withdrawing_makes_no_room_for_more(client: Client, manager: Membership) -> None:
    sent_before(manager, 49, timedelta(hours=23))
    assert send(client).status_code == 302
    withdraw_all(client)
    answer = send(client, "omar@example.com")
    assert answer.status_code == 422
    told = words(text(answer))
    assert "50 invitations were sent within 24 hours. The next can be sent on " in told
    assert len(mail.outbox) == 1
    assert not Invitation.objects.filter(email="omar@example.com").exists()


@pytest.mark.parametrize("language", ["en", "fr"])
def test_one_address_is_written_to_three_times_a_day(
    client: Client, manager: Membership, later: Later, language: str
) -> None:
    User.objects.update(language=language)
    for _ in range(3):
        assert send(client, "INES@example.com").status_code == 302
        withdraw_all(client)
    answer = send(client)
    assert (answer.status_code, len(mail.outbox)) == (422, 3)
    goes_on = timezone.localtime(
        Invitation.objects.order_by("invited")[0].invited + timedelta(hours=24, minutes=1),
        manager.brand.zone,
    )
    told = {
        "en": "3 invitations were sent to this address within 24 hours. The next can be sent on ",
        "fr": "3 invitations ont été envoyées à cette adresse en 24 heures. La prochaine pourra l’",
    }
    assert told[language] in words(text(answer))
    assert f"{goes_on:%H:%M} (Europe/Paris)" in words(text(answer))
    assert send(client, "omar@example.com").status_code == 302
    later(24 * 3600 + 60)
    assert send(client).status_code == 302


def test_another_brand_counts_for_itself(
    client: Client, manager: Membership, client_of: ClientOf, neighbour: Membership
) -> None:
    sent_before(manager, 50, timedelta())
    assert send(client).status_code == 422
    fields = {"email": "ines@example.com", "role": "viewer"}
    assert client_of(neighbour).post("/brands/8/members/", fields).status_code == 302


def test_a_mail_that_could_not_go_counts_and_leaves_nothing_open(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(client)
    (before,) = Invitation.objects.all()

    def fails(*_arguments: object) -> None:
        raise OSError

    monkeypatch.setattr(inviting, "send_mail", fails)
    assert [send(client).status_code for _ in range(3)] == [502, 502, 422]
    assert [one.pk for one in Invitation.objects.all() if one.is_open] == [before.pk]
    assert [one[1] for one in trail()] == ["invite"]
    assert Client().get(f"/invitations/{'x' * 43}/").status_code == 404


REFUSED = (ConnectionRefusedError(), smtplib.SMTPRecipientsRefused({}), socket.gaierror())


@pytest.mark.parametrize("failure", REFUSED, ids=lambda one: type(one).__name__)
def test_a_mail_that_no_server_took_counts_for_nothing(
    client: Client, monkeypatch: pytest.MonkeyPatch, failure: OSError
) -> None:
    """A mail server that is away for a while shuts nobody out for a day."""

    def fails(*_arguments: object) -> None:
        raise failure

    with monkeypatch.context() as away:
        away.setattr(inviting, "send_mail", fails)
        assert [send(client).status_code for _ in range(5)] == [502] * 5
    assert not Invitation.objects.exists()
    assert send(client).status_code == 302


def test_one_mailbox_has_one_count_however_its_host_is_written(client: Client) -> None:
    ways = ("x@exämple.com", "x@xn--exmple-cua.com", "X@EXÄMPLE.com", "x@exämple.com")
    answers = list[int]()
    for way in ways:
        answers.append(send(client, way).status_code)
        withdraw_all(client)
    assert answers == [302, 302, 302, 422]


def test_a_mail_on_its_way_opens_nothing_yet(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If its process dies meanwhile, it never does."""
    seen: list[tuple[int, str]] = []

    def looks(_subject: str, body: str, *_more: object) -> None:
        path = re.findall(r"/invitations/[\w-]+/", body)[0]
        shown = "ines@example.com" in text(client.get(MEMBERS))
        seen.append((Client().get(path).status_code, str(shown)))
        raise KeyboardInterrupt

    monkeypatch.setattr(inviting, "send_mail", looks)
    with pytest.raises(KeyboardInterrupt):
        send(client)
    assert seen == [(404, "False")]
    assert not invitations.waiting(3).exists()
    monkeypatch.undo()
    assert send(client).status_code == 302
    assert invitations.waiting(3).count() == 1


def test_who_is_let_go_while_the_mail_goes_has_sent_nothing_that_works(
    desk: Desk, client_of: ClientOf, mallory: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slowly(*_arguments: object) -> None:
        WAYS["demoted"](desk)

    monkeypatch.setattr(inviting, "send_mail", slowly)
    assert send(client_of(mallory), SECOND_ADDRESS).status_code == 403
    assert not invitations.waiting(3).exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("sent", "room"), [(48, 2), (0, 3)], ids=["brand", "address"])
def test_many_at_once_get_no_further_than_one_after_the_other(
    client_of: ClientOf, manager: Membership, sent: int, room: int
) -> None:
    """All take their place before the first mail has gone."""
    sent_before(manager, sent, timedelta(hours=1))
    address = "ines@example.com" if room == 3 else "{}@example.org"
    acts = [partial(send, client_of(manager), address.format(number)) for number in range(room + 3)]
    assert statuses_at_once(*acts) == [302] * room + [422] * 3
    assert len(mail.outbox) == room


@pytest.mark.django_db(transaction=True)
def test_the_last_open_place_is_one_however_many_ask(
    client_of: ClientOf, manager: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(49):
        one = invite(manager, f"{number}@example.com", Role.VIEWER)
        Invitation.objects.filter(pk=one.pk).update(invited=timezone.now() - timedelta(days=2))
    hold(monkeypatch, inviting, "send_mail")
    acts = [partial(send, client_of(manager), f"{number}@example.org") for number in range(2)]
    assert statuses_at_once(*acts) == [302, 422]
    assert invitations.waiting(3).count() == 50


def test_what_still_counts_is_not_deleted(
    client: Client, manager: Membership, settings: Settings, later: Later
) -> None:
    settings.ACTIVITY_RETENTION_DAYS = 1
    for _ in range(3):
        send(client)
    Invitation.objects.update(withdrawn=timezone.now() - timedelta(days=3))  # a clock was set
    call_command("prune_activity")
    assert Invitation.objects.count() == 3
    assert send(client).status_code == 422
    later(24 * 3600 + 1)
    call_command("prune_activity")
    assert Invitation.objects.count() == 0
