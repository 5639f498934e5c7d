"""What this API allows an index: most of it is documented nowhere, so it is tried.

`find` asks at most ten times, and only reads. What fails, or what a short list can't tell, is unknown.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from itertools import pairwise
from typing import TypeVar

from inbox.popsell import client
from inbox.popsell.codes import MEMBERS, Active
from inbox.popsell.errors import Forbidden, NotFound, PopsellError
from inbox.popsell.filters import ALL, ChatroomFilters
from inbox.popsell.resources import Ambassador, Chatroom, Page

FEW, MANY = 5, 100  # items a page that are asked for
ENOUGH = 10  # chatrooms in an inbox that may tell something
CANDIDATES = 3  # inboxes that are looked into for so many
REFUSED = {400, 422}  # how a parameter is refused
SECOND = timedelta(seconds=1)  # as exact as a date in a filter is

T = TypeVar("T")
Asked = Page[T] | PopsellError
Rooms = Asked[Chatroom]


class Answer(StrEnum):
    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Finding:
    """An answer, and in a few words what it rests on."""

    answer: Answer
    reason: str


yes = partial(Finding, Answer.YES)
no = partial(Finding, Answer.NO)
unknown = partial(Finding, Answer.UNKNOWN)


@dataclass(frozen=True)
class Abilities:
    """What `find` found.

    `manager_list`: GET /manager/chatrooms is allowed. `own_brand`: it names this brand's ambassadors
    alone. `manager_per_page`: it heeds `per_page`; `per_page`: an ambassador's list does. `before`:
    filter[last_action_date_before] gives what is older, and all of it. `archived`: an ambassador's
    list without filters holds archived chatrooms.
    """

    manager_list: Finding
    own_brand: Finding
    manager_per_page: Finding
    per_page: Finding
    before: Finding
    archived: Finding

    @property
    def has_doorbell(self) -> bool:
        """Whether the manager's list tells who of this brand has news."""
        return self.manager_list.answer is self.own_brand.answer is Answer.YES


def find(brand_id: int, known: Collection[int] | None = None) -> Abilities:
    """Try what the API allows for a brand; raises nothing that Popsell causes.

    `known`: the ids of all its ambassadors, else the directory's first pages are asked.
    """
    many, few = _managers(brand_id)
    listed = many if isinstance(many, Page) else few
    directory = _directory(brand_id, 1)
    tried = _tried(brand_id, directory)
    per_page, before, archived = _of_an_inbox(tried, directory)
    return Abilities(
        manager_list=_allowed(listed),
        own_brand=_own_brand(brand_id, listed, known, directory, CANDIDATES - len(tried)),
        manager_per_page=heeds_per_page(few, many),
        per_page=per_page,
        before=before,
        archived=archived,
    )


def members(people: Iterable[Ambassador]) -> set[int]:
    """Those who must stand in their brand's directory: of a member's role, active, not anonymized.

    Only active members show in lists, and a chatroom may name others who have left.
    """
    return {
        one.id
        for one in people
        if one.status in MEMBERS and one.active in (Active.ACTIVE, None) and not one.anonymized
    }


def is_away(room: Chatroom, ambassador: int) -> bool:
    """Whether the ambassador has archived the chatroom: a filter that is ignored must not count."""
    seats = [one for one in room.ambassadors if one.id == ambassador]
    return any(pivot.archived for seat in seats for pivot in seat.chatroom_pivot_data)


def heeds_per_page(few: Rooms, many: Rooms) -> Finding:
    """Whether pages of FEW and of MANY came when they were asked for."""
    if isinstance(few, PopsellError):
        return _failed(few)
    if isinstance(many, PopsellError):
        return _failed(many)
    came, most = len(few.data), len(many.data)
    if came > FEW or (most > FEW and few.per_page not in (FEW, None)):
        return no(f"{few.per_page or came} a page came where {FEW} were asked for")
    if most > FEW:
        return yes(f"{FEW} and {most} came as asked for")
    if (many.total or 0) > FEW:
        return no(f"{most} of {many.total} came where {MANY} were asked for")
    return unknown("the list is too short to tell")


