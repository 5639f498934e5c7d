"""Counts the messages that came since a review, as far as what was read anyway tells.

Ids of messages are not consecutive, so nothing follows from them but their order. A count names its
review and its last message: where a row has others, earlier code wrote it, and the count tells less.
"""

from collections.abc import Sequence
from typing import NamedTuple

from inbox.models import IndexedChatroom, Review


class Count(NamedTuple):
    """How many messages came `after` the reviewed one, up to the `last`. `is_least`: maybe more."""

    number: int
    after: int
    last: int
    is_least: bool


def find(row: IndexedChatroom, review: Review) -> Count | None:
    """How many came since this review; None where no more is known than that some did."""
    found, last = _kept(row), row.last_message
    if found is None or last is None or found.after != review.message or found.last > last:
        return None
    if found.last < last:
        found = Count(found.number + 1, found.after, last, True)
    return found if found.number > 1 or not found.is_least else None


def note_last(row: IndexedChatroom, reviewed: int, last: int) -> Count:
    """Count the last message, which came after the reviewed one. Others may have come in between.

    A last message that is older than the one before shows that some are gone: the count begins anew.
    """
    found = _kept(row)
    if found is None or found.after != reviewed or last < found.last:
        found = Count(1, reviewed, last, True)
    elif last > found.last:
        found = Count(found.number + 1, reviewed, last, True)
    row.news = [*found]
    return found


def count(
    row: IndexedChatroom, review: Review | None, ids: Sequence[int | None], *, is_whole: bool
) -> None:
    """Count the newest messages by their ids, in any order. `is_whole`: there are no others.

    All of them are known where they go back to the reviewed one, or to the first. What has no id may
    have come before or after. Messages that do not end with the row's last one tell nothing.
    """
    known = {id_ for id_ in ids if id_ is not None}
    last = row.last_message
    if review is None or last is None or last <= review.message or max(known, default=0) != last:
        return
    least = note_last(row, review.message, last)
    number = sum(id_ > review.message for id_ in known)
    if None not in ids and (is_whole or min(known) <= review.message):
        row.news = [*Count(number, review.message, last, False)]
    elif number > least.number:
        row.news = [*Count(number, review.message, last, True)]


def _kept(row: IndexedChatroom) -> Count | None:
    return Count(*row.news) if row.news else None
