"""What a search through a brand's index shows: ambassadors, then conversations, page by page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.safestring import SafeString

from inbox.components import coded as conversations
from inbox.components import indexed
from inbox.components.freshness import Fresh, person_of
from inbox.display import known, seeking, visible
from inbox.models import IndexedAmbassador, IndexedChatroom
from inbox.popsell.codes import TypeMessage
from inbox.popsell.resources import Ambassador, Message
from inbox.queue import coded, search
from inbox.queue.search import PAGE, Refusal

FEW = 6
"""The page names so many ambassadors; their own page has all."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """A row that was found. `who`: a sentence of plain text. `said`: HTML, with the words marked.

    `is_summary`: whether that is of its summary; `is_own`: of a message of the ambassador's side.
    """

    row: IndexedChatroom
    ambassador: Ambassador
    other: Ambassador | None
    who: str
    said: str
    is_summary: bool
    is_own: bool
    at: datetime | None
    address: str


@dataclass(frozen=True, slots=True)
class Results:
    """Some of what was found. `count`: of all conversations, as it is told.

    `refusal`: why conversations were not looked for. `page`: which one of their pages this is.
    """

    people: list[Ambassador]
    has_more_people: bool
    conversations: list[Conversation]
    count: str
    page: int
    has_older: bool
    refusal: Refusal | None = None

    @property
    def first(self) -> int:
        """The place of the first conversation among all."""
        return (self.page - 1) * PAGE + 1


def find(brand_id: int, words: str, page: int, fresh: Fresh) -> Results:
    """Conversations and, on the first page, ambassadors with all of these words."""
    people = _people(brand_id, words) if page == 1 else []
    shown = [person_of(one) for one in people[:FEW]]
    has_more = len(people) > FEW
    start = (page - 1) * PAGE
    found = search.page(brand_id, words, start)
    if isinstance(found, Refusal):
        return Results(shown, has_more, [], known(0), page, has_older=False, refusal=found)
    keepers = coded.name_ambassadors(brand_id, found.rows)
    wanted = seeking.words_of(words)
    more = "+" if found.is_more or fresh.is_partial else ""
    return Results(
        shown,
        has_more,
        [_show(row, keepers, wanted) for row in found.rows],
        f"{known(found.total)}{more}",
        page,
        has_older=_has_older(found, start),
    )


def _people(brand_id: int, words: str) -> list[IndexedAmbassador]:
    found = search.find_ambassadors(brand_id, words)
    return [] if isinstance(found, Refusal) else list(found.order_by("search", "pk")[: FEW + 1])


def _has_older(found: search.Found, start: int) -> bool:
    """The first rows of a common word are found without counting the others."""
    after = start + len(found.rows)
    is_cut = found.is_more and found.total <= PAGE
    return bool(found.rows) and (after < found.total or is_cut) and after < search.MOST


def _show(
    row: IndexedChatroom, keepers: Mapping[int, IndexedAmbassador], wanted: tuple[str, ...]
) -> Conversation:
    keeper = keepers.get(row.ambassador)
    pair = indexed.pair_of(row, keeper)
    text = _text(row, wanted)
    is_summary = bool(text) and text == row.summary
    return Conversation(
        row=row,
        ambassador=pair.ambassador,
        other=pair.other,
        who=conversations.who(pair),
        said=_mark(text, wanted) or indexed.said(row.type_message, row.excerpt),
        is_summary=is_summary,
        is_own=bool(row.is_own) and not is_summary and text in ("", row.excerpt),
        at=row.last_message_date,
        address=indexed.address(row),
    )


def _text(row: IndexedChatroom, wanted: tuple[str, ...]) -> str:
    """The text with most of the words, the last message before others; empty where none has any."""
    texts = (row.excerpt, row.summary, row.comment, row.proof)
    best = max(texts, key=lambda text: _matches(text, wanted))
    return best if _matches(best, wanted) else ""


def _matches(text: str, wanted: tuple[str, ...]) -> int:
    said = _message(text)
    return sum(seeking.is_in(said, (word,)) for word in wanted)


def _mark(text: str, wanted: tuple[str, ...]) -> SafeString | str:
    return seeking.excerpt(_message(text), wanted) if visible(text) else ""


def _message(text: str) -> Message:
    return Message(None, None, None, text, TypeMessage.TEXT, None)
