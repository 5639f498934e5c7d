"""accounts/ : the person's own account, and what leads on from there"""

from allauth.mfa.models import Authenticator
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from inbox import access
from inbox.accounts import sessions
from inbox.web.rendering import render


@require_safe
def account(request: HttpRequest) -> HttpResponse:
    kinds = list(Authenticator.objects.filter(user=request.user.pk).values_list("type", flat=True))
    context = {
        "who": access.person(request),
        "has_password": access.may_sign_in_here(access.person(request)),
        "has_app": Authenticator.Type.TOTP in kinds,
        "passkeys": kinds.count(Authenticator.Type.WEBAUTHN),
        "sessions": len(sessions.of_person(request)),
    }
    return render(request, "account/page.html", context)
