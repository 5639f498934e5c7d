"""What is done in a chatroom for one of its participants, and the record of it."""

from dataclasses import dataclass
from datetime import datetime

from inbox.sandbox import bodies
from inbox.sandbox.answers import invalid
from inbox.sandbox.render import Json, message_json
from inbox.sandbox.requests import Request, seat_of


def mark_read(request: Request) -> Json:
    """POST …/read: the last message read.

    Documented, but for the 422 of a chatroom without messages (inferred).
    """
    room, seat = seat_of(request)
    if room.last is None:
        raise invalid("chatroom", "The chatroom has no message.")
    seat.last_read = room.last.id
    return message_json(room.last, request.now)


def archive(request: Request) -> Json:
    """PATCH …/archive: `archive` puts the chatroom away for this participant, or takes it back.

    Body and answer are documented; the words for taking it back are inferred.
    """
    _, seat = seat_of(request)
    seat.archived = bodies.boolean(request.body, "archive")
    return {"message": f"Chatroom {'archived' if seat.archived else 'unarchived'} successfully"}


def block(request: Request) -> Json:
    """PATCH …/block: `is_blocked` blocks the chatroom for this participant, or lets it go on.

    Body and answer are documented; the words for letting it go on are inferred.
    """
    room, seat = seat_of(request)
    seat.blocked = bodies.boolean(request.body, "is_blocked")
    what = "blocked" if seat.blocked else "unblocked"
    return {"message": f"chatroom {room.id} {what} successfully for ambassador {seat.person.id}"}


def flag(request: Request) -> Json:
    """PATCH …/flag: 1 to do, 2 done (documented); null clears it (inferred).

    The message is documented as text or null; when it is null is not: here, when the flag is cleared.
    """
    _, seat = seat_of(request)
    seat.flag = bodies.flag(request.body)
    return {"message": "Chatroom flagged successfully" if seat.flag else None}


@dataclass(frozen=True, slots=True)
class Done:
    """One act that was carried out: for reading, `state` is the message now read."""

    act: str
    brand: int
    chatroom: int
    participant: int
    state: str
    at: datetime
    request_id: str | None


def done(act: str, request: Request, request_id: str | None) -> Done:
    """Record an act that was carried out just now."""
    room, seat = seat_of(request)
    states = {
        "read": str(seat.last_read),
        "archive": "on" if seat.archived else "off",
        "block": "on" if seat.blocked else "off",
        "flag": str(seat.flag or "none"),
    }
    brand, participant = request.brand.id, seat.person.id
    return Done(act, brand, room.id, participant, states[act], request.now, request_id)
