"""What is done in a chatroom for one of its participants."""

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
