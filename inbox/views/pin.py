"""…/ambassadors/<ambassador>/pin/ : keep an ambassador at hand, or no longer; what waits there."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from inbox import access
from inbox.chatrooms.listing import inbox_address
from inbox.components import pins as pinned
from inbox.components import rail
from inbox.display.people import first_name
from inbox.models import Membership
from inbox.popsell import identities
from inbox.text.isolates import alone
from inbox.web import requests
from inbox.web.rendering import render

MOST = 20  # each asks Popsell once a minute


@require_http_methods(["GET", "HEAD", "POST"])
def pin(request: HttpRequest, brand_id: int, ambassador_id: int) -> HttpResponse:
    member = access.member_of(request, brand_id)
    if request.method == "POST":
        return _changed(request, member, ambassador_id)
    if not requests.is_htmx(request):
        return HttpResponseRedirect(inbox_address(brand_id, ambassador_id))
    context = {"pin": pinned.read(member, ambassador_id), "member": member}
    context["here"] = ambassador_id if "here" in request.GET else None
    return render(request, "components/_pin.html", context)


def _changed(request: HttpRequest, member: Membership, ambassador_id: int) -> HttpResponse:
    told = _kept(member, ambassador_id, keep=request.POST.get("pinned") == "on")
    if not requests.is_htmx(request):
        messages.success(request, told)
        return HttpResponseRedirect(requests.came_from(request))
    context = {
        "told": told,
        "rail": rail.beside(request, member, ambassador_id),
        "ambassador": identities.recall(member.brand_id, ambassador_id),
        "member": member,
    }
    return render(request, "components/_pin_answer.html", context)


def _kept(member: Membership, ambassador_id: int, *, keep: bool) -> str:
    """Pin or unpin; what is now true, in words."""
    name = alone(first_name(identities.recall(member.brand_id, ambassador_id)))
    with transaction.atomic():
        pins = _pins_to_change(member)
        full = keep and len(pins) >= MOST
        others = [id_ for id_ in pins if id_ != ambassador_id]
        member.pins = pins if full else others + [ambassador_id] * keep
        member.save(update_fields=["pins"])
    if not keep:
        return _("%(name)s is no longer pinned.") % {"name": name}
    if full:
        return _("%(most)s ambassadors are pinned already: unpin one first.") % {"most": MOST}
    return _("%(name)s is pinned.") % {"name": name}


def _pins_to_change(member: Membership) -> list[int]:
    """The pins as they are now, kept from another tab until they are saved."""
    pins: list[int] = Membership.objects.select_for_update().get(pk=member.pk).pins
    return pins
