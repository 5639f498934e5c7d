"""What happened in conversations, as facts without texts, and their sums by day.

Written in the transaction of the row that tells it, under the brand's lock: so each counts once, also
where the row is read again, or a process dies. What stood between two readings is not counted, unless
the messages were read: somebody opened the conversation, or it was looked through for an anomaly.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from inbox.chatrooms import answers
from inbox.display import digits
from inbox.models import Brand, DailyFigure, Fact, FactKind, IndexedChatroom
from inbox.popsell.codes import TypeMessage
from inbox.popsell.resources import Message, Unreadable

BRAND = 0
"""In place of an ambassador: the sums of the brand."""
RATING = digits(TypeMessage.RATING)
"""A rating is told by the chatroom; its message is no further one."""
SUMS = ["count", "known", "total"]
KEYS = ["brand", "ambassador", "day", "kind", "code"]
MOST_STARS = 100
"""What has more is no rating that means anything, and a sum of such would not fit its column."""
LONGEST = timedelta(days=366)
"""A longer time until an answer says nothing of how people answer."""

Happened = tuple[datetime, Fact]
Key = tuple[int, str, str]
"""Of a fact within its brand: its chatroom, its kind, and its item."""


def in_row(row: IndexedChatroom, before: Mapping[str, object]) -> Iterator[Happened]:
    """What a row tells that it did not tell `before`, which is empty for a new row."""
    if not row.counts:
        return
    at = row.last_message_date
    if at and row.last_message and row.last_message != before.get("last_message"):
        if row.is_own is False and row.type_message != RATING:
            yield at, _fact(row, FactKind.MESSAGE, row.last_message)
        elif row.is_own and answers.is_answer(row.type_message):
            since = None if before.get("waits_longer") else before.get("waiting_since")
            yield at, _fact(row, FactKind.ANSWER, row.last_message, value=_seconds(since, at))
    if row.rating_seen and row.rating_mark != before.get("rating_mark", ""):
        yield row.rating_seen, _fact(row, FactKind.RATING, row.rating_mark, value=_stars(row))
    if row.summarized and row.summary_mark != before.get("summary_mark", ""):
        for kind, code in ((FactKind.ANOMALY, row.anomaly), (FactKind.TOPIC, row.topic)):
            if code:
                yield row.summarized, _fact(row, kind, row.summary_mark, code=code)


def in_transcript(
    row: IndexedChatroom,
    newest: Iterable[Message | Unreadable],
    own_ids: set[int],
    *,
    is_whole: bool,
) -> Iterator[Happened]:
    """What the newest messages tell, oldest first: messages and answers.

    `is_whole`: there are no others. Else the first wait may have begun before them. Where the own side
    is not known, somebody may write for it: only the counterpart's are a customer's for certain.
    """
    if not row.counts:
        return
    since, is_exact = None, is_whole
    for one in newest:
        if not isinstance(one, Message) or not (one.id and one.date_insert and one.author):
            continue
        kind = digits(one.type_message)
        if one.author.id in own_ids:
            if answers.is_answer(kind):
                value = _seconds(since, one.date_insert) if is_exact else None
                yield one.date_insert, _fact(row, FactKind.ANSWER, one.id, value=value)
                since, is_exact = None, True
        elif row.participant is None and one.author.id != row.other:
            since, is_exact = None, False
        elif kind != RATING:
            since = since or one.date_insert
            yield one.date_insert, _fact(row, FactKind.MESSAGE, one.id)


def write(brand: Brand, happened: Iterable[Happened]) -> None:
    """Write those that are new, and add them to the sums of their days.

    An answer whose time was not known gets it where a later reading tells.
    """
    told: dict[Key, Happened] = {}
    for at, fact in happened:
        if _is_young(at) and (fact.value is not None or _key(fact) not in told):
            told[_key(fact)] = at, fact
    if not told:
        return
    known = _known(brand.pk, told)
    new, better = [], []
    for key, (at, fact) in told.items():
        fact.day = timezone.localtime(at, brand.zone).date()
        if key not in known:
            new.append(fact)
        elif known[key].value is None and fact.value is not None:
            known[key].value = fact.value
            better.append(known[key])
    Fact.objects.bulk_create(new)
    Fact.objects.bulk_update(better, ["value"])
    _add(brand.pk, new, better)


def forget(brand_id: int, ambassador_id: int) -> None:
    """Delete what is counted of an ambassador. The brand's sums name nobody, and stay."""
    Fact.objects.filter(brand=brand_id, ambassador=ambassador_id).delete()
    DailyFigure.objects.filter(brand=brand_id, ambassador=ambassador_id).delete()


def old() -> QuerySet[Fact]:
    """Facts that are kept no longer; their sums stay."""
    days = settings.ACTIVITY_RETENTION_DAYS
    limit = timezone.now() - timedelta(days=days + 1)
    return Fact.objects.filter(day__lt=limit.date()) if days else Fact.objects.none()


def _fact(
    row: IndexedChatroom, kind: FactKind, item: object, *, code: str = "", value: int | None = None
) -> Fact:
    return Fact(
        brand_id=row.brand_id,
        kind=kind,
        chatroom=row.chatroom,
        item=str(item),
        ambassador=row.ambassador,
        code=code,
        value=value,
    )


def _key(fact: Fact) -> Key:
    return fact.chatroom, str(fact.kind), fact.item


def _known(brand_id: int, keys: Iterable[Key]) -> dict[Key, Fact]:
    """Those of them that are written already."""
    keys = list(keys)
    chatrooms, items = {key[0] for key in keys}, {key[2] for key in keys}
    found = Fact.objects.filter(brand=brand_id, chatroom__in=chatrooms, item__in=items)
    return {_key(fact): fact for fact in found}


def _is_young(at: datetime) -> bool:
    """Whether facts of that time are kept: what was pruned would count twice."""
    days = settings.ACTIVITY_RETENTION_DAYS
    return not days or at > timezone.now() - timedelta(days=days)


def _stars(row: IndexedChatroom) -> int | None:
    return row.rating if row.rating is not None and 0 <= row.rating <= MOST_STARS else None


def _seconds(since: object, until: datetime) -> int | None:
    """How long it took; None where that is not known, or can't be."""
    if not isinstance(since, datetime) or not timedelta(0) <= until - since <= LONGEST:
        return None
    return int((until - since).total_seconds())


def _add(brand_id: int, new: list[Fact], better: list[Fact]) -> None:
    """Add facts to the sums of their ambassador and of the brand; `better` ones got a value alone."""
    facts = [*new, *better]
    days, whose = {fact.day for fact in facts}, {fact.ambassador for fact in facts} | {BRAND}
    found = DailyFigure.objects.filter(brand=brand_id, day__in=days, ambassador__in=whose)
    sums = {(one.ambassador, one.day, one.kind, one.code): one for one in found}
    changed = {}
    for fact in facts:
        for ambassador in (fact.ambassador, BRAND):
            key = (ambassador, fact.day, str(fact.kind), fact.code)
            figure = changed[key] = sums.setdefault(key, _empty(brand_id, *key))
            figure.count += fact not in better
            figure.known += fact.value is not None
            figure.total += fact.value or 0
    for figure in changed.values():
        figure.pk = None
    DailyFigure.objects.bulk_create(
        changed.values(), update_conflicts=True, update_fields=SUMS, unique_fields=KEYS
    )


def _empty(brand_id: int, ambassador: int, day: date, kind: str, code: str) -> DailyFigure:
    return DailyFigure(brand_id=brand_id, ambassador=ambassador, day=day, kind=kind, code=code)
