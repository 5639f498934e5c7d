"""accounts/sso/confirm/ : to the issuer of single sign-on, to confirm that it is you"""

import logging
from http import HTTPStatus
from typing import Any

from allauth.account.utils import get_next_redirect_url
from allauth.account.views import ReauthenticateView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from inbox import access, proofs, single_sign_on

log = logging.getLogger(__name__)


class ByPassword(ReauthenticateView):  # type: ignore[misc]  # allauth carries no types
    """Who has no password that lets them in is told by this page what else there is."""

    def get_context_data(self, **named: Any) -> dict[str, Any]:
        user = access.person(self.request)
        usable = user.has_usable_password() and access.may_sign_in_here(user)
        return {**super().get_context_data(**named), "has_password": usable}


by_password = ByPassword.as_view()


@require_safe
def at_issuer(request: HttpRequest) -> HttpResponse:
    next_ = get_next_redirect_url(request)
    if not proofs.accounts_at_issuer(access.person(request)):
        return redirect(proofs.page(next_ or ""))
    try:
        return single_sign_on.ask_again(request, next_)
    except single_sign_on.AWAY as failure:
        log.warning("Single sign-on failed: %s", type(failure).__name__)
        return single_sign_on.unconfirmed(request, next_, HTTPStatus.BAD_GATEWAY)
