"""accounts/confirm/ and the addresses beside it: ways to confirm who you are.

This asks for a password, a code or a passkey; the issuer of single sign-on asks on its own site.
"""

import logging
from http import HTTPStatus
from typing import Any

from allauth.account.internal.flows.reauthentication import STATE_SESSION_KEY
from allauth.account.utils import get_next_redirect_url
from allauth.account.views import ReauthenticateView
from allauth.mfa.base.views import ReauthenticateView as ReauthenticateCodeView
from allauth.mfa.webauthn.views import ReauthenticateWebAuthnView
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from inbox import access
from inbox.accounts import proofs, sign_ins, single_sign_on
from inbox.web.requests import form_page

log = logging.getLogger(__name__)


class _Confirmation:
    """Says why it asks, and does nothing but confirm.

    allauth would keep a form that came too late, and send it once somebody is confirmed. That might
    be long after they thought better of it.
    """

    request: HttpRequest

    def dispatch(self, request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponseBase:
        request.session.pop(STATE_SESSION_KEY, None)
        next_ = get_next_redirect_url(request)
        if next_ and request.method != "POST" and proofs.is_recent(request):
            return redirect(next_)  # somebody who comes here by Back, say, is not asked again
        answer: HttpResponseBase = super().dispatch(request, *arguments, **named)  # type: ignore[misc]
        if answer.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            sign_ins.note_blocked(sign_ins.CONFIRM, pk=request.user.pk)
        return answer

    def get_form(self, *arguments: Any) -> Any:
        """Give the first field the focus, also after a refusal."""
        form = super().get_form(*arguments)  # type: ignore[misc]
        for field in form.visible_fields()[:1]:
            field.field.widget.attrs["autofocus"] = True
        return form

    def get_context_data(self, **named: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**named)  # type: ignore[misc]
        return {**context, "why": proofs.why(get_next_redirect_url(self.request))}


class PasswordConfirmation(_Confirmation, ReauthenticateView):  # type: ignore[misc]  # allauth carries no types
    """Shows people without a usable password the other ways."""

    def get_context_data(self, **named: Any) -> dict[str, Any]:
        user = access.person(self.request)
        usable = user.has_usable_password() and access.may_sign_in_here(user)
        return {**super().get_context_data(**named), "has_password": usable}


class CodeConfirmation(_Confirmation, ReauthenticateCodeView):  # type: ignore[misc]
    pass


class PasskeyConfirmation(_Confirmation, ReauthenticateWebAuthnView):  # type: ignore[misc]
    """A refused person stays here, still on the way to the same page."""

    def form_invalid(self, form: Any) -> HttpResponse:
        super().form_invalid(form)  # which says why
        return redirect(form_page(self.request))


@require_safe
def at_issuer(request: HttpRequest) -> HttpResponse:
    next_ = get_next_redirect_url(request)
    if not proofs.accounts_at_issuer(access.person(request)):
        return proofs.ask(next_ or "")
    try:
        return single_sign_on.ask_again(request, next_)
    except single_sign_on.AWAY as failure:
        log.warning("Single sign-on failed: %s", type(failure).__name__)
        return single_sign_on.unconfirmed(request, next_, HTTPStatus.BAD_GATEWAY)


by_password = PasswordConfirmation.as_view()
by_code = CodeConfirmation.as_view()
by_passkey = PasskeyConfirmation.as_view()
