"""accounts/login/ : allauth's page, also for who was signed out at the issuer and comes back"""

from typing import Any

from allauth.account.views import LoginView
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from inbox import issuer, signing_out


class SignIn(LoginView):  # type: ignore[misc]  # allauth carries no types
    def get(self, request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponse:
        if signing_out.is_back(request):
            told = _("You are signed out, here and with %(name)s.")
            messages.success(request, told % issuer.named())
        answer: HttpResponse = super().get(request, *arguments, **named)
        return answer


sign_in = SignIn.as_view()
