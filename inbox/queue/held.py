"""Conversations that a member has in hand, and those that a colleague handed to them."""

from enum import StrEnum

from django.db.models import Q

from inbox.models import Hold, IndexedChatroom, Membership

MOST = 1000
"""Nobody has so many in hand."""


class Held(StrEnum):
    """As an address names them."""

    MINE = "me"
    FOR_ME = "for-me"


def rows(member: Membership, held: Held) -> list[IndexedChatroom]:
    """The most pressing first, those without a reason last. Each chatroom stands once."""
    which = Hold.standing() if held == Held.MINE else Hold.waiting()
    own = Hold.objects.filter(which, brand=member.brand_id, member=member)
    inboxes = dict(own.values_list("chatroom", "ambassador")[:MOST])
    found: dict[int, IndexedChatroom] = {}
    for row in IndexedChatroom.objects.filter(_in(member, inboxes)).order_by("id"):
        if row.chatroom not in found or row.ambassador == inboxes[row.chatroom]:
            found[row.chatroom] = row
    return sorted(found.values(), key=_order)


def _in(member: Membership, chatrooms: dict[int, int]) -> Q:
    return Q(brand=member.brand_id, chatroom__in=list(chatrooms))


def _order(row: IndexedChatroom) -> tuple[bool, int, float, int]:
    since = row.since.timestamp() if row.since else 0
    return row.rank is None, row.rank or 0, since, row.pk
