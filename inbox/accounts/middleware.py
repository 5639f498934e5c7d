"""Checks each request of a signed-in person: session, sign-in, second factor."""

import re
from collections.abc import Callable
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import (
    BACKEND_SESSION_KEY,
    HASH_SESSION_KEY,
    SESSION_KEY,
    logout,
)
from django.contrib.auth import middleware as of_django
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import SessionBase
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotAllowed,
)
from django.utils import translation
from django.utils.crypto import constant_time_compare
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from inbox import access
from inbox.accounts import issuer, sessions
from inbox.models import User
from inbox.web import failure_answers, failures, leading
from inbox.web.middleware import GetResponse
from inbox.web.requests import asks_by_itself, keeps_its_page

METHODS = ["GET", "HEAD", "POST"]  # all methods that our addresses accept


SETTING_UP = re.compile("mfa_.*|.*reauthenticate|account_logout|preferences")
"""Names of the addresses that stay open to people who still have to set up a second factor."""


class AuthenticationMiddleware(of_django.AuthenticationMiddleware):
    """As Django's. Who asks was mostly found with their session, and is not asked for again."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        request.user = SimpleLazyObject(lambda: _find_person(request))  # type: ignore[assignment]


def _find_person(request: HttpRequest) -> AbstractBaseUser | AnonymousUser:
    person: User | None = request.session.get(SESSION_KEY) and vars(request.session).get("person")
    if person is None or not _proves(request.session, person):
        return of_django.get_user(request)
    vars(request)["_cached_user"] = person  # as Django does, whose own code asks for it
    return person


def _proves(session: SessionBase, person: User) -> bool:
    """Whether the session is plainly theirs. Django decides where not, and may end it."""
    return (
        session[SESSION_KEY] == str(person.pk)
        and session.get(BACKEND_SESSION_KEY) in settings.AUTHENTICATION_BACKENDS
        and constant_time_compare(session.get(HASH_SESSION_KEY, ""), person.get_session_auth_hash())
    )


def chosen_language(get_response: GetResponse) -> GetResponse:
    """Speak the language that a signed-in person chose, over the one their browser asks for."""

    def middleware(request: HttpRequest) -> HttpResponse:
        person = request.user
        if isinstance(person, User) and person.language:
            translation.activate(person.language)
        return get_response(request)

    return middleware


def session_in_use(get_response: GetResponse) -> GetResponse:
    """Keep the list of the person's sessions up to date.

    Requests that an open page makes by itself don't count: a forgotten tab keeps nobody signed in.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if not asks_by_itself(request):
            sessions.note_use(request)
        return get_response(request)

    return middleware


def single_sign_on_only(get_response: GetResponse) -> GetResponse:
    """End a session that was begun another way than `REQUIRE_SSO` allows.

    Also ends that of an operator who has since lost their second factor or their role.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if not settings.REQUIRE_SSO or not request.user.is_authenticated:
            return get_response(request)
        if access.may_stay(request, get_authentication_records(request, request.user)):
            return get_response(request)
        logout(request)
        message = _("You are signed out: this site now asks you to sign in with %(name)s.")
        messages.info(request, message % issuer.named())
        why = _("You must now sign in with %(name)s") % issuer.named()
        return leading.to_sign_in(request, why)

    return middleware


class SignInRequiredMiddleware(of_django.LoginRequiredMiddleware):
    """Requires sign-in for every address that does not opt out, then leads back to the page.

    A brand's addresses are for its members. Non-members get the same 404 for every method, also for one
    that an address does not accept. Only then is a method refused.
    """

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., HttpResponseBase],
        view_args: tuple[Any, ...],
        view_kwargs: dict[str, Any],
    ) -> HttpResponseBase | None:
        response: HttpResponseBase | None = _of_another_person(request)
        if response is None:
            response = super().process_view(request, view_func, view_args, view_kwargs)
        if response is None and "brand_id" in view_kwargs:
            access.member_of(request, view_kwargs["brand_id"])
        if response is None and request.method not in METHODS:
            return HttpResponseNotAllowed(METHODS)
        return response

    def handle_no_permission(  # type: ignore[override]  # it says that it always redirects
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> HttpResponse:
        return leading.to_sign_in(request)


class SecondFactorMiddleware:
    """Asks for a second factor, where a role needs one, before anything else, the admin included."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], *_arguments: object
    ) -> HttpResponse | None:
        if not (getattr(view, "login_required", True) and request.user.is_authenticated):
            return None
        match = request.resolver_match
        if match and SETTING_UP.fullmatch(match.view_name):
            access.forget_second_factor(request)
            vars(request)["lacks_second_factor"] = access.lacks_second_factor(
                request
            )  # the page says so
            return None
        if access.lacks_second_factor(request):
            return leading.to_second_factor(request)
        leading.forget_way_on(request)
        return None


def _of_another_person(request: HttpRequest) -> HttpResponse | None:
    """The answer to a page made for a person who is no longer signed in."""
    made_for = request.headers.get("Inbox-Person", "")
    if not keeps_its_page(request) or made_for in {"", str(request.user.pk)}:
        return None
    if request.user.is_authenticated:
        return failure_answers.answer(request, failures.of_somebody_else(request))
    return leading.to_sign_in(request)
