"""Single sign-on: whom the issuer vouches for, and who is invited or a member here, gets in.

State and PKCE are allauth's; the nonce, which it lacks, is checked here.
"""

import logging
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from http import HTTPStatus
from typing import Any, NoReturn

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare, get_random_string

from inbox import accounts, collisions, members
from inbox.access import NoInvitation
from inbox.context import render
from inbox.lending import lend_database
from inbox.models import User

log = logging.getLogger(__name__)

NONCE = "single_sign_on_nonce"


class InvitedOnlyAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth carries no types
    def get_app(self, request: HttpRequest, provider: str, client_id: str | None = None) -> Any:
        """The issuer of the environment, which is told the nonce of this browser."""
        app = super().get_app(request, provider, client_id)
        nonce = request.session.setdefault(NONCE, get_random_string(32))
        app.settings = {**app.settings, "auth_params": {"nonce": nonce}}
        return app

    def list_apps(self, request: HttpRequest, *names: Any, **more: Any) -> list[Any]:
        """Those of the environment alone: what somebody added to the database does not count."""
        return [app for app in super().list_apps(request, *names, **more) if app.pk is None]

    def get_requests_session(self) -> Any:
        """For a call of the issuer, who may take seconds: the database is given back meanwhile."""
        lend_database()
        return super().get_requests_session()

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Let nobody by but members and the invited; tell all others the same."""
        email = proven_address(sociallogin, request.session.pop(NONCE, ""))
        user = User.objects.filter(email=email, is_active=True).first() if email else None
        if sociallogin.is_existing and sociallogin.user != user:
            refuse(request, "another address than that of the account")
        if user is None and not (email and accounts.invited(email).exists()):
            refuse(request, "no proven address of ours")
        if user and not sociallogin.is_existing:
            sociallogin.connect(request, user)
        if user:
            take_up_invitations(user)

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return True  # `pre_social_login` let nobody by who is not invited

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: dict[str, Any]) -> User:
        user: User = super().populate_user(request, sociallogin, data)
        given = " ".join(filter(None, (data.get("first_name"), data.get("last_name"))))
        user.name = str(data.get("name") or given)[:150]
        return user

    def save_user(self, request: HttpRequest, sociallogin: Any, form: Any = None) -> User:
        """Make the account of who is invited; none where nobody invites them any more."""
        with transaction.atomic():
            user: User = super().save_user(request, sociallogin, form)
            accounts.verify_address(user)
            take_up_invitations(user)
            if not user.memberships.exists():
                refuse(request, "the invitation was withdrawn meanwhile")
        return user

    def on_authentication_error(self, request: HttpRequest, provider: Any, **told: Any) -> None:
        log.warning("Single sign-on failed: %s", type(told.get("exception")).__name__)


def proven_address(sociallogin: Any, nonce: str) -> str:
    """The address that the issuer has verified, as it says for this very sign-in; else nothing."""
    said = sociallogin.account.extra_data
    token, person = said.get("id_token") or {}, said.get("userinfo") or {}
    answers = nonce and constant_time_compare(str(token.get("nonce", "")), nonce)
    same = token.get("sub") and token["sub"] == person.get("sub")
    asked = sociallogin.state.get("process") == "login"
    verified = person.get("email_verified") is True
    address = str(person.get("email", "")).strip().lower()
    return address if all((answers, same, asked, verified)) else ""


def take_up_invitations(user: User) -> None:
    """Make the user, whose address is proven, a member of each brand that has invited them.

    One that was taken up or withdrawn at this moment keeps nobody from the others.
    """
    for invitation in accounts.invited(user.email):
        with suppress(NoInvitation):
            members.accept(invitation, user)


def refuse(request: HttpRequest, why: str) -> NoReturn:
    log.warning("Single sign-on was refused: %s", why)
    raise ImmediateHttpResponse(
        render(request, "socialaccount/refused.html", {}, status=HTTPStatus.FORBIDDEN)
    )


def failed(request: HttpRequest, failure: Exception, status: HTTPStatus) -> HttpResponse:
    log.warning("Single sign-on failed: %s", type(failure).__name__)
    return render(request, "socialaccount/authentication_error.html", {}, status=status)


def calm(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The view, with a page of ours where it can't end as it should, whoever's fault that is."""

    @wraps(view)
    def calmed(request: HttpRequest, **arguments: Any) -> HttpResponse:
        try:
            return view(request, **arguments)
        except (OSError, LookupError, ValueError) as failure:  # allauth's HTTP errors are OSErrors
            return failed(request, failure, HTTPStatus.BAD_GATEWAY)
        except IntegrityError as failure:  # the same person was let in by another window
            if not collisions.is_one(failure):
                raise
            return failed(request, failure, HTTPStatus.CONFLICT)

    return calmed
