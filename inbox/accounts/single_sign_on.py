"""Single sign-on: lets in people that the issuer vouches for, if invited or members here.

State and PKCE are allauth's; the nonce, which it lacks, is checked here. People who confirm their
identity there must have typed their password just now (`auth_time`): checked here too.
"""

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from http import HTTPStatus
from typing import Any, NoReturn

from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.flows.reauthentication import STATE_SESSION_KEY
from allauth.account.utils import get_next_redirect_url
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal import ratelimit
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter, get_adapter
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.base import AuthError
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect import views as oidc
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.contrib.auth.decorators import login_not_required
from django.db import DataError, IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils.crypto import constant_time_compare, get_random_string
from django.views.decorators.http import require_safe

from inbox.access import NoInvitation
from inbox.accounts import (
    addresses,
    invitations,
    proofs,
    sign_ins,
    signing_in,
    signing_out,
)
from inbox.models import User
from inbox.process import clocks, collisions
from inbox.process.lending import lend_database
from inbox.text.isolates import plain
from inbox.web import leading
from inbox.web.rendering import render

log = logging.getLogger(__name__)

NONCE = "single_sign_on_nonce"
CONFIRM = "confirm"  # in a state: a signed-in person confirms who they are
# allauth's HTTP errors are OSErrors; the last is for values that the database can't hold.
AWAY = (OSError, LookupError, ValueError, DataError)


class Issuer(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]  # allauth carries no types
    def complete_login(self, request: HttpRequest, app: Any, token: Any, **named: Any) -> Any:
        """As allauth's. The issuer's data about the person serve this sign-in and are not kept."""
        login = super().complete_login(request, app, token, **named)
        login.said, login.account.extra_data = login.account.extra_data, {}
        ends = self.openid_config.get("end_session_endpoint")
        login.leaving = signing_out.of_sign_in(ends, named["response"].get("id_token"), app)
        return login


class InvitedOnlyAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth carries no types
    def get_app(self, request: HttpRequest, provider: str, client_id: str | None = None) -> Any:
        """The issuer of the environment, with the nonce of this browser."""
        app = super().get_app(request, provider, client_id)
        nonce = request.session.setdefault(NONCE, get_random_string(32))
        app.settings = {**app.settings, "auth_params": {"nonce": nonce}}
        return app

    def list_apps(self, request: HttpRequest, *names: Any, **more: Any) -> list[Any]:
        """Only those of the environment: apps in the database don't count."""
        return [app for app in super().list_apps(request, *names, **more) if app.pk is None]

    def get_requests_session(self) -> Any:
        """For a call to the issuer, which may take seconds: lends the database connection meanwhile."""
        lend_database()
        return super().get_requests_session()

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Let in members and invited people only; all others get the same message."""
        # It has served its purpose, and would be kept while a code is asked for.
        sociallogin.token = None
        if sociallogin.state.get("process") == CONFIRM:
            raise ImmediateHttpResponse(confirmed(request, sociallogin))
        email = proven_address(sociallogin, request.session.pop(NONCE, ""))
        user = User.objects.filter(email=email, is_active=True).first() if email else None
        if sociallogin.is_existing and sociallogin.user != user:
            whose = sociallogin.user
            proven = bool(email) and whose.email == email
            sign_ins.note_refused(sign_ins.ISSUER, proven=proven, pk=whose.pk)
            refuse(request, "another address than that of the account")
        if user is None and not (email and signing_in.invited(email).exists()):
            if email:  # anybody may claim any address: that says nothing of its owner
                sign_ins.note_refused(sign_ins.ISSUER, proven=True, email=email)
            refuse(request, "no proven address of ours")
        if user and not sociallogin.is_existing:
            with transaction.atomic():  # with its line in the trail
                sociallogin.connect(request, user)
        if user:
            take_up_invitations(user)

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return True  # `pre_social_login` let in only invited people

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: dict[str, Any]) -> User:
        user: User = super().populate_user(request, sociallogin, data)
        given = " ".join(filter(None, (data.get("first_name"), data.get("last_name"))))
        user.name = plain(str(data.get("name") or given))[:150]
        return user

    def save_user(self, request: HttpRequest, sociallogin: Any, form: Any = None) -> User:
        """Make the invited person's account; none where the invitation is gone by now."""
        with transaction.atomic():
            user: User = super().save_user(request, sociallogin, form)
            addresses.verify_address(user)
            take_up_invitations(user)
            if not user.memberships.exists():
                refuse(request, "the invitation was withdrawn meanwhile")
        return user

    def on_authentication_error(self, request: HttpRequest, provider: Any, **details: Any) -> None:
        log.warning("Single sign-on failed: %s", type(details.get("exception")).__name__)
        state = (details.get("extra_context") or {}).get("state") or {}
        if state.get("process") == CONFIRM:
            away = HTTPStatus.BAD_GATEWAY if details.get("exception") else HTTPStatus.FORBIDDEN
            raise ImmediateHttpResponse(unconfirmed(request, state.get("next"), away))
        if details.get("error") == AuthError.CANCELLED:
            page = resolve_url("socialaccount_login_cancelled")
            raise ImmediateHttpResponse(redirect(leading.with_next(page, state.get("next"))))


