"""/brands/<brand>/views/ : names for lists of what needs attention, the team's and the member's own."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from inbox import access
from inbox.components import attention, filtering, rail, view_form
from inbox.components.asked import REASONS, asked_by_view
from inbox.components.view_form import ViewForm
from inbox.models import Membership, SavedView
from inbox.queue import saved_views
from inbox.text.isolates import alone
from inbox.web.rendering import render


@require_safe
def views(request: HttpRequest, brand_id: int) -> HttpResponse:
    member = access.moderator_of(request, brand_id)
    beside = rail.beside(request, member)
    named = [one for one in beside.views if one.saved]
    tabs = attention.labels()
    context = {
        "member": member,
        "rail": beside,
        "named": [(one, filtering.tell(member, one.asked, tabs)) for one in named],
        "lacks_given": saved_views.lacks_given(brand_id),
    }
    return render(request, "views/page.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, brand_id: int) -> HttpResponse:
    """`?reason=…&…`: the list that gets a name."""
    member = access.moderator_of(request, brand_id)
    return _edit(request, member, SavedView(brand_id=brand_id, member=member))


@require_http_methods(["GET", "HEAD", "POST"])
def view(request: HttpRequest, brand_id: int, view_id: int) -> HttpResponse:
    member = access.moderator_of(request, brand_id)
    return _edit(request, member, access.view_of(member, view_id))


def _edit(request: HttpRequest, member: Membership, view: SavedView) -> HttpResponse:
    if request.method != "POST":
        if not view.pk:
            view.query = request.GET.urlencode()
        return _page(request, member, view, view_form.form_of(view))
    form = view_form.save(member, view, request.POST)
    if form.errors:
        return _page(request, member, view, form, status=422)
    messages.success(request, _("The view %(name)s is kept.") % {"name": alone(view)})
    return redirect(reverse("attention", args=[member.brand_id]) + asked_by_view(view).address)


def _page(
    request: HttpRequest, member: Membership, view: SavedView, form: ViewForm, status: int = 200
) -> HttpResponse:
    asked = view_form.asked_in(request.POST) if request.POST else asked_by_view(view)
    context = {
        "member": member,
        "rail": rail.beside(request, member),
        "view": view,
        "form": form,
        "ambassadors": view_form.offered(member, asked),
        "reasons": [(REASONS[tab], word) for tab, word in attention.labels().items()],
        "query": asked.query,
        "held": asked.held,
        "bar": {"tells_holders": True},
    }
    return render(request, "views/view.html", context, status=status)


@require_POST
def delete(request: HttpRequest, brand_id: int, view_id: int) -> HttpResponse:
    member = access.moderator_of(request, brand_id)
    view = access.view_of(member, view_id)
    name = alone(view)
    saved_views.delete(member, view)
    messages.success(request, _("The view %(name)s is deleted.") % {"name": name})
    return redirect("views", brand_id)


@require_POST
def bring_back(request: HttpRequest, brand_id: int) -> HttpResponse:
    saved_views.bring_back(access.manager_of(request, brand_id))
    messages.success(request, _("The given views are back."))
    return redirect("views", brand_id)
