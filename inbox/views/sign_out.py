"""accounts/logout/ : the way out, and from there that of the issuer of single sign-on"""

from typing import Any

from allauth.account.utils import get_next_redirect_url
from allauth.account.views import LogoutView
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from inbox.accounts import signing_out
from inbox.web.rendering import render
from inbox.web.requests import is_prefetch


class SignOut(LogoutView):  # type: ignore[misc]  # allauth carries no types
    def post(self, *arguments: Any, **named: Any) -> HttpResponse:
        kept = signing_out.of_person(self.request)
        answer: HttpResponse = super().post(*arguments, **named)
        return signing_out.offer(self.request, kept) or answer


sign_out = SignOut.as_view()


@require_POST
def from_desk(request: HttpRequest) -> HttpResponse:
    """The same for signed-in people: the operator's desk signs out by a form alone."""
    answer: HttpResponse = sign_out(request)
    return answer


@login_not_required
@require_safe
def signed_out(request: HttpRequest) -> HttpResponse:
    """The page after signing out here: the person may still be signed in at the issuer."""
    if signing_out.offered(request.session) is None:
        return redirect("account_login")
    context = {"next": get_next_redirect_url(request)}
    return render(request, "socialaccount/signed_out.html", context)


@login_not_required
@require_safe
def at_issuer(request: HttpRequest) -> HttpResponse:
    """Lead to the issuer, once. Its address holds a secret, which no page of ours holds or learns."""
    if signing_out.offered(request.session) is None:
        return redirect("account_login")
    if request.method == "HEAD" or is_prefetch(request):
        return redirect("sso_signed_out")
    kept = signing_out.take(request.session)
    if kept is None:
        return redirect("account_login")
    answer = HttpResponseRedirect(signing_out.lead(request.session, kept))
    answer["Referrer-Policy"] = "no-referrer"
    return answer
