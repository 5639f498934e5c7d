"""Signing in and out, and what an ended session leads to"""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from inbox.models import Membership, User
from tests.conftest import ClientOf
from tests.support.markup import attribute, first, one, words
from tests.support.pages import HTMX, INBOX, text
from tests.support.upstream import Upstream

LOGIN = "/accounts/login/"
LOGOUT = "/accounts/logout/"
AMBASSADORS = "/brands/3/ambassadors/"
READ = f"{INBOX}chatrooms/8/read/"
PASSWORD = "lumiere-et-parfum"
HERE = "http://testserver"


def enter(client: Client, email: str, password: str = PASSWORD, **fields: str) -> Any:
    return client.post(LOGIN, {"login": email, "password": password, **fields})


def next_of(address: str) -> str:
    """Where the sign-in page at this address leads to."""
    parts = urlsplit(address)
    assert (parts.netloc, parts.path) == ("", LOGIN)
    (target,) = parse_qs(parts.query)["next"]
    return target


def alert(response: Any) -> str:
    return words(one(text(response), "form > [role=alert]:not([hidden])"))


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


@pytest.mark.parametrize("email", ["nadia@example.com", "NADIA@Example.COM", " Nadia@example.com "])
def test_signs_in_by_the_address_in_any_case(
    client: Client, moderator: Membership, api: Upstream, email: str
) -> None:
    response = enter(client, email)
    assert (response.status_code, response["Location"]) == (302, "/")
    assert client.get("/")["Location"] == "/brands/3/"
    assert "Nadia Benali" in text(client.get(AMBASSADORS))


def test_a_refusal_does_not_say_whether_the_address_is_known(
    client: Client, moderator: Membership
) -> None:
    wrong, unknown = enter(client, "nadia@example.com", "wrong"), enter(client, "x@example.com")
    assert wrong.status_code == unknown.status_code == 200
    assert not is_signed_in(client)
    told = [alert(wrong), alert(unknown)]
    assert told[0] == told[1]
    assert "not correct" in told[0]


def test_guessing_is_stopped(client: Client, moderator: Membership) -> None:
    for _ in range(20):
        enter(client, "nadia@example.com", "wrong")
    enter(client, "nadia@example.com")
    assert not is_signed_in(client)


def test_every_page_asks_for_sign_in_and_leads_back(
    client: Client, moderator: Membership, api: Upstream
) -> None:
    response: Any = client.get(INBOX, {"page": "2"})
    assert next_of(response["Location"]) == f"{INBOX}?page=2"
    page = text(client.get(response["Location"]))
    assert f'name="next" value="{INBOX}?page=2"' in page
    assert enter(client, "nadia@example.com", next=f"{INBOX}?page=2")["Location"] == (
        f"{INBOX}?page=2"
    )
    assert "26–50 of 130" in text(client.get(INBOX, {"page": "2"}))


@pytest.mark.parametrize(
    "foreign",
    ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "\\\\evil.example"],
)
def test_sign_in_leads_to_no_other_site(
    client: Client, moderator: Membership, foreign: str
) -> None:
    assert enter(client, "nadia@example.com", next=foreign)["Location"] == "/"
    assert is_signed_in(client)


@pytest.mark.parametrize(
    "path",
    [
        *("/accounts/signup/", "/accounts/email/", "/accounts/2fa/trust/", "/accounts/3rdparty/"),
        *("/accounts/2fa/passkeys/signup/", "/accounts/social/signup/", "/accounts/sso/signup/"),
    ],
)
def test_nobody_signs_up_or_connects_another_account(client: Client, db: None, path: str) -> None:
    assert client.get(path).status_code == 404
    assert client.post(path, {"email": "x@example.com", "password1": PASSWORD}).status_code == 404
    assert not User.objects.exists()


def test_a_get_of_sign_out_asks_first(client_of: ClientOf, moderator: Membership) -> None:
    client = client_of(moderator)
    assert "<h1>Sign out?</h1>" in text(client.get(LOGOUT))
    assert is_signed_in(client)
    assert client.post(LOGOUT)["Location"] == LOGIN
    assert not is_signed_in(client)
    assert client.get(AMBASSADORS).status_code == 302


def test_a_password_is_changed_by_who_knows_it(client: Client, moderator: Membership) -> None:
    enter(client, "nadia@example.com")
    new = {"password1": "rosier-du-matin", "password2": "rosier-du-matin"}
    path = "/accounts/password/change/"
    assert "Change password" in text(client.get(path))
    assert client.post(path, {"oldpassword": "wrong", **new}).status_code == 200
    assert client.post(path, {"oldpassword": PASSWORD, **new}).status_code == 302
    other = Client()
    enter(other, "nadia@example.com")
    assert not is_signed_in(other)
    enter(other, "nadia@example.com", "rosier-du-matin")
    assert is_signed_in(other)


# People who may no longer


