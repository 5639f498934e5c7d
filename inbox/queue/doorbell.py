"""The manager's list as a doorbell: it tells whose conversations have news, across a whole brand.

It does not tell what is new: no read pointers, no last messages. And not every token may read it.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial

from django.db.models import QuerySet
from django.utils import timezone

from inbox.models import IndexedAmbassador, IndexedBrand, IndexedChatroom
from inbox.popsell import abilities, client
from inbox.popsell.abilities import Answer
from inbox.popsell.errors import Invalid
from inbox.popsell.resources import Chatroom, Page
from inbox.queue.pages import AHEAD, REFUSED, Ask

MANY = 100  # chatrooms a page
OVERLAP = timedelta(minutes=2)
"""How far before the newest known date it is read: a list may take up what is older a moment later."""
MOST_PAGES = 10  # more news than that are found by reading everybody's newest page
TRIED_FOR, UNKNOWN_FOR = timedelta(days=1), timedelta(hours=1)
LISTENS_FOR = timedelta(minutes=2)
"""How long after a reading news can't have passed by."""


def try_out(brand_id: int) -> None:
    """Find what Popsell allows, in at most ten calls, and keep it for a day."""
    known = set(_ambassadors(brand_id).values_list("ambassador", flat=True))
    found = abilities.find(brand_id, known)
    is_known = Answer.UNKNOWN not in {found.manager_list.answer, found.own_brand.answer}
    _change(
        brand_id,
        bell=found.has_doorbell if is_known else None,
        tried_out=timezone.now(),
        bell_doubted=None,
    )
    if found.archived.answer is not Answer.UNKNOWN:  # where nothing is archived, it can't be told
        _change(brand_id, archive_apart=found.archived.answer is Answer.NO)
    _heed_per_page(brand_id, found.per_page.answer is Answer.YES)


def _heed_per_page(brand_id: int, heeds: bool) -> None:
    """Pages of another size have other numbers: walks under way begin again."""
    if IndexedBrand.objects.filter(pk=brand_id, per_page=not heeds).update(per_page=heeds):
        _ambassadors(brand_id).update(page=None)


def is_untried(brand: IndexedBrand, now: datetime) -> bool:
    """Whether it is time to find out again what Popsell allows."""
    lasts = UNKNOWN_FOR if brand.bell is None else TRIED_FOR
    return brand.tried_out is None or not brand.tried_out <= now < brand.tried_out + lasts


def listens(brand_id: int, since: datetime | None) -> bool:
    """Whether no news since this moment can have passed the doorbell by."""
    now = timezone.now()
    found = IndexedBrand.objects.filter(pk=brand_id, bell=True, bell_doubted=None)
    recent = found.filter(bell_from__lte=since or now, bell_at__range=(now - LISTENS_FOR, now))
    return recent.exists()


def ring(brand_id: int, ask: Ask) -> None:
    """Read what is new in the list, and note whose newest page must be read for it.

    Raises PopsellError. Where it is refused, or names people of another brand, it is given up until
    the next try-out.
    """
    try:
        _ring(IndexedBrand.objects.get(pk=brand_id), ask)
    except REFUSED:
        _give_up(brand_id)


def _ring(brand: IndexedBrand, ask: Ask) -> None:
    newest = _newest_known(brand)
    since = newest - OVERLAP if newest else None
    began, strange, number = timezone.now(), False, 1
    while True:
        page, asked = _page(brand.pk, number, ask)
        began = asked if number == 1 else began
        rooms = [room for room in page.data if isinstance(room, Chatroom)]
        strange |= _names_strangers(brand.pk, rooms)
        dates = _dates(rooms, asked)
        newest = max([*dates, *([newest] if newest else [])], default=None)
        _note_news(brand.pk, [room for room in rooms if _is_new(room, since)], began)
        is_last = number >= page.last_page or page.current_page != number or not rooms
        if is_last or since is None or min(dates, default=since) < since:
            break
        if number == MOST_PAGES:
            since = None
            break
        number += 1
    if since is None:
        _begin_to_listen(brand, began)
    _change(brand.pk, bell_at=began, bell_newest=newest, bell_from=brand.bell_from)
    _judge(brand, strange, began)


