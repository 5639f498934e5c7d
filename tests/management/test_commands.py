"""manage.py add_brand and add_member"""

import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client

from inbox.models import Brand, Membership, Role, User
from tests.support.pages import text

PASSWORD = "rosier-du-matin"
SET = {"password1": PASSWORD, "password2": PASSWORD}
Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("INBOX_PASSWORD", raising=False)


def add(
    email: str = "camille@example.com", brand: int = 3, role: str = "viewer", **more: Any
) -> None:
    call_command("add_member", email, brand=brand, role=role, **more)


def test_add_brand_adds_then_updates(db: None, capsys: Capture) -> None:
    call_command("add_brand", 3, "Maison Lumière")
    assert capsys.readouterr().out == "Brand 3: Maison Lumière, Europe/Paris.\n"
    call_command("add_brand", 3, "Maison", time_zone="America/Montreal")
    call_command("add_brand", 3, "La Maison")
    assert list(Brand.objects.values_list("id", "name", "time_zone")) == [
        (3, "La Maison", "America/Montreal")
    ]


@pytest.mark.parametrize(
    ("id_", "name", "zone"),
    [
        (3, "Maison", "Paris"),
        (3, "Maison", "../etc/passwd"),
        (3, "", "Europe/Paris"),
        (3, "M" * 151, "Europe/Paris"),
        (0, "Maison", "Europe/Paris"),
        (-3, "Maison", "Europe/Paris"),
        (2**63, "Maison", "Europe/Paris"),
        ("three", "Maison", "Europe/Paris"),
    ],
)
def test_add_brand_refuses(db: None, id_: object, name: str, zone: str) -> None:
    with pytest.raises(CommandError):
        call_command("add_brand", id_, name, time_zone=zone)
    assert not Brand.objects.exists()


def test_add_member_adds_then_updates_whatever_the_case(brand: Brand) -> None:
    add(role="viewer", name="Camille Roy")
    add("  CAMILLE@Example.COM ", role="manager")
    (user,) = User.objects.all()
    assert (user.email, user.name, user.is_staff) == ("camille@example.com", "Camille Roy", False)
    (membership,) = Membership.objects.all()
    assert (membership.user, membership.brand, membership.role) == (user, brand, Role.MANAGER)


def test_a_member_of_two_brands_is_one_person(brand: Brand, other_brand: Brand) -> None:
    add(brand=brand.pk)
    add(brand=other_brand.pk, role="moderator")
    (user,) = User.objects.all()
    assert dict(user.memberships.values_list("brand", "role")) == {3: "viewer", 8: "moderator"}


def test_the_address_is_recorded_as_verified_once(brand: Brand) -> None:
    add()
    add("Camille@example.com")
    (address,) = EmailAddress.objects.all()
    assert (address.email, address.verified, address.primary) == ("camille@example.com", True, True)


def test_a_deactivated_member_becomes_active_again(moderator: Membership) -> None:
    Membership.objects.update(is_active=False)
    User.objects.update(is_active=False)
    add(moderator.user.email, role="moderator")
    moderator.refresh_from_db()
    assert moderator.is_active
    assert moderator.user.is_active


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"brand": 99}, "There is no brand 99"),
        ({"email": "camille"}, "valid email"),
        ({"email": ""}, "valid email"),
        ({"role": "king"}, "--role"),
        ({"name": "C" * 151}, "150"),
        ({"email": f"{'c' * 60}@{'a' * 60}.{'b' * 60}.{'c' * 60}.{'d' * 20}.com"}, "254"),
    ],
    ids=["brand", "e-mail", "no e-mail", "role", "long name", "long e-mail"],
)
def test_add_member_refuses(brand: Brand, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(CommandError, match=said):
        add(**changes)
    assert not User.objects.exists()


@pytest.mark.parametrize("weak", ["short", "1234567890123", "password123", "camille@example.com"])
def test_a_weak_password_leaves_nothing_behind(
    brand: Brand, monkeypatch: pytest.MonkeyPatch, weak: str
) -> None:
    monkeypatch.setenv("INBOX_PASSWORD", weak)
    with pytest.raises(CommandError):
        add()
    assert not User.objects.exists()
    assert not Membership.objects.exists()


def test_the_password_comes_from_the_environment(
    brand: Brand, monkeypatch: pytest.MonkeyPatch, capsys: Capture, anonymous: Client
) -> None:
    monkeypatch.setenv("INBOX_PASSWORD", PASSWORD)
    add()
    printed = capsys.readouterr().out
    assert printed == "camille@example.com is viewer of Maison Lumière.\n"
    assert signs_in(anonymous, PASSWORD)


def test_without_a_password_the_one_there_is_stays(
    moderator: Membership, anonymous: Client
) -> None:
    add(moderator.user.email, role="viewer")
    assert signs_in(anonymous, "lumiere-et-parfum", moderator.user.email)


def test_without_a_password_a_link_sets_one_once(brand: Brand, capsys: Capture) -> None:
    add()
    link = printed_link(capsys)
    assert link.startswith(f"{settings.PUBLIC_URL}/accounts/password/reset/key/")
    assert not signs_in(Client(), "")

    person = Client()
    form: Any = person.get(link, follow=True)
    assert "Set a password" in text(form)
    assert "This password is too short" in text(
        person.post(form.request["PATH_INFO"], {"password1": "short", "password2": "short"})
    )
    done = person.post(form.request["PATH_INFO"], SET, follow=True)
    assert "Your password is set" in text(done)
    assert signs_in(person, PASSWORD)

    another: Any = Client().get(link, follow=True)
    assert "This link no longer works" in text(another)
    again = {"password1": "another-password", "password2": "another-password"}
    Client().post(another.request["PATH_INFO"], again)
    assert signs_in(Client(), PASSWORD)


def test_an_altered_link_does_not_work(brand: Brand, capsys: Capture) -> None:
    add()
    altered = re.sub(r"..../$", "0000/", printed_link(capsys))
    assert "This link no longer works" in text(Client().get(altered, follow=True))


def printed_link(capsys: Capture) -> str:
    found = re.search(r"https?://\S+", capsys.readouterr().out)
    assert found
    return found[0]


def signs_in(client: Client, password: str, email: str = "camille@example.com") -> bool:
    client.post("/accounts/login/", {"login": email, "password": password})
    return client.get("/brands/3/ambassadors/").status_code != 302


def test_add_member_leaves_the_brand_a_manager(brand: Brand) -> None:
    add(role="manager")
    with pytest.raises(CommandError, match="make somebody else one first"):
        add(role="viewer")
    assert Membership.objects.get().role == "manager"
    add("nadia@example.com", role="manager")
    add(role="viewer")
    assert Membership.managers(3).get().user.email == "nadia@example.com"