def test_a_deactivated_account_does_not_get_in_and_is_told_what_a_stranger_is(
    client: Client, moderator: Membership
) -> None:
    User.objects.update(is_active=False)
    told = [
        alert(enter(client, email, password))
        for email, password in (
            ("nadia@example.com", PASSWORD),
            ("nadia@example.com", "wrong"),
            ("x@example.com", PASSWORD),
        )
    ]
    assert "not correct" in told[0]
    assert told[0] == told[1] == told[2]
    assert not is_signed_in(client)


def test_a_deactivated_account_is_out_at_once(
    client_of: ClientOf, moderator: Membership, api: Upstream
) -> None:
    client = client_of(moderator)
    assert client.get(AMBASSADORS).status_code == 200
    User.objects.update(is_active=False)
    response: Any = client.get(AMBASSADORS)
    assert next_of(response["Location"]) == AMBASSADORS


def test_a_deactivated_membership_is_no_membership(
    client_of: ClientOf, moderator: Membership, api: Upstream
) -> None:
    client = client_of(moderator)
    Membership.objects.update(is_active=False)
    for path in (AMBASSADORS, INBOX):
        assert client.get(path).status_code == 404
    assert client.post(READ).status_code == 404
    assert api.sent == []
    assert "<h1>No brand yet</h1>" in text(client.get("/"))


# An ended session


def link_of(response: Any) -> str:
    """Where what htmx was answered leads."""
    assert response.status_code == 401
    return attribute(first(text(response), "[href]"), "href")


def test_htmx_is_told_and_leads_to_sign_in_in_another_tab(client: Client, api: Upstream) -> None:
    current = f"{HERE}{INBOX}?page=2#chatroom-8"
    response: Any = client.post(READ, headers={**HTMX, "HX-Current-URL": current})
    assert not {"Location", "HX-Redirect"} & set(response.headers)
    assert next_of(link_of(response)).startswith(f"{INBOX}?page=2")
    assert api.sent == []


@pytest.mark.parametrize(
    "headers",
    [
        {**HTMX, "HX-Current-URL": f"https://evil.example{INBOX}"},
        {**HTMX, "HX-Current-URL": "https://["},
        HTMX,
    ],
    ids=["foreign", "broken", "missing"],
)
def test_htmx_from_elsewhere_leads_to_the_inbox_of_the_act(
    client: Client, db: None, headers: dict[str, str]
) -> None:
    response: Any = client.post(READ, headers=headers)
    assert next_of(link_of(response)) == INBOX


@pytest.mark.parametrize(
    ("referer", "expected"),
    [
        (f"{HERE}{INBOX}?page=2", f"{INBOX}?page=2"),
        (f"{HERE}{AMBASSADORS}", AMBASSADORS),
        (f"{HERE}{READ}", f"{INBOX}?page=3"),
        (f"https://evil.example{INBOX}", f"{INBOX}?page=3"),
        (f"//evil.example{INBOX}", f"{INBOX}?page=3"),
        ("http://testserver.evil.example/", f"{INBOX}?page=3"),
        ("http://testserver@evil.example/", f"{INBOX}?page=3"),
        ("https://[", f"{INBOX}?page=3"),
        ("", f"{INBOX}?page=3"),
    ],
)
def test_a_form_leads_to_sign_in_and_back_to_a_page_of_ours(
    client: Client, db: None, api: Upstream, referer: str, expected: str
) -> None:
    response: Any = client.post(READ, {"page": "3"}, headers={"Referer": referer})
    assert response.status_code == 302
    assert next_of(response["Location"]) == expected
    assert api.sent == []


# Forged forms


def test_a_post_without_its_token_gets_the_designed_page(
    moderator: Membership, api: Upstream
) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(moderator.user)
    response = client.post(READ, {"act": "any"})
    assert response.status_code == 403
    assert "<h1>This form has expired</h1>" in text(response)
    assert f'href="{INBOX}"' in text(response)
    assert api.sent == []


def test_for_htmx_it_is_an_alert_in_the_row(moderator: Membership, api: Upstream) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(moderator.user)
    response = client.post(READ, {"act": "any"}, headers=HTMX)
    assert response.status_code == 403
    assert response["HX-Retarget"] == "#alert-8"
    assert "This form has expired" in text(response)
    assert "<html" not in text(response)


def test_without_a_session_sign_in_comes_first(db: None, api: Upstream) -> None:
    response: Any = Client(enforce_csrf_checks=True).post(READ, {"act": "any"})
    assert response.status_code == 302
    assert next_of(response["Location"]) == INBOX


@pytest.mark.parametrize("path", [LOGIN, LOGOUT])
def test_nobody_is_signed_in_or_out_by_another_site(moderator: Membership, path: str) -> None:
    client = Client(enforce_csrf_checks=True)
    if path == LOGOUT:
        client.force_login(moderator.user)
    before = is_signed_in(client)
    response = client.post(path, {"login": "nadia@example.com", "password": PASSWORD})
    assert response.status_code == 403
    assert is_signed_in(client) is before
