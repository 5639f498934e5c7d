"""Asks people to confirm their identity before an act that guards an account or grants access.

It also asks before acts that take much away. allauth skips people with neither a password nor a second
factor. Here they confirm at the issuer of single sign-on, see `inbox.accounts.single_sign_on`.

The page knows only the address that it leads to, and derives its reason from that. Confirming does
nothing by itself: the person returns to a page and presses the button there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from allauth.account import app_settings
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import Resolver404, ResolverMatch, resolve, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from inbox.models import User
from inbox.process import clocks

ISSUER = "sso"  # as allauth knows the issuer of single sign-on
DESK = "admin"

# The reason for asking, by the view that follows. On a page with several acts, its field says which.
ACCOUNT = gettext_lazy("Before you change how you sign in, confirm that it is you.")
REVEAL = gettext_lazy("Before you reveal more people, confirm that it is you.")
REASONS: dict[str, str | Promise] = {
    "inbox": REVEAL,
    "chatroom": REVEAL,
    "activity": gettext_lazy("Before you download the activity, confirm that it is you."),
    "members": gettext_lazy("Before you change who may do what, confirm that it is you."),
    "members?invite": gettext_lazy("Before you invite a manager, confirm that it is you."),
    "members?role": gettext_lazy("Before you change a role, confirm that it is you."),
    "members?reactivate": gettext_lazy(
        "Before you make somebody a manager again, confirm that it is you."
    ),
    DESK: gettext_lazy("Before you change anything as an operator, confirm that it is you."),
}
PASSING = {"ready"}
"""Fields of an address for people who come back confirmed; the way back omits them."""


@dataclass(frozen=True, slots=True)
class Why:
    """Why somebody is asked to confirm themselves, and where they go if they would rather not."""

    words: str | Promise
    back: str


def is_recent(request: HttpRequest) -> bool:
    """Whether the person confirmed themselves a moment ago, in this browser."""
    records = get_authentication_records(request, request.user)
    given = [record["at"] for record in records if record.get("reauthenticated")]
    return bool(given) and clocks.is_recent(given[-1], app_settings.REAUTHENTICATION_TIMEOUT)


def accounts_at_issuer(user: User | AnonymousUser) -> set[str]:
    """The subjects there that sign this person in: several where the issuer made new ones."""
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
    """The page that asks for confirmation, on the way to an address of ours."""
    return with_next(reverse("account_reauthenticate"), next_)


def with_next(path: str, next_: str) -> str:
    return f"{path}?{urlencode({'next': next_})}" if next_ else path


def ask(next_: str) -> HttpResponse:
    """Lead to the page that asks for confirmation, and from there to an address of ours."""
    return redirect(page(next_))


def why(next_: str | None) -> Why:
    """What the page says that leads on to this address, which allauth found to be one of ours."""
    parts = urlsplit(next_ or "")
    try:
        found = resolve(parts.path)
    except Resolver404:
        return Why(ACCOUNT, reverse("account"))
    if found.namespace == DESK:
        return Why(REASONS[DESK], _list_at_desk(found))
    fields = parse_qsl(parts.query, keep_blank_values=True)
    names = [found.view_name, *(f"{found.view_name}?{name}" for name, _value in fields)]
    words = [REASONS[name] for name in names if name in REASONS]
    if not words:
        return Why(ACCOUNT, reverse("account"))
    kept = [(name, value) for name, value in fields if name not in PASSING]
    return Why(words[-1], parts.path + (f"?{urlencode(kept)}" if kept else ""))


def _list_at_desk(found: ResolverMatch) -> str:
    """The list that a form of the desk is of: it asks nothing."""
    of_model, _underscore, page_ = (found.url_name or "").rpartition("_")
    is_form = page_ in {"add", "change", "delete", "changelist"}
    return reverse(f"{DESK}:{of_model}_changelist" if is_form else f"{DESK}:index")
