"""Who may open what: every address and every one of the cast."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver

from inbox.models import Brand, Membership, Role, User
from tests.conftest import SignIn
from tests.pages import text, words
from tests.upstream import Upstream

PAGES: dict[str, dict[str, int]] = {
    "/": {"anonymous": 302, "viewer": 302, "manager": 302, "neighbour": 302, "stranger": 200},
    "/brands/3/ambassadors/": {"anonymous": 302, "viewer": 200, "manager": 200, "neighbour": 404,
                               "stranger": 404, "operator": 404},
    "/brands/3/ambassadors/100/": {"anonymous": 302, "viewer": 200, "manager": 200,
                                   "neighbour": 404, "stranger": 404, "operator": 404},
    "/brands/3/ambassadors/100/pin/": {"anonymous": 302, "viewer": 302, "manager": 302,
                                       "neighbour": 404, "stranger": 404, "operator": 404},
    "/brands/3/ambassadors/100/read/": {"anonymous": 302, "viewer": 403, "manager": 200,
                                        "neighbour": 404, "stranger": 404, "operator": 404},
    **{f"/brands/3/activity/{file}": {"anonymous": 302, "viewer": 403, "moderator": 200,
                                      "manager": 200, "neighbour": 404, "stranger": 404,
                                      "operator": 404}
       for file in ("", "activity.csv")},
    "/brands/3/codes/": {"anonymous": 302, "viewer": 403, "moderator": 403, "manager": 200,
                         "neighbour": 404, "stranger": 404, "operator": 404},
    "/preferences/": {"anonymous": 405, "viewer": 405},
    "/styleguide/": {"anonymous": 404, "viewer": 404, "operator": 404},
    "/brands/3/ambassadors/100/chatrooms/8/read/": {"anonymous": 302, "viewer": 405, "manager": 405,
                                                    "neighbour": 405, "stranger": 405},
    **{f"/brands/3/ambassadors/100/chatrooms/8/{act}/": {"anonymous": 302, "viewer": 405,
                                                         "manager": 405, "neighbour": 405}
       for act in ("archive", "block", "flag", "review", "reveal")},
    "/brands/3/ambassadors/100/chatrooms/30615/?page=2": {"anonymous": 302, "neighbour": 404,
                                                          "stranger": 404, "operator": 404},
    "/accounts/login/": {"anonymous": 200, "viewer": 302},
    "/accounts/logout/": {"anonymous": 302, "viewer": 200},
    "/accounts/inactive/": {"anonymous": 200},
    "/accounts/password/change/": {"anonymous": 302, "viewer": 200},
    "/accounts/password/reset/key/1-x/": {"anonymous": 200},
    "/accounts/password/reset/key/done/": {"anonymous": 200},
    "/admin/": {"anonymous": 302, "viewer": 302, "manager": 302, "operator": 200},
    "/admin/login/": {"anonymous": 302, "viewer": 403, "manager": 403, "operator": 302},
    "/healthz": {"anonymous": 200},
    "/readyz": {"anonymous": 200},
}  # fmt: skip


@pytest.fixture
def cast(
    viewer: Membership,
    moderator: Membership,
    manager: Membership,
    neighbour: Membership,
    stranger: User,
    operator: User,
    sign_in: SignIn,
) -> dict[str, Client]:
    people = {"viewer": viewer, "moderator": moderator, "manager": manager, "neighbour": neighbour}
    clients = {who: sign_in(membership.user) for who, membership in people.items()}
    return {
        "anonymous": Client(),
        "stranger": sign_in(stranger),
        "operator": sign_in(operator),
        **clients,
    }


@pytest.mark.parametrize("address", PAGES)
def test_each_address_answers_each_person_as_the_table_says(
    cast: dict[str, Client], api: Upstream, address: str
) -> None:
    for who, status in PAGES[address].items():
        assert cast[who].get(address).status_code == status, f"{who} at {address}"


def test_no_address_is_missing_from_the_table() -> None:
    known = {get_resolver().resolve(address.partition("?")[0]).route for address in PAGES}
    ours = {str(pattern.pattern) for pattern in get_resolver().url_patterns}
    assert {route if not route.startswith("admin/") else "admin/" for route in known} == ours


def test_a_stranger_never_makes_us_call_popsell(cast: dict[str, Client], api: Upstream) -> None:
    for who in ("anonymous", "stranger", "neighbour", "operator"):
        cast[who].get("/brands/3/ambassadors/100/")
    assert api.sent == []


def test_a_brand_that_is_not_is_like_one_that_is_anothers(
    client_of: Callable[[Membership], Client], viewer: Membership, other_brand: Brand
) -> None:
    client = client_of(viewer)
    same = {"X-Request-ID": "the-same-for-both"}
    nowhere = client.get("/brands/999/ambassadors/", headers=same)
    elsewhere = client.get("/brands/8/ambassadors/", headers=same)
    assert nowhere.status_code == elsewhere.status_code == 404
    assert words(text(nowhere)) == words(text(elsewhere))


def test_home_sends_to_the_one_brand(
    client_of: Callable[[Membership], Client], viewer: Membership
) -> None:
    response: Any = client_of(viewer).get("/")
    assert response["Location"] == "/brands/3/ambassadors/"


def test_home_lets_choose_among_several(
    client_of: Callable[[Membership], Client], viewer: Membership, other_brand: Brand
) -> None:
    Membership.objects.create(user=viewer.user, brand=other_brand, role=Role.MANAGER)
    page = text(client_of(viewer).get("/"))
    assert 'href="/brands/3/ambassadors/"' in page
    assert 'href="/brands/8/ambassadors/"' in page


def test_home_explains_where_there_is_none(sign_in: SignIn, stranger: User) -> None:
    page = text(sign_in(stranger).get("/"))
    assert "No brand yet" in page
    assert "stranger@example.com" in page
    assert "admin" not in page


def test_a_deactivated_person_is_signed_out_at_once(
    client_of: Callable[[Membership], Client], viewer: Membership, api: Upstream
) -> None:
    client = client_of(viewer)
    viewer.user.is_active = False
    viewer.user.save()
    assert client.get("/brands/3/ambassadors/").status_code in {302, 404}
    assert api.sent == []


def test_pages_are_not_kept_anywhere(
    client_of: Callable[[Membership], Client], viewer: Membership, api: Upstream
) -> None:
    response = client_of(viewer).get("/brands/3/ambassadors/100/")
    assert response["Cache-Control"] == "no-store"
    assert "HX-Request" in response["Vary"]
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert "unsafe" not in response["Content-Security-Policy"]
