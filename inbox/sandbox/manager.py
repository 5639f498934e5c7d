"""The chatrooms of a whole brand, as its manager lists them.

Sorts, filters and their values are documented under GET /manager/chatrooms. Inferred: a wrong value is
a 422, and `per_page` has a maximum. A dialogue is established where the chatroom says so.
"""

import re
from collections.abc import Callable

from inbox.sandbox.filters import TYPES, check_filters, one_of, wrong
from inbox.sandbox.lists import in_order, last_date, page_of
from inbox.sandbox.records import Chatroom
from inbox.sandbox.render import Json, manager_chatroom_json
from inbox.sandbox.requests import Request
from inbox.sandbox.transcripts import transcript

Test = Callable[[Chatroom, int], bool]
"""Of a chatroom and the seed that its transcript is made from."""

DISCUSSIONS = {"0": 0, "1": 1, "2": 2}
SOURCES = {"direct": (0, "0"), "waiting_list": (1, "1"), "hot_list": (2, "2")}
DIALOGUE = {"established": True, "not_established": False}
RATINGS = {"not_rated": None, **{str(stars): stars for stars in range(6)}}

SORTS: dict[str, Callable[[Chatroom], object]] = {
    "id_chatroom": lambda room: room.id,
    "date_insert": lambda room: room.inserted,
    "last_message_date": last_date,
    "last_rating": lambda room: room.rating.value if room.rating else -1,
}


def list_manager_chatrooms(request: Request) -> Json:
    """GET /manager/chatrooms: the envelope of all chatrooms of the brand (documented).

    That the brand is the header's is inferred: no page lists one here.
    """
    check_filters(request.query, FILTERS)
    tests = [made(request.query[name]) for name, made in FILTERS.items() if name in request.query]
    seed = request.brand.seed
    rooms = [
        room for room in request.brand.rooms.values() if all(test(room, seed) for test in tests)
    ]
    return page_of(
        in_order(rooms, request, SORTS),
        request,
        lambda room: manager_chatroom_json(room, request.now),
    )


def _type(raw: str) -> Test:
    wanted = one_of(TYPES, "type_chatroom", raw)
    return lambda room, seed: room.type == wanted


def _discussion(raw: str) -> Test:
    wanted = one_of(DISCUSSIONS, "type_discussion", raw)
    return lambda room, seed: room.discussion == wanted


def _source(raw: str) -> Test:
    wanted = (raw, *one_of(SOURCES, "source", raw))
    return lambda room, seed: room.source in wanted


def _dialogue(raw: str) -> Test:
    wanted = one_of(DIALOGUE, "dialogue", raw)
    return lambda room, seed: bool(room.established) is wanted


def _rating(raw: str) -> Test:
    wanted = one_of(RATINGS, "last_rating", raw)
    return lambda room, seed: (room.rating.value if room.rating else None) == wanted


def _ambassador(raw: str) -> Test:
    """By who wrote in it, not by who sits in it (documented)."""
    if not re.fullmatch(r"-?[0-9]{1,40}", raw):
        raise wrong("ambassador")
    wanted = int(raw)
    return lambda room, seed: (
        any(seat.person.id == wanted for seat in room.participants)
        and any(one.author.id == wanted for one in transcript(room, seed))
    )


FILTERS: dict[str, Callable[[str], Test]] = {
    "filter[type_chatroom]": _type,
    "filter[type_discussion]": _discussion,
    "filter[source]": _source,
    "filter[dialogue]": _dialogue,
    "filter[last_rating]": _rating,
    "filter[ambassador]": _ambassador,
}
