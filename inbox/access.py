"""Who may. Every fetch of something owned passes here: 404 for strangers, 403 for readers.

Signing in is asked of every address by the middleware, unless a view says otherwise.
"""

import time
from typing import cast

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from inbox import context
from inbox.models import Membership, Role, User

SECOND_FACTOR = "second_factor"  # in the session: when it was found that nothing is lacking
FOUND_FOR = 60  # seconds


def person(request: HttpRequest) -> User:
    """Who asks, on pages that ask for sign-in."""
    return cast(User, request.user)


def memberships(request: HttpRequest) -> QuerySet[Membership]:
    """The brands in which the person who asks has a role now."""
    return Membership.objects.filter(
        user=request.user.pk or 0, user__is_active=True, is_active=True
    ).select_related("brand", "user")


def member_of(request: HttpRequest, brand_id: int) -> Membership:
    """The asking person's membership of this brand, whose time zone is then the one shown.

    Raises Http404 for anyone who is no member of it: a stranger learns nothing, not even that it is.
    """
    of_person = list(memberships(request))
    membership = next((one for one in of_person if one.brand_id == brand_id), None)
    if membership is None:
        raise Http404("No such brand among yours.")
    vars(request)["memberships"] = of_person  # for the rail beside the page
    context.current().brand, context.current().member = brand_id, membership.pk  # for the log
    timezone.activate(membership.brand.zone)
    return membership


def moderator_of(request: HttpRequest, brand_id: int) -> Membership:
    """As `member_of`; raises PermissionDenied for a viewer, who reads and does not act."""
    membership = member_of(request, brand_id)
    if not membership.may_act:
        raise PermissionDenied(_("Viewers read. Ask a manager of your brand if you need to act."))
    return membership


def manager_of(request: HttpRequest, brand_id: int) -> Membership:
    """As `member_of`; raises PermissionDenied for all but managers, who look after the brand."""
    membership = member_of(request, brand_id)
    if not membership.may_manage:
        raise PermissionDenied(_("Only managers of the brand look after this. Ask one of them."))
    return membership


# The second factor


def lacks_second_factor(request: HttpRequest) -> bool:
    """Whether `REQUIRE_MFA` asks this person for a second factor, and they have set up none.

    That nothing is lacking holds for a minute, so that most pages ask the database nothing for it.
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
    """What was found may hold no longer."""
    request.session.pop(SECOND_FACTOR, None)


def needs_second_factor(user: User) -> bool:
    """Whether `REQUIRE_MFA` means this person: everyone, or operators and any brand's managers."""
    if settings.REQUIRE_MFA != "managers":
        return settings.REQUIRE_MFA == "everyone"
    managed = user.memberships.filter(is_active=True, role=Role.MANAGER)
    return user.is_staff or managed.exists()


def has_second_factor(user: User) -> bool:
    """Recovery codes alone are none: they stand in for one that was lost."""
    kinds = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    return bool(Authenticator.objects.filter(user=user, type__in=kinds).exists())
