"""Each customer of the waiting list as "Needs attention" shows them: who, about what, since when."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import BigIntegerField, Q, QuerySet
from django.utils.translation import gettext as _

from inbox.chatrooms.annotations import Names
from inbox.chatrooms.conversation import Conversation
from inbox.chatrooms.marks import Item, checksum
from inbox.chatrooms.query import Query, build
from inbox.components import indexed
from inbox.components.freshness import person_of
from inbox.display import visible
from inbox.models import CodeKind, IndexedAmbassador, IndexedChatroom, WaitingCustomer
from inbox.popsell.resources import Ambassador
from inbox.prepared import Param, Params
from inbox.trips import Answer, Trip
from inbox.versions import Remembered

ITEMS = 10**18
"""Added to a customer's number among the items of a page, which conversations share."""


@dataclass(frozen=True, slots=True)
class Untaken:
    """No ambassador has taken this customer. `ambassador`: the one they ask for, None for anybody.

    `topic`: its name, empty where it has none. `quote`: their words as HTML, empty where none are kept.
    `chatroom`: the conversation that their `address` opens, 0 where there is none. `also`: for what
    reasons that one needs attention, where it would stand on the same page.
    """

    row: WaitingCustomer
    person: Ambassador
    ambassador: Ambassador | None
    topic: str
    quote: str
    address: str
    chatroom: int
    also: tuple[str, ...] = ()

    @property
    def mark(self) -> str:
        """Changes with what is told of them."""
        names = (self.person.full_name, self.ambassador and self.ambassador.full_name)
        return checksum(names, self.topic, self.quote, self.address, self.row.since, self.also)

    @property
    def item(self) -> Item:
        return Item(ITEMS + self.row.pk, self.mark, None)


def show(
    rows: list[WaitingCustomer],
    query: Query,
    names: Names,
    keepers: Mapping[int, IndexedAmbassador],
    rooms: list[IndexedChatroom],
) -> list[Untaken]:
    """These in words, with what the index knows of them.

    `query`: of the list that they stand in. `keepers`: the ambassadors that they ask for. `rooms`: as
    `find_rooms` tells.
    """
    people = _people(rooms)
    addresses = {
        one.chatroom: indexed.address(one) + build(1, query) for one in rooms if one.counts
    }
    return [
        Untaken(
            row=row,
            person=people.get(row.user) or unknown(row.user),
            ambassador=_asked_for(row.ambassador, keepers),
            topic=_topic(row.topic, names),
            quote=indexed.said("0", row.excerpt),
            address=addresses.get(row.chatroom or 0, ""),
            chatroom=row.chatroom or 0,
        )
        for row in rows
    ]


def asked_for(rows: Iterable[WaitingCustomer]) -> set[int]:
    """The ambassadors that these ask for."""
    return {one.ambassador for one in rows if one.ambassador}


def find_since(shown: Conversation) -> datetime | None:
    """Since when somebody waits in the open conversation, beside the list that says so."""
    member = shown.listing.member
    if not shown.listing.query.is_brand_wide:
        return None
    found = WaitingCustomer.objects.filter(brand=member.brand_id, chatroom=shown.row.chatroom.id)
    return found.order_by("since", "id").values_list("since", flat=True).first()


def items_gone(ids: Iterable[int]) -> list[Item]:
    """Those of these items of a page that are customers who wait no longer, as changed ones."""
    return [Item(id_, "", None) for id_ in ids if id_ > ITEMS]


def find_rooms(
    trip: Trip, brand_id: int, rows: list[WaitingCustomer]
) -> Answer[list[IndexedChatroom]]:
    """The conversations in which they wait, and all others of these customers: the newest last."""
    here = {one.chatroom for one in rows if one.chatroom} or {0}  # nothing has this number
    people = {one.user for one in rows}
    return _ROOMS.ask_on(trip, brand=brand_id, people=people, chatrooms=here)


def _rooms() -> QuerySet[IndexedChatroom]:
    number = BigIntegerField()
    brand = Param("brand", number)
    # The brand stands in each part, for the indexes.
    theirs = Q(brand=brand, other__in=Params("people", number))
    here = Q(brand=brand, chatroom__in=Params("chatrooms", number))
    return IndexedChatroom.objects.filter(theirs | here).order_by("facts_at", "pk")


_ROOMS = Remembered(IndexedChatroom, "rank", _rooms)


def _people(rooms: list[IndexedChatroom]) -> dict[int, Ambassador]:
    """The counterparts of these conversations. Who is anonymized in one of them is so in all."""
    hidden = {one.other or 0 for one in rooms if one.anonymized}
    told = {one.other: indexed.pair_of(one, None).other for one in rooms if one.other}
    return {id_: one.hidden_among(hidden) for id_, one in told.items() if id_ and one}


def unknown(user: int) -> Ambassador:
    """Names a customer by their number, since the index knows nothing else."""
    return Ambassador(user, firstname=_("Customer %(number)s") % {"number": user})


def _asked_for(
    ambassador: int | None, keepers: Mapping[int, IndexedAmbassador]
) -> Ambassador | None:
    known = keepers.get(ambassador or 0)
    return person_of(known) if known else (Ambassador(ambassador) if ambassador else None)


def _topic(code: str, names: Names) -> str:
    """What the brand calls it. Whether it is the number that summaries have is inferred."""
    found = names.get((CodeKind.TOPIC, code))
    return visible(found.name) if found else ""
