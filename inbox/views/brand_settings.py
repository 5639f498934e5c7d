"""/brands/<brand>/settings/ : the brand's rules of what needs attention, for its managers.

"Try it" shows what other rules would make of the list, and saves nothing.
"""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from inbox import access
from inbox.chatrooms import brand_rules, rules_form
from inbox.chatrooms.rules_form import RulesForm
from inbox.components import freshness, rail, rehearsed
from inbox.models import Membership
from inbox.queue import ranking, rehearsal, usual_answers
from inbox.text import spans
from inbox.web.rendering import render

SOON = 5  # seconds until the page asks again how far the sorting has come


@require_http_methods(["GET", "HEAD", "POST"])
def brand_settings(request: HttpRequest, brand_id: int) -> HttpResponse:
    member = access.manager_of(request, brand_id)
    if request.method != "POST":
        proposed = request.GET.dict()
        return _page(request, member, rules_form.shown(brand_rules.stored(brand_id), proposed))
    form = RulesForm(request.POST.dict())
    if not form.is_valid():
        return _page(request, member, form, status=422)
    if request.POST.get("act") != "save":
        return _page(request, member, form, is_tried=True)
    changed = rules_form.save(member, form)
    if changed is None:
        return _page(request, member, form, status=422)
    messages.success(request, _in_words(changed))
    return redirect("brand_settings", brand_id)


def _page(
    request: HttpRequest,
    member: Membership,
    form: RulesForm,
    *,
    is_tried: bool = False,
    status: int = 200,
) -> HttpResponse:
    if form.wrong:
        form.wrong[0].field.widget.attrs["autofocus"] = True
    stored = brand_rules.stored(member.brand_id)
    usual = usual_answers.find(member.brand)
    proposal = usual_answers.propose(usual, stored.left_after)
    tried = (
        rehearsal.rehearse(member.brand, rules_form.rules_of(member, form)) if is_tried else None
    )
    context = {
        "member": member,
        "rail": rail.beside(request, member),
        "form": form,
        "fresh": freshness.find(member),
        "texts": settings.INDEX_TEXTS,
        "example": rules_form.EXAMPLE,
        "all_day": spans.hours(rules_form.ALL_DAY),
        "ranking": ranking.progress(member.brand_id),
        "every": SOON,
        "tried": rehearsed.tell(tried) if tried else None,
        "usual": usual,
        "proposal": proposal,
        "is_usual": proposal and proposal.waits_after == stored.waits_after,
    }
    return render(request, "brand_settings/page.html", context, status=status)


def _in_words(changed: int) -> str:
    if not changed:
        return _("Nothing was different: nothing was changed.")
    return _("The rules are saved. The conversations are sorted by them in the background.")
