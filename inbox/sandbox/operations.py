"""The operations the sandbox answers: what may be read here, what may be done in `acts`."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from inbox.sandbox import acts
from inbox.sandbox.answers import not_found
from inbox.sandbox.filters import SENT_BEFORE, check_filters, filtered, sent_before
from inbox.sandbox.lists import NEVER, in_order, last_date, page_of
from inbox.sandbox.manager import list_manager_chatrooms
from inbox.sandbox.records import Person
from inbox.sandbox.render import (
    Json,
    ambassador_json,
    chatroom_json,
    last_action,
    listed_json,
    transcript_message_json,
)
from inbox.sandbox.requests import Request, room_of
from inbox.sandbox.topics import list_chat_topics
from inbox.sandbox.transcripts import transcript
from inbox.sandbox.waiting import list_waiting
from inbox.sandbox.words import plain

MEMBER_ROLES = range(7)
NAME, STATUS = "filter[name]", "filter[status]"


def list_ambassadors(request: Request) -> Json:
    """GET /chat/ambassadors: the envelope of ambassadors in their micro form (documented).

    Inferred: only members (roles 0 to 6) are listed unless `filter[status]` asks for others. Inferred
    too: the name filter means contains, ignoring case and accents.
    """
    check_filters(request.query, {NAME, STATUS})
    wanted = plain(request.query.get(NAME, "").strip())
    roles = _roles(request.query.get(STATUS, ""))
    people = [
        person
        for person in request.brand.people.values()
        if person.status in roles and wanted in _searched(person)
    ]
    acted: dict[str, Callable[[Person], object]] = {
        "last_action_date": lambda one: last_action(one, request.now) or NEVER
    }
    people = in_order(people, request, acted)
    return page_of(people, request, lambda one: ambassador_json(one, request.now))


def list_chatrooms(request: Request) -> Json:
    """GET /chat/ambassadors/{ambassador}/chatrooms, guest accounts' included (documented).

    The sort goes by the date of the last message (inferred: a chatroom has no last action).
    """
    person_id = request.numbers[0]
    rooms = request.brand.rooms_of.get(person_id)
    if rooms is None:
        raise not_found("The ambassador does not exist.")
    rooms = in_order(
        filtered(rooms, request.query, request.brand.accounts_of[person_id]),
        request,
        {"last_action_date": last_date},
    )
    return page_of(rooms, request, lambda room: listed_json(room, request.now))


def get_chatroom(request: Request) -> Json:
    """GET /chat/chatrooms/{id}: one chatroom, without its last message (documented).

    That one the brand has not is a 404 is inferred.
    """
    return chatroom_json(room_of(request), request.now)


def list_messages(request: Request) -> Json:
    """GET /chat/chatrooms/{chatroom}/messages: the envelope of its messages (documented).

    The order without a sort, oldest first, is inferred, and so is the 404 of an unknown chatroom.
    """
    room = room_of(request)
    check_filters(request.query, (SENT_BEFORE,))
    said = sent_before(transcript(room, request.brand.seed), request.query)
    said = in_order(said, request, {"date_insert": lambda one: one.date})
    return page_of(said, request, lambda one: transcript_message_json(one, room, request.now))


class Operation(NamedTuple):
    """What is answered where; the name is what the sandbox's switches call it."""

    name: str
    methods: tuple[str, ...]
    pattern: str
    answer: Callable[[Request], object]


ID = "([0-9]{1,18})"
SEAT = f"/chat/chatrooms/{ID}/ambassadors/{ID}"
READ = ("GET", "HEAD")

OPERATIONS = (
    Operation("ambassadors", READ, "/chat/ambassadors", list_ambassadors),
    Operation("chatrooms", READ, f"/chat/ambassadors/{ID}/chatrooms", list_chatrooms),
    Operation("chatroom", READ, f"/chat/chatrooms/{ID}", get_chatroom),
    Operation("messages", READ, f"/chat/chatrooms/{ID}/messages", list_messages),
    Operation("manager chatrooms", READ, "/manager/chatrooms", list_manager_chatrooms),
    Operation("waiting list", READ, "/chat/waiting-list", list_waiting),
    Operation("topics", READ, "/manager/chat-topics", list_chat_topics),
    Operation("read", ("POST",), f"{SEAT}/read", acts.mark_read),
    Operation("archive", ("PATCH",), f"{SEAT}/archive", acts.archive),
    Operation("block", ("PATCH",), f"{SEAT}/block", acts.block),
    Operation("flag", ("PATCH",), f"{SEAT}/flag", acts.flag),
)


def _roles(raw: str) -> Iterable[int]:
    codes = [int(code) for code in raw.split(",") if code.strip().isdecimal()]
    return codes if raw else MEMBER_ROLES


def _searched(person: Person) -> str:
    full_name = f"{person.firstname or ''} {person.lastname or ''}"
    # A line break keeps a search from matching across the name and the username.
    return plain(f"{full_name}\n{person.username or ''}")
