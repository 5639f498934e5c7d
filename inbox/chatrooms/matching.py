"""The filters that Popsell lacks, answered by the index: which of an inbox's conversations match.

A page begins where the one before ended, so nothing is missed while rows come and go. What the index
does not know of a conversation matches nothing, and is counted.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple

from django.db.models import Count, F, Q, QuerySet
from django.db.models.expressions import OrderBy
from django.utils import timezone

from inbox.chatrooms.query import PLACE, Query
from inbox.display.messages import LOW_RATING
from inbox.models import Brand, IndexedAmbassador, IndexedChatroom
from inbox.popsell.client import OLDEST_FIRST

RATED_FOR = timedelta(days=30)
"""As long as the table of ambassadors looks back for ratings."""
PRESENT = timedelta(minutes=15)
"""So long after a conversation was read its counterpart's presence counts."""
EPOCH = datetime.fromtimestamp(0, UTC)
STEP = timedelta(microseconds=1)
DATED, UNDATED = "0", "1"
"""How a place begins: conversations without a date come last in each order."""


@dataclass(frozen=True, slots=True)
class Matches:
    """A page of what matches, in order. `end`: the place of the last, empty where none follow.

    `beside`: a conversation that was asked for too, where it does not stand on this page.
    """

    rows: tuple[IndexedChatroom, ...]
    end: str = ""
    beside: IndexedChatroom | None = None


class Counts(NamedTuple):
    """Of an inbox: how many conversations the index holds, match, and may match, if more were known."""

    held: int
    found: int
    unknown: int


def find_keeper(brand_id: int, ambassador_id: int) -> IndexedAmbassador | None:
    """How far their inbox was read; None where the index does not have them."""
    found = IndexedAmbassador.objects.filter(brand=brand_id, ambassador=ambassador_id)
    return found.select_related("brand__index").first()


def lists_archive(keeper: IndexedAmbassador, query: Query) -> bool:
    """Whether it is about archived conversations too: some Popsells list these only where asked."""
    return query.archived is not None or not keeper.brand.index.archive_apart


def find(keeper: IndexedAmbassador, query: Query, size: int, also: int | None = None) -> Matches:
    """A page of the query's list. `also`: a chatroom that stays in it, though it match no more."""
    if not is_answered(query):
        return Matches(())
    held = _held(keeper, query)
    stays = Q(chatroom=also) if also else Q(pk__in=[])
    found = held.filter(stays | _match(query, keeper.brand), _after(query))
    rows = tuple(found.order_by(*_order(query))[: size + 1])
    end = _place(rows[size - 1]) if len(rows) > size else ""
    shown = rows[:size]
    if also is None or any(one.chatroom == also for one in shown):
        return Matches(shown, end)
    return Matches(shown, end, held.filter(chatroom=also).first())


def count(keeper: IndexedAmbassador, query: Query) -> Counts:
    """All of them, by one query."""
    if not is_answered(query):
        return Counts(_held(keeper, query).count(), 0, 0)
    match, unknown = _match(query, keeper.brand), _unknown(query)
    may_match = _match(query, keeper.brand, or_else=unknown)
    counted = _held(keeper, query).aggregate(
        held=Count("pk"),
        found=Count("pk", filter=match),
        possible=Count("pk", filter=may_match),
    )
    return Counts(counted["held"], counted["found"], counted["possible"] - counted["found"])


def is_answered(query: Query) -> bool:
    """Whether the index can tell: nothing ever told it who commented, or which flags Popsell knows."""
    return query.commented is None and query.flag is None


def is_present(row: IndexedChatroom, now: datetime) -> bool:
    """Whether a counterpart was online when it was read, just now or a moment ago."""
    return row.online is True and row.facts_at > now - PRESENT


def _held(keeper: IndexedAmbassador, query: Query) -> QuerySet[IndexedChatroom]:
    held = IndexedChatroom.objects.filter(brand=keeper.brand_id, ambassador=keeper.ambassador)
    return held if lists_archive(keeper, query) else held.exclude(archived=True)


# What matches


def _match(query: Query, brand: Brand, or_else: dict[str, Q] | None = None) -> Q:
    """All conditions together. `or_else`: what passes a filter by its name as well."""
    found = Q()
    for name, condition in _conditions(query, brand).items():
        found &= condition | or_else[name] if or_else and name in or_else else condition
    return found


def _conditions(query: Query, brand: Brand) -> dict[str, Q]:
    """Of each filter that is set, by its name."""
    day = query.before
    begin = datetime.combine(day, time(), brand.zone) if day else None
    nobody_since = Q(reviewed_message=None) | Q(last_message__gt=F("reviewed_message"))
    conditions = {
        "archived": Q(archived=query.archived),
        "type_chatroom": Q(
            type_chatroom="" if query.type_chatroom is None else str(int(query.type_chatroom))
        ),
        "before": Q(last_message_date__lt=begin) if begin else Q(),
        "unread": Q(unread=True),
        "anomaly": ~Q(anomaly=""),
        "low": Q(rating__lte=LOW_RATING),
        "rated": Q(rating__isnull=False, rating_seen__gt=timezone.now() - RATED_FOR),
        "unreviewed": nobody_since,
        "online": Q(online=True, facts_at__gt=timezone.now() - PRESENT),
        "moderation": Q(status_moderation=query.moderation),
    }
    asked = query.params()
    return {name: condition for name, condition in conditions.items() if name in asked}


def _unknown(query: Query) -> dict[str, Q]:
    """When the index does not know whether a filter is met, by its name."""
    return {
        "archived": Q(archived=None),
        "unread": Q(unread=None),
        "online": Q(online=None) | Q(facts_at__lte=timezone.now() - PRESENT),
    }


# In which order


def _order(query: Query) -> list[OrderBy | str]:
    date = F("last_message_date")
    is_oldest = query.sort == OLDEST_FIRST
    return [date.asc(nulls_last=True) if is_oldest else date.desc(nulls_last=True), "id"]


def _place(row: IndexedChatroom) -> str:
    """As an address has it: `query.PLACE`."""
    at = row.last_message_date
    return f"{UNDATED}.0.{row.pk}" if at is None else f"{DATED}.{(at - EPOCH) // STEP}.{row.pk}"


def _after(query: Query) -> Q:
    """What stands after the query's place; all where it names none."""
    found = PLACE.fullmatch(query.after)
    if found is None:
        return Q()
    if found[1] != DATED:
        return Q(last_message_date=None, id__gt=int(found[3]))
    try:
        at = EPOCH + int(found[2]) * STEP
    except OverflowError:
        return Q()
    further = "gt" if query.sort == OLDEST_FIRST else "lt"
    return (
        Q(**{f"last_message_date__{further}": at})
        | Q(last_message_date=at, id__gt=int(found[3]))
        | Q(last_message_date=None)
    )
