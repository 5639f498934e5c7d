"""An address's query of an inbox: filters and sort, read leniently.

Popsell's own filters are sent to it. With any other, the index answers.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, time, tzinfo
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from inbox.display import seeking
from inbox.popsell import bounds
from inbox.popsell.client import NEWEST_FIRST, OLDEST_FIRST
from inbox.popsell.codes import Commented, Flag, TypeChatroom
from inbox.popsell.filters import ChatroomFilters

YEARS = range(1970, 3000)  # so that a day's beginning exists in UTC too


@dataclass(frozen=True, slots=True)
class Query:
    """Filters documented under GET /chat/ambassadors/{ambassador}/chatrooms, our own, and the sort.

    Our own are those that Popsell lacks. Unset ones filter nothing.

    `before`: a day of the brand's zone; the last action must be earlier than its beginning. `low`: a
    rating of 0 to 2. `rated`: the last rating came in these 30 days. `moderation`: an undocumented
    code, as its digits.

    `after`: the place at which a page begins that the index answers.

    Those of `BRAND_WIDE` are about the list of what needs attention across the brand, and filter no
    inbox. `reason`: which of its tabs. `held`: who of the
    team has a conversation. `ambassador`: in which inboxes it stands, their ids. `waits`: hours, at
    least, that somebody waits. `quiet`: days, at least, without a message. `named`: words in the name
    of an anomaly, one of which it must have. `q`: words to search for.
    """

    archived: bool | None = None
    flag: Flag | None = None
    commented: Commented | None = None
    type_chatroom: TypeChatroom | None = None
    before: date | None = None
    unread: bool = False
    anomaly: bool = False
    low: bool = False
    rated: bool = False
    unreviewed: bool = False
    online: bool = False
    moderation: str = ""
    sort: str = NEWEST_FIRST
    reason: str = ""
    after: str = ""
    held: str = ""
    ambassador: str = ""
    waits: int = 0
    quiet: int = 0
    named: str = ""
    q: str = ""

    @property
    def is_brand_wide(self) -> bool:
        """Whether it is about the list of what needs attention, and not about an inbox."""
        return bool(self.reason)

    @property
    def is_of_index(self) -> bool:
        """Whether Popsell can't filter this, so that the index answers."""
        return not self.is_brand_wide and any(getattr(self, name) for name in LOOKED_FOR)

    @property
    def narrows(self) -> bool:
        """Whether it asks for less than all of an inbox."""
        return replace(self, sort=NEWEST_FIRST) != EVERYTHING

    def params(self) -> dict[str, str]:
        """As an address has it: the same for the same question, without defaults."""
        return {
            name: str(int(value)) if isinstance(value, int) else str(value)
            for name, default in DEFAULTS.items()
            if (value := getattr(self, name)) != default
        }

    def with_changes(self, **values: Any) -> "Query":
        """The query with these values, None to clear one."""
        unset = {name: getattr(EVERYTHING, name) for name, value in values.items() if value is None}
        return replace(self, **(values | unset))

    def filters(self, zone: tzinfo) -> ChatroomFilters:
        """The part for Popsell."""
        day = self.before
        return ChatroomFilters(
            archived=self.archived,
            flag=self.flag,
            commented=self.commented,
            type_chatroom=self.type_chatroom,
            last_action_date_before=datetime.combine(day, time(), zone) if day else None,
        )


