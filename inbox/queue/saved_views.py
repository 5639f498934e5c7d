"""Saves views: names for queries of what needs attention, the team's or a member's own."""

from django.db import transaction
from django.db.models import BigIntegerField, Q

from inbox import access
from inbox.activity import recording
from inbox.models import Act, Brand, Given, Membership, SavedView
from inbox.models.saved_views import GIVEN
from inbox.prepared import Param, Prepared

MOST = 20
"""So many may be the team's, and so many one's own."""


class Full(Exception):  # noqa: N818 - a state, not a fault
    """There are as many as there may be."""


class Taken(Exception):  # noqa: N818 - as above
    """Another of the same people is called so."""


def find(member: Membership) -> list[SavedView]:
    """Those that the member sees: the team's in the order in which they came, then their own.

    Viewers keep none, and see none that is about who has a conversation.
    """
    which = _ALL if access.sees_colleagues(member) else _PLAIN
    found = which.ask(brand=member.brand_id, member=member.pk)
    return sorted(found, key=lambda one: (one.member_id is not None, _place(one), one.pk))


_BRAND, _MEMBER = (Param(name, BigIntegerField()) for name in ("brand", "member"))
_ALL = Prepared(lambda: SavedView.objects.filter(Q(member=None) | Q(member=_MEMBER), brand=_BRAND))
_PLAIN = Prepared(
    lambda: SavedView.objects.filter(member=None, brand=_BRAND).exclude(query__contains="held=")
)


def _place(one: SavedView) -> int:
    """The given ones come first, in their order."""
    return Given.values.index(one.given) if one.given in Given.values else len(Given.values)


def lacks_given(brand_id: int) -> bool:
    """Whether some of the given ones were deleted."""
    there = SavedView.objects.filter(brand=brand_id).exclude(given="")
    return there.count() < len(GIVEN)


def give(brand_id: int) -> None:
    """Give the brand those of the given ones that it lacks."""
    given = [
        SavedView(brand_id=brand_id, given=given, query=query) for given, query in GIVEN.items()
    ]
    SavedView.objects.bulk_create(given, ignore_conflicts=True)


def bring_back(member: Membership) -> None:
    """As `give`, by a manager."""
    with transaction.atomic():
        give(member.brand_id)
        recording.record(member, Act.SAVE_VIEW)


def note_brand(instance: Brand, created: bool, **_signal: object) -> None:
    """A new brand has the given views."""
    if created:
        give(instance.pk)


def save(member: Membership, view: SavedView) -> None:
    """Save a view that the member may keep. Raises Full where there would be too many, and Taken.

    The brand's row decides between two who save the last one, or the same name, at once.
    """
    with transaction.atomic():
        Brand.lock(member.brand_id)
        others = SavedView.objects.filter(brand=member.brand_id, member=view.member_id)
        names = [str(one).casefold() for one in others.exclude(pk=view.pk)]
        if len(names) >= MOST:
            raise Full
        if str(view).casefold() in names:
            raise Taken
        was_of_team = SavedView.objects.filter(pk=view.pk, member=None).exists()
        view.save()
        if view.member_id is None:
            _record(member, Act.SAVE_VIEW, view)
        elif was_of_team:
            _record(member, Act.DELETE_VIEW, view)


def delete(member: Membership, view: SavedView) -> None:
    """Delete a view that the member may keep."""
    with transaction.atomic():
        view.delete()
        if view.member_id is None:
            _record(member, Act.DELETE_VIEW, view)


def _record(member: Membership, act: Act, view: SavedView) -> None:
    """The trail tells what the team sees, and not what one keeps alone."""
    recording.record(member, act, about=str(view))
