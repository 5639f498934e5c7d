"""`REQUIRE_SSO`: the account without passwords, and confirming oneself"""

from django.core import mail
from django.test import Client
from pytest_django import Settings

from inbox.models import Membership, User
from tests.accounts.sso_alone import (
    ACCOUNT,
    ELSEWHERE,
    NEW,
    TWICE,
    _named,
    by_password,
    finish,
    inside,
    new_code,
)
from tests.accounts.test_confirm import AT_ISSUER, confirm, is_asked
from tests.accounts.test_single_sign_on import _issuer, issuer, sign_in
from tests.stack.issuer import Issuer
from tests.support.cast import PASSWORD
from tests.support.jobs import settle
from tests.support.markup import words
from tests.support.pages import text, told
from tests.support.signing_in import (
    CONFIRM,
    FACTOR,
    with_app,
)

__all__ = ["_issuer", "_named", "inside", "issuer"]

PASSWORDS = ("/accounts/password/change/", "/accounts/password/set/")


# The account


def test_members_see_nothing_of_passwords(inside: Client, moderator: Membership) -> None:
    page = text(inside.get(ACCOUNT))
    assert "/accounts/password/" not in page
    factors = words(text(inside.get(FACTOR)))
    assert "password" not in factors
    assert "Maison SSO" in factors
    for path in PASSWORDS:
        for answer in (inside.get(path), inside.post(path, {"oldpassword": PASSWORD, **TWICE})):
            assert answer.status_code == 403
            assert f"<h1>{ELSEWHERE}</h1>" in told(text(answer))
    moderator.user.refresh_from_db()
    assert moderator.user.check_password(PASSWORD)


def test_operators_with_a_factor_go_on_changing_theirs(operator: User, settings: Settings) -> None:
    client = Client()
    with_app(operator)
    by_password(client, operator, settings)
    assert "/accounts/password/change/" in text(client.get(ACCOUNT))
    fields = {"oldpassword": PASSWORD, **TWICE}
    assert client.post(PASSWORDS[0], fields).status_code == 302
    operator.refresh_from_db()
    assert operator.check_password(NEW)


def test_no_mail_of_a_change_leads_members_to_passwords(
    inside: Client, moderator: Membership
) -> None:
    settle()
    (sent,) = mail.outbox
    assert sent.subject == "Single sign-on is connected"
    assert "/accounts/password/" not in str(sent.body)


# Confirming oneself


def test_members_confirm_at_the_issuer_and_not_by_a_password(
    inside: Client, issuer: Issuer
) -> None:
    page = text(inside.get(CONFIRM, {"next": f"{FACTOR}app/"}))
    assert 'type="password"' not in page
    assert AT_ISSUER in page
    inside.post(CONFIRM, {"password": PASSWORD})
    assert is_asked(inside.get(f"{FACTOR}app/"))
    confirm(inside)
    assert inside.get(f"{FACTOR}app/").status_code == 200


def test_or_by_a_second_factor(moderator: Membership) -> None:
    client = Client()
    with_app(moderator.user)
    sign_in(client)
    finish(client, moderator.user)
    for way in (CONFIRM, f"{FACTOR}confirm/"):
        page = text(client.get(way, {"next": ACCOUNT}, follow=True))
        assert 'type="password"' not in page
    assert f'href="{CONFIRM}' not in text(client.get(f"{FACTOR}confirm/"))
    client.post(f"{FACTOR}confirm/", {"code": new_code()})
    assert client.get(f"{FACTOR}codes/new/").status_code == 200


def test_an_operator_with_a_factor_confirms_as_before(operator: User, settings: Settings) -> None:
    client = Client()
    with_app(operator)
    by_password(client, operator, settings)
    assert 'type="password"' in text(client.get(CONFIRM))
    client.post(CONFIRM, {"password": PASSWORD})
    assert not is_asked(client.get(f"{FACTOR}passkeys/add/"))
