"""Who may what: every address, every one of the cast, every method."""

import ast
import re
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver
from pytest_django import Settings

from inbox import access
from inbox.models import Brand, CodeName, Invitation, Membership, Role, SavedView, User
from tests.conftest import ClientOf, SignIn
from tests.support.cast import invite
from tests.support.markup import all_words
from tests.support.pages import text, words_of
from tests.support.upstream import Upstream

WHO = ("anonymous", "stranger", "neighbour", "viewer", "moderator", "manager", "operator")
"""The columns of each cell below; `in` stands for a redirect to the sign-in page."""

A = "/brands/3/ambassadors/"
I = f"{A}100/"  # noqa: E741 - as short as the table needs
C = f"{I}chatrooms/30615/"
M = "/brands/3/members/"
X = "/brands/3/index/"
V = "/brands/3/views/"

NOBODY = "404 404 404 404 404 404 404"
ANYONE = "200 200 200 200 200 200 200"
UNTAKEN = "405 405 405 405 405 405 405"
SIGNED = "in  200 200 200 200 200 200"
NO_METHOD = "in  405 405 405 405 405 405"
ELSEWHERE = "in  302 302 302 302 302 302"  # to confirm who they are, or to the page for them
NONE_YET = "in  404 404 404 404 404 404"  # a second factor that this person does not have
NO_ISSUER = "502 502 502 502 502 502 502"
NOTHING_LEFT = "in  in  in  in  in  in  in"  # who has just signed out is led on to the issuer
NO_STATE = "401 401 401 401 401 401 401"
MEMBERS = "in  404 404 200 200 200 404"
NO_ACT = "in  404 404 405 405 405 404"  # a member may learn which methods there are; a stranger not
ACTING = "in  404 404 403 400 400 404"  # without its token an act is a bad request
MODERATING = "in  404 404 403 200 200 404"
CONFIRMING = "in  404 404 403 302 302 404"  # that it is them: none of the cast has done so
MANAGING = "in  404 404 403 403 200 404"

