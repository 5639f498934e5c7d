"""What a person does to sign in, step by step."""

import time
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core import mail
from django.core.mail import EmailMessage
from django.test import Client

from inbox.models import User
from tests.support.cast import PASSWORD
from tests.support.markup import all_words, forms, one
from tests.support.pages import text

LOGIN = "/accounts/login/"
CONFIRM = "/accounts/confirm/"
FACTOR = "/accounts/2fa/"
CODE = f"{FACTOR}code/"
APP = f"{FACTOR}app/"
CODES = f"{FACTOR}codes/"
SESSIONS = "/accounts/sessions/"
FORGOTTEN = "/accounts/password/reset/"
PERIOD = 30  # seconds that a code is valid
AT_LEAST = 3  # of them are left to send it
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0"


def enter(client: Client, email: str, password: str = PASSWORD, **fields: Any) -> Any:
    return client.post(LOGIN, {"login": email, "password": password, **fields})


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def signed_in(user: User, **options: Any) -> Client:
    """As the person does it, with the password, which is then confirmed for what guards the account."""
    client = Client(**options)
    enter(client, user.email)
    return confirm(client)


def confirm(client: Client) -> Client:
    """As the person does it who is signed in there, with the password."""
    answer = client.post(CONFIRM, {"password": PASSWORD})
    assert answer.status_code == 302, text(answer)
    return client


def code_now(secret: str = SECRET, ahead: int = 0) -> str:
    """What the app shows now, or so many periods later; one that is about to end is waited out."""
    left = PERIOD - time.time() % PERIOD
    if left < AT_LEAST:
        time.sleep(left)
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // PERIOD + ahead)))


def with_app(user: User) -> User:
    """The user, with an app for codes set up long ago."""
    data = {"secret": get_adapter().encrypt(SECRET)}
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data=data)
    return user


def set_up_app(client: Client) -> Any:
    """Read the picture's key, type the code; gives the page that it leads to."""
    return client.post(APP, {"code": code_now(app_key(client))}, follow=True)


def app_key(client: Client) -> str:
    """The key that can be typed into an app; it stays the same until the app is set up."""
    return one(text(client.get(APP)), "code").text()


def recovery_codes(page: str) -> list[str]:
    return all_words(page, "code")


def fields_of(page: str, name: str) -> dict[str, str]:
    return next(form.fields for form in forms(page) if name in form.names)


def letter(number: int = 1, within: float = 5) -> EmailMessage:
    """The mail of this number, which is sent beside the request, once it is there."""
    ends = time.monotonic() + within
    while len(mail.outbox) < number and time.monotonic() < ends:
        time.sleep(0.01)
    assert len(mail.outbox) >= number, f"{len(mail.outbox)} mails, and not {number}"
    return mail.outbox[number - 1]