EVERYTHING = Query()
DEFAULTS = {one.name: one.default for one in fields(Query)}
TABS = ("all", "waiting", "anomaly", "rating", "moderation", "new", "older")
"""How an address names the tabs of what needs attention, in the order of `queue.attention.Tab`."""
PLACE = re.compile(r"([0-9]{1,4})\.(-?[0-9]{1,17})\.([0-9]{1,18})")
"""Where a page begins: a rank, microseconds since 1970, and the row's number."""
IN_HAND = ("me", "for-me")
"""Conversations that the member has in hand, and those that a colleague handed to them: all of them."""
HELD = (*IN_HAND, "nobody")
BRAND_WIDE = ("reason", "held", "ambassador", "waits", "quiet", "named", "q")
OF_BOTH = ("after", "before", "unread", "anomaly")
"""They are of an inbox and of the brand's list."""
MOST_IDS = 50
LONGEST = 100  # characters of words
HOURS, DAYS = range(1, 24 * 14 + 1), range(1, 3650 + 1)
LOOKED_FOR = ("unread", "anomaly", "low", "rated", "unreviewed", "online", "moderation")


def parse(values: QueryDict) -> Query:
    """The query in these values of an address; nonsense is ignored.

    With a reason it is about the brand's list, else about an inbox.
    """
    return parse_brand_wide(values) if _read(values, ["reason"]).reason else parse_inbox(values)


def parse_inbox(values: QueryDict) -> Query:
    """As `parse`, of an inbox alone."""
    found = _read(values, [name for name in READERS if name not in BRAND_WIDE])
    return found if found.is_of_index else replace(found, after="")


def parse_brand_wide(values: QueryDict) -> Query:
    """As `parse`, of the list of what needs attention alone; without a reason it is about all.

    What a member has in hand is narrowed no further.
    """
    found = _read(values, [*BRAND_WIDE, *OF_BOTH])
    if found.held in IN_HAND:
        return Query(reason=TABS[0], held=found.held)
    return replace(found, reason=found.reason or TABS[0])


def _read(values: QueryDict, names: Iterable[str]) -> Query:
    texts = {name: values.get(name, "").strip() for name in names}
    if "ambassador" in texts:  # a form has one field for each
        texts["ambassador"] = ",".join(values.getlist("ambassador"))
    found = {name: READERS[name](text) for name, text in texts.items()}
    return Query(**{name: value for name, value in found.items() if value is not None})


def day(text: str) -> date | None:
    """A day as an address has it; None for anything else."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if found.year in YEARS else None


def _ids(text: str) -> str | None:
    """Ids as an address has them: each once, in order, no more than `MOST_IDS`."""
    found = {int(one) for one in text.split(",") if ID.fullmatch(one) and int(one) < 2**63}
    return ",".join(str(one) for one in sorted(found)[:MOST_IDS]) or None


def _number(among: range) -> Callable[[str], int | None]:
    def read(text: str) -> int | None:
        if not ID.fullmatch(text):
            return None
        return int(text) if int(text) in among else None

    return read


def _words(text: str) -> str | None:
    return seeking.typed(text, LONGEST) or None


_ticked = {"1": True}.get
ID = re.compile(r"[1-9][0-9]{0,18}", re.ASCII)
READERS: dict[str, Callable[[str], Any]] = {
    "archived": {"1": True, "0": False}.get,
    "flag": {str(int(flag)): flag for flag in Flag}.get,
    "commented": {str(value): value for value in Commented}.get,
    "type_chatroom": {str(int(kind)): kind for kind in TypeChatroom}.get,
    "before": day,
    **dict.fromkeys(LOOKED_FOR, _ticked),
    "moderation": lambda code: code[: bounds.CODE] or None,
    "sort": {sort: sort for sort in (NEWEST_FIRST, OLDEST_FIRST)}.get,
    "reason": {tab: tab for tab in TABS}.get,
    "held": {held: held for held in HELD}.get,
    "ambassador": _ids,
    "waits": _number(HOURS),
    "quiet": _number(DAYS),
    **dict.fromkeys(("named", "q"), _words),
    "after": lambda place: place if PLACE.fullmatch(place) and place.isascii() else None,
}


def build(page: int, query: Query, **more: object) -> str:
    """The end of the address of this page of a list: empty for the first page of all."""
    values = ({} if page == 1 else {"page": page}) | query.params() | more
    return f"?{urlencode(values)}" if values else ""
