"""A request that was let in, and what of the brand it is about."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from inbox.sandbox.answers import not_found
from inbox.sandbox.bodies import Body
from inbox.sandbox.records import Brand, Chatroom, Participant


class Request(NamedTuple):
    """The data that an operation gets."""

    brand: Brand
    numbers: tuple[int, ...]
    query: Mapping[str, str]
    body: Body
    url: str
    now: datetime


def room_of(request: Request) -> Chatroom:
    """The chatroom in the path, which comes first in it."""
    room = request.brand.rooms.get(request.numbers[0])
    if room is None:
        raise not_found("The chatroom does not exist.")
    return room


def seat_of(request: Request) -> tuple[Chatroom, Participant]:
    """The chatroom in the path, and its participant with exactly that id.

    That a guest account's chatroom takes the guest's id, and not its owner's, is inferred.
    """
    room = room_of(request)
    for seat in room.participants:
        if seat.person.id == request.numbers[1]:
            return room, seat
    raise not_found("The ambassador does not exist.")
