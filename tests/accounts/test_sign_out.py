"""Signing out here, and then at the issuer too"""

import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
import requests
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.test import Client
from hypothesis import example, given
from hypothesis import strategies as st
from pytest_django import Settings

from inbox.accounts import signing_out
from inbox.accounts.session_engine import SessionStore
from inbox.models import Membership, User
from tests.accounts.test_confirm import confirm
from tests.accounts.test_single_sign_on import START, _issuer, issuer, sign_in, start, through
from tests.conftest import Later
from tests.stack.issuer import CLIENT, MISSING, OWN, Issuer
from tests.support.markup import form, words
from tests.support.pages import text
from tests.support.signing_in import (
    CODE,
    LOGIN,
    SESSIONS,
    code_now,
    enter,
    is_signed_in,
    signed_in,
    with_app,
)

__all__ = ["_issuer", "issuer"]

SIGN_OUT = "/accounts/logout/"
SIGNED_OUT = "/accounts/sso/signed-out/"
LEAVE = "/accounts/sso/logout/"
DONE = "You are signed out, here and with Maison SSO."


@pytest.fixture(autouse=True)
def _ending(issuer: Issuer, settings: Settings) -> None:
    issuer.ends, settings.OIDC_NAME = OWN, "Maison SSO"


@pytest.fixture
def inside(moderator: Membership, issuer: Issuer) -> Client:
    client = Client()
    sign_in(client)
    assert is_signed_in(client)
    return client


def sign_out(client: Client, **fields: str) -> str:
    answer: Any = client.post(SIGN_OUT, fields)
    assert answer.status_code == 302
    assert not is_signed_in(client)
    return str(answer["Location"])


def sign_out_everywhere(client: Client, **_fields: str) -> str:
    answer: Any = client.post(SESSIONS, {"end": "everywhere"})
    assert not is_signed_in(client)
    return str(answer["Location"])


# The way out


def sign_out_at_desk(client: Client, **_fields: str) -> str:
    User.objects.filter(email="nadia@example.com").update(is_staff=True)
    found = form(text(client.get("/admin/")), "#logout-form")
    answer: Any = client.post(found.action, found.fields)
    assert answer.status_code == 302
    assert not is_signed_in(client)
    return str(answer["Location"])


@pytest.mark.parametrize("leave", [sign_out, sign_out_everywhere, sign_out_at_desk])
def test_who_signed_in_there_is_offered_to_sign_out_there_and_comes_back(
    inside: Client, issuer: Issuer, leave: Callable[..., str]
) -> None:
    assert leave(inside) == SIGNED_OUT
    page = text(inside.get(SIGNED_OUT))
    assert "<h1>You are signed out</h1>" in page
    assert "Maison SSO" in words(page)
    assert f'href="{LEAVE}"' in page
    assert ("everywhere" in words(page)) == (leave is sign_out_everywhere)
    led: Any = inside.get(LEAVE)
    assert led["Location"].startswith(f"{issuer.url}/end?")
    asked = parse_qs(urlsplit(led["Location"]).query)
    assert asked["id_token_hint"] == issuer.tokens
    assert asked["client_id"] == [CLIENT]
    assert asked["post_logout_redirect_uri"] == [f"http://localhost{LOGIN}"]
    assert len(asked["state"][0]) >= 22
    back = requests.get(led["Location"], allow_redirects=False, timeout=5).headers["Location"]
    assert len(issuer.ended) == 1
    done = urlsplit(back)
    assert DONE in text(inside.get(f"{done.path}?{done.query}"))
    assert DONE not in text(inside.get(f"{done.path}?{done.query}"))


def test_the_address_leads_there_once(inside: Client) -> None:
    sign_out(inside)
    assert inside.get(LEAVE).status_code == 302
    again: Any = inside.get(LEAVE)
    assert again["Location"] == LOGIN
    assert inside.get(SIGNED_OUT)["Location"] == LOGIN


