"""accounts/password/… : allauth's pages; the browser where a password is set is a known one"""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from allauth.account.views import PasswordChangeView, PasswordResetFromKeyView, PasswordSetView
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from inbox import access
from inbox.accounts import devices, proofs, sign_ins
from inbox.web.rendering import render


def elsewhere(request: HttpRequest) -> HttpResponse:
    """The page for people who sign in at the issuer: a password is no use to them here."""
    return render(request, "account/elsewhere.html", {}, status=HTTPStatus.FORBIDDEN)


def for_who_uses_one(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Keep the view for people who may sign in by a password; others learn why not."""

    @wraps(view)
    def guarded(request: HttpRequest, **arguments: Any) -> HttpResponse:
        if access.may_sign_in_here(access.person(request)):
            return view(request, **arguments)
        return elsewhere(request)

    return guarded


class KnownBrowser:
    """The owner proved themselves here: by the old password, at the issuer, or by the mailed link."""

    request: Any

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)  # type: ignore[misc]
        devices.remember(response, self.request, form.user)
        return response


class Change(KnownBrowser, PasswordChangeView):  # type: ignore[misc]  # allauth carries no types
    def dispatch(self, request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponseBase:
        answer: HttpResponseBase = super().dispatch(request, *arguments, **named)
        if answer.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            sign_ins.note_blocked(sign_ins.CONFIRM, pk=request.user.pk)
        return answer


class FirstOne(KnownBrowser, PasswordSetView):  # type: ignore[misc]
    pass


class ByLink(KnownBrowser, PasswordResetFromKeyView):  # type: ignore[misc]
    """A link from before they were to sign in at the issuer sets nothing."""

    def get(self, request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponse:
        if not access.may_sign_in_here(self.reset_user):
            return elsewhere(request)
        answer: HttpResponse = super().get(request, *arguments, **named)
        return answer

    def post(self, request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponse:
        if not access.may_sign_in_here(self.reset_user):
            return elsewhere(request)
        answer: HttpResponse = super().post(request, *arguments, **named)
        return answer


change = for_who_uses_one(Change.as_view())
set_first = for_who_uses_one(proofs.required(FirstOne.as_view()))
set_by_link = ByLink.as_view()
