"""allauth's sign-in pages, with our additions, and stale forms."""

from http import HTTPStatus
from typing import Any

from allauth.account.utils import get_next_redirect_url
from allauth.account.views import LoginView, PasswordResetView
from allauth.mfa.base.views import AuthenticateView
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django.utils.translation import gettext as _

from inbox.accounts import issuer, signing_out
from inbox.web import leading
from inbox.web.requests import is_htmx

WAYS_IN = {"account_login", "mfa_login_webauthn", "mfa_authenticate"}


class SignIn(LoginView):  # type: ignore[misc]  # allauth carries no types
    def get(self, request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponse:
        if signing_out.is_back(request):
            message = _("You are signed out, here and with %(name)s.")
            messages.success(request, message % issuer.named())
        answer: HttpResponse = super().get(request, *arguments, **named)
        return answer

    def get_context_data(self, **named: Any) -> dict[str, Any]:
        """Add the reason why the person was sent here."""
        next_ = get_next_redirect_url(self.request)
        why = {
            "was_undone": "undone" in self.request.GET,
            "goes_on": next_ not in {None, resolve_url("home")},
        }
        return {**super().get_context_data(**named), **why}


class Code(AuthenticateView):  # type: ignore[misc]
    """The page of the code. Its way to another account leads on to the same page."""

    def get_context_data(self, **named: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**named)
        return {**context, "sign_in_page": leading.sign_in_page(leading.pending(self.request))}


def again(request: HttpRequest) -> HttpResponseBase | None:
    """The answer to a form with a stale token: the page it would lead to, or the form once more.

    None where it is another form, or one that held nothing worth keeping.
    """
    name = request.resolver_match.url_name if request.resolver_match else ""
    if is_htmx(request):
        return None
    if request.user.is_authenticated:
        return redirect(_way_on(request)) if name in WAYS_IN else None
    if name == "mfa_authenticate":
        messages.info(request, _("That page was too old: nothing was sent. Enter the code again."))
        return redirect(request.path)
    if name == "account_login":
        return _unsent(SignIn(), request, "login")
    if name == "account_reset_password":
        return _unsent(PasswordResetView(), request, "email")
    return None


def _way_on(request: HttpRequest) -> str:
    return get_next_redirect_url(request) or leading.pending(request) or resolve_url("home")


def _unsent(view: Any, request: HttpRequest, kept: str) -> HttpResponse:
    """The view's page as at first, with a token that is good, and the address that was typed."""
    view.setup(request)
    given = {**view.get_form_kwargs(), "data": None, "files": None}
    form = view.get_form_class()(**given | {"initial": {kept: request.POST.get(kept, "")}})
    context = view.get_context_data(form=form, is_stale=True)
    answer: HttpResponse = view.render_to_response(context, status=HTTPStatus.FORBIDDEN)
    return answer
