"""The filters of the list of chatrooms, documented under GET /chat/ambassadors/{ambassador}/chatrooms.

Names and values are documented. Inferred: a wrong value is a 422, and the forms of dates and booleans.
Without `filter[archived]` both are listed, archived or not (inferred).
"""

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from typing import TypeVar

from inbox.sandbox.answers import RefusalError, bad_request, invalid
from inbox.sandbox.records import Chatroom, Message, Participant

V = TypeVar("V")
Test = Callable[[Chatroom, Participant], bool]

BOOLEANS = {"1": True, "true": True, "0": False, "false": False}
FLAGS = {"1": 1, "2": 2}
COMMENTED = {"commented": True, "not_commented": False}
SENT_BEFORE = "filter[sent_before]"
TYPES = {"0": 0, "7": 7}


def check_filters(query: Mapping[str, str], known: Collection[str]) -> None:
    """Refuse the filters an operation does not have, as spatie's query builder does (inferred)."""
    for name in query:
        if name.startswith("filter") and name not in known:
            raise bad_request(f"Requested filter(s) `{name}` are not allowed.")


def filtered(
    rooms: Collection[Chatroom], query: Mapping[str, str], accounts: Collection[int]
) -> list[Chatroom]:
    """Keep the chatrooms that pass every filter asked for, judged by the seat of these accounts."""
    check_filters(query, FILTERS)
    tests = [made(query[name]) for name, made in FILTERS.items() if name in query]
    if not tests:
        return list(rooms)
    return [
        room
        for room in rooms
        if any(
            all(test(room, seat) for test in tests)
            for seat in room.participants
            if seat.person.id in accounts
        )
    ]


def _archived(raw: str) -> Test:
    wanted = one_of(BOOLEANS, "archived", raw)
    return lambda room, seat: seat.archived is wanted


def _flag(raw: str) -> Test:
    wanted = one_of(FLAGS, "flag", raw)
    return lambda room, seat: seat.flag == wanted


def _commented(raw: str) -> Test:
    wanted = one_of(COMMENTED, "commented", raw)
    return lambda room, seat: room.commented is wanted


def _type(raw: str) -> Test:
    wanted = one_of(TYPES, "type_chatroom", raw)
    return lambda room, seat: room.type == wanted


def _before(raw: str) -> Test:
    """By the last message, as the sort; a chatroom without one has no date to be before another."""
    limit = _date("last_action_date_before", raw)
    return lambda room, seat: room.last is not None and room.last.date < limit


def sent_before(said: list[Message], query: Mapping[str, str]) -> list[Message]:
    """The messages sent before the date asked for, if one is (documented; its form is inferred)."""
    if SENT_BEFORE not in query:
        return said
    limit = _date("sent_before", query[SENT_BEFORE])
    return [one for one in said if one.date < limit]


def _date(name: str, raw: str) -> datetime:
    try:
        date = datetime.fromisoformat(raw.strip())
    except ValueError:
        raise wrong(name) from None
    return date if date.tzinfo else date.replace(tzinfo=UTC)


FILTERS: dict[str, Callable[[str], Test]] = {
    "filter[archived]": _archived,
    "filter[flag]": _flag,
    "filter[commented]": _commented,
    "filter[type_chatroom]": _type,
    "filter[last_action_date_before]": _before,
}


def one_of(values: Mapping[str, V], name: str, raw: str) -> V:
    """Read a value that must be one of these."""
    if raw not in values:
        raise wrong(name)
    return values[raw]


def wrong(name: str) -> RefusalError:
    """Refuse the value of a filter."""
    return invalid(f"filter.{name}", f"The selected filter.{name} is invalid.")
