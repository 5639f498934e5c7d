"""Single sign-on: an issuer on this machine, and the people it may let in"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from allauth.socialaccount.models import SocialAccount, SocialApp
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from inbox.accounts import single_sign_on
from inbox.models import Brand, Invitation, Membership, Role, User
from inbox.sandbox.server import running
from tests.stack.issuer import CLIENT, MISSING, SECRET, Issuer
from tests.support.at_once import hold, statuses_at_once
from tests.support.markup import words
from tests.support.pages import text
from tests.support.signing_in import LOGIN, confirm, is_signed_in, letter, with_app

START = "/accounts/sso/"
CALLBACK = "/accounts/sso/callback/"
CODE = "/accounts/2fa/code/"
NADIA = {"sub": "n-1", "email": "nadia@example.com", "email_verified": True, "name": "Nadia B."}


@pytest.fixture(scope="module")
def _issuer() -> Iterator[Issuer]:
    issuer = Issuer()
    with running(issuer) as url:
        issuer.url = url
        yield issuer


@pytest.fixture
def issuer(_issuer: Issuer, settings: Settings) -> Issuer:
    _issuer.person, _issuer.changes = dict(NADIA), {}
    _issuer.broken, _issuer.asked = set(), []
    _issuer.ends, _issuer.tokens, _issuer.ended = MISSING, [], []
    told = {"server_url": _issuer.url, "oauth_pkce_enabled": True}
    app = {"provider_id": "sso", "client_id": CLIENT, "secret": SECRET, "settings": told}
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app]}}
    settings.SINGLE_SIGN_ON, settings.OIDC_NAME = True, ""
    return _issuer


@pytest.fixture
def invitation(brand: Brand, manager: Membership) -> Invitation:
    return Invitation.objects.create(
        brand=brand,
        email="Ines@example.com",
        role=Role.MODERATOR,
        digest="d",
        invited_by=manager,
        expires=timezone.now() + timedelta(days=1),
    )


def start(client: Client, **query: str) -> str:
    """Where the button leads: the issuer's page."""
    answer: Any = client.get(START, query)
    assert answer.status_code == 302, text(answer)
    return str(answer["Location"])


def through(address: str) -> str:
    """Through the issuer's page, back to an address of ours."""
    answer = requests.get(address, allow_redirects=False, timeout=5)
    parts = urlsplit(answer.headers["Location"])
    assert parts.path == CALLBACK
    return f"{parts.path}?{parts.query}"


def sign_in(client: Client, **query: str) -> Any:
    return client.get(through(start(client, **query)))


def assert_refused(client: Client, answer: Any) -> None:
    assert answer.status_code == 403
    assert "<h1>You could not be signed in</h1>" in text(answer)
    assert not is_signed_in(client)


# Who gets in


def test_a_member_gets_in_and_is_told_the_first_time(
    client: Client, moderator: Membership, issuer: Issuer
) -> None:
    assert sign_in(client, next="/brands/3/codes/")["Location"] == "/brands/3/codes/"
    assert int(client.session["_auth_user_id"]) == moderator.user.pk
    assert letter().subject == "Single sign-on is connected"
    moderator.user.refresh_from_db()
    assert moderator.user.name == "Nadia Benali"
    assert moderator.user.has_usable_password()
    again = Client()
    assert sign_in(again)["Location"] == "/"
    assert User.objects.filter(email="nadia@example.com").count() == 1
    assert SocialAccount.objects.get().user == moderator.user


def test_the_invited_become_members(client: Client, issuer: Issuer, invitation: Invitation) -> None:
    issuer.person |= {"sub": "i-1", "email": "INES@example.com", "name": "Inès Faure"}
    assert sign_in(client)["Location"] == "/"
    made = Membership.objects.get(user__email="ines@example.com")
    assert (made.role, made.brand_id, made.user.name) == (Role.MODERATOR, 3, "Inès Faure")
    assert not made.user.has_usable_password()
    invitation.refresh_from_db()
    assert invitation.accepted
    assert is_signed_in(client)


