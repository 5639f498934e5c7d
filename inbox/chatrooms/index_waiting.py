"""Keeps the index's copy of the waiting list: the customers that no ambassador has taken.

Popsell documents no id of an entry, and not how one ends. The index tells entries apart by customer,
ambassador, chatroom and topic. An entry ends when it has a date on which it was handled or deleted, or
when it is gone from the list (inferred).
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from inbox.chatrooms import index_facts
from inbox.chatrooms.index_batch import lock
from inbox.models import AnonymizedPerson, WaitingCustomer
from inbox.popsell.resources import Waiting

Key = tuple[int, int | None, int | None, str]


def store(brand_id: int, entries: Iterable[Waiting], asked: datetime) -> None:
    """Write the whole list, asked for at this moment, in one transaction."""
    told = _by_key(one for one in entries if not one.is_over)
    with transaction.atomic():
        brand = lock(brand_id)
        if index_facts.is_later(brand.brand.last_erasure, asked):
            return
        known = {_key(row): row for row in WaitingCustomer.objects.filter(brand=brand_id)}
        gone = {key: row for key, row in known.items() if key not in told}
        for key in told:
            if key not in known and (same := _of_same_user(gone, key)):
                known[key] = gone.pop(same)  # they got a chatroom, or another topic
        WaitingCustomer.objects.filter(pk__in=[row.pk for row in gone.values()]).delete()
        hidden = _hidden(brand_id, told.values())
        for key, one in told.items():
            _write(brand_id, known.get(key), one, asked, is_hidden=bool(_people(one) & hidden))
        brand.waiting_read = asked
        brand.waiting_failed_since = brand.waiting_failed_with = brand.waiting_retry_at = None
        brand.save(update_fields=FIELDS)


FIELDS = ["waiting_read", "waiting_failed_since", "waiting_failed_with", "waiting_retry_at"]


def rows_of(brand_id: int, people: Iterable[int]) -> QuerySet[WaitingCustomer]:
    """The entries in which these people wait, or are asked for."""
    named = Q(user__in=people) | Q(ambassador__in=people)
    return WaitingCustomer.objects.filter(named, brand=brand_id)


def _by_key(entries: Iterable[Waiting]) -> dict[Key, Waiting]:
    """Each once: the first, where the list names one twice."""
    found: dict[Key, Waiting] = {}
    for one in entries:
        key = (one.user, one.ambassador, one.chatroom, index_facts.code(one.topic))
        found.setdefault(key, one)
    return found


def _key(row: WaitingCustomer) -> Key:
    return row.user, row.ambassador, row.chatroom, row.topic


def _of_same_user(gone: Mapping[Key, WaitingCustomer], key: Key) -> Key | None:
    """The entry of the same user that waits longest, among those that are gone."""
    same = [(row.since, row.pk, one) for one, row in gone.items() if one[0] == key[0]]
    return min(same)[2] if same else None


def _people(one: Waiting) -> set[int]:
    return {one.user, *([one.ambassador] if one.ambassador else [])}


def _hidden(brand_id: int, entries: Iterable[Waiting]) -> set[int]:
    """Who of them was once called anonymized: nothing that they wrote is kept."""
    named = {who for one in entries for who in _people(one)}
    found = AnonymizedPerson.objects.filter(brand=brand_id, person__in=named)
    return set(found.values_list("person", flat=True))


def _write(
    brand_id: int, known: WaitingCustomer | None, one: Waiting, asked: datetime, *, is_hidden: bool
) -> None:
    """Write an entry where it is new or changed. Its age never shrinks, so its place stays."""
    row = known or WaitingCustomer(brand_id=brand_id, user=one.user, since=asked)
    before = row.excerpt, row.since, row.is_dated, *_key(row)
    row.ambassador, row.chatroom = one.ambassador, one.chatroom
    row.topic = index_facts.code(one.topic)
    if one.date_update and one.date_update <= row.since:
        row.since, row.is_dated = one.date_update, True
    is_old = row.since <= timezone.now() - index_facts.TEXTS_KEPT
    keeps = settings.INDEX_TEXTS and not is_hidden and not is_old
    row.excerpt = index_facts.excerpt(one.content) if keeps else ""
    if row.pk is None or before != (row.excerpt, row.since, row.is_dated, *_key(row)):
        row.save()
