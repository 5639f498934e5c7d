"""Two do the same at once: the second gets a notice, and none of it is our own fault"""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp
from django.core.management import call_command
from django.db import IntegrityError
from django.test import Client

from inbox import leases
from inbox.accounts import addresses, members
from inbox.admin import BrandAdmin, CodeNameAdmin, MembershipAdmin, UserAdmin
from inbox.chatrooms import codes_seen
from inbox.management.commands import add_member
from inbox.models import Brand, ChatroomFlag, CodeName, Membership, Role, User
from inbox.process.collisions import is_one
from tests.conftest import SignIn
from tests.support.at_once import hold, statuses_at_once
from tests.support.markup import words
from tests.support.pages import text
from tests.support.signing_in import APP, code_now, confirm, signed_in

pytestmark = pytest.mark.django_db(transaction=True)

Log = pytest.LogCaptureFixture


class Done:
    """What `statuses_at_once` asks of an act: something with a status."""

    status_code = 200


def doing(act: Callable[..., object], *arguments: Any, **named: Any) -> Callable[[], Done]:
    def done() -> Done:
        act(*arguments, **named)
        return Done()

    return done


DESK: dict[str, tuple[type, dict[str, Any]]] = {
    "user": (UserAdmin, {"email": "ines@example.com", "is_active": "on"}),
    "brand": (BrandAdmin, {"id": 9, "name": "Maison", "time_zone": "Europe/Paris"}),
    "membership": (MembershipAdmin, {"brand": 3, "role": "viewer", "is_active": "on"}),
    "codename": (
        CodeNameAdmin,
        {
            "brand": 3,
            "kind": "topic",
            "code": "7",
            "name": "",
            "tone": "neutral",
            "first_seen": "2026-11-01",
            "last_seen": "2026-11-01",
        },
    ),
}


@pytest.mark.parametrize("model", DESK)
def test_two_operators_who_add_the_same(
    sign_in: SignIn,
    operator: User,
    brand: Brand,
    monkeypatch: pytest.MonkeyPatch,
    model: str,
) -> None:
    admin, fields = DESK[model]
    if model == "membership":
        fields = {**fields, "user": operator.pk}
    hold(monkeypatch, admin, "save_model")
    desks = [confirm(sign_in(operator)) for _ in "ab"]
    add = [partial(desk.post, f"/admin/inbox/{model}/add/", fields) for desk in desks]
    answers = list[Any]()

    def press(act: Callable[[], Any]) -> Any:
        answers.append(act())
        return answers[-1]

    assert statuses_at_once(*(partial(press, one) for one in add)) == [200, 302]
    (late,) = [text(one) for one in answers if one.status_code == 200]
    assert "already exists" in words(late)


def test_two_commands_that_add_the_same(brand: Brand, monkeypatch: pytest.MonkeyPatch) -> None:
    hold(monkeypatch, add_member, "verify_address")
    run = doing(call_command, "add_member", "ines@example.com", brand=3, role="viewer")
    assert statuses_at_once(run, run) == [200, 200]
    assert Membership.objects.filter(user__email="ines@example.com", role="viewer").count() == 1
    assert EmailAddress.objects.filter(email="ines@example.com").count() == 1


def test_two_commands_that_add_one_brand(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    hold(monkeypatch, Brand, "full_clean")
    assert statuses_at_once(*[doing(call_command, "add_brand", 9, "Maison")] * 2) == [200, 200]
    assert Brand.objects.count() == 1


def test_two_windows_that_set_up_an_app(
    moderator: Membership, monkeypatch: pytest.MonkeyPatch, caplog: Log
) -> None:
    windows = [signed_in(moderator.user) for _ in "ab"]
    secrets = [text(one.get(APP)).split("<code>")[1].split("</code>")[0] for one in windows]
    hold(monkeypatch, totp, "validate_can_add_authenticator", within=20)

    def press(client: Client, secret: str) -> Any:
        return client.post(APP, {"code": code_now(secret)})

    both = zip(windows, secrets, strict=True)
    assert statuses_at_once(*(partial(press, *one) for one in both)) == [302, 302]
    assert Authenticator.objects.filter(user=moderator.user, type="totp").count() == 1
    assert [one.levelname for one in caplog.records if one.exc_info] == []


def test_a_place_that_nobody_thought_of(
    manager: Membership, monkeypatch: pytest.MonkeyPatch, caplog: Log
) -> None:
    """What catches it there catches all."""

    def collides(member: Membership, *_what: Any, **_about: Any) -> None:
        Membership.objects.create(user=member.user, brand=member.brand, role=Role.VIEWER)

    monkeypatch.setattr(members, "record", collides)
    page = f"/brands/3/members/{manager.pk}/role/"
    Membership.objects.create(user=User.objects.create(email="i@x.fr"), brand_id=3, role="manager")
    answer: Any = signed_in(manager.user).post(page, {"role": "viewer"})
    assert answer.status_code == 409
    assert "<h1>This was done at the same moment already</h1>" in text(answer)
    manager.refresh_from_db()
    assert manager.role == Role.MANAGER
    assert [one.levelname for one in caplog.records if one.exc_info] == []


def test_what_is_written_in_passing_is_written_once(
    brand: Brand, moderator: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    verify = doing(addresses.verify_address, moderator.user)
    assert statuses_at_once(verify, verify) == [200, 200]
    code = {("topic", "7")}
    assert statuses_at_once(*[doing(codes_seen.note, 3, code, {})] * 2) == [200, 200]
    place: dict[str, Any] = {"brand": brand, "chatroom": 1, "participant": 2}
    flag = doing(
        ChatroomFlag.objects.update_or_create, **place, defaults={"member_name": "A", "flag": 1}
    )
    assert statuses_at_once(flag, flag) == [200, 200]
    assert statuses_at_once(*[doing(leases.take, "one")] * 2) == [200, 200]
    counts = [one.objects.count() for one in (EmailAddress, CodeName, ChatroomFlag)]
    assert counts == [1, 1, 1]


def test_another_broken_rule_is_no_collision(moderator: Membership) -> None:
    with pytest.raises(IntegrityError) as broken:
        Brand.objects.create(id=-1, name="Maison")
    assert not is_one(broken.value)
    with pytest.raises(IntegrityError) as twice:
        Membership.objects.create(user=moderator.user, brand=moderator.brand, role=Role.VIEWER)
    assert is_one(twice.value)
