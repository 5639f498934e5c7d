"""What each answer tells the browser, and what a browser is given to keep"""

import subprocess
import sys
from http.cookies import SimpleCookie

import pytest
from django.conf import settings as now
from django.test import Client
from django.urls import get_resolver
from pytest_django import Settings

from inbox.models import Membership
from tests.conftest import ClientOf
from tests.support.pages import INBOX
from tests.support.upstream import Upstream
from tests.test_settings import values

EVERYWHERE = {
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}
ADDRESSES = [
    *("/accounts/login/", "/", INBOX, f"{INBOX}chatrooms/30615/?page=2", "/none", "/admin/login/"),
    *("/brands/8/ambassadors/", f"{INBOX}?page=x", "/static/favicon.svg"),
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_answer_carries_the_rules(
    client_of: ClientOf, moderator: Membership, api: Upstream, address: str
) -> None:
    response = client_of(moderator).get(address)
    response.close()
    assert {name: response[name] for name in EVERYWHERE} == EVERYWHERE
    allowed = [
        rule for rule in response["Permissions-Policy"].split(", ") if not rule.endswith("=()")
    ]
    assert allowed == ["publickey-credentials-create=(self)", "publickey-credentials-get=(self)"]
    assert "camera=()" in response["Permissions-Policy"]


@pytest.mark.parametrize("address", [one for one in ADDRESSES if not one.startswith("/static")])
def test_every_page_starts_from_nothing_allowed_and_is_kept_by_nobody(
    client_of: ClientOf, moderator: Membership, api: Upstream, address: str
) -> None:
    response = client_of(moderator).get(address)
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert not [word for word in ("unsafe", "data:", "blob:", " *", "http:") if word in policy]
    assert "no-store" in response["Cache-Control"]


def test_a_fault_of_ours_carries_the_rules_too(
    client_of: ClientOf, moderator: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inbox.views.inbox.access.member_of", lambda *_: 1 / 0)
    client = client_of(moderator)
    client.raise_request_exception = False
    response = client.get(INBOX)
    assert response.status_code == 500
    assert {name: response[name] for name in EVERYWHERE} == EVERYWHERE
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert "no-store" in response["Cache-Control"]


def test_https_is_insisted_on_for_a_year() -> None:
    """In production's environment, which the settings of the tests are not."""
    ask = (
        "import django; django.setup(); from django.test import Client;"
        "r = Client(HTTP_HOST='inbox.example.com').get('/', secure=True);"
        "print(r.status_code, r['Strict-Transport-Security'])"
    )
    environment = {"ENV_FILE": "tests/production.env", "DJANGO_SETTINGS_MODULE": "inbox.settings"}
    ended = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-c", ask],
        env=environment,
        cwd=now.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ended.stdout.splitlines()[-1] == "302 max-age=31536000"


# Cookies


def test_cookies_are_for_the_site_alone_and_out_of_reach_of_scripts(
    client_of: ClientOf, moderator: Membership, settings: Settings
) -> None:
    settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    settings.DEVICE_COOKIE_NAME, settings.DEVICE_COOKIE_SECURE = "__Host-device", True
    moderator.user.set_password("lumiere-et-parfum")
    moderator.user.save()
    client = Client()
    typed = {"login": moderator.user.email, "password": "lumiere-et-parfum"}
    response = client.post("/accounts/login/", typed)
    assert response.status_code == 302
    assert set(response.cookies) == {"__Host-session", "__Host-csrf", "__Host-device"}
    for cookie in response.cookies.values():
        assert cookie["secure"]
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"
        assert cookie["path"] == "/"
        assert cookie["domain"] == ""


def test_who_has_not_signed_in_is_not_known_again(anonymous: Client, db: None) -> None:
    for path in ("/", "/accounts/login/", "/accounts/password/reset/", "/accounts/sso/"):
        anonymous.get(path)
    anonymous.post("/accounts/login/", {"login": "x@example.com", "password": "wrong"})
    anonymous.post("/accounts/password/reset/", {"email": "x@example.com"})
    assert set(anonymous.cookies) <= {now.SESSION_COOKIE_NAME, now.CSRF_COOKIE_NAME}


def test_each_cookie_is_bound_to_https_and_this_host() -> None:
    names = ("SESSION", "CSRF", "LANGUAGE", "DEVICE")
    told = values(*(f"{name}_COOKIE_{what}" for name in names for what in ("NAME", "SECURE")))
    assert all(
        name.startswith("__Host-") and secure
        for name, secure in zip(told[::2], told[1::2], strict=True)
    )


def test_what_is_said_to_a_person_is_in_no_cookie(
    client_of: ClientOf, moderator: Membership, api: Upstream
) -> None:
    client = client_of(moderator)
    response = client.post("/preferences/", {"language": "fr", "next": INBOX})
    kept: SimpleCookie = client.cookies
    assert response.status_code == 302
    assert "messages" not in kept


# Writing


# Who is signed in already is led on by these, and nothing is done by what they sent.
LEAD_ON = {"/accounts/login/", "/accounts/2fa/code/", "/accounts/2fa/passkeys/login/"}


def test_every_write_asks_for_the_forms_own_token(moderator: Membership, api: Upstream) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(moderator.user)
    refused = {}
    for address in _addresses():
        for method in ("post", "put", "patch", "delete"):
            refused[address, method] = getattr(client, method)(address).status_code
    allowed = {one for one, status in refused.items() if status not in {403, 404, 405}}
    assert {address for address, _ in allowed} <= {
        "/healthz",
        "/readyz",
        *LEAD_ON,
    }  # the first two only tell
    assert {refused[address, "post"] for address in LEAD_ON} == {302}
    written = [address for (address, method), status in refused.items() if status == 403]
    assert len(written) > 10
    assert not api.calls("POST")
    assert not api.calls("PATCH")


def _addresses() -> list[str]:
    """Each address of the site with ids that fit; the admin's by its start page."""
    arguments = {
        "brand_id": 3, "ambassador_id": 100, "chatroom_id": 30615,
    }  # fmt: skip
    found = []
    for pattern in get_resolver().url_patterns:
        route = str(pattern.pattern)
        for name, value in arguments.items():
            route = route.replace(f"<id:{name}>", str(value))
        if "<" not in route and "(" not in route:
            found.append(f"/{route}")
    return found
