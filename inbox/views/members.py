"""/brands/<brand>/members/ : who belongs to a brand, for its managers to invite, change and let go."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from inbox import access
from inbox.accounts import invitations, inviting, proofs
from inbox.accounts import members as domain
from inbox.accounts.inviting import InviteForm
from inbox.accounts.members import Line
from inbox.components import rail
from inbox.models import Membership, Role
from inbox.text.isolates import alone
from inbox.web import drafts
from inbox.web.drafts import Draft
from inbox.web.rendering import render

ACTS = ("invite", "role", "reactivate")  # which may wait for a proof


@require_http_methods(["GET", "HEAD", "POST"])
def members(request: HttpRequest, brand_id: int) -> HttpResponse:
    member = access.manager_of(request, brand_id)
    if request.method != "POST":
        return _page(request, member, again=drafts.find(request))
    form = InviteForm(member, request.POST)
    if not form.is_valid():
        return _page(request, member, form, again=drafts.of_form(request), status=422)
    email, role = form.cleaned_data["email"], form.cleaned_data["role"]
    if role == Role.MANAGER and not proofs.is_recent(request):
        return _confirm_first(request, member, "invite", email=email, role=role)
    if refused := inviting.invite(member, email, role):
        form.add_error(refused.field, refused.told)
        return _page(request, member, form, again=drafts.of_form(request), status=refused.status)
    drafts.finish(request)
    messages.success(
        request, _("An invitation is on its way to %(email)s.") % {"email": alone(email)}
    )
    return redirect("members", brand_id)


@require_POST
def role(request: HttpRequest, brand_id: int, membership_id: int) -> HttpResponse:
    member = access.manager_of(request, brand_id)
    of, wanted = access.fellow_of(member, membership_id), request.POST.get("role", "")
    if wanted not in Role.values:
        raise BadRequest(_("There is no such role."))
    if not proofs.is_recent(request):
        if domain.would_leave_none(member, of, Role(wanted)):
            return _page(request, member, refused=of)  # nobody confirms themselves for that
        return _confirm_first(request, member, "role", of=of.pk, role=wanted)
    if not domain.change_role(member, of, Role(wanted)):
        return _page(request, member, refused=of)
    drafts.finish(request)
    message = _("%(name)s now has this role: %(role)s.")
    messages.success(request, message % {"name": alone(of.user), "role": Role(wanted).label})
    # People who gave up their own role would be refused the page they came from.
    goes_on = of.pk == member.pk and wanted != Role.MANAGER
    return redirect("ambassadors" if goes_on else "members", brand_id)


@require_POST
def deactivate(request: HttpRequest, brand_id: int, membership_id: int) -> HttpResponse:
    member = access.manager_of(request, brand_id)
    of = access.fellow_of(member, membership_id)
    if not domain.deactivate(member, of):
        return _page(request, member, refused=of)
    message = _("%(name)s is no longer a member, and is signed out everywhere.")
    messages.success(request, message % {"name": alone(of.user)})
    return redirect("home") if of.pk == member.pk else redirect("members", brand_id)


@require_POST
def reactivate(request: HttpRequest, brand_id: int, membership_id: int) -> HttpResponse:
    member = access.manager_of(request, brand_id)
    of = access.fellow_of(member, membership_id)
    if domain.is_of_a_manager(of) and not proofs.is_recent(request):
        return _confirm_first(request, member, "reactivate", of=of.pk)
    domain.reactivate(member, of)
    drafts.finish(request)
    messages.success(request, _("%(name)s is a member again.") % {"name": alone(of.user)})
    return redirect("members", brand_id)


@require_POST
def withdraw(request: HttpRequest, brand_id: int, invitation_id: int) -> HttpResponse:
    member = access.manager_of(request, brand_id)
    invitation = access.invitation_of(member, invitation_id)
    if invitations.withdraw(member, invitation):
        message = _("The invitation to %(email)s is withdrawn.")
    else:
        message = _("The invitation to %(email)s was taken up or withdrawn before.")
    messages.success(request, message % {"email": alone(invitation.email)})
    return redirect("members", brand_id)


def _confirm_first(
    request: HttpRequest, member: Membership, act: str, **fields: str | int
) -> HttpResponse:
    """Do nothing yet: after confirming, the person finds the form as they sent it."""
    back = reverse("members", args=[member.brand_id]) + drafts.keep(request, act, **fields)
    return proofs.ask(back)


def _page(
    request: HttpRequest,
    member: Membership,
    form: InviteForm | None = None,
    *,
    refused: Membership | None = None,
    again: Draft | None = None,
    status: int = 200,
) -> HttpResponse:
    """`refused`: the last manager, who was to be none. `again`: what was sent unconfirmed."""
    fellows = domain.fellows(member)
    again = again if again and _has_button(again, fellows) else None
    wanted = again.fields if again else {}
    typed = wanted if again and again.act == "invite" else {}
    form = form or InviteForm(member, initial=typed)
    wrong = [field for field in form if field.errors]
    if wrong:
        wrong[0].field.widget.attrs["autofocus"] = True
    context = {
        "member": member,
        "rail": rail.beside(request, member),
        "form": form,
        "refused": refused,
        "again": again,
        "is_sure": proofs.is_recent(request),
        "lost": again is None and drafts.is_lost(request, *ACTS),
        "roles": Role.choices,
        "lines": _lines(member, [one for one in fellows if one.is_active], wanted),
        "left": [one for one in fellows if not one.is_active],
        "waiting": invitations.waiting(member.brand_id),
    }
    return render(request, "members/page.html", context, status=409 if refused else status)


def _has_button(again: Draft, fellows: list[Membership]) -> bool:
    """Whether it can still be done: somebody else may have let the person go or come meanwhile."""
    if again.act == "invite":
        return True
    of = next((one for one in fellows if one.pk == again.fields["of"]), None)
    return of is not None and of.is_active == (again.act == "role")


def _lines(member: Membership, fellows: list[Membership], wanted: dict[str, Any]) -> list[Line]:
    """As the page shows them. `wanted`: the role that one of them was to have, if any."""
    secured = _with_second_factor([one.user_id for one in fellows])
    last = domain.last_manager(member)
    roles = {wanted.get("of"): wanted.get("role")}
    return [
        Line(
            one,
            is_self=one.pk == member.pk,
            is_last=one.pk == last,
            has_second_factor=one.user_id in secured,
            chosen=roles.get(one.pk) or "",
        )
        for one in fellows
    ]


def _with_second_factor(people: list[int]) -> set[int]:
    """Those with a second factor. Recovery codes alone don't count: they come with one."""
    kinds = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    found = Authenticator.objects.filter(user__in=people, type__in=kinds)
    return set(found.values_list("user_id", flat=True))