def test_nor_is_it_used_up_by_who_only_looks_ahead(inside: Client, issuer: Issuer) -> None:
    sign_out(inside)
    ahead: Any = inside.get(LEAVE, headers={"Sec-Purpose": "prefetch"})
    for answer in (inside.head(LEAVE), ahead):
        assert answer["Location"] == SIGNED_OUT
    assert inside.get(LEAVE)["Location"].startswith(issuer.url)


def test_two_at_once_are_led_there_once(inside: Client, issuer: Issuer) -> None:
    """The second holds what the session was before the first took it."""
    sign_out(inside)
    before = SessionStore(inside.session.session_key)
    held = dict(before.items())
    led = [inside.get(LEAVE)["Location"]]
    store: Any = SessionStore(before.session_key)
    store._session_cache = held
    assert led[0].startswith(issuer.url)
    assert signing_out.take(store) is None


def test_after_ten_minutes_it_is_over(inside: Client, later: Later) -> None:
    sign_out(inside)
    later(599)
    assert f'href="{LEAVE}"' in text(inside.get(SIGNED_OUT))
    later(601)
    assert inside.get(LEAVE)["Location"] == LOGIN
    call_command("prune_activity")
    assert not Session.objects.filter(pk=inside.session.session_key).exists() or not dict(
        inside.session
    )


def test_a_clock_that_is_set_back_makes_it_last_no_longer(inside: Client, later: Later) -> None:
    later(300)
    sign_out(inside)
    later(0)
    assert inside.get(SIGNED_OUT)["Location"] == LOGIN
    assert inside.get(LEAVE)["Location"] == LOGIN


def test_looking_at_the_page_makes_it_last_no_longer(inside: Client, later: Later) -> None:
    sign_out(inside)
    for minutes in (5, 9):
        later(minutes * 60)
        inside.get(SIGNED_OUT)
        inside.post("/preferences/", {"language": "en"})
    later(601)
    assert inside.get(SIGNED_OUT)["Location"] == LOGIN


def test_a_foreign_state_says_nothing(client: Client, db: None) -> None:
    assert "You are signed out" not in text(client.get(LOGIN, {"state": "x"}))
    assert "You are signed out" not in text(client.get(LOGIN, {"state": ""}))


def test_who_was_on_the_way_to_a_page_goes_on_from_there(inside: Client) -> None:
    page = sign_out(inside, next="/invitations/x/")
    assert page == f"{SIGNED_OUT}?next=%2Finvitations%2Fx%2F"
    shown = text(inside.get(page))
    assert 'href="/invitations/x/"' in shown
    assert f'href="{LEAVE}"' in shown
    assert "evil" not in text(inside.get(SIGNED_OUT, {"next": "https://evil.example/"}))


# Who is not offered it


@pytest.mark.parametrize(
    "told",
    [
        MISSING,
        None,
        "",
        7,
        True,
        ["https://login.example.com/end"],
        {"a": "b"},
        "http://login.example.com/end",
        "javascript:alert(1)",
        "data:text/html,x",
        "//login.example.com/end",
        "/end",
        "https://",
        "https:///end",
        "https://me:secret@login.example.com/end",
        "https://login.example.com/end#here",
        "https://login.example.com/\nend",
        "https://login.example.com/e nd",
        "https://login.example.com\\@evil.example/",
        "https://login.exämple.com/end",
        "https://[login.example.com/end",
        "https://login.example.com:port/end",
        "https://login.example.com/" + "e" * 2000,
    ],
    ids=lambda told: "missing" if told is MISSING else str(told)[:40],
)
def test_an_issuer_that_says_nothing_of_use_is_not_asked(
    moderator: Membership, issuer: Issuer, told: object
) -> None:
    issuer.ends = told
    client = Client()
    sign_in(client)
    assert is_signed_in(client)
    assert issuer.tokens[0] not in str(dict(client.session))
    assert sign_out(client) == LOGIN