def heeds_before(plain: Page[Chatroom], older: Rooms, limit: datetime) -> Finding:
    """Whether what is older than a date came, all of it, and nothing else."""
    if isinstance(older, PopsellError):
        return _failed(older)
    came = _dates(older)
    newer = [one for one in came.values() if one > limit]
    if newer:
        return no(f"{len(newer)} that are newer came too")
    dates = _dates(plain)
    missing = {id_ for id_, date in dates.items() if date < limit} - came.keys()
    if missing:
        return no(f"{len(missing)} that are older are missing: the date is read otherwise")
    if not {id_ for id_, date in dates.items() if date >= limit} - came.keys():
        return no("nothing was left out")
    return yes("what is older came, and nothing else")


def _asked(ask: Callable[[], Page[T]]) -> Asked[T]:
    try:
        return ask()
    except PopsellError as failure:
        return failure


def _failed(failure: PopsellError) -> Finding:
    """A parameter that is refused is not heeded; any other failure tells nothing."""
    if failure.remote_status in REFUSED:
        return no(f"refused with {failure.remote_status}")
    return _untold(failure)


def _untold(failure: PopsellError) -> Finding:
    return unknown(f"no answer to go by: {failure.detail}")


def _managers(brand_id: int) -> tuple[Rooms, Rooms]:
    """The brand's list in MANY, then in FEW; where `per_page` is refused, without it.

    A failure that the second call would meet too stands for both.
    """
    ask = partial(client.manager_chatrooms, brand_id)
    many = _asked(partial(ask, per_page=MANY))
    if isinstance(many, Page):
        return many, _asked(partial(ask, per_page=FEW))
    return many, _asked(ask) if many.remote_status in REFUSED else many


def _directory(brand_id: int, page: int) -> Asked[Ambassador]:
    return _asked(
        partial(client.ambassadors, brand_id, page=page, status=MEMBERS, sort=client.NEWEST_FIRST)
    )


def _allowed(listed: Rooms) -> Finding:
    match listed:
        case Page():
            return yes("it answers")
        case Forbidden() | NotFound():
            return no(f"refused with {listed.remote_status}")
    return _untold(listed)


def _own_brand(
    brand_id: int,
    listed: Rooms,
    known: Collection[int] | None,
    directory: Asked[Ambassador],
    spare: int,
) -> Finding:
    """Whether the directory has all people of the list, with so many calls to spare."""
    if isinstance(listed, PopsellError):
        return unknown("the list can't be read")
    named = members(one for room in _rooms(listed) for one in room.ambassadors)
    if not named:
        return unknown("it names no ambassador")
    if known is not None:
        return _judged(named, named - set(known))
    strange, number = set(named), 1
    while True:
        if isinstance(directory, PopsellError):
            return _untold(directory)
        strange -= {one.id for one in directory.data if isinstance(one, Ambassador)}
        if not strange or number >= directory.last_page:
            return _judged(named, strange)
        if not spare:
            return unknown(
                f"{len(strange)} of {len(named)} may stand further back in the directory"
            )
        number, spare = number + 1, spare - 1
        directory = _directory(brand_id, number)


def _judged(named: set[int], strange: set[int]) -> Finding:
    if strange:
        return no(f"{len(strange)} of the {len(named)} that it names are not in the directory")
    return yes(f"all {len(named)} that it names are in the directory")


@dataclass(frozen=True)
class Inbox:
    """An ambassador's list: its first page, and how `per_page` was refused, if it was."""

    brand_id: int
    ambassador: int
    plain: Page[Chatroom]
    refusal: PopsellError | None = None

    def ask(self, filters: ChatroomFilters = ALL, per_page: int = MANY) -> Rooms:
        return _inbox_page(
            self.brand_id, self.ambassador, None if self.refusal else per_page, filters
        )


def _inbox_page(
    brand_id: int, ambassador: int, per_page: int | None, filters: ChatroomFilters = ALL
) -> Rooms:
    return _asked(
        partial(client.chatrooms, brand_id, ambassador, per_page=per_page, filters=filters)
    )


def _inbox(brand_id: int, ambassador: int) -> Inbox | PopsellError:
    many = _inbox_page(brand_id, ambassador, MANY)
    if isinstance(many, Page):
        return Inbox(brand_id, ambassador, many)
    plain = _inbox_page(brand_id, ambassador, None) if many.remote_status in REFUSED else many
    return Inbox(brand_id, ambassador, plain, many) if isinstance(plain, Page) else plain


