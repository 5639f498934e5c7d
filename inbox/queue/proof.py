"""Reads what shows an anomaly: the newest messages of its conversation, and how many there are.

Nobody's message is marked as read by that, and nobody counts as having seen the conversation.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.utils import timezone

from inbox.chatrooms import annotations, evidence, index
from inbox.chatrooms.evidence import Evidence
from inbox.models import IndexedChatroom
from inbox.popsell import breaker, client, order
from inbox.popsell.errors import PopsellError, RateLimited, Unauthorized
from inbox.popsell.resources import Message, Page
from inbox.queue.pages import RETRY, Ask

LATER = timedelta(minutes=5)
"""When a conversation is tried again that failed as in an outage, which may be a passing one."""


def read(key: int, ask: Ask) -> None:
    """Read what shows the anomaly of this row of the index: two pages of messages at most.

    Raises PopsellError where Popsell can't be asked now. What is wrong with this conversation alone
    puts it off.
    """
    row = IndexedChatroom.objects.filter(pk=key, proof_due__isnull=False).first()
    if row is None:
        return
    asked = timezone.now()
    try:
        found = _read(row, asked, ask)
    except (RateLimited, Unauthorized):
        raise
    except PopsellError as failure:
        is_outage = breaker.is_outage(failure)
        index.put_evidence_off(row, timezone.now() + (LATER if is_outage else RETRY))
        if is_outage:
            raise
        return
    index.store_evidence(row, found, asked)


def _read(row: IndexedChatroom, asked: datetime, ask: Ask) -> Evidence:
    words = evidence.words_of(row, annotations.names(row.brand_id))
    newest = _newest(row, words, ask)
    messages, total = newest.messages, newest.total
    covered, summarized = None, row.summarized
    if summarized and row.covered_at == summarized and row.covered is not None:
        covered = row.covered  # of the same summary, so that it can't be another number
    elif summarized and total is not None:
        covered = evidence.count_covered(messages, total, summarized, is_whole=newest.is_whole)
        if covered is None:
            covered = _ask_covered(row, summarized, messages, total, ask)
    mark = evidence.mark(row, words)
    return Evidence(
        tuple(messages),
        words,
        total,
        covered,
        summarized,
        mark,
        asked,
        newest.ids,
        newest.is_whole,
    )


@dataclass(frozen=True, slots=True)
class _Newest:
    """The newest messages, newest first, and the `ids` of all that were read, in any order.

    `total`: how many there are. `is_whole`: whether these are all of them.
    """

    messages: list[Message]
    ids: tuple[int | None, ...]
    total: int | None
    is_whole: bool


def _newest(row: IndexedChatroom, words: Sequence[str], ask: Ask) -> _Newest:
    """The newest messages. A second page is read only where no word was found in the first."""
    page, following = ask(partial(client.messages, row.brand_id, row.chatroom)), 2
    turned = order.is_oldest_first(page)
    if turned and page.last_page > 1:
        following = page.last_page - 1
        page = _page(row, page.last_page, ask)
    pages = [page]
    if words and page.last_page > 1 and not evidence.find(_messages(page, turned), words):
        pages.append(_page(row, following, ask))
    items = [one for page in pages for one in _messages(page, turned)]
    ids = tuple(one.id for page in pages for one in page.data)
    is_whole = page.last_page <= len(pages) and len(items) == len(ids)
    return _Newest(items, ids, page.total, is_whole)


def _page(row: IndexedChatroom, number: int, ask: Ask) -> Page[Message]:
    return ask(partial(client.messages, row.brand_id, row.chatroom, page=number))


def _messages(page: Page[Message], turned: bool) -> list[Message]:
    """Newest first. `turned`: whether they came the other way round."""
    found = [one for one in page.data if isinstance(one, Message)]
    return found[::-1] if turned else found


def _ask_covered(
    row: IndexedChatroom,
    summarized: datetime,
    messages: Sequence[Message],
    total: int,
    ask: Ask,
) -> int | None:
    """How many messages Popsell counts up to the summary; None where it can't or won't say.

    The form of the date is inferred. One that it does not heed would count the newest ones too.
    """
    before = summarized + timedelta(seconds=1)  # it has no fractions, and the summary's own counts
    try:
        page = ask(partial(client.messages, row.brand_id, row.chatroom, sent_before=before))
    except PopsellError as failure:
        if breaker.is_outage(failure) or isinstance(failure, (RateLimited, Unauthorized)):
            raise
        return None
    after = sum(one.date_insert is not None and one.date_insert > before for one in messages)
    is_heeded = page.total is not None and page.total <= total - after
    return page.total if is_heeded else None
