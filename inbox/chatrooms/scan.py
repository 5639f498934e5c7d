"""Filters that Popsell lacks: searches an inbox page by page, a part of it in each request.

Nothing of this is kept here. The form that goes on carries the progress; the pages lie in the cache as
any others do.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any, NamedTuple

from django.http import QueryDict
from django.utils import timezone

from inbox import context
from inbox.chatrooms.annotations import Annotations
from inbox.chatrooms.inbox import Inbox, read_inbox
from inbox.chatrooms.listing import Listing, inbox_address
from inbox.chatrooms.query import Query, build
from inbox.chatrooms.rows import Row
from inbox.display import digits
from inbox.display.messages import is_low
from inbox.models import Membership
from inbox.popsell.errors import OverBudget, PopsellError, Unexpected
from inbox.text import numbers

SHARE = 0.5  # of the time for Popsell: the page that is under way then may take the rest
ROWS = 50  # finds that make an answer full
BY_ITSELF = 500  # found, after which a person decides whether to go on
SEEN = 2000  # characters of an address
DAY = 24 * 3600
AGAIN = 5  # pages shown before that one request reads again
ID = re.compile(r"[0-9]{1,19}")

TESTS: dict[str, Callable[[Row, Any], bool]] = {
    "unread": lambda row, _: row.unread is True,
    "anomaly": lambda row, _: (
        (summary := row.chatroom.last_summary) is not None and summary.anomaly is not None
    ),
    "low": lambda row, _: (rating := row.chatroom.last_rating) is not None and is_low(rating.value),
    "unreviewed": lambda row, _: not row.is_reviewed,
    "online": lambda row, _: any(person.online for person in row.sides.others),
    "moderation": lambda row, code: (
        (message := row.chatroom.last_message) is not None
        and message.status_moderation is not None
        and digits(message.status_moderation) == code
    ),
}
"""By the names of `query.LOOKED_FOR`. Of an anomaly we only know that it has a code."""


class Found(NamedTuple):
    """A matching row with its data from the page, which is not kept."""

    listing: Listing
    annotations: Annotations
    row: Row


@dataclass(frozen=True, slots=True)
class Covered:
    """How far a list was looked through by earlier requests.

    `first`: the page where it began. `last`: how many pages there were. `found`, `odd`: how many
    matched, and how many could not be read. `seen`: the ids of those found, only the latest of very
    many. `since`: when the oldest page was read.
    """

    first: int
    last: int
    found: int = 0
    odd: int = 0
    seen: tuple[int, ...] = ()
    since: datetime | None = None


@dataclass(frozen=True)
class Scan:
    """What one request adds to what was `covered`.

    `path`: of the inbox, where its form leads. `inbox`: the first page it read, None where it could
    read none. `through`: the last page read. `stuck`: Popsell gave another page than the one asked
    for. `failure`: why it ends here. `pause`: why it waits before it goes on.
    """

    path: str
    query: Query
    covered: Covered
    through: int
    last: int
    found: tuple[Found, ...] = ()
    odd: int = 0
    inbox: Inbox | None = None
    since: datetime | None = None
    until: datetime | None = None
    stuck: bool = False
    failure: PopsellError | None = None
    pause: OverBudget | None = None

    @property
    def beginning(self) -> str:
        return self.path + build(1, self.query)

    @property
    def count(self) -> int:
        return self.covered.found + len(self.found)

    @property
    def unreadable(self) -> int:
        return self.covered.odd + self.odd

    @property
    def pages(self) -> int:
        return self.last - self.covered.first + 1

    @property
    def pages_read(self) -> int:
        return min(self.through, self.last) - self.covered.first + 1

    @property
    def is_done(self) -> bool:
        return self.through >= self.last

    @property
    def runs(self) -> bool:
        """Whether the page goes on by itself."""
        asks = self.count // BY_ITSELF > self.covered.found // BY_ITSELF
        return not (self.is_done or self.stuck or self.failure or asks)

    @property
    def is_of_today(self) -> bool:
        return self.since is not None and timezone.now() - self.since < timedelta(hours=12)

    def first_page(self) -> Inbox:
        """The first page that was read; raises what kept it from being read."""
        if self.inbox is None:
            raise self.failure or self.pause or Unexpected("no page was read")
        return self.inbox

    @property
    def fields(self) -> dict[str, str]:
        """What the form that goes on carries."""
        values = {
            "page": self.through + 1,
            "from": self.covered.first,
            "of": self.last,
            "found": self.count,
            "odd": self.unreadable,
            "since": int(self.since.timestamp()) if self.since else 0,
            "seen": _latest([*self.covered.seen, *(one.row.chatroom.id for one in self.found)]),
        }
        return self.query.params() | {name: str(value) for name, value in values.items() if value}

    def with_page(self, inbox: Inbox, stays: str | None = None) -> "Scan":
        """This and the next page. `stays`: a chatroom that is shown even where it no longer matches."""
        reading = inbox.reading
        if reading.page.current_page != self.through + 1:
            return replace(self, stuck=True, inbox=self.inbox or inbox)
        seen = {*self.covered.seen, *(one.row.chatroom.id for one in self.found)}
        rows = {row.chatroom.id: row for row in inbox.rows if isinstance(row, Row)}
        new = [row for id_, row in rows.items() if id_ not in seen]
        found = [row for row in new if row.id == stays or matches(row, self.query)]
        return replace(
            self,
            through=reading.page.current_page,
            last=reading.page.last_page,
            found=(*self.found, *(Found(inbox.listing, inbox.annotations, row) for row in found)),
            odd=self.odd + sum(not isinstance(row, Row) for row in inbox.rows),
            inbox=self.inbox or inbox,
            since=min(filter(None, (self.since, reading.read_at))),
            until=reading.read_at,
            failure=reading.failure,
        )


def matches(row: Row, query: Query) -> bool:
    wanted = {name: getattr(query, name) for name in TESTS}
    return all(TESTS[name](row, value) for name, value in wanted.items() if value)


def begin(inbox: Inbox, stays: str | None = None) -> Scan:
    """The first page alone, so that what it holds is shown at once."""
    listing = inbox.listing
    covered = Covered(listing.page, inbox.reading.page.last_page)
    empty = Scan(listing.path, listing.query, covered, covered.first - 1, covered.last)
    return empty.with_page(inbox, stays)


def is_under_way(values: QueryDict) -> bool:
    """Whether these values of an address go on with a list that was begun."""
    return "from" in values


def go_on(member: Membership, ambassador_id: int, query: Query, values: QueryDict) -> Scan:
    """Read as many further pages as fit half of the time for Popsell, and at least one.

    Earlier finds stay if Popsell then fails. They also stay once the member has no calls left but those
    reserved for their own clicks.
    """
    ends = context.deadline(SHARE)
    covered = _covered(values)
    scan = Scan(
        inbox_address(member.brand_id, ambassador_id),
        query,
        covered,
        through=numbers.page_number(values.get("page")) - 1,
        last=covered.last,
        since=covered.since,
    )
    while True:
        try:
            with context.by_itself():
                inbox = read_inbox(member, ambassador_id, scan.through + 1, query)
        except OverBudget as pause:
            return replace(scan, pause=pause)
        except PopsellError as failure:
            return replace(scan, failure=failure)
        scan = scan.with_page(inbox)
        full = len(scan.found) >= ROWS or monotonic() >= ends
        if full or scan.is_done or scan.stuck or scan.failure:
            return scan


def further(inbox: Inbox, through: int) -> Iterator[Inbox]:
    """The pages after this one that were shown with it, as they were read then, one by one.

    They end with the list, where time is up, and where Popsell fails. Pages no longer kept are read
    again, a few at most: the number comes from an address, and may be anything.
    """
    begun, read_anew = timezone.now(), 0
    at, ends = inbox.listing, context.deadline(SHARE)
    for number in range(at.page + 1, min(through, inbox.reading.page.last_page) + 1):
        if monotonic() >= ends or read_anew == AGAIN:
            break
        try:
            page = read_inbox(at.member, at.ambassador.id, number, at.query, fresh_for=DAY)
        except PopsellError:
            break
        read_anew += page.reading.failure is not None or page.reading.read_at >= begun
        yield page


def _covered(values: QueryDict) -> Covered:
    def number(name: str) -> int:
        return int("".join(ID.findall(values.get(name, ""))[:1]) or 0)

    since = datetime.fromtimestamp(min(number("since"), timezone.now().timestamp()), UTC)
    return Covered(
        first=numbers.page_number(values.get("from")),
        last=numbers.page_number(values.get("of")),
        found=number("found"),
        odd=number("odd"),
        seen=tuple(int(id_) for id_ in ID.findall(values.get("seen", ""))),
        since=since if number("since") else None,
    )


def _latest(ids: list[int]) -> str:
    text = ",".join(str(id_) for id_ in ids)
    return text if len(text) <= SEEN else text[-SEEN:].partition(",")[2]
