"""/brands/<brand>/members/ and /invitations/<key>/ : who belongs to a brand"""

from datetime import timedelta
from functools import partial

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from inbox import access
from inbox.accounts import members
from inbox.models import Act, Activity, Brand, Membership, Role, User
from tests.conftest import ClientOf, Later
from tests.support.at_once import hold, statuses_at_once
from tests.support.cast import invite, member
from tests.support.markup import attribute, every, first, one, words
from tests.support.members import INES, MEMBERS, change, link, send, signed_in_by_form, trail
from tests.support.pages import INBOX, text
from tests.support.signing_in import confirm
from tests.support.upstream import Upstream


@pytest.fixture
def client(client_of: ClientOf, manager: Membership) -> Client:
    return confirm(client_of(manager))


@pytest.fixture
def second(brand: Brand) -> Membership:
    return member("ada@example.com", brand, Role.MANAGER, "Ada Lund")


def lines_of(page: str) -> dict[str, str]:
    """What the page says of each member, by their name."""
    return {words(first(line, "b")): words(line) for line in every(page, ".member[id^=member-]")}


# The page


def test_the_page_shows_who_belongs_to_the_brand(
    client: Client, moderator: Membership, viewer: Membership, neighbour: Membership
) -> None:
    Membership.objects.filter(pk=moderator.pk).update(last_seen=timezone.now() - timedelta(hours=3))
    Authenticator.objects.create(user=moderator.user, type="totp", data={})
    Authenticator.objects.create(user=viewer.user, type="recovery_codes", data={})
    page = text(client.get(MEMBERS))
    shown = lines_of(page)
    assert list(shown) == ["Camille Roy", "Hugo Lefèvre", "Nadia Benali"]
    assert "nadia@example.com" in shown["Nadia Benali"]
    assert "Last seen 3 h ago Two steps to sign in yes" in shown["Nadia Benali"]
    assert "Last seen never Two steps to sign in no" in shown["Hugo Lefèvre"]
    seen = one(page, f"#member-{moderator.pk} time")
    assert words(seen) == "3 h ago"
    assert attribute(seen, "datetime")
    assert attribute(seen, "title").endswith(" (Europe/Paris)")
    assert "Nils" not in page


def test_a_manager_finds_the_page_and_nobody_else_is_led_to_it(
    client: Client, client_of: ClientOf, moderator: Membership, api: Upstream
) -> None:
    assert f'<a href="{MEMBERS}">' in text(client.get(INBOX))
    assert f'<a href="{MEMBERS}" aria-current="page">' in text(client.get(MEMBERS))
    assert MEMBERS not in text(client_of(moderator).get(INBOX))


