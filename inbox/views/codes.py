"""/brands/<brand>/codes/ : what the brand's manager says that Popsell's undocumented codes mean.

Moderators read it: they meet these names in rows, and know which are lacking.
"""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from inbox import access
from inbox.chatrooms import codes as naming
from inbox.chatrooms import topics
from inbox.chatrooms.codes import Line, sections
from inbox.components import coded, freshness, rail
from inbox.components.freshness import Fresh
from inbox.models import Membership
from inbox.queue.freshness import is_away
from inbox.web.rendering import render


@require_http_methods(["GET", "HEAD", "POST"])
def codes(request: HttpRequest, brand_id: int) -> HttpResponse:
    if request.method != "POST":
        member = access.moderator_of(request, brand_id)
        return _page(request, member, naming.lines(brand_id))
    member = access.manager_of(request, brand_id)
    lines = naming.save(member, request.POST.dict())
    if any(line.wrong for line in lines):
        return _page(request, member, lines, status=422)
    messages.success(request, _in_words(sum(1 for line in lines if line.form.changed_data)))
    return redirect("codes", brand_id)


def _page(
    request: HttpRequest, member: Membership, lines: list[Line], status: int = 200
) -> HttpResponse:
    fresh = freshness.find(member)
    seen = coded.find_seen(member.brand_id, [line.code for line in lines], fresh)
    shown = sections(lines, {key: one.number for key, one in seen.items()})
    wrong = [field for section in shown for line in section.lines for field in line.wrong]
    if wrong:
        wrong[0].field.widget.attrs["autofocus"] = True
    context = {
        "member": member,
        "rail": rail.beside(request, member),
        "sections": shown,
        "seen": seen,
        "fresh": fresh,
        "texts": settings.INDEX_TEXTS,
        "wrong": wrong,
        "offers": _offers(member, lines, fresh),
    }
    return render(request, "codes/page.html", context, status=status)


def _offers(member: Membership, lines: list[Line], fresh: Fresh) -> dict[str, str]:
    """Nobody waits for them while Popsell is known to fail."""
    if is_away(fresh.index):
        return {}
    return topics.to_take_over(member, [line.code for line in lines])


def _in_words(changed: int) -> str:
    if not changed:
        return _("Nothing was different: nothing was changed.")
    return ngettext("%(changed)s code changed.", "%(changed)s codes changed.", changed) % {
        "changed": changed
    }
