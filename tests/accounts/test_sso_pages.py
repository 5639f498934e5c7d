"""`REQUIRE_SSO`: what pages, links, commands and invitations say and do"""

from typing import Any
from urllib.parse import urlencode

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client

from inbox.accounts.one_time_links import password_link
from inbox.models import Brand, Membership, Role, User
from tests.accounts.sso_alone import ELSEWHERE, KEY, NEW, TWICE, _named
from tests.accounts.test_single_sign_on import START, _issuer, issuer, sign_in
from tests.stack.issuer import Issuer
from tests.support.cast import PASSWORD, invite
from tests.support.jobs import settle
from tests.support.markup import attribute, attributes, every, one, words
from tests.support.pages import INBOX, text, told
from tests.support.passkey import Passkey, challenge
from tests.support.signing_in import (
    FACTOR,
    FORGOTTEN,
    LOGIN,
    enter,
    letter,
    with_app,
)

__all__ = ["_issuer", "_named", "issuer"]

REFUSED = "or your account signs in with Maison SSO."


# The page


def test_the_issuer_is_the_one_main_way_and_operators_are_folded_away(
    client: Client, db: None
) -> None:
    page = text(client.get(LOGIN, {"next": INBOX}))
    main, fold = every(page, "a.button.primary, details")
    assert attribute(main, "href") == f"{START}?next={INBOX}"
    assert words(main) == "Sign in with Maison SSO"
    assert fold.attributes == {"class": "fold"}
    assert "Operators sign in here" in words(fold)
    assert attributes(fold, "[name=next]", "value") == [INBOX, INBOX]
    for way in ("[type=password]", "[data-passkey]"):
        assert len(every(fold, way)) == len(every(page, way)) == 1


def test_what_an_operator_mistyped_is_told_in_the_open_fold(client: Client, db: None) -> None:
    page = text(enter(client, "nadia@example.com", "wrong", next=INBOX))
    fold = one(page, "details")
    assert "open" in fold.attributes
    assert REFUSED in words(fold)


def test_right_or_wrong_it_is_told_the_same(moderator: Membership) -> None:
    told = {
        words(text(enter(Client(), email, password))).replace(email, "–")
        for email in (moderator.user.email, "unknown@example.com")
        for password in (PASSWORD, "wrong")
    }
    assert {REFUSED in one for one in told} == {True}
    assert len({one.split("Operators sign in here")[0] for one in told}) == 1


def test_tries_are_counted_as_before(moderator: Membership) -> None:
    for _ in range(5):
        assert REFUSED in words(text(enter(Client(), moderator.user.email)))
    page = words(text(enter(Client(), moderator.user.email)))
    assert "Try again in five minutes, or sign in with Maison SSO." in page


def test_a_passkey_of_somebody_else_is_refused_in_words(moderator: Membership) -> None:
    client = Client()
    passkey = Passkey(moderator.user)
    passkey.keep()
    answer: Any = client.post(
        f"{FACTOR}passkeys/login/",
        {"credential": passkey.answer(challenge(client)), "next": INBOX},
    )
    assert answer["Location"] == f"{LOGIN}?{urlencode({'next': INBOX})}"
    assert ELSEWHERE in words(text(client.get(answer["Location"])))


# Links


@pytest.mark.django_db(transaction=True)  # the mail is written in another thread
def test_a_forgotten_password_is_a_link_for_operators_with_a_factor(
    client: Client, operator: User
) -> None:
    with_app(operator)
    client.post(FORGOTTEN, {"email": operator.email})
    settle()
    assert "/accounts/password/reset/key/" in str(letter().body)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_others_are_told_how_they_get_in(
    client: Client, moderator: Membership, language: str
) -> None:
    answer: Any = client.post(
        FORGOTTEN, {"email": moderator.user.email}, headers={"Accept-Language": language}
    )
    assert answer.status_code == 302
    settle()
    (sent,) = mail.outbox
    assert "/password/reset/key/" not in str(sent.body)
    assert "Maison SSO" in sent.subject
    assert f"http://localhost{LOGIN}" in str(sent.body)
    assert ("Bonjour" in str(sent.body)) == (language == "fr")


@pytest.mark.django_db(transaction=True)
def test_unknown_and_deactivated_addresses_get_nothing(
    client: Client, moderator: Membership
) -> None:
    User.objects.update(is_active=False)
    for email in (moderator.user.email, "unknown@example.com"):
        assert client.post(FORGOTTEN, {"email": email}).status_code == 302
    settle()
    assert mail.outbox == []


def test_an_earlier_link_says_how_one_gets_in_and_sets_nothing(moderator: Membership) -> None:
    client, link = Client(), password_link(moderator.user).removeprefix("http://localhost")
    page: Any = client.get(link, follow=True)
    assert page.status_code == 403
    assert f"<h1>{ELSEWHERE}</h1>" in told(text(page))
    assert f'href="{START}"' in text(page)
    answer: Any = client.post(page.request["PATH_INFO"], TWICE)
    assert answer.status_code == 403
    moderator.user.refresh_from_db()
    assert moderator.user.check_password(PASSWORD)


# Commands


def test_add_member_prints_how_they_sign_in_and_no_link(
    brand: Brand, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("INBOX_PASSWORD", raising=False)
    call_command("add_member", "camille@example.com", brand=3, role="manager")
    told = capsys.readouterr().out
    assert "password" not in told
    assert f"camille@example.com signs in with Maison SSO: http://localhost{LOGIN}" in told


def test_add_member_takes_no_password_that_nobody_could_use(
    brand: Brand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INBOX_PASSWORD", NEW)
    with pytest.raises(CommandError, match=r"INBOX_PASSWORD .* signs in with Maison SSO\.$"):
        call_command("add_member", "camille@example.com", brand=3, role="manager")
    assert not User.objects.exists()


def test_add_member_goes_on_for_an_operator_with_a_factor(
    brand: Brand,
    operator: User,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with_app(operator)
    monkeypatch.delenv("INBOX_PASSWORD", raising=False)
    call_command("add_member", operator.email, brand=3, role="viewer")
    assert "To set a password, once: http://localhost/" in capsys.readouterr().out
    monkeypatch.setenv("INBOX_PASSWORD", NEW)
    call_command("add_member", operator.email, brand=3, role="viewer")
    operator.refresh_from_db()
    assert operator.check_password(NEW)


# Invitations


def test_an_invitation_is_taken_up_at_the_issuer(manager: Membership, issuer: Issuer) -> None:
    invite(manager, KEY, Role.VIEWER)
    client = Client()
    page = text(client.get(f"/invitations/{KEY}/"))
    within = urlencode({"next": "/brands/3/ambassadors/"})
    assert f'href="{START}?{within}"' in page
    assert "Join with Maison SSO" in words(page)
    assert 'type="password"' not in page
    refused: Any = client.post(f"/invitations/{KEY}/", {"name": "Inès", "password": NEW})
    assert refused.status_code == 403
    assert "Join with Maison SSO" in words(text(refused))
    issuer.person |= {"sub": "i-1", "email": KEY}
    answer = sign_in(client, next="/brands/3/ambassadors/")
    assert answer["Location"] == "/brands/3/ambassadors/"
    assert Membership.objects.get(user__email=KEY).role == Role.VIEWER
