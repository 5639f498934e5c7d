"""A forgotten password: the mail, what it tells each reader, and how the reset works"""

import logging
import re
import smtplib
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.test import Client
from pytest_django import Settings

from inbox.models import Membership, User
from tests.support.cast import PASSWORD
from tests.support.jobs import settle
from tests.support.markup import words
from tests.support.pages import text
from tests.support.signing_in import FORGOTTEN, LOGIN, enter, is_signed_in, letter

pytestmark = pytest.mark.django_db(transaction=True)  # the mail is written in another thread

NEW = {"password1": "rosier-du-matin", "password2": "rosier-du-matin"}
LINK = re.compile(r"^http://localhost(/accounts/password/reset/key/\S+)$", re.MULTILINE)


def ask(client: Client, email: str = "nadia@example.com", **headers: str) -> Any:
    return client.post(FORGOTTEN, {"email": email}, follow=True, headers=headers)


def link_in(sent: EmailMessage) -> str:
    (link,) = LINK.findall(str(sent.body))
    return str(link)


def set_new(client: Client, link: str, **fields: str) -> Any:
    page: Any = client.get(link, follow=True)
    return client.post(page.request["PATH_INFO"], {**NEW, **fields}, follow=True)


def test_the_link_of_the_mail_sets_a_password_once(client: Client, moderator: Membership) -> None:
    assert FORGOTTEN in text(client.get(LOGIN))
    assert "<h1>Look into your mail</h1>" in text(ask(client, "NADIA@example.com"))
    sent = letter()
    assert (sent.subject, sent.to) == ("Set a new password", ["nadia@example.com"])
    assert sent.from_email == "Ambassador Inbox <no-reply@localhost>"
    assert "<h1>Your password is set</h1>" in text(set_new(client, link_in(sent)))
    assert not is_signed_in(client)
    enter(client, "nadia@example.com", NEW["password1"])
    assert is_signed_in(client)
    assert letter(2).subject == "Your password was changed"
    assert "This link no longer works" in text(Client().get(link_in(sent), follow=True))


def test_the_link_leads_to_the_public_address_whatever_host_was_asked(
    client: Client, moderator: Membership
) -> None:
    ask(client, Host="127.0.0.1:666")
    assert "127.0.0.1" not in str(letter().body)
    assert link_in(letter())


def test_the_answer_is_the_same_for_an_address_that_has_no_account(
    client: Client, moderator: Membership
) -> None:
    known, unknown = ask(client), ask(Client(), "unknown@example.com")
    assert words(text(known)) == words(text(unknown))
    assert known.redirect_chain == unknown.redirect_chain
    settle()
    assert [sent.to for sent in mail.outbox] == [["nadia@example.com"]]


def test_who_was_deactivated_gets_no_link(client: Client, moderator: Membership) -> None:
    User.objects.update(is_active=False)
    assert "Look into your mail" in text(ask(client))
    settle()
    assert mail.outbox == []


def test_a_set_password_ends_all_sessions(moderator: Membership) -> None:
    other, client = Client(), Client()
    enter(other, "nadia@example.com")
    ask(client)
    set_new(client, link_in(letter()))
    assert other.get("/accounts/").status_code == 302


@pytest.mark.parametrize(
    ("weak", "told"),
    [
        ("motdepasse1234", None),
        ("1234567890", "too common"),
        ("password123", "too common"),
        ("iloveyou12", "too common"),
        ("short", "too short"),
        ("93751047265", "entirely numeric"),
        ("nadia@example.com", "too similar"),
    ],
)
def test_a_weak_password_is_refused_without_asking_anybody(
    client: Client, moderator: Membership, weak: str, told: str | None
) -> None:
    ask(client)
    page = text(set_new(client, link_in(letter()), password1=weak, password2=weak))
    assert ("Your password is set" in page) is (told is None)
    assert told is None or told in page


def test_a_link_that_was_tampered_with_sets_nothing(client: Client, moderator: Membership) -> None:
    ask(client)
    link = link_in(letter())
    for wrong in (link[:-3] + "x/", link.replace("/key/", "/key/z")):
        assert "This link no longer works" in text(Client().get(wrong, follow=True))
    moderator.user.refresh_from_db()
    assert moderator.user.check_password(PASSWORD)


# Its words


def test_the_mail_is_in_the_persons_language(client: Client, moderator: Membership) -> None:
    User.objects.update(language="fr")
    ask(client, **{"Accept-Language": "en"})
    assert letter().subject == "Choisir un nouveau mot de passe"
    assert "Bonjour," in str(letter().body)


def test_else_in_that_of_the_browser(client: Client, moderator: Membership) -> None:
    ask(client, **{"Accept-Language": "fr"})
    assert "Bonjour," in str(letter().body)


def test_the_mails_are_plain_text_with_nothing_escaped(
    client: Client, moderator: Membership
) -> None:
    enter(client, "nadia@example.com")
    client.post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, **NEW},
        headers={"User-Agent": "Firefox/130.0 on <Linux> & 'more'"},
    )
    body = str(letter().body)
    assert "From: 127.0.0.1, Firefox on Linux." in body
    assert "http://localhost/accounts/password/reset/" in body
    assert "&" not in body
    assert "<" not in body
    assert "\n\n\n" not in body


# A mail server that is down


def test_a_mail_server_that_is_down_changes_no_answer_and_is_logged_without_address(
    client: Client,
    moderator: Membership,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def down(*_arguments: object) -> int:
        raise smtplib.SMTPRecipientsRefused({"nadia@example.com": (550, b"no")})

    monkeypatch.setattr(EmailMessage, "send", down)
    assert "Look into your mail" in text(ask(client))
    settle()
    errors = [line for line in caplog.records if line.levelno == logging.ERROR]
    assert [line.getMessage() for line in errors] == [
        "A mail was not sent: SMTPRecipientsRefused. Check EMAIL_URL and EMAIL_FROM."
    ]


# Too often


def test_one_address_is_not_flooded(
    moderator: Membership, settings: Settings, client: Client
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for email in ("nadia@example.com", "unknown@example.com"):
        answers = [
            ask(Client(), email, **{"X-Forwarded-For": f"192.0.2.{number}"}) for number in range(4)
        ]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        assert answers[-1]["Retry-After"] == "300"
        assert "<h1>Too many tries</h1>" in text(answers[-1])
        assert "Look for the last link in the mailbox" in text(answers[-1])
    settle()
    assert len(mail.outbox) == 3