@pytest.mark.parametrize("count", [0, 30])
def test_queries_do_not_grow_with_members(
    client: Client,
    manager: Membership,
    count: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(count):
        member(f"{number}@example.com", manager.brand, Role.VIEWER)
        invite(manager, f"invited-{number}@example.com", Role.VIEWER)
    client.get(MEMBERS)
    with django_assert_num_queries(5):
        client.get(MEMBERS)


def test_hostile_names_stay_words(client: Client, viewer: Membership) -> None:
    User.objects.filter(pk=viewer.user.pk).update(name="<b>&{{ 7*7 }}")
    page = text(client.get(MEMBERS))
    assert "&lt;b&gt;&amp;{{ 7*7 }}" in page
    assert "<b>&{{" not in page


def test_who_is_no_member_of_the_brand_is_no_member_of_its_page(
    client: Client, neighbour: Membership
) -> None:
    for act in ("role", "deactivate", "reactivate"):
        assert change(client, neighbour, act, role="viewer").status_code == 404
    assert change(client, Membership(pk=999), "deactivate").status_code == 404
    other = invite(neighbour, INES, Role.MANAGER)
    assert client.post(f"{MEMBERS}invitations/{other.pk}/withdraw/").status_code == 404
    neighbour.refresh_from_db()
    other.refresh_from_db()
    assert (neighbour.role, neighbour.is_active, other.withdrawn) == ("manager", True, None)
    assert trail() == []


# Last seen


def test_last_seen_is_written_once_in_five_minutes(
    client: Client, manager: Membership, later: Later
) -> None:
    assert manager.last_seen is None
    client.get(MEMBERS)
    manager.refresh_from_db()
    first = manager.last_seen
    assert first
    later(299)
    client.get(MEMBERS)
    manager.refresh_from_db()
    assert manager.last_seen == first
    later(301)
    client.get(MEMBERS)
    manager.refresh_from_db()
    assert manager.last_seen > first


def test_a_stranger_is_not_seen(client_of: ClientOf, neighbour: Membership, brand: Brand) -> None:
    client_of(neighbour).get(MEMBERS)
    neighbour.refresh_from_db()
    assert neighbour.last_seen is None


# Roles


def test_a_role_changes_with_the_next_request(
    client: Client, client_of: ClientOf, moderator: Membership, api: Upstream
) -> None:
    own = client_of(moderator)
    assert own.get(f"{INBOX}read/").status_code == 200
    page = text(change(client, moderator, "role", role="viewer"))
    assert "Nadia Benali now has this role: Viewer." in page
    assert own.get(f"{INBOX}read/").status_code == 403
    change(client, moderator, "role", role="manager")
    assert own.get(MEMBERS).status_code == 200
    assert [one[:4] for one in trail()] == [
        ("Camille Roy", "change_role", "Nadia Benali", "viewer"),
        ("Camille Roy", "change_role", "Nadia Benali", "manager"),
    ]


def test_the_same_role_again_is_no_change(client: Client, moderator: Membership) -> None:
    assert change(client, moderator, "role", role="moderator").status_code == 200
    assert trail() == []


@pytest.mark.parametrize("role", ["", "king", "Manager"])
def test_there_are_three_roles(client: Client, moderator: Membership, role: str) -> None:
    assert change(client, moderator, "role", role=role).status_code == 400
    moderator.refresh_from_db()
    assert moderator.role == "moderator"


def test_a_manager_may_step_down_where_another_stays(
    client: Client, manager: Membership, second: Membership, api: Upstream
) -> None:
    response = change(client, manager, "role", role="viewer")
    assert response.status_code == 200
    assert response.request["PATH_INFO"] == "/brands/3/ambassadors/"
    assert client.get(MEMBERS).status_code == 403


# Leaving and coming back


def test_deactivating_ends_every_session_at_once(
    client: Client, moderator: Membership, api: Upstream
) -> None:
    own = [signed_in_by_form(moderator) for _ in range(2)]
    assert all(one.get(INBOX).status_code == 200 for one in own)
    page = text(change(client, moderator, "deactivate"))
    assert "Nadia Benali is no longer a member, and is signed out everywhere." in page
    assert "1 deactivated" in page
    for browser in own:
        assert browser.get(INBOX)["Location"].startswith("/accounts/login/")
    assert not UserSession.objects.filter(user=moderator.user).exists()
    assert trail() == [("Camille Roy", "deactivate", "Nadia Benali", "moderator")]
    change(client, moderator, "reactivate")
    assert trail()[1:] == [("Camille Roy", "reactivate", "Nadia Benali", "moderator")]
    assert own[0].get(INBOX).status_code == 302
    assert signed_in_by_form(moderator).get(INBOX).status_code == 200


def test_done_twice_is_recorded_once(client: Client, moderator: Membership) -> None:
    for act in ("deactivate", "deactivate", "reactivate", "reactivate"):
        assert change(client, moderator, act).status_code == 200
    assert [one[1] for one in trail()] == ["deactivate", "reactivate"]


def test_an_old_mail_does_not_bring_somebody_back(
    client: Client, manager: Membership, moderator: Membership
) -> None:
    invite(manager, moderator.user.email, Role.MANAGER)
    change(client, moderator, "deactivate")
    own = signed_in_by_form(moderator)
    assert own.post("/invitations/nadia@example.com/").status_code == 404
    moderator.refresh_from_db()
    assert not moderator.is_active


def test_who_was_deactivated_can_be_invited_again(
    client: Client, moderator: Membership, api: Upstream
) -> None:
    change(client, moderator, "deactivate")
    send(client, moderator.user.email, "viewer")
    own = signed_in_by_form(moderator)
    assert own.post(link(), follow=True).status_code == 200
    moderator.refresh_from_db()
    assert (moderator.is_active, moderator.role) == (True, "viewer")


def test_a_manager_may_leave_where_another_stays(
    client: Client, manager: Membership, second: Membership
) -> None:
    response = change(client, manager, "deactivate")
    assert response.status_code == 200
    assert client.get(MEMBERS).status_code in {302, 404}


# The last manager


@pytest.mark.parametrize(
    ("act", "fields"), [("role", {"role": "viewer"}), ("deactivate", {})], ids=["role", "leave"]
)
def test_the_last_manager_stays_and_is_told_why(
    client: Client,
    manager: Membership,
    moderator: Membership,
    api: Upstream,
    act: str,
    fields: dict[str, str],
) -> None:
    away = member("away@example.com", manager.brand, Role.MANAGER, "Away")
    Membership.objects.filter(pk=away.pk).update(is_active=False)
    locked = member("locked@example.com", manager.brand, Role.MANAGER, "Locked")
    User.objects.filter(pk=locked.user.pk).update(is_active=False)
    page = text(client.get(MEMBERS))
    assert "make somebody else a manager first" in lines_of(page)["Camille Roy"]
    response = change(client, manager, act, **fields)
    assert response.status_code == 409
    assert "Camille Roy is the last manager of Maison Lumière." in words(text(response))
    manager.refresh_from_db()
    assert (manager.role, manager.is_active) == ("manager", True)
    assert trail() == []
    change(client, moderator, "role", role="manager")
    assert change(client, manager, act, **fields).status_code == 200
    manager.refresh_from_db()
    assert (manager.role, manager.is_active) != ("manager", True)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", ["role", "deactivate"])
def test_two_managers_can_not_take_each_others_place_at_once(
    client_of: ClientOf,
    manager: Membership,
    second: Membership,
    monkeypatch: pytest.MonkeyPatch,
    act: str,
) -> None:
    hold(monkeypatch, access, "lock_managers")
    pairs = [(confirm(client_of(manager)), second), (confirm(client_of(second)), manager)]
    statuses = statuses_at_once(
        *(
            partial(client.post, f"{MEMBERS}{of.pk}/{act}/", {"role": "viewer"})
            for client, of in pairs
        )
    )
    assert statuses[0] == 302
    assert statuses[1] in {403, 404}  # who was second is no manager any more
    assert Membership.managers(3).count() == 1
    assert len(trail()) == 1


# Where it is recorded


def test_an_act_that_is_not_recorded_is_not_done(
    client: Client, moderator: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_arguments: object, **_about: object) -> None:
        raise RuntimeError("the trail can't be written")

    monkeypatch.setattr(members, "record", fails)
    for act, fields in {"role": {"role": "viewer"}, "deactivate": {}}.items():
        with pytest.raises(RuntimeError):
            change(client, moderator, act, **fields)
    moderator.refresh_from_db()
    assert (moderator.role, moderator.is_active) == ("moderator", True)


def test_a_record_says_who_in_which_role_and_on_which_request(
    client: Client, moderator: Membership
) -> None:
    path = f"{MEMBERS}{moderator.pk}/deactivate/"
    response = client.post(path, headers={"X-Request-ID": "router-12345678"})
    one = Activity.objects.get()
    assert (one.member_role, one.brand.pk, one.act) == ("manager", 3, Act.DEACTIVATE)
    assert (one.outcome, one.request_id) == ("done", response["X-Request-ID"])
    assert one.finished == one.started
