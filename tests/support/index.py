"""What the index must hold, by the sandbox's own records, and what it holds."""

from typing import NamedTuple

from inbox.models import IndexedAmbassador, IndexedChatroom
from inbox.sandbox.app import Sandbox
from inbox.sandbox.records import Brand, Chatroom, Participant, Person

LAST_MEMBER = 6


class Facts(NamedTuple):
    """One row's facts, as the sandbox has them."""

    counts: bool
    participant: int | None
    other: int | None
    last_message: int | None
    rating: int | None
    anomaly: str
    topic: str
    archived: bool | None
    is_blocked: bool | None
    last_read_message: int | None


Rows = dict[tuple[int, int], Facts]
"""By chatroom and ambassador."""


def expected_rows(sandbox: Sandbox, brand_id: int) -> Rows:
    brand = sandbox.brands[brand_id]
    members = [who for who in brand.people.values() if who.status <= LAST_MEMBER]
    inboxes = [(room, who) for who in members for room in brand.rooms_of[who.id]]
    seats = {(room.id, who.id): _own_seat(brand, room, who) for room, who in inboxes}
    first: dict[int, tuple[bool, int]] = {}
    for (room_id, id_), own in seats.items():
        place = (own is None or own.person.id != id_, id_)
        first[room_id] = min(place, first.get(room_id, place))
    return {
        (room.id, who.id): _facts(room, seats[room.id, who.id], first[room.id][1] == who.id)
        for room, who in inboxes
    }


def actual_rows(brand_id: int) -> Rows:
    rows = IndexedChatroom.objects.filter(brand=brand_id)
    found = rows.values_list("chatroom", "ambassador", *Facts._fields)
    return {(chatroom, ambassador): Facts(*facts) for chatroom, ambassador, *facts in found}


def assert_true(sandbox: Sandbox, brand_id: int = 3) -> None:
    """The index equals the sandbox row by row, and names everybody of the brand's directory."""
    expected, actual = expected_rows(sandbox, brand_id), actual_rows(brand_id)
    assert expected.keys() - actual.keys() == set()
    assert actual.keys() - expected.keys() == set()
    wrong = {key: (actual[key], facts) for key, facts in expected.items() if actual[key] != facts}
    assert not wrong
    people = sandbox.brands[brand_id].people.values()
    members = {who.id for who in people if who.status <= LAST_MEMBER}
    known = IndexedAmbassador.objects.filter(brand=brand_id, ambassador__in=members)
    assert set(known.values_list("ambassador", flat=True)) == members


def _facts(room: Chatroom, own: Participant | None, counts: bool) -> Facts:
    others = [seat for seat in room.participants if seat is not own]
    seat = own if own and own.pivot == "row" else None
    summary = room.summary
    return Facts(
        counts=counts,
        participant=own.person.id if own else None,
        other=others[0].person.id if own and len(others) == 1 else None,
        last_message=room.last.id if room.last else None,
        rating=room.rating.value if room.rating else None,
        anomaly=_code(summary.anomaly if summary else None),
        topic=_code(summary.topic if summary else None),
        archived=seat.archived if seat else None,
        is_blocked=seat.blocked if seat else None,
        last_read_message=seat.last_read if seat else None,
    )


def _own_seat(brand: Brand, room: Chatroom, who: Person) -> Participant | None:
    """The ambassador's own, else that of a guest account that has something in common with them."""
    accounts = brand.accounts_of[who.id]
    seats = [seat for seat in room.participants if seat.person.id in accounts]
    own = [seat for seat in seats if seat.person is who]
    tied = [seat for seat in seats if _is_tied(seat.person, who)]
    return next(iter(own or tied), None)


def _is_tied(guest: Person, owner: Person) -> bool:
    same_customer = owner.customer_id is not None and guest.customer_id == owner.customer_id
    same_address = owner.email_tmp is not None and guest.email_tmp == owner.email_tmp.upper()
    return same_customer or same_address


def _code(code: int | None) -> str:
    return "" if code is None else str(code)
