"""/invitations/<key>/ : take up an invitation, with the account of its address or a new one.

The page's address is a secret: the access log masks it and nothing keeps the page (`private_pages`).
The site's Referrer-Policy, same-origin, tells no other site. A stricter one would empty the Origin that
our own forms are checked by.
"""

from urllib.parse import urlencode

from allauth.account.utils import perform_login
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from inbox import access
from inbox.accounts import invitations, proofs
from inbox.accounts.members import NewMemberForm
from inbox.models import Invitation, User
from inbox.text.isolates import alone
from inbox.web.rendering import render


@login_not_required
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, key: str) -> HttpResponse:
    found = access.invitation(key)
    account = User.objects.filter(email__iexact=found.email).first()
    is_sent = request.method == "POST"
    if account or request.user.is_authenticated:
        if is_sent and account and request.user == account:
            return _joined(request, found, account)
        return _page(request, found, account=account, status=409 if is_sent else 200)
    if settings.REQUIRE_SSO:
        return _page(request, found, status=403 if is_sent else 200)
    form = NewMemberForm(found.email, request.POST if is_sent else None)
    if not form.is_valid():
        return _page(request, found, form=form, status=422 if is_sent else 200)
    user = invitations.join(found, form.cleaned_data["name"], form.cleaned_data["password"])
    if user is None:  # since this request began
        account = User.objects.get(email__iexact=found.email)
        return _page(request, found, account=account, status=409)
    _tell(request, found)
    response: HttpResponse = perform_login(request, user, redirect_url=_within(found))
    return response


def _joined(request: HttpRequest, found: Invitation, account: User) -> HttpResponse:
    invitations.accept(found, account)
    _tell(request, found)
    return redirect(_within(found))


def _tell(request: HttpRequest, found: Invitation) -> None:
    messages.success(
        request, _("You are now a member of %(brand)s.") % {"brand": alone(found.brand)}
    )


def _within(found: Invitation) -> str:
    return reverse("ambassadors", args=[found.brand_id])


def _page(
    request: HttpRequest,
    found: Invitation,
    *,
    form: NewMemberForm | None = None,
    account: User | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "invitation": found,
        "form": form,
        "account": account,
        "sign_in": f"{reverse('account_login')}?{urlencode({'next': request.path})}",
        "at_issuer": proofs.with_next(reverse("openid_connect_login"), _within(found)),
    }
    return render(request, "invitation/page.html", context, status=status)