@pytest.mark.parametrize(
    ("told", "issuer_url", "is_good"),
    [
        ("https://login.example.com/end?a=b", "https://login.example.com", True),
        ("https://out.example.com/", "https://login.example.com/realm", True),
        ("http://127.0.0.1:9/end", "http://127.0.0.1:9", True),
        ("http://localhost/end", "https://login.example.com", False),
        ("http://login.example.com/end", "https://login.example.com", False),
    ],
)
def test_where_it_may_lead(told: str, issuer_url: str, is_good: bool) -> None:
    assert signing_out.endpoint(told, issuer_url) == (told if is_good else "")


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
addresses = st.builds(
    "{}{}{}".format,
    st.sampled_from(["https://", "http://", "javascript:", "//", "", "HTTPS://", "https:\\\\"]),
    st.text(),
    st.text(),
)


@given(anything | addresses)
@example("https://login.example.com/end")
def test_whatever_it_says_is_an_address_to_lead_to_or_nothing(told: object) -> None:
    found = signing_out.endpoint(told, "https://login.example.com")
    assert found in {told, ""} if isinstance(told, str) else found == ""
    if found:
        parts = urlsplit(found)
        assert parts.scheme == "https"
        assert parts.hostname
        assert parts.username is None
        assert found.isascii()
        assert found.isprintable()
        assert len(found) <= 2000


@given(st.text(alphabet=st.characters(codec="ascii")), st.text())
def test_what_the_endpoint_asks_for_itself_is_kept(name: str, token: str) -> None:
    told = signing_out.endpoint(f"https://login.example.com/end?{name}", "https://x.example")
    if told:
        led = signing_out.address(signing_out.Kept(told, token, CLIENT, 0.0), "s")
        assert urlsplit(led).hostname == "login.example.com"
        assert ("state", "s") in parse_qsl(urlsplit(led).query)


def test_who_signed_in_by_password_is_not(moderator: Membership, issuer: Issuer) -> None:
    client = Client()
    enter(client, moderator.user.email)
    assert sign_out(client) == LOGIN


def test_the_desk_signs_out_as_the_site_does(operator: User, issuer: Issuer) -> None:
    assert sign_out(signed_in(operator)) == LOGIN
    assert sign_out_at_desk(signed_in(operator)) == LOGIN


def test_no_address_of_the_desk_signs_out(operator: User) -> None:
    client = signed_in(operator)
    assert client.get("/admin/logout/").status_code == 405
    assert is_signed_in(client)


def test_nor_who_only_confirmed_themselves_there(moderator: Membership, issuer: Issuer) -> None:
    sign_in(Client())
    client = Client()
    enter(client, moderator.user.email)
    confirm(client)
    assert sign_out(client) == LOGIN
    assert issuer.tokens[-1] not in str(dict(client.session))


def test_who_comes_back_by_a_password_leaves_nothing_of_the_issuer(
    inside: Client, moderator: Membership, issuer: Issuer
) -> None:
    sign_out(inside)
    enter(inside, moderator.user.email)
    assert issuer.tokens[0] not in str(dict(inside.session))
    assert sign_out(inside) == LOGIN


def test_a_token_without_end_is_not_kept(moderator: Membership, issuer: Issuer) -> None:
    issuer.changes = {"groups": ["x" * 100] * 100}
    client = Client()
    sign_in(client)
    assert is_signed_in(client)
    assert sign_out(client) == LOGIN


def test_a_second_factor_comes_between(moderator: Membership, issuer: Issuer, later: Later) -> None:
    with_app(moderator.user)
    client, given_up = Client(), Client()
    for one in (client, given_up):
        assert sign_in(one)["Location"] == CODE
    client.post(CODE, {"code": code_now()})
    assert sign_out(client) == SIGNED_OUT
    later(901)  # longer than a code is waited for
    given_up.get(LOGIN)
    assert not [one for one in issuer.tokens if one in str(dict(given_up.session))]


def test_who_would_rather_be_somebody_else_is_offered_it_before_the_code(
    moderator: Membership, issuer: Issuer
) -> None:
    """Else the issuer would sign them in as the same person again."""
    with_app(moderator.user)
    client = Client()
    sign_in(client)
    assert sign_out(client) == SIGNED_OUT
    assert client.get(LEAVE)["Location"].startswith(issuer.url)
    assert client.get(CODE)["Location"] == LOGIN


