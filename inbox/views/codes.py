"""/brands/<brand>/codes/ : what the brand's manager says that Popsell's undocumented codes mean.

Moderators read it: they meet these names in rows, and know which are lacking.
"""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from inbox import access
from inbox.chatrooms import codes as naming
from inbox.chatrooms import topics
from inbox.chatrooms.codes import Line
from inbox.components import rail
from inbox.display import visible
from inbox.models import CodeKind, Membership
from inbox.web.rendering import render

TITLES = {
    CodeKind.ANOMALY: gettext_lazy("Anomalies"),
    CodeKind.TOPIC: gettext_lazy("Topics"),
    CodeKind.MODERATION: gettext_lazy("Moderation statuses"),
}


@dataclass(frozen=True, slots=True)
class Section:
    """The codes of one kind."""

    kind: CodeKind
    title: str | Promise
    lines: list[Line]

    @property
    def named(self) -> int:
        return sum(1 for line in self.lines if visible(line.code.name))


@require_http_methods(["GET", "HEAD", "POST"])
def codes(request: HttpRequest, brand_id: int) -> HttpResponse:
    if request.method != "POST":
        member = access.moderator_of(request, brand_id)
        return _page(request, member, naming.lines(brand_id))
    member = access.manager_of(request, brand_id)
    lines = naming.save(member, request.POST.dict())
    if any(line.wrong for line in lines):
        return _page(request, member, lines, status=422)
    messages.success(request, _told(sum(1 for line in lines if line.form.changed_data)))
    return redirect("codes", brand_id)


def _page(
    request: HttpRequest, member: Membership, lines: list[Line], status: int = 200
) -> HttpResponse:
    shown = sections(lines)
    wrong = [field for section in shown for line in section.lines for field in line.wrong]
    if wrong:
        wrong[0].field.widget.attrs["autofocus"] = True
    context = {
        "member": member,
        "rail": rail.beside(request, member),
        "sections": shown,
        "wrong": wrong,
        "offers": topics.to_take_over(member, [line.code for line in lines]),
    }
    return render(request, "codes/page.html", context, status=status)


def sections(lines: list[Line]) -> list[Section]:
    """One for each kind, also where none of it was seen yet; none where no code was at all.

    Those with codes to be named come first.
    """
    kinds = TITLES.items() if lines else ()
    found = [
        Section(kind, title, [line for line in lines if line.code.kind == kind])
        for kind, title in kinds
    ]
    return sorted(found, key=lambda one: one.named == len(one.lines))


def _told(changed: int) -> str:
    if not changed:
        return _("Nothing was different: nothing was changed.")
    return ngettext("%(changed)s code changed.", "%(changed)s codes changed.", changed) % {
        "changed": changed
    }