# An address, then what GET (and HEAD) and POST answer to each of WHO, then all other methods.
TABLE: list[tuple[str, str, str, str]] = [
    ("/", "in  200 302 302 302 302 200", NO_METHOD, NO_METHOD),
    ("/brands/3/", MEMBERS, NO_ACT, NO_ACT),
    (A, MEMBERS, NO_ACT, NO_ACT),
    (I, MEMBERS, NO_ACT, NO_ACT),
    (f"{I}pin/", "in  404 404 302 302 302 404", "in  404 404 302 302 302 404", NO_ACT),
    (f"{I}read/", "in  404 404 403 200 200 404", ACTING, NO_ACT),
    (f"{C}?page=2", MEMBERS, NO_ACT, NO_ACT),
    (f"{C}ahead/", "in  404 404 302 302 302 404", NO_ACT, NO_ACT),
    (f"{C}read/", NO_ACT, ACTING, NO_ACT),
    (f"{C}archive/", NO_ACT, ACTING, NO_ACT),
    (f"{C}block/", NO_ACT, ACTING, NO_ACT),
    (f"{C}flag/", NO_ACT, ACTING, NO_ACT),
    (f"{C}review/", NO_ACT, ACTING, NO_ACT),
    (f"{C}no-answer/", NO_ACT, ACTING, NO_ACT),
    (f"{C}judge/", NO_ACT, ACTING, NO_ACT),
    (f"{C}hold/", NO_ACT, ACTING, NO_ACT),
    (f"{C}hand-over/", NO_ACT, ACTING, NO_ACT),
    (f"{C}note/", NO_ACT, ACTING, NO_ACT),
    (f"{C}draft/", MODERATING, ACTING, NO_ACT),
    (f"{C}find/?words=merci", MEMBERS, NO_ACT, NO_ACT),
    (f"{C}messages/?at=beginning", MEMBERS, NO_ACT, NO_ACT),
    (f"{C}messages/309873/", MEMBERS, NO_ACT, NO_ACT),
    (f"{C}notes/", MEMBERS, NO_ACT, NO_ACT),
    (f"{C}case-file/", MEMBERS, NO_ACT, NO_ACT),
    (f"{C}reveal/", NO_ACT, "in  404 404 403 404 404 404", NO_ACT),
    ("/brands/3/activity/", MODERATING, NO_ACT, NO_ACT),
    ("/brands/3/activity/activity.csv", CONFIRMING, NO_ACT, NO_ACT),
    ("/brands/3/activity/1/undo/", NO_ACT, "in  404 404 403 404 404 404", NO_ACT),
    ("/brands/3/codes/", MODERATING, "in  404 404 403 403 302 404", NO_ACT),
    ("/brands/3/codes/<code>/", MODERATING, NO_ACT, NO_ACT),
    ("/brands/3/fresh/", "in  404 404 302 302 302 404", NO_ACT, NO_ACT),
    (X, MANAGING, NO_ACT, NO_ACT),
    (f"{X}read-again/", NO_ACT, "in  404 404 403 403 302 404", NO_ACT),
    (f"{X}try/", NO_ACT, "in  404 404 403 403 302 404", NO_ACT),
    (f"{X}ambassadors/100/retry/", NO_ACT, "in  404 404 403 403 404 404", NO_ACT),
    ("/brands/3/search/", MEMBERS, NO_ACT, NO_ACT),
    (V, MODERATING, NO_ACT, NO_ACT),
    (f"{V}new/", MODERATING, "in  404 404 403 422 422 404", NO_ACT),
    (f"{V}bring-back/", NO_ACT, "in  404 404 403 403 302 404", NO_ACT),
    (f"{V}<view>/", MANAGING, "in  404 404 403 403 422 404", NO_ACT),
    (f"{V}<view>/delete/", NO_ACT, "in  404 404 403 403 302 404", NO_ACT),
    ("/brands/3/settings/", MANAGING, "in  404 404 403 403 422 404", NO_ACT),
    (M, MANAGING, "in  404 404 403 403 422 404", NO_ACT),
    (f"{M}<viewer>/role/", NO_ACT, "in  404 404 403 403 400 404", NO_ACT),
    (f"{M}<viewer>/deactivate/", NO_ACT, "in  404 404 403 403 302 404", NO_ACT),
    (f"{M}<viewer>/reactivate/", NO_ACT, "in  404 404 403 403 302 404", NO_ACT),
    (f"{M}invitations/<open>/withdraw/", NO_ACT, "in  404 404 403 403 302 404", NO_ACT),
    ("/invitations/<key>/", ANYONE, "422 409 409 409 409 409 409", UNTAKEN),
    ("/toast/close/", NO_METHOD, "in  302 302 302 302 302 302", NO_METHOD),
    ("/preferences/", UNTAKEN, "302 302 302 302 302 302 302", UNTAKEN),
    ("/styleguide/", NOBODY, UNTAKEN, UNTAKEN),  # with DEBUG only
    ("/accounts/login/", "200 302 302 302 302 302 302", "200 302 302 302 302 302 302", UNTAKEN),
    ("/accounts/logout/", SIGNED, "in  in  in  in  in  in  in", UNTAKEN),
    ("/accounts/", SIGNED, NO_METHOD, NO_METHOD),
    ("/accounts/confirm/", SIGNED, SIGNED, NO_METHOD),
    ("/accounts/sessions/", SIGNED, "in  302 302 302 302 302 302", NO_METHOD),
    ("/accounts/password/set/", ELSEWHERE, ELSEWHERE, NO_METHOD),
    ("/accounts/password/reset/", ANYONE, ANYONE, UNTAKEN),
    ("/accounts/password/reset/done/", ANYONE, UNTAKEN, UNTAKEN),
    ("/accounts/2fa/", SIGNED, NO_METHOD, NO_METHOD),
    ("/accounts/2fa/code/", ELSEWHERE, ELSEWHERE, UNTAKEN),
    ("/accounts/2fa/confirm/", ELSEWHERE, ELSEWHERE, NO_METHOD),
    ("/accounts/2fa/app/", ELSEWHERE, ELSEWHERE, NO_METHOD),
    ("/accounts/2fa/app/remove/", NONE_YET, NONE_YET, NO_METHOD),
    ("/accounts/2fa/codes/", NONE_YET, NO_METHOD, NO_METHOD),
    ("/accounts/2fa/codes/new/", ELSEWHERE, ELSEWHERE, NO_METHOD),
    ("/accounts/2fa/passkeys/", ELSEWHERE, ELSEWHERE, NO_METHOD),
    ("/accounts/2fa/passkeys/add/", ELSEWHERE, ELSEWHERE, NO_METHOD),
    ("/accounts/2fa/passkeys/login/", ELSEWHERE, ELSEWHERE, UNTAKEN),
    ("/accounts/2fa/passkeys/confirm/", ELSEWHERE, ELSEWHERE, NO_METHOD),
    ("/accounts/2fa/passkeys/1/", ELSEWHERE, ELSEWHERE, NO_METHOD),
    ("/accounts/2fa/passkeys/1/remove/", ELSEWHERE, ELSEWHERE, NO_METHOD),
    ("/accounts/sso/", NO_ISSUER, NO_ISSUER, UNTAKEN),
    ("/accounts/sso/callback/", NO_STATE, NO_STATE, UNTAKEN),
    ("/accounts/sso/confirm/", ELSEWHERE, NO_METHOD, NO_METHOD),  # leads on to the issuer
    ("/accounts/sso/cancelled/", ANYONE, UNTAKEN, UNTAKEN),
    ("/accounts/sso/signed-out/", NOTHING_LEFT, UNTAKEN, UNTAKEN),
    ("/accounts/sso/logout/", NOTHING_LEFT, UNTAKEN, UNTAKEN),
    ("/accounts/inactive/", ANYONE, UNTAKEN, UNTAKEN),
    ("/accounts/password/change/", SIGNED, SIGNED, NO_METHOD),
    ("/accounts/password/reset/key/1-x/", ANYONE, ANYONE, UNTAKEN),
    ("/accounts/password/reset/key/done/", ANYONE, UNTAKEN, UNTAKEN),
    ("/healthz", ANYONE, UNTAKEN, UNTAKEN),
    ("/readyz", ANYONE, UNTAKEN, UNTAKEN),
]
OTHERS = ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
KEY = "ines@example.com"