def test_a_member_who_left_comes_back_by_an_invitation(
    client: Client, moderator: Membership, issuer: Issuer, invitation: Invitation
) -> None:
    Membership.objects.filter(pk=moderator.pk).update(is_active=False, role=Role.VIEWER)
    Invitation.objects.update(email="nadia@example.com")
    sign_in(client)
    moderator.refresh_from_db()
    assert (moderator.is_active, moderator.role) == (True, Role.MODERATOR)


@pytest.mark.parametrize(
    "change",
    [
        {"email_verified": False},
        {"email_verified": "true"},
        {"email_verified": None},
        {"email": "unknown@example.com"},
        {"email": ""},
        {"email": "stranger@example.com", "email_verified": False},
    ],
    ids=str,
)
def test_all_others_are_told_the_same(
    client: Client, moderator: Membership, stranger: User, issuer: Issuer, change: dict[str, Any]
) -> None:
    issuer.person |= change
    before = User.objects.count()
    refusal = sign_in(client)
    assert_refused(client, refusal)
    issuer.person |= {"email": "nobody@example.com", "email_verified": True}
    assert words(text(sign_in(client))) == words(text(refusal))
    assert User.objects.count() == before
    assert not SocialAccount.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        {"expires": timezone.now() - timedelta(seconds=1)},
        {"accepted": timezone.now()},
        {"withdrawn": timezone.now()},
    ],
    ids=["expired", "accepted", "withdrawn"],
)
def test_an_invitation_that_is_over_lets_nobody_in(
    client: Client, issuer: Issuer, invitation: Invitation, change: dict[str, Any]
) -> None:
    Invitation.objects.update(**change)
    issuer.person |= {"sub": "i-1", "email": "ines@example.com"}
    assert_refused(client, sign_in(client))
    assert not User.objects.filter(email="ines@example.com").exists()


def test_a_deactivated_account_is_refused(
    client: Client, moderator: Membership, issuer: Issuer
) -> None:
    sign_in(Client())
    User.objects.update(is_active=False)
    assert_refused(client, sign_in(client))


def test_a_known_person_whose_address_is_another_now_is_refused(
    client: Client, moderator: Membership, viewer: Membership, issuer: Issuer
) -> None:
    sign_in(Client())
    issuer.person["email"] = "hugo@example.com"
    assert_refused(client, sign_in(client))


@pytest.mark.parametrize("sub", ["n-1", "n-2"], ids=["the same identity", "another"])
def test_an_address_that_the_operator_changed(
    moderator: Membership, operator: User, invitation: Invitation, issuer: Issuer, sub: str
) -> None:
    """Who proves the old one stays out, though invited before. Who proves the new one gets in."""
    before, person = Client(), moderator.user
    sign_in(before)
    Invitation.objects.update(email="Nadia@example.com")
    desk, form = Client(), {"email": "benali@example.com", "is_active": "on"}
    desk.force_login(operator)
    confirm(desk)
    assert desk.post(f"/admin/inbox/user/{person.pk}/change/", form).status_code == 302
    assert not is_signed_in(before)
    client = Client()
    assert_refused(client, sign_in(client))
    assert User.objects.filter(email__startswith="nadia").count() == 0
    issuer.person |= {"sub": sub, "email": "Benali@example.com"}
    assert sign_in(client)["Location"] == "/"
    assert int(client.session["_auth_user_id"]) == person.pk
    issuer.person |= {"sub": "n-1", "email": "nadia@example.com"}
    again = Client()
    assert_refused(again, sign_in(again))


def test_the_second_factor_is_asked_for_all_the_same(
    client: Client, moderator: Membership, issuer: Issuer
) -> None:
    with_app(moderator.user)
    assert sign_in(client)["Location"] == CODE
    assert not is_signed_in(client)


