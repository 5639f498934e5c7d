"""/brands/<brand>/index/ : how complete the local copy is, and what a manager may do about it."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from inbox import access, workers
from inbox.components import freshness, rail
from inbox.components.freshness import State
from inbox.models import IndexedAmbassador, IndexedBrand, IndexedChatroom
from inbox.popsell.errors import Unauthorized
from inbox.queue import again, budget
from inbox.web.rendering import render
from inbox.web.requests import is_htmx

MOST = 50  # ambassadors of a list
READY = {State.LAGGING, State.WHOLE}  # to read everything again
SOON, LATER = 5, 20  # seconds until the page is asked for again


@require_safe
def index(request: HttpRequest, brand_id: int) -> HttpResponse:
    member = access.manager_of(request, brand_id)
    rows = IndexedChatroom.objects.filter(brand=brand_id, counts=True)
    fresh = freshness.find(member)
    brand = IndexedBrand.objects.filter(pk=brand_id).first() or IndexedBrand(pk=brand_id)
    context = {
        "member": member,
        "rail": rail.beside(request, member),
        "fresh": fresh,
        "conversations": rows.count(),
        "brand": brand,
        "calls": budget.calls_in_last_hour(brand),
        "budget": _budget(brand_id),
        "shared": len(budget.sharing(brand_id)),
        "now": timezone.now(),
        "are_apart": workers.are_apart(),
        "refused": freshness.refused_of(brand_id, MOST),
        "recovered": freshness.recovered_of(brand_id, MOST),
        "missing": _missing(brand_id),
        "every": SOON if fresh.is_bar else LATER,
        "may_read_again": fresh.state in READY,
    }
    response = render(request, "index/page.html", context)
    response["HX-Trigger"] = "fresh"  # the line above, which asks by itself, keeps step
    return response


@require_POST
def read_again(request: HttpRequest, brand_id: int) -> HttpResponse:
    """Refused while nothing can be read, or while it is under way, as the page says."""
    member = access.manager_of(request, brand_id)
    if freshness.find(member).state in READY:
        again.read_everything(brand_id)
    return redirect("index", brand_id)


@require_POST
def try_now(request: HttpRequest, brand_id: int) -> HttpResponse:
    """By a press within a page, the state is told there."""
    member = access.manager_of(request, brand_id)
    again.try_now(brand_id)
    if not is_htmx(request):
        return redirect("index", brand_id)
    context = {"fresh": freshness.find(member)}
    return render(request, "components/_fresh_answer.html", context)


@require_POST
def retry(request: HttpRequest, brand_id: int, ambassador_id: int) -> HttpResponse:
    """Read an ambassador at the next turn; one that can be read again by now is left alone."""
    access.manager_of(request, brand_id)
    known = IndexedAmbassador.objects.filter(brand=brand_id, ambassador=ambassador_id)
    if not again.retry(brand_id, ambassador_id) and not known.exists():
        raise Http404("The index knows no such ambassador.")
    return redirect("index", brand_id)


def _budget(brand_id: int) -> budget.State | None:
    """None for a brand without a token."""
    try:
        return budget.state(brand_id)
    except Unauthorized:
        return None


def _missing(brand_id: int) -> list[freshness.Missing]:
    """Inboxes of which Popsell counts more conversations than it lists."""
    found = IndexedAmbassador.objects.filter(brand=brand_id, missing__gt=0)
    rows = found.order_by("-missing", "ambassador")[:MOST]
    return [freshness.Missing(freshness.person_of(row), row.missing) for row in rows]