@login_not_required
def start(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Lead to the issuer. Unless signed in, drop the sign-out data, which would end the session."""
    if not request.user.is_authenticated:
        signing_out.forget(request.session)
    answer: HttpResponse = oidc.login(request, provider_id=provider_id)
    return answer


@login_not_required
def callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Return from the issuer. allauth's own view would use its own adapter."""
    try:
        view = OAuth2CallbackView.adapter_view(Issuer(request, provider_id))
        answer: HttpResponse = view(request)
    except SocialApp.DoesNotExist:
        raise Http404 from None
    return answer


@login_not_required
@require_safe
def cancelled(request: HttpRequest) -> HttpResponse:
    """The page for people who cancelled there. Its way back leads to the page they wanted."""
    context = {"sign_in_page": leading.sign_in_page(get_next_redirect_url(request))}
    return render(request, "socialaccount/login_cancelled.html", context)


def ask_again(request: HttpRequest, next_: str | None) -> HttpResponse:
    """Lead to the issuer, which asks for the password even if it remembers the person."""
    nonce = get_random_string(32)
    answer: HttpResponse = (
        get_adapter()
        .get_provider(request, proofs.ISSUER)
        .redirect(
            request,
            CONFIRM,
            next_url=next_,
            data={"nonce": nonce, "since": time.time(), "user": request.user.pk},
            auth_params={"nonce": nonce, "max_age": "0", "prompt": "login"},
        )
    )
    return answer


def confirmed(request: HttpRequest, sociallogin: Any) -> HttpResponse:
    """Return from the issuer: note the proof in the session, if there is one."""
    next_ = sociallogin.state.get("next")
    if not is_proof(request, sociallogin):
        log.warning("Single sign-on confirmed nobody")
        if request.user.is_authenticated:
            sign_ins.note_refused(sign_ins.CONFIRM, pk=request.user.pk)
        return unconfirmed(request, next_, HTTPStatus.FORBIDDEN)
    who = {"provider": proofs.ISSUER, "uid": sociallogin.account.uid}
    record_authentication(request, request.user, "socialaccount", reauthenticated=True, **who)
    request.session.pop(STATE_SESSION_KEY, None)  # a form that was sent before is sent again
    return redirect(next_ or "account")


def is_proof(request: HttpRequest, sociallogin: Any) -> bool:
    """Whether the issuer says, as asked for this, that this very person signed in there just now."""
    asked, said = sociallogin.state.get("data") or {}, sociallogin.said
    token, person = said.get("id_token") or {}, said.get("userinfo") or {}
    if not asked or asked["user"] != request.user.pk:
        return False
    answers = constant_time_compare(str(token.get("nonce", "")), asked["nonce"])
    same = token.get("sub") == person.get("sub") == sociallogin.account.uid
    linked = same and sociallogin.account.uid in proofs.accounts_at_issuer(request.user)
    return answers and linked and is_fresh(token.get("auth_time"), asked["since"])


def is_fresh(signed_in: object, since: float) -> bool:
    """Whether this time is between `since` and now."""
    if not isinstance(signed_in, int | float) or isinstance(signed_in, bool):
        return False
    return since - clocks.SKEW <= signed_in and clocks.is_past(signed_in)


def unconfirmed(request: HttpRequest, next_: str | None, status: int) -> HttpResponse:
    why, away = proofs.why(next_), status == HTTPStatus.BAD_GATEWAY
    context = {"again": proofs.page(next_ or ""), "away": away, "back": why.back}
    return render(request, "account/unconfirmed.html", context, status=status)


def proven_address(sociallogin: Any, nonce: str) -> str:
    """The address that the issuer verified, by its word for this very sign-in; otherwise empty."""
    said = sociallogin.said
    token, person = said.get("id_token") or {}, said.get("userinfo") or {}
    answers = nonce and constant_time_compare(str(token.get("nonce", "")), nonce)
    same = token.get("sub") and token["sub"] == person.get("sub")
    asked = sociallogin.state.get("process") == "login"
    verified = person.get("email_verified") is True
    proven = all((answers, same, asked, verified))
    return claimed_address(sociallogin) if proven else ""


def claimed_address(sociallogin: Any) -> str:
    """The address that the issuer says, which may be anybody's."""
    person = sociallogin.said.get("userinfo") or {}
    return str(person.get("email", "")).strip().lower()


def take_up_invitations(user: User) -> None:
    """Make the user, with their proven address, a member of each brand that has invited them.

    An invitation that was just taken up or withdrawn does not hold up the others.
    """
    for invitation in signing_in.invited(user.email):
        with suppress(NoInvitation):
            invitations.accept(invitation, user)


def refuse(request: HttpRequest, why: str) -> NoReturn:
    log.warning("Single sign-on was refused: %s", why)
    raise ImmediateHttpResponse(
        render(request, "socialaccount/refused.html", {}, status=HTTPStatus.FORBIDDEN)
    )


def failed(request: HttpRequest, failure: Exception, status: HTTPStatus) -> HttpResponse:
    log.warning("Single sign-on failed: %s", type(failure).__name__)
    if request.user.is_authenticated:  # they came to confirm, and stay signed in
        return unconfirmed(request, None, status)
    return render(request, "socialaccount/authentication_error.html", {}, status=status)


def counted(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Limit the view's calls per minute and address: each asks the issuer and may leave a record."""

    @wraps(view)
    def refused_or_viewed(request: HttpRequest, **arguments: Any) -> HttpResponse:
        refused: HttpResponse | None = ratelimit.consume_or_429(
            request, app="allauth.account", action="sso_callback", limit_get=True
        )
        return refused or view(request, **arguments)

    return refused_or_viewed


def calm(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Show a page of ours where the view fails, by our fault or the issuer's."""

    @wraps(view)
    def calmed(request: HttpRequest, **arguments: Any) -> HttpResponse:
        try:
            return view(request, **arguments)
        except AWAY as failure:
            return failed(request, failure, HTTPStatus.BAD_GATEWAY)
        except IntegrityError as failure:
            # Another window let the same person in, or SQLite can't hold what the issuer said.
            late = collisions.is_one(failure)
            return failed(request, failure, HTTPStatus.CONFLICT if late else HTTPStatus.BAD_GATEWAY)

    return calmed