def test_it_does_not_count_as_a_second_factor(
    client: Client, moderator: Membership, issuer: Issuer, settings: Settings
) -> None:
    settings.REQUIRE_MFA = "everyone"
    sign_in(client)
    assert client.get("/")["Location"] == "/accounts/2fa/"


# What is forged


def test_state_nonce_and_pkce_are_asked_with(client: Client, db: None, issuer: Issuer) -> None:
    asked = parse_qs(urlsplit(start(client)).query)
    assert len(asked["state"][0]) >= 16
    assert len(asked["nonce"][0]) == 32
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == [f"http://testserver{CALLBACK}"]
    assert set(asked["scope"][0].split()) == {"openid", "profile", "email"}


def test_an_answer_is_good_once(client: Client, moderator: Membership, issuer: Issuer) -> None:
    answer = through(start(client))
    assert client.get(answer).status_code == 302
    client.post("/accounts/logout/")
    assert client.get(answer).status_code == 401
    assert not is_signed_in(client)


def test_an_answer_is_good_in_the_browser_that_asked(
    client: Client, moderator: Membership, issuer: Issuer
) -> None:
    answer = through(start(Client()))
    start(client)
    refusal = client.get(answer)
    assert refusal.status_code == 401
    assert "<h1>Single sign-on did not work</h1>" in text(refusal)
    assert not is_signed_in(client)


@pytest.mark.parametrize(
    "change",
    [{"nonce": "of another"}, {"nonce": None}, {"sub": "another"}],
    ids=str,
)
def test_a_token_for_another_sign_in_is_refused(
    client: Client, moderator: Membership, issuer: Issuer, change: dict[str, Any]
) -> None:
    issuer.changes = change
    assert_refused(client, sign_in(client))


@pytest.mark.parametrize(
    "change", [{"aud": "another"}, {"iss": "https://evil.example"}, {"exp": 1}]
)
def test_a_token_of_or_for_somebody_else_is_no_token(
    client: Client, moderator: Membership, issuer: Issuer, change: dict[str, Any]
) -> None:
    issuer.changes = change
    assert sign_in(client).status_code == 401
    assert not is_signed_in(client)


def test_a_wrong_verifier_gets_no_token(
    client: Client, moderator: Membership, issuer: Issuer
) -> None:
    address = start(client).replace("code_challenge=", "code_challenge=x")
    assert client.get(through(address)).status_code in {401, 502}
    assert not is_signed_in(client)


@pytest.mark.parametrize("query", [{"process": "connect"}, {"auth_params": "nonce=mine"}], ids=str)
def test_nothing_else_can_be_asked_for_in_the_address(
    client: Client, moderator: Membership, stranger: User, issuer: Issuer, query: dict[str, str]
) -> None:
    client.force_login(stranger)
    answer = sign_in(client, **query)
    assert answer.status_code == 403
    assert not SocialAccount.objects.exists()


def test_it_leads_to_no_other_site(client: Client, moderator: Membership, issuer: Issuer) -> None:
    assert sign_in(client, next="https://evil.example/")["Location"] == "/"


