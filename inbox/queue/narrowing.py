"""Narrows the conversations of a brand: to some ambassadors, to long waits, to words …"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from inbox.chatrooms.annotations import Names
from inbox.models import CodeKind, Hold, IndexedChatroom, WaitingCustomer
from inbox.queue.search import Refusal
from inbox.text import spelling


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What a list is narrowed to. Unset ones narrow nothing.

    `nobody`: whether nobody of the team has the conversation. `ambassadors`: in which inboxes it
    stands. `waits`: how long somebody waits, at least. `quiet`: for how long nobody wrote, at least.
    `before`: the last message is earlier. `unread`: whether the ambassador has not read it. `anomaly`:
    whether it has any, and `anomalies`: the codes of which it has one. `having`: what a search found,
    or why nothing was looked for.
    """

    nobody: bool = False
    ambassadors: tuple[int, ...] = ()
    waits: timedelta | None = None
    quiet: timedelta | None = None
    before: datetime | None = None
    unread: bool = False
    anomaly: bool = False
    anomalies: tuple[str, ...] | None = None
    having: QuerySet[IndexedChatroom] | Refusal | None = None

    @property
    def is_of_customers(self) -> bool:
        """Whether customers of the waiting list may stand in it: their messages are not known."""
        return not (self.quiet or self.before or self.unread or self.anomaly) and (
            self.anomalies is None and self.having is None
        )


NOTHING = Narrowing()


def narrow(found: QuerySet[IndexedChatroom], to: Narrowing) -> QuerySet[IndexedChatroom]:
    """Those of these conversations that a list is narrowed to; none where its words say too little."""
    now = timezone.now()
    if to.ambassadors:
        found = found.filter(ambassador__in=to.ambassadors)
    if to.waits:
        found = found.filter(is_waiting=True, waiting_since__lte=now - to.waits)
    if to.quiet:
        found = found.filter(last_message_date__lt=now - to.quiet)
    if to.before:
        found = found.filter(last_message_date__lt=to.before)
    if to.unread:
        found = found.filter(unread=True)
    if to.anomaly:
        found = found.filter(is_anomalous=True)
    if to.anomalies is not None:
        found = found.filter(is_anomalous=True, anomaly__in=to.anomalies)
    if to.nobody:
        found = found.filter(~_is_held())
    if isinstance(to.having, Refusal):
        return found.none()
    return found if to.having is None else found.filter(pk__in=to.having.values("pk"))


def narrow_customers(found: QuerySet[WaitingCustomer], to: Narrowing) -> QuerySet[WaitingCustomer]:
    """As `narrow`, of customers of the waiting list. Somebody may have the conversation of one."""
    if not to.is_of_customers:
        return found.none()
    if to.ambassadors:
        found = found.filter(ambassador__in=to.ambassadors)
    if to.waits:
        found = found.filter(since__lte=timezone.now() - to.waits)
    if to.nobody:
        found = found.filter(~_is_held())
    return found


def _is_held() -> Exists:
    """Whether somebody of the team has the chatroom of a row."""
    of_chatroom = {"brand": OuterRef("brand"), "chatroom": OuterRef("chatroom")}
    return Exists(Hold.objects.filter(Hold.standing(), **of_chatroom))


def find_anomalies(names: Names, words: Iterable[str]) -> tuple[str, ...]:
    """The codes of anomalies in whose names a word begins with one of these."""
    sought = [f" {told}" for word in words if (told := spelling.fold(word))]
    return tuple(
        code
        for (kind, code), one in sorted(names.items())
        if kind == CodeKind.ANOMALY
        and any(word in f" {spelling.fold(one.name)}" for word in sought)
    )
