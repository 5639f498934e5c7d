"""The three operations the sandbox answers."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import NamedTuple, TypeVar

from inbox.sandbox.answers import bad_request, invalid, not_found
from inbox.sandbox.envelope import envelope, page_number, page_slice
from inbox.sandbox.records import Brand, Chatroom, Person
from inbox.sandbox.render import Json, ambassador_json, chatroom_json, last_action, message_json
from inbox.sandbox.words import plain

PER_PAGE = 25
MEMBER_ROLES = range(7)
NEVER = datetime.min.replace(tzinfo=UTC)
NAME, STATUS = "filter[name]", "filter[status]"

T = TypeVar("T", Person, Chatroom)


class Request(NamedTuple):
    """A request that was let in."""

    brand: Brand
    numbers: tuple[int, ...]
    query: Mapping[str, str]
    url: str
    now: datetime


def list_ambassadors(request: Request) -> Json:
    """GET /chat/ambassadors: the envelope of ambassadors in their micro form (documented).

    That only members (roles 0 to 6) are listed unless `filter[status]` asks for others is
    inferred, as is the sense of the name filter: contains, whatever the case and accents.
    """
    _check_filters(request.query, {NAME, STATUS})
    wanted = plain(request.query.get(NAME, "").strip())
    roles = _roles(request.query.get(STATUS, ""))
    people = [
        person
        for person in request.brand.people.values()
        if person.status in roles and wanted in _searched(person)
    ]
    people = _sorted(people, request, lambda one: last_action(one, request.now), lambda p: p.id)
    return _page(people, request, ambassador_json)


def list_chatrooms(request: Request) -> Json:
    """GET /chat/ambassadors/{ambassador}/chatrooms, guest accounts' included (documented).

    The sort goes by the date of the last message (inferred: a chatroom has no last action).
    """
    _check_filters(request.query, set())
    rooms = request.brand.rooms_of.get(request.numbers[0])
    if rooms is None:
        raise not_found("The ambassador does not exist.")
    rooms = _sorted(
        rooms, request, lambda room: room.last.date if room.last else None, lambda room: room.id
    )
    return _page(rooms, request, chatroom_json)


def mark_read(request: Request) -> Json:
    """POST /chat/chatrooms/{chatroom}/ambassadors/{ambassador}/read: the last message read.

    Documented, but for the 422 of a chatroom without messages (inferred).
    """
    room_id, person_id = request.numbers
    room = request.brand.rooms.get(room_id)
    if room is None:
        raise not_found("The chatroom does not exist.")
    seat = next((one for one in room.participants if one.person.id == person_id), None)
    if seat is None:
        raise not_found("The ambassador does not exist.")
    if room.last is None:
        raise invalid("chatroom", "The chatroom has no message.")
    seat.last_read = room.last.id
    return message_json(room.last, request.now)


OPERATIONS: tuple[tuple[tuple[str, ...], str, Callable[[Request], object]], ...] = (
    (("GET", "HEAD"), "/chat/ambassadors", list_ambassadors),
    (("GET", "HEAD"), r"/chat/ambassadors/([0-9]{1,18})/chatrooms", list_chatrooms),
    (("POST",), r"/chat/chatrooms/([0-9]{1,18})/ambassadors/([0-9]{1,18})/read", mark_read),
)


def _page(items: list[T], request: Request, render: Callable[[T, datetime], Json]) -> Json:
    page = page_number(request.query.get("page"))
    shown = [render(item, request.now) for item in page_slice(items, page, PER_PAGE)]
    return envelope(shown, total=len(items), page=page, per_page=PER_PAGE, path=request.url)


def _sorted(
    items: Iterable[T],
    request: Request,
    date: Callable[[T], datetime | None],
    number: Callable[[T], int],
) -> list[T]:
    sort = request.query.get("sort", "")
    by_number = sorted(items, key=number)
    if not sort:
        return by_number
    if sort.removeprefix("-") != "last_action_date":
        raise bad_request(f"Requested sort(s) `{sort}` is not allowed.")
    # What has no date sorts as the oldest, as in MySQL.
    return sorted(by_number, key=lambda item: date(item) or NEVER, reverse=sort[0] == "-")


def _check_filters(query: Mapping[str, str], known: set[str]) -> None:
    for name in query:
        if name.startswith("filter") and name not in known:
            raise bad_request(f"Requested filter(s) `{name}` are not allowed.")


def _roles(raw: str) -> Iterable[int]:
    codes = [int(code) for code in raw.split(",") if code.strip().isdecimal()]
    return codes if raw else MEMBER_ROLES


def _searched(person: Person) -> str:
    full_name = f"{person.firstname or ''} {person.lastname or ''}"
    # A line break keeps a search from matching across the name and the username.
    return plain(f"{full_name}\n{person.username or ''}")