def _tried(brand_id: int, directory: Asked[Ambassador]) -> list[Inbox | PopsellError]:
    """Some ambassadors' lists, up to the first that is long enough, or that costs two calls."""
    found: list[Inbox | PopsellError] = []
    if isinstance(directory, PopsellError):
        return found
    people = [one.id for one in directory.data if isinstance(one, Ambassador)]
    for ambassador in people[:CANDIDATES]:
        inbox = _inbox(brand_id, ambassador)
        found.append(inbox)
        if isinstance(inbox, Inbox) and (len(inbox.plain.data) >= ENOUGH or inbox.refusal):
            break
    return found


def _of_an_inbox(
    tried: list[Inbox | PopsellError], directory: Asked[Ambassador]
) -> tuple[Finding, Finding, Finding]:
    """What the longest of these lists tells of `per_page`, of the filter by date, of archived ones."""
    inboxes = [one for one in tried if isinstance(one, Inbox)]
    if not inboxes:
        failures = [one for one in (directory, *tried) if isinstance(one, PopsellError)]
        nothing = _untold(failures[0]) if failures else unknown("the brand has no ambassadors")
        return nothing, nothing, nothing
    inbox = max(inboxes, key=lambda one: len(one.plain.data))
    few = inbox.refusal or inbox.ask(per_page=FEW)
    before = _before(inbox)
    return heeds_per_page(few, inbox.plain), before, _archived(inbox, before)


def _before(inbox: Inbox) -> Finding:
    limit = _limit(inbox.plain)
    if not _is_newest_first(inbox.plain):
        return unknown("the list does not come newest first")
    if limit is None:
        return unknown("the list is too short to tell")
    older = inbox.ask(ChatroomFilters(last_action_date_before=limit))
    return heeds_before(inbox.plain, older, limit)


def _archived(inbox: Inbox, before: Finding) -> Finding:
    """Whether the list without filters holds what the ambassador has archived."""
    asked = inbox.ask(ChatroomFilters(archived=True))
    if isinstance(asked, PopsellError):
        return _failed(asked)
    away = [one for one in _rooms(asked) if is_away(one, inbox.ambassador)]
    dates = [one.last_message_date for one in away if one.last_message_date]
    shown: Rooms = inbox.plain
    if not dates:
        return unknown("nothing archived was found")
    if not _reaches(inbox.plain, max(dates)) and before.answer is Answer.YES:
        shown = inbox.ask(ChatroomFilters(last_action_date_before=max(dates) + 2 * SECOND))
    if isinstance(shown, PopsellError):
        return _failed(shown)
    if {one.id for one in away} & {one.id for one in _rooms(shown)}:
        return yes("archived ones stand among the others")
    if _reaches(shown, max(dates)):
        return no("archived ones are left out")
    return unknown("what is archived would stand further back")


def _reaches(page: Page[Chatroom], date: datetime) -> bool:
    """Whether a first page goes back as far as a date, and beyond."""
    dates = list(_dates(page).values())
    return page.last_page == 1 or (_is_newest_first(page) and bool(dates) and dates[-1] < date)


def _is_newest_first(page: Page[Chatroom]) -> bool:
    """By the second: not every shape of a date has more."""
    dates = [date.replace(microsecond=0) for date in _dates(page).values()]
    return dates == sorted(dates, reverse=True)


def _limit(plain: Page[Chatroom]) -> datetime | None:
    """A date between two that stand closest: one that is read in another time zone shows."""
    dates = sorted(_dates(plain).values(), reverse=True)
    gaps = [
        (newer - older, newer) for newer, older in pairwise(dates[1:]) if newer - older >= SECOND
    ]
    return min(gaps)[1].replace(microsecond=0) if gaps else None


def _rooms(page: Page[Chatroom]) -> list[Chatroom]:
    return [one for one in page.data if isinstance(one, Chatroom)]


def _dates(page: Page[Chatroom]) -> dict[int, datetime]:
    return {room.id: room.last_message_date for room in _rooms(page) if room.last_message_date}
