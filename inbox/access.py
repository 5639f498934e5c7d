"""Checks permissions. Every fetch of something owned passes here: 404 for strangers, 403 for readers.

The middleware requires sign-in for every address, unless a view opts out.
"""

import time
from datetime import timedelta
from typing import Any, cast

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import BigIntegerField, Q, QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inbox import context, forgetting, versions
from inbox.caches.memories import Memory
from inbox.models import (
    Activity,
    Brand,
    CodeName,
    Invitation,
    Membership,
    Role,
    SavedView,
    User,
    digest_of,
)
from inbox.prepared import Param, Prepared

SECOND_FACTOR = "second_factor"  # in the session: when it was found that nothing is lacking
SIGNS_IN_HERE = "signs_in_here"  # and when, that this operator may go on without the issuer
FOUND_FOR = 60  # seconds
SEEN_EVERY = timedelta(minutes=5)
"""How exact `Membership.last_seen` is: a write for each page would cost more than it tells."""

MANAGERS_ONLY = gettext_lazy("Only managers of the brand look after this. Ask one of them.")


class NoInvitation(Http404):
    """The key of an invitation is unknown, or no longer opens anything: nobody learns which."""


def person(request: HttpRequest) -> User:
    """The signed-in person, on pages that require sign-in."""
    return cast(User, request.user)


def memberships(request: HttpRequest) -> QuerySet[Membership]:
    """The brands where the signed-in person has a role now."""
    return Membership.of(request.user.pk or 0)


def member_of(request: HttpRequest, brand_id: int) -> Membership:
    """The signed-in person's membership of this brand; also activates the brand's time zone.

    Raises Http404 for anyone who is not a member: strangers don't even learn that the brand exists.
    """
    of_person = _find_memberships(request)
    membership = next((one for one in of_person if one.brand_id == brand_id), None)
    if membership is None:
        raise Http404("No such brand among yours.")
    vars(request)["memberships"] = of_person  # for the rail beside the page
    now = context.current()
    now.brand, now.member, now.person = brand_id, membership.pk, membership.user_id
    timezone.activate(membership.brand.zone)
    forgetting.heed(membership.brand)
    _note_seen(membership)
    return membership


def _find_memberships(request: HttpRequest) -> list[Membership]:
    known: list[Membership] | None = vars(request).get("memberships")
    if known is None and request.user.is_authenticated:
        known = request.user.found_memberships
    return list(memberships(request)) if known is None else known


def moderator_of(request: HttpRequest, brand_id: int) -> Membership:
    """As `member_of`; raises PermissionDenied for viewers, who can't act."""
    membership = member_of(request, brand_id)
    if not membership.may_act:
        raise PermissionDenied(_("Viewers read. Ask a manager of your brand if you need to act."))
    return membership


def manager_of(request: HttpRequest, brand_id: int) -> Membership:
    """As `member_of`; raises PermissionDenied for all but managers."""
    membership = member_of(request, brand_id)
    if not membership.may_manage:
        raise PermissionDenied(MANAGERS_ONLY)
    return membership


def fellow_of(member: Membership, membership_id: int) -> Membership:
    """A membership of the member's own brand, active or not; raises Http404 for any other."""
    fellows = Membership.objects.filter(brand=member.brand_id).select_related("brand", "user")
    return get_object_or_404(fellows, pk=membership_id)


def sees_colleagues(member: Membership) -> bool:
    """Whether they learn what colleagues do, and these of them. Viewers see no work of others."""
    return member.may_act


def team_of(member: Membership, version: str | None = None) -> list[Membership]:
    """Those of the brand who act, as far as the member sees them, with what they read.

    `version`: of the team, by which it is remembered.
    """
    if not sees_colleagues(member):
        return []
    brand = member.brand_id
    team = versions.remember(_TEAMS, brand, version, lambda: _TEAM.ask(brand=brand))
    return [one for one in team if one.may_act]


def _team() -> QuerySet[Membership]:
    able = {"is_active": True, "user__is_active": True}
    found = Membership.objects.filter(brand=Param("brand", BigIntegerField()), **able)
    return found.select_related("user", "brand", "reader")


_TEAM = Prepared(_team)
_TEAMS = Memory[list[Membership]](64)


def keeps_team_views(member: Membership) -> bool:
    return member.may_manage


def view_of(member: Membership, view_id: int) -> SavedView:
    """A view that the member keeps: their own, or as a manager the team's.

    Raises Http404 for a colleague's, PermissionDenied for the team's where they are no manager.
    """
    found = SavedView.objects.filter(Q(member=None) | Q(member=member.pk), brand=member.brand_id)
    view = get_object_or_404(found, pk=view_id)
    if view.member_id is None and not keeps_team_views(member):
        raise PermissionDenied(MANAGERS_ONLY)
    return view