# When the issuer fails


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/token", "/userinfo"])
def test_an_issuer_that_is_down_is_a_page_of_ours(
    client: Client,
    moderator: Membership,
    issuer: Issuer,
    path: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    answer = None if "well-known" in path else through(start(client))
    issuer.broken = {path}
    failure = client.get(answer or START)
    assert failure.status_code in {401, 502}
    assert "<h1>Single sign-on did not work</h1>" in text(failure)
    assert not is_signed_in(client)
    assert "Single sign-on failed" in caplog.text


def test_an_issuer_that_is_not_there(client: Client, db: None) -> None:
    failure = client.get(START)  # as in the environment of the tests
    assert failure.status_code == 502
    assert "Single sign-on did not work" in text(failure)


def test_who_stops_there_is_told_that_nothing_happened(
    client: Client, db: None, issuer: Issuer
) -> None:
    (state,) = parse_qs(urlsplit(start(client)).query)["state"]
    page = client.get(CALLBACK, {"error": "access_denied", "state": state}, follow=True)
    assert "<h1>Sign-in was cancelled</h1>" in text(page)
    assert 'href="/accounts/login/"' in text(page)


def test_who_stops_there_still_is_on_the_way_to_a_page(
    client: Client, db: None, issuer: Issuer
) -> None:
    (state,) = parse_qs(urlsplit(start(client, next="/brands/3/codes/")).query)["state"]
    page = client.get(CALLBACK, {"error": "access_denied", "state": state}, follow=True)
    assert 'href="/accounts/login/?next=%2Fbrands%2F3%2Fcodes%2F"' in text(page)


def test_that_page_leads_to_no_other_site(client: Client, db: None, issuer: Issuer) -> None:
    page = client.get("/accounts/sso/cancelled/", {"next": "https://evil.example/"})
    assert "evil" not in text(page)


# Where it is offered


def test_the_button_is_there_where_it_is_configured(
    client: Client, db: None, issuer: Issuer, settings: Settings
) -> None:
    page = text(client.get(LOGIN, {"next": "/brands/3/codes/"}))
    assert f'href="{START}?next=/brands/3/codes/"' in page
    assert "Sign in with single sign-on" in words(page)
    settings.OIDC_NAME = "Maison Lumière"
    assert "Sign in with Maison Lumière" in words(text(client.get(LOGIN)))


def test_without_it_there_is_no_such_address(client: Client, db: None, settings: Settings) -> None:
    settings.SOCIALACCOUNT_PROVIDERS, settings.SINGLE_SIGN_ON = {}, False
    assert START not in text(client.get(LOGIN))
    SocialApp.objects.create(provider="openid_connect", provider_id="sso", client_id="x", name="x")
    for path in (START, CALLBACK):
        assert client.get(path).status_code == 404


# At the same moment


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_known", [True, False], ids=["member", "invited"])
def test_two_windows_at_once_are_one_connection(
    moderator: Membership,
    invitation: Invitation,
    issuer: Issuer,
    monkeypatch: pytest.MonkeyPatch,
    is_known: bool,
) -> None:
    if not is_known:
        issuer.person |= {"sub": "i-1", "email": "ines@example.com"}
    windows = [Client(), Client()]
    callbacks = [partial(window.get, through(start(window))) for window in windows]
    hold(monkeypatch, single_sign_on, "proven_address", within=20)  # neither is known by then
    answers = list[Any]()

    def finish(callback: Callable[[], Any]) -> Any:
        answers.append(callback())
        return answers[-1]

    assert statuses_at_once(*(partial(finish, one) for one in callbacks)) == [302, 409]
    (late,) = [one for one in answers if one.status_code == 409]
    assert "<h1>Single sign-on did not work</h1>" in text(late)
    monkeypatch.undo()
    account = SocialAccount.objects.get()
    assert account.user.memberships.count() == 1
    assert sign_in(Client())["Location"] == "/"


def test_nobody_gets_an_account_by_an_invitation_that_was_withdrawn_meanwhile(
    client: Client, issuer: Issuer, invitation: Invitation, monkeypatch: pytest.MonkeyPatch
) -> None:
    issuer.person |= {"sub": "i-1", "email": "ines@example.com"}
    real = single_sign_on.take_up_invitations

    def too_late(user: User) -> None:
        Membership.objects.filter(pk=invitation.invited_by_id).update(is_active=False)
        real(user)

    monkeypatch.setattr(single_sign_on, "take_up_invitations", too_late)
    assert_refused(client, sign_in(client))
    assert not User.objects.filter(email="ines@example.com").exists()
    assert not SocialAccount.objects.exists()
