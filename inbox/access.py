"""Who may. Every fetch of something owned passes here: 404 for strangers, 403 for readers.

Signing in is asked of every address by the middleware, unless a view says otherwise.
"""

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from inbox import context
from inbox.models import Membership


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