def invitation_of(member: Membership, invitation_id: int) -> Invitation:
    """An invitation to the member's own brand; raises Http404 for any other."""
    return get_object_or_404(Invitation, brand=member.brand_id, pk=invitation_id)


def activity_of(member: Membership, activity_id: int) -> Activity:
    """A record of the member's own brand; raises Http404 for any other."""
    return get_object_or_404(Activity, brand=member.brand_id, pk=activity_id)


def code_of(member: Membership, code_id: int) -> CodeName:
    """A code seen in the member's own brand; raises Http404 for any other."""
    return get_object_or_404(CodeName, brand=member.brand_id, pk=code_id)


def invitation(key: str) -> Invitation:
    """The invitation that a mailed key opens; raises NoInvitation where it opens nothing (any more)."""
    found = Invitation.usable().filter(digest=digest_of(key)).select_related("brand").first()
    if found is None:
        raise NoInvitation
    return found


def lock_managers(member: Membership) -> set[int]:
    """Lock and return the managers of the member's brand until the transaction ends.

    Raises PermissionDenied where the member has lost that role since the request began.
    """
    Brand.lock(member.brand_id)
    managers = set(Membership.managers(member.brand_id).values_list("pk", flat=True))
    if member.pk not in managers:
        raise PermissionDenied(MANAGERS_ONLY)
    return managers


def _note_seen(member: Membership) -> None:
    """Note that the member is here, unless that was noted a moment ago."""
    now = timezone.now()
    before = now - SEEN_EVERY
    if member.last_seen and member.last_seen > before:
        return
    stale = Q(last_seen=None) | Q(last_seen__lte=before)
    Membership.objects.filter(stale, pk=member.pk).update(last_seen=now)
    member.last_seen = now


# The second factor


def lacks_second_factor(request: HttpRequest) -> bool:
    """Whether `REQUIRE_MFA` asks this person for a second factor, and they have set up none.

    The answer "nothing is lacking" holds for a minute, so most pages need no query for it.
    """
    if settings.REQUIRE_MFA == "none":
        return False
    if 0 <= time.time() - request.session.get(SECOND_FACTOR, 0) < FOUND_FOR:
        return False
    if needs_second_factor(person(request)) and not has_second_factor(person(request)):
        return True
    request.session[SECOND_FACTOR] = time.time()
    return False


def forget_second_factor(request: HttpRequest) -> None:
    """Forget the cached answer: it may no longer hold."""
    request.session.pop(SECOND_FACTOR, None)
    request.session.pop(SIGNS_IN_HERE, None)


def needs_second_factor(user: User) -> bool:
    """Whether `REQUIRE_MFA` means this person: everyone, or operators and any brand's managers."""
    if settings.REQUIRE_MFA != "managers":
        return settings.REQUIRE_MFA == "everyone"
    managed = user.memberships.filter(is_active=True, role=Role.MANAGER)
    return user.is_staff or managed.exists()


def has_second_factor(user: User) -> bool:
    """Whether they have one. Recovery codes alone don't count: they replace a lost factor."""
    return _has_factor(user.pk)


def _has_factor(pk: int) -> bool:
    kinds = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    return bool(Authenticator.objects.filter(user_id=pk, type__in=kinds).exists())


# Ways in


def may_sign_in_here(user: User | None) -> bool:
    """Whether a password, a passkey or a link of ours lets this person in, if it is right.

    Under `REQUIRE_SSO` that is for active operators with a second factor. The work is the same for
    everybody, also for nobody.
    """
    if not settings.REQUIRE_SSO:
        return True
    has_factor = _has_factor(user.pk if user else 0)
    return bool(user and user.is_active and user.is_staff and has_factor)


def may_sign_in(user: User, records: list[dict[str, Any]]) -> bool:
    """Whether this person may sign in the way that allauth recorded: by the issuer, or as above."""
    return not settings.REQUIRE_SSO or _by_issuer(records) or may_sign_in_here(user)


def may_stay(request: HttpRequest, records: list[dict[str, Any]]) -> bool:
    """As `may_sign_in`, for the signed-in person. A yes for an operator holds for a minute."""
    if not settings.REQUIRE_SSO or _by_issuer(records):
        return True
    user = person(request)
    if user.is_staff and 0 <= time.time() - request.session.get(SIGNS_IN_HERE, 0) < FOUND_FOR:
        return True
    if not may_sign_in_here(user):
        return False
    request.session[SIGNS_IN_HERE] = time.time()
    return True


def _by_issuer(records: list[dict[str, Any]]) -> bool:
    """Whether the last sign-in began there. Confirmations and codes begin no sign-in."""
    first = [
        one["method"]
        for one in records
        if not one.get("reauthenticated") and (one["method"] != "mfa" or one.get("passwordless"))
    ]
    return bool(first) and first[-1] == "socialaccount"
