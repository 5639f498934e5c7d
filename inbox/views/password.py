"""accounts/password/… : allauth's pages; the browser where a password is set is a known one"""

from typing import Any

from allauth.account.views import PasswordChangeView, PasswordResetFromKeyView, PasswordSetView
from django.http import HttpResponse

from inbox import devices, proofs


class KnownBrowser:
    """The owner proved themselves here: by the old password, at the issuer, or by the mailed link."""

    request: Any

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)  # type: ignore[misc]
        devices.remember(response, self.request, form.user)
        return response


class Change(KnownBrowser, PasswordChangeView):  # type: ignore[misc]  # allauth carries no types
    pass


class FirstOne(KnownBrowser, PasswordSetView):  # type: ignore[misc]
    pass


class ByLink(KnownBrowser, PasswordResetFromKeyView):  # type: ignore[misc]
    pass


change = Change.as_view()
set_first = proofs.required(FirstOne.as_view())
set_by_link = ByLink.as_view()