def _newest_known(brand: IndexedBrand) -> datetime | None:
    """None too where it lies ahead: the clock was set back, and news since would look old."""
    newest = brand.bell_newest
    return newest if newest and newest <= timezone.now() + AHEAD else None


def _page(brand_id: int, number: int, ask: Ask) -> tuple[Page[Chatroom], datetime]:
    """A page of the list, of as many as Popsell gives where it refuses to give MANY."""

    def call(per_page: int | None) -> tuple[Page[Chatroom], datetime]:
        asked = timezone.now()
        return client.manager_chatrooms(brand_id, page=number, per_page=per_page), asked

    try:
        return ask(partial(call, MANY))
    except Invalid:
        return ask(partial(call, None))


def _begin_to_listen(brand: IndexedBrand, asked: datetime) -> None:
    """What was before may have passed by: all that were read before are looked at again."""
    brand.bell_from = asked
    _ambassadors(brand.pk).filter(read_at__lt=asked).update(look_at=asked)


def _note_news(brand_id: int, rooms: list[Chatroom], asked: datetime) -> None:
    """Ring for the ambassadors of chatrooms that the index does not have as they are now."""
    rows = IndexedChatroom.objects.filter(brand=brand_id, chatroom__in=[room.id for room in rooms])
    known = {
        (chatroom, ambassador): (participant, date)
        for chatroom, ambassador, participant, date in rows.values_list(
            "chatroom", "ambassador", "participant", "last_message_date"
        )
    }
    named = {(room.id, who.id): room for room in rooms for who in room.ambassadors}
    by_room = {room.id: room for room in rooms}
    # A guest account's seat is named by the account's own id.
    behind = {key: by_room[key[0]] for key in known}
    rung = {
        ambassador
        for (_chatroom, ambassador), room in (named | behind).items()
        if not _is_known(known.get((room.id, ambassador)), room)
    }
    _ambassadors(brand_id).filter(ambassador__in=rung, rung_at=None).update(rung_at=asked)


def _is_known(row: tuple[int | None, datetime | None] | None, room: Chatroom) -> bool:
    """Whether the row is as new as the list's chatroom."""
    if row is None or row[1] is None or room.last_message_date is None:
        return False
    return row[1] >= room.last_message_date


def _is_new(room: Chatroom, since: datetime | None) -> bool:
    date = room.last_message_date
    return date is not None and (since is None or date >= since)


def _dates(rooms: Iterable[Chatroom], asked: datetime) -> list[datetime]:
    """What lies ahead of all clocks is no date to go by."""
    dates = [room.last_message_date for room in rooms if room.last_message_date]
    return [date for date in dates if date <= asked + AHEAD]


def _names_strangers(brand_id: int, rooms: Iterable[Chatroom]) -> bool:
    named = abilities.members(who for room in rooms for who in room.ambassadors)
    known = _ambassadors(brand_id).filter(ambassador__in=named).count()
    return known < len(named)


def _judge(brand: IndexedBrand, strange: bool, asked: datetime) -> None:
    """Doubt a list that names strangers; give it up if the directory, read since, has them not."""
    if not strange:
        _change(brand.pk, bell_doubted=None)
    elif brand.bell_doubted is None:
        _change(brand.pk, bell_doubted=asked)
    elif brand.directory_read and brand.directory_read >= brand.bell_doubted:
        _give_up(brand.pk)


def _give_up(brand_id: int) -> None:
    _change(
        brand_id,
        bell=False,
        tried_out=timezone.now(),
        bell_from=None,
        bell_newest=None,
        bell_doubted=None,
    )


def _change(brand_id: int, **columns: object) -> None:
    IndexedBrand.objects.filter(pk=brand_id).update(**columns)


def _ambassadors(brand_id: int) -> QuerySet[IndexedAmbassador]:
    return IndexedAmbassador.objects.filter(brand=brand_id)