# How an address of the admin begins, and what GET answers to each of WHO: the desk is the operator's.
ADMIN = "/admin/"
DESK = "in  302 302 302 302 302 any"  # to the admin's sign-in, which answers 403 to members
DESK_SIGN_IN = "in  403 403 403 403 403 any"


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


@pytest.fixture
def code(manager: Membership) -> CodeName:
    today = date(2026, 11, 20)
    facts = {"kind": "topic", "code": "8", "first_seen": today, "last_seen": today}
    return CodeName.objects.create(brand=manager.brand, **facts)


@pytest.fixture
def waiting(manager: Membership) -> Invitation:
    return invite(manager, KEY, Role.VIEWER)


def told(response: Any) -> str:
    """A cell of the table."""
    to_sign_in = response.status_code == 302 and response["Location"].startswith("/accounts/login/")
    return "in" if to_sign_in else str(response.status_code)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row[0])
def test_each_address_answers_each_person_as_the_table_says(
    cast: dict[str, Client],
    viewer: Membership,
    waiting: Invitation,
    code: CodeName,
    api: Upstream,
    settings: Settings,
    row: tuple[str, str, str, str],
) -> None:
    settings.ACCOUNT_RATE_LIMITS = settings.MFA_RATE_LIMITS = False  # else this would be too many
    pattern, get, post, other = row
    address = pattern.replace("<viewer>", str(viewer.pk)).replace("<open>", str(waiting.pk))
    address = address.replace("<key>", KEY).replace("<code>", str(code.pk))
    address = address.replace("<view>", str(SavedView.objects.filter(brand=3)[0].pk))
    expected = {**dict.fromkeys(OTHERS, other), "GET": get, "HEAD": get, "POST": post}
    for method, cells in expected.items():
        assert {who: told(cast[who].generic(method, address)) for who in WHO} == dict(
            zip(WHO, cells.split(), strict=True)
        ), f"{method} {address}"


def routes(patterns: Sequence[Any], before: str = "") -> Iterator[str]:
    """Every address that the site map knows, as its pattern."""
    for one in patterns:
        here = before + str(one.pattern)
        yield from routes(one.url_patterns, here) if hasattr(one, "url_patterns") else [here]


def test_no_address_is_missing_from_the_table_and_none_is_there_in_vain() -> None:
    samples = {
        "<viewer>": "1",
        "<open>": "1",
        "<code>": "1",
        "<view>": "1",
        "<key>": KEY,
        "?page=2": "",
    }
    samples |= {"?page=2": "", "?words=merci": "", "?at=beginning": ""}
    found = []
    for address, *_cells in TABLE:
        for sign, sample in samples.items():
            address = address.replace(sign, sample)  # noqa: PLW2901 - filled in, one after the other
        found.append(get_resolver().resolve(address).route)
    known = [
        route for route in routes(get_resolver().url_patterns) if not route.startswith("admin/")
    ]
    assert sorted(found) == sorted(known)


def test_the_desk_is_the_operators_alone(cast: dict[str, Client], brand: Brand) -> None:
    desk = [route for route in routes(get_resolver().url_patterns) if route.startswith("admin/")]
    assert len(desk) > 30
    for route in desk:
        address = "/" + re.sub(r"\(\?P<app_label>[^)]*\)", "inbox", route).replace("^", "")
        address = re.sub(r"<[a-z_]+:[a-z_]+>|\(\?P<url>[^)]*\)", "1", address).removesuffix("$")
        cells = DESK_SIGN_IN if address == "/admin/login/" else DESK
        for who, cell in zip(WHO, cells.split(), strict=True):
            if cell != "any":
                assert told(cast[who].get(address)) == cell, f"{who} at {address}"
                other = "in" if (who, cells) == ("anonymous", DESK) else "405"
                assert told(cast[who].generic("OPTIONS", address)) == other
    assert cast["operator"].get(ADMIN).status_code == 200