def test_who_was_refused_leaves_no_token(
    moderator: Membership, issuer: Issuer, settings: Settings
) -> None:
    with_app(moderator.user)
    client = Client()
    sign_in(client)
    moderator.user.browsers_forgotten += 1
    moderator.user.save()
    client.post(CODE, {"code": code_now()})
    assert not is_signed_in(client)
    assert issuer.tokens[0] not in str(dict(client.session))


# When the issuer fails


def test_signing_out_asks_the_issuer_nothing(inside: Client, issuer: Issuer) -> None:
    issuer.asked.clear()
    issuer.broken = {"/.well-known/openid-configuration", "/end"}
    sign_out(inside)
    assert f'href="{LEAVE}"' in text(inside.get(SIGNED_OUT))
    assert inside.get(LEAVE).status_code == 302
    assert issuer.asked == []


def test_another_issuer_gets_nothing_of_this_ones(
    inside: Client, issuer: Issuer, settings: Settings
) -> None:
    app = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]
    other = {**app, "settings": {**app["settings"], "server_url": "http://127.0.0.1:9"}}
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [other]}}
    sign_out(inside)
    assert urlsplit(inside.get(LEAVE)["Location"]).netloc == urlsplit(issuer.url).netloc


# The secret


def test_the_token_is_nowhere_but_in_the_session_and_in_the_one_redirect(
    inside: Client, issuer: Issuer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    (token,) = issuer.tokens
    sealed = "".join(Session.objects.values_list("session_data", flat=True))
    assert token not in sealed
    assert token in str(dict(inside.session))
    shown = [inside.get("/accounts/"), inside.get(SIGN_OUT), inside.get(SESSIONS)]
    sign_out(inside)
    shown.append(inside.get(SIGNED_OUT))
    led: Any = inside.get(LEAVE)
    assert token in led["Location"]
    assert led.content == b""
    assert led["Cache-Control"] == "no-store"
    assert led["Referrer-Policy"] == "no-referrer"
    assert token not in str(dict(inside.session))
    assert not [one for one in shown if token in text(one) or token in str(one.headers)]
    assert token not in caplog.text
    assert not SocialToken.objects.exists()


def test_nothing_that_the_issuer_says_of_a_person_is_kept_with_their_identity(
    inside: Client, moderator: Membership, issuer: Issuer
) -> None:
    kept = SocialAccount.objects.get()
    assert kept.extra_data == {}
    SocialAccount.objects.update(extra_data={"userinfo": issuer.person})
    sign_in(Client())
    kept.refresh_from_db()
    assert kept.extra_data == {}


def test_a_fault_of_ours_does_not_show_it(
    inside: Client, issuer: Issuer, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    def fail(kept: signing_out.Kept, state: str) -> str:
        raise RuntimeError(f"of {type(kept).__name__}")

    sign_out(inside)
    monkeypatch.setattr(signing_out, "address", fail)
    settings.DEBUG, inside.raise_request_exception = True, False
    page = inside.get(LEAVE)
    assert page.status_code == 500
    assert issuer.tokens[0] not in text(page)
    assert issuer.tokens[0] not in repr(
        signing_out.Kept("https://a", issuer.tokens[0], CLIENT, 0.0)
    )


# Who is still signed in, or comes back


def test_nobody_is_signed_out_by_an_address(inside: Client, issuer: Issuer) -> None:
    for path in (LEAVE, SIGNED_OUT):
        answer: Any = inside.get(path)
        assert answer["Location"] == LOGIN
    assert is_signed_in(inside)
    inside.get(START)  # and back, without signing in there
    assert sign_out(inside) == SIGNED_OUT


def test_who_signs_in_there_again_is_not_cut_off_by_what_was_offered_before(
    inside: Client, issuer: Issuer, later: Later
) -> None:
    sign_out(inside)
    later(590)
    answer = through(start(inside))
    later(700)
    assert inside.get(answer).status_code == 302
    assert is_signed_in(inside)
    assert sign_out(inside) == SIGNED_OUT
