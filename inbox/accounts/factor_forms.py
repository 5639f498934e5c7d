"""The forms of the second factor: allauth's, but each input works once and is parsed with care."""

import json
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.account.adapter import get_adapter as accounts_adapter
from allauth.account.utils import url_str_to_user_pk
from allauth.core import context
from allauth.core.internal import ratelimit
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.auth import validate_totp_code
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from allauth.mfa.webauthn.internal import auth
from django import forms
from django.core.exceptions import BadRequest
from django.utils.translation import gettext as _
from fido2.utils import websafe_decode

from inbox.accounts import sign_ins, spending
from inbox.models import User

LONGEST = 20_000  # characters of a browser's passkey answer; a usual one has some two thousand
LONGEST_NUMBER = 6  # digits and sign
TOO_MANY = "too_many_login_attempts"
UNREADABLE = (
    *(ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError),
    struct.error,
)


class CodeForm(AuthenticateForm):  # type: ignore[misc]  # allauth carries no types
    """After the password: a code of the app, or a recovery code."""

    def clean_code(self) -> str:
        with _noted(self.user, sign_ins.CODE):
            return _spent(self)


class ConfirmCodeForm(ReauthenticateForm):  # type: ignore[misc]
    def clean_code(self) -> str:
        with _noted(self.user, sign_ins.CONFIRM):
            return _spent(self)


class ActivateAppForm(ActivateTOTPForm):  # type: ignore[misc]
    def clean_code(self) -> str:
        usage = _count_try(self.user)
        code: str = self.cleaned_data["code"]
        if not validate_totp_code(self.secret, code):
            raise get_adapter().validation_error("incorrect_code")
        usage.rollback()
        return code


def _spent(form: Any) -> str:
    usage = _count_try(form.user)
    code: str = form.cleaned_data["code"]
    form.authenticator = spending.spend_code(form.user, code)
    if form.authenticator is None:
        raise get_adapter().validation_error("incorrect_code")
    usage.rollback()
    return code


@contextmanager
def _noted(user: User, way: str) -> Iterator[None]:
    """Note a refusal in this block: the person could not sign in, or not confirm their identity."""
    try:
        yield
    except forms.ValidationError as refusal:
        if refusal.code == TOO_MANY:
            sign_ins.note_blocked(way, pk=user.pk)
        else:
            sign_ins.note_refused(way, pk=user.pk)
        raise


def _count_try(user: User) -> Any:
    """Count a try at this person's codes, across all browsers.

    A link for a password makes a browser known. It would give the thief of a mailbox new tries.
    """
    return _consumed("allauth.account", "login_failed", f"mfa-auth-user-{user.pk}")


def _consumed(app: str, action: str, key: str | None = None) -> Any:
    usage = ratelimit.consume(context.request, app=app, action=action, key=key)
    if usage is None:
        raise accounts_adapter().validation_error(TOO_MANY)
    return usage


class CredentialField(forms.JSONField):
    """What the browser sends of a passkey.

    Only a script sends unreadable values, so it gets a bad request.
    """

    def __init__(self, kind: Any, **options: Any) -> None:
        super().__init__(widget=forms.HiddenInput, **options)
        self.kind = kind

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return None
        try:
            if len(value) > LONGEST:
                raise ValueError
            read = json.loads(value, parse_constant=_refuse, parse_int=_small)
            if not self.kind.from_dict(read):
                raise ValueError
        except UNREADABLE:
            raise BadRequest(_("What the passkey answered can't be read.")) from None
        return read


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _small(digits: str) -> int:
    """Accept small numbers only: fido2 would turn any other number into as many bytes."""
    if len(digits) > LONGEST_NUMBER:
        raise ValueError(digits[:LONGEST_NUMBER])
    return int(digits)


class _AnswerForm(forms.Form):
    """A passkey's answer to a challenge. `user`: the expected person, None where the answer says."""

    user: User | None
    credential = CredentialField(auth.AuthenticationResponse)

    def clean_credential(self) -> Authenticator:
        challenge = _challenge()
        answer = self.cleaned_data["credential"]
        try:
            user = self.user or auth.extract_user_from_response(answer)
            found = auth.complete_authentication(user, answer)
        except forms.ValidationError:  # allauth says "incorrect code", and nobody typed one
            raise get_adapter().validation_error("unknown_passkey") from None
        except UNREADABLE:
            raise BadRequest(_("What the passkey answered can't be read.")) from None
        if not spending.spend_challenge(challenge):
            raise get_adapter().validation_error("unknown_passkey")
        return found


class PasskeyCodeForm(_AnswerForm, AuthenticateWebAuthnForm):  # type: ignore[misc]
    """In place of a code, after the password. Nobody can guess it: wrong codes don't lock it."""

    def clean_credential(self) -> Authenticator:
        assert self.user  # noqa: S101 - for the type checker
        with _noted(self.user, sign_ins.PASSKEY):
            _consumed("allauth.mfa", "webauthn_login")
            return super().clean_credential()


class PasskeySignInForm(_AnswerForm, LoginWebAuthnForm):  # type: ignore[misc]
    """In place of password and code."""

    def clean_credential(self) -> Authenticator:
        try:
            return super().clean_credential()
        except forms.ValidationError:
            sign_ins.note_refused(sign_ins.PASSKEY, pk=_claimed(self.cleaned_data["credential"]))
            raise


class PasskeyConfirmForm(_AnswerForm, ReauthenticateWebAuthnForm):  # type: ignore[misc]
    def clean_credential(self) -> Authenticator:
        assert self.user  # noqa: S101 - for the type checker
        with _noted(self.user, sign_ins.CONFIRM):
            return super().clean_credential()


def _claimed(answer: dict[str, Any]) -> Any:
    """The id of the person that a passkey names as its owner; None where it names none of ours."""
    try:
        handle = websafe_decode(answer["response"]["userHandle"]).decode()
        return User._meta.pk.to_python(url_str_to_user_pk(handle))
    except (forms.ValidationError, *UNREADABLE):
        return None


class AddPasskeyForm(AddWebAuthnForm):  # type: ignore[misc]
    credential = CredentialField(auth.RegistrationResponse)

    def clean(self) -> dict[str, Any]:
        challenge = _challenge()
        try:
            cleaned: dict[str, Any] = super().clean()
        except UNREADABLE:
            raise BadRequest(_("What the passkey answered can't be read.")) from None
        if "credential" in cleaned and not spending.spend_challenge(challenge):
            raise get_adapter().validation_error("unknown_passkey")
        return cleaned


def _challenge() -> str:
    """The challenge that this browser's passkey has to sign."""
    challenge: str = (auth.get_state() or {}).get("challenge", "")
    return challenge
