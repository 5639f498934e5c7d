"""/brands/<brand>/activity/ : who did what, when, with which outcome; and the same as a CSV file."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from inbox import access
from inbox.accounts import proofs
from inbox.activity import exports, report, report_form
from inbox.activity.report_form import ReportForm
from inbox.chatrooms.called import Names, look_up_names
from inbox.components import paging, rail, resolving
from inbox.components.filters import Step
from inbox.display.times import calendar_day
from inbox.models import Membership
from inbox.text.isolates import alone
from inbox.web.rendering import render


@require_safe
def activity(request: HttpRequest, brand_id: int) -> HttpResponse:
    member = access.moderator_of(request, brand_id)
    form = ReportForm(request.GET, member)
    if paging.has_empty_fields(request, form.fields) and not form.wrong:
        return HttpResponseRedirect(request.path + _query(form.chosen))
    meant = _meant(request, member, form)
    for one in meant:
        if len(one.steps) == 1:
            return HttpResponseRedirect(one.steps[0].address)
    _refuse(form, meant)
    found = report_form.acts(member, form)
    lines, before = report.page(report.older(found, request.GET.get("before", "")), member)
    names = look_up_names(member, [one.activity for one in lines])
    context = {
        "member": member,
        "rail": rail.beside(request, member),
        "form": form,
        "meant": [one for one in meant if one.steps],
        "names": names,
        "spans": _spans(request, form),
        "chips": _chips(request, form, names),
        "lines": lines,
        "older": _query({**form.chosen, "before": str(before)}) if before else "",
        "newest": request.path + _query(form.chosen) if "before" in request.GET else "",
        "days": settings.ACTIVITY_RETENTION_DAYS,
        "download": reverse("activity_csv", args=[brand_id]) + _query(form.chosen),
        "ready": "ready" in request.GET and proofs.is_recent(request),
    }
    return render(request, "activity/page.html", context)


@require_safe
def activity_csv(request: HttpRequest, brand_id: int) -> HttpResponseBase:
    """All matching acts; where part of the address can't be read, the page that says so.

    Confirming leads back to the page: a file would leave the person on the form.
    """
    member = access.moderator_of(request, brand_id)
    form, page = ReportForm(request.GET, member), reverse("activity", args=[brand_id])
    if form.wrong or form.typed:
        return HttpResponseRedirect(f"{page}?{request.GET.urlencode()}")
    if not proofs.is_recent(request):
        return proofs.ask(page + _query({**form.chosen, "ready": "1"}) + "#download")
    lines: Iterable[str] = ()
    if request.method != "HEAD":
        lines = exports.begin(report_form.acts(member, form), member, report_form.in_short(form))
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    name = f"activity-{brand_id}-{timezone.localdate():%Y-%m-%d}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@dataclass(frozen=True, slots=True)
class Meant:
    """The words typed into a field, and what they may stand for; else why that is nothing."""

    field: str
    words: str
    steps: list[Step]
    failure: str


def _meant(request: HttpRequest, member: Membership, form: ReportForm) -> list[Meant]:
    """For each name that was typed. What nobody has decided yet is said beside its field."""
    meant = []
    for field, words in form.typed.items():
        found = resolving.resolve(member, form, field)
        steps = [
            Step(
                f"{alone(name)} · {number}",
                request.path + _query({**form.chosen, field: str(number)}),
            )
            for number, name in found.meant
        ]
        meant.append(Meant(field, words, steps, found.failure))
    return meant


def _refuse(form: ReportForm, meant: list[Meant]) -> None:
    for one in meant:
        several = _("Choose who is meant by “%(name)s”.") % {"name": alone(one.words)}
        form.add_error(one.field, one.failure or several)


def _spans(request: HttpRequest, form: ReportForm) -> list[Step]:
    """Days at hand, as the brand's zone has them."""
    today = timezone.localdate()
    days = (
        (_("Today"), today, today),
        (_("Yesterday"), today - timedelta(days=1), today - timedelta(days=1)),
        (_("7 days"), today - timedelta(days=6), today),
    )
    chosen = form.chosen
    return [
        Step(
            label,
            request.path + _query({**chosen, "since": str(since), "until": str(until)}),
            (chosen.get("since"), chosen.get("until")) == (str(since), str(until)),
        )
        for label, since, until in days
    ]


def _chips(request: HttpRequest, form: ReportForm, names: Names) -> list[Step]:
    """Each filter, with its way off."""
    chosen = form.chosen
    return [
        Step(
            _("%(field)s: %(words)s")
            % {"field": form[name].label, "words": _in_words(form, name, names)},
            request.path + _query({other: chosen[other] for other in chosen if other != name}),
        )
        for name in chosen
    ]


def _in_words(form: ReportForm, field: str, names: Names) -> str:
    """What is asked of a field: a number with its name where that is known, a day as pages tell it."""
    value, said = form.cleaned_data[field], alone(form.said(field))
    known = {"ambassador": names.people, "chatroom": names.rooms}.get(field, {})
    if isinstance(value, date):
        return calendar_day(value)
    return f"{alone(known[value])} · {value}" if known.get(value) else said


def _query(values: dict[str, str]) -> str:
    return f"?{urlencode(values)}" if values else ""
