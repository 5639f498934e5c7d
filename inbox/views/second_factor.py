"""accounts/2fa/ : allauth's pages, each act done once"""

from typing import Any

from allauth.core.internal.httpkit import authenticated_user
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import ViewRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView, EditWebAuthnView, LoginWebAuthnView
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect

from inbox import access
from inbox.accounts import spending
from inbox.activity import account_acts
from inbox.models import Act, User
from inbox.web.requests import form_page


class Activation(ActivateTOTPView):  # type: ignore[misc]  # allauth carries no types
    """The code that turns the app on is used up by that, before the app counts."""

    def dispatch(self, request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponseBase:
        """If another tab turned it on, lead to the list of factors, not to turning it off."""
        apps = Authenticator.objects.filter(user=request.user.pk, type=Authenticator.Type.TOTP)
        if apps.exists():
            return redirect("mfa_index")
        answer: HttpResponseBase = super().dispatch(request, *arguments, **named)
        return answer

    def form_valid(self, form: Any) -> HttpResponse:
        with transaction.atomic():
            user = _lock(self.request.user.pk)
            apps = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP)
            if apps.exists():  # turned on by another request meanwhile
                return redirect("mfa_index")
            answer: HttpResponse = super().form_valid(form)
            spending.spend_period(apps.get(), form.cleaned_data["code"])
        return answer


class RecoveryCodes(ViewRecoveryCodesView):  # type: ignore[misc]
    """One of several who look at once sees the codes; and a code used meanwhile stays used."""

    @transaction.atomic
    def get(self, request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponse:
        kept = Authenticator.objects.select_for_update().filter(
            user=authenticated_user(request).pk, type=Authenticator.Type.RECOVERY_CODES
        )
        list(kept)
        answer: HttpResponse = super().get(request, *arguments, **named)
        return answer


class PasskeyAddition(AddWebAuthnView):  # type: ignore[misc]
    """Several at once make one set of recovery codes."""

    @transaction.atomic
    def form_valid(self, form: Any) -> HttpResponse:
        _lock(self.request.user.pk)
        answer: HttpResponse = super().form_valid(form)
        return answer


class PasskeyName(EditWebAuthnView):  # type: ignore[misc]
    """Another name, and its line in the trail."""

    @transaction.atomic
    def form_valid(self, form: Any) -> HttpResponse:
        answer: HttpResponse = super().form_valid(form)
        account_acts.by_owner(access.person(self.request), Act.RENAME_PASSKEY)
        return answer


def _lock(pk: int) -> User:
    """Keep others from adding a factor of this person until the transaction ends."""
    return User.objects.select_for_update().get(pk=pk)


class PasskeySignIn(LoginWebAuthnView):  # type: ignore[misc]
    """A refused person stays here, still on the way to the same page."""

    def form_invalid(self, form: Any) -> HttpResponse:
        super().form_invalid(form)  # which says why
        return redirect(form_page(self.request))


activate_app = Activation.as_view()
show_codes = RecoveryCodes.as_view()
rename_passkey = PasskeyName.as_view()
add_passkey = PasskeyAddition.as_view()
sign_in_by_passkey = PasskeySignIn.as_view()
