"""Requires a recent proof before changes at the operator's desk; its lists need none.

It asks when a form is opened, so nothing typed is lost, and again on sending.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _

from inbox.accounts import proofs

View = Callable[..., HttpResponseBase]


class Desk(admin.AdminSite):
    """Django's admin, with the views of every registered model guarded."""

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        of = getattr(view, "__self__", None)
        guarded = _guarded(view, of) if isinstance(of, admin.ModelAdmin) else view
        return super().admin_view(guarded, cacheable)


def _guarded(view: View, of: "admin.ModelAdmin[Any]") -> View:
    """Guard the view: where it may change something, it requires a recent proof."""

    @wraps(view)
    def guarded(request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponseBase:
        if not _may_change(view.__name__, of, request) or proofs.is_recent(request):
            return view(request, *arguments, **named)
        if request.method == "POST":
            messages.error(request, _refusal(view.__name__))
        return proofs.ask(request.get_full_path())

    return guarded


def _refusal(name: str) -> str:
    """What to do: confirming loses a selection and typed text."""
    match name:
        case "changelist_view":
            return _("Nothing was changed. Confirm that it is you, then choose the rows again.")
        case "add_view" | "change_view":
            return _(
                "Nothing was changed. Confirm that it is you, then go back twice in the browser: "
                "what you typed is still there."
            )
    return _("Nothing was changed: confirm first that it is you.")


def _may_change(name: str, of: "admin.ModelAdmin[Any]", request: HttpRequest) -> bool:
    """Whether it is a form that this person may send, or what they send; Django refuses all others."""
    match name:
        case "add_view":
            return of.has_add_permission(request)
        case "change_view":
            return of.has_change_permission(request)
        case "delete_view":
            return of.has_delete_permission(request)
    return request.method == "POST"