def test_every_address_of_a_brand_names_it_as_access_looks_for_it() -> None:
    ours = [route for route in routes(get_resolver().url_patterns) if route[:6] != "admin/"]
    within = [route for route in ours if "brand" in route]
    assert len(within) > 10
    assert all(route.startswith("brands/<id:brand_id>/") for route in within)


# Decided in one place


PACKAGE = Path(access.__file__).parent
PAGES = sorted(
    str(path.relative_to(PACKAGE))
    for folder in ("views", "components", "chatrooms")
    for path in (PACKAGE / folder).glob("*.py")
)
"""The modules that make pages, and what pages are made of."""

# Where it decides what is offered, not what is allowed: an act asks `access` again.
OFFERS = {
    "chatrooms/conversation.py",
    "chatrooms/rows.py",
    "chatrooms/topics.py",
    "components/queued.py",
    "components/rows.py",
}
LOCKS = {"views/pin.py"} | {f"chatrooms/{name}.py" for name in ("erasing", "notes", "revealing")}


def names(path: Path) -> set[str]:
    """What a module reads of an object: the attribute, and the object's name."""
    nodes = [
        node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Attribute)
    ]
    return {node.attr for node in nodes} | {ast.unparse(node) for node in nodes}


@pytest.mark.parametrize("path", PAGES)
def test_no_view_decides_who_may(path: str) -> None:
    read = names(PACKAGE / path)
    deciding = {"role", "is_staff", "is_superuser", "has_perm", "request.user.memberships"}
    deciding |= set() if path in OFFERS else {"may_act", "may_manage"}
    deciding |= set() if path in LOCKS else {"Membership.objects"}
    assert read & deciding == set()


def test_nobody_else_refuses() -> None:
    refusing = {
        str(path.relative_to(Path(access.__file__).parent))
        for path in Path(access.__file__).parent.rglob("*.py")
        if "PermissionDenied" in path.read_text()
    }
    assert refusing == {"access.py"}


@pytest.mark.parametrize(
    ("who", "acts"), [("viewer", False), ("moderator", True), ("manager", True)]
)
def test_the_list_of_keys_has_those_of_acts_for_who_may_act(
    cast: dict[str, Client], api: Upstream, who: str, acts: bool
) -> None:
    page = text(cast[who].get("/brands/3/ambassadors/100/"))
    keys = all_words(page, "#keys dt > kbd")
    assert [key for key in keys if key in {"m", "x", "e", "z"}] == list("mxez" if acts else "")
    assert {"j", "k", "o", "r", "g a", "/", "?"} <= set(keys)


# Strangers


def test_a_stranger_never_makes_us_call_popsell(cast: dict[str, Client], api: Upstream) -> None:
    for who in ("anonymous", "stranger", "neighbour", "operator"):
        cast[who].get("/brands/3/ambassadors/100/")
    assert api.sent == []


def test_a_brand_that_is_not_is_like_one_that_is_anothers(
    client_of: ClientOf, viewer: Membership, other_brand: Brand
) -> None:
    client = client_of(viewer)
    nowhere = client.get("/brands/999/ambassadors/")
    elsewhere = client.get("/brands/8/ambassadors/")
    assert nowhere.status_code == elsewhere.status_code == 404
    assert words_of(nowhere) == words_of(elsewhere)


def test_home_sends_to_the_one_brand(client_of: ClientOf, viewer: Membership) -> None:
    response: Any = client_of(viewer).get("/")
    assert response["Location"] == "/brands/3/"


def test_home_lets_choose_among_several(
    client_of: ClientOf, viewer: Membership, other_brand: Brand
) -> None:
    Membership.objects.create(user=viewer.user, brand=other_brand, role=Role.MANAGER)
    page = text(client_of(viewer).get("/"))
    assert 'href="/brands/3/"' in page
    assert 'href="/brands/8/"' in page


def test_home_explains_where_there_is_none(sign_in: SignIn, stranger: User) -> None:
    page = text(sign_in(stranger).get("/"))
    assert "No brand yet" in page
    assert "stranger@example.com" in page
    assert "admin" not in page


def test_a_deactivated_person_is_signed_out_at_once(
    client_of: ClientOf, viewer: Membership, api: Upstream
) -> None:
    client = client_of(viewer)
    viewer.user.is_active = False
    viewer.user.save()
    assert client.get("/brands/3/ambassadors/").status_code in {302, 404}
    assert api.sent == []


def test_pages_are_not_kept_anywhere(
    client_of: ClientOf, viewer: Membership, api: Upstream
) -> None:
    response = client_of(viewer).get("/brands/3/ambassadors/100/")
    assert response["Cache-Control"] == "no-store"
    assert "HX-Request" in response["Vary"]
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert "unsafe" not in response["Content-Security-Policy"]
