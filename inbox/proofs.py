"""Confirming that it is you, before what guards the account changes.

allauth lets by who has neither a password nor a second factor. Here they confirm themselves at the
issuer of single sign-on, see `inbox.single_sign_on`.
"""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from allauth.account import app_settings
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from inbox.models import User

ISSUER = "sso"  # as allauth knows the issuer of single sign-on


def is_recent(request: HttpRequest) -> bool:
    """Whether the person confirmed themselves a moment ago, in this browser."""
    records = get_authentication_records(request, request.user)
    given = [record["at"] for record in records if record.get("reauthenticated")]
    return bool(given) and time.time() - given[-1] < app_settings.REAUTHENTICATION_TIMEOUT


def accounts_at_issuer(user: User | AnonymousUser) -> set[str]:
    """The subjects there that sign this person in: several where the issuer made theirs anew."""
    known = SocialAccount.objects.filter(user=user.pk, provider=ISSUER)
    return set(known.values_list("uid", flat=True)) if settings.SINGLE_SIGN_ON else set()


def required(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The view, for a form of passwords: allauth would keep what was typed in the session."""

    @wraps(view)
    def guarded(request: HttpRequest, **arguments: Any) -> HttpResponse:
        if is_recent(request):
            return view(request, **arguments)
        first = get_adapter().get_reauthentication_methods(request.user)[0]
        return redirect(with_next(first["url"], request.get_full_path()))

    return guarded


def page(next_: str) -> str:
    """Where one confirms oneself, on the way to an address of ours."""
    return with_next(reverse("account_reauthenticate"), next_)


def with_next(path: str, next_: str) -> str:
    return f"{path}?{urlencode({'next': next_})}" if next_ else path
