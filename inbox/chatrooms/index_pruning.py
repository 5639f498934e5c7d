"""What the index may keep no longer: names that nobody confirms, and texts that grew old.

A name is confirmed by each reading of its row. So a person who was anonymized while Popsell could not
be read is not kept by name for longer than that.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Model, Q, QuerySet
from django.utils import timezone

from inbox.chatrooms import index_facts
from inbox.chatrooms.index_batch import BLANK, TEXTS, lock
from inbox.models import IndexedAmbassador, IndexedBrand, IndexedChatroom, WaitingCustomer
from inbox.models.index import OLDER

DROPPED = [
    *("excerpt", "comment", "summary", "waiting_text"),
    *("proof", "proof_word", "proof_mark", "search"),
]
CONFIRMED_FOR = timedelta(days=7)
BATCH = 500  # rows of a transaction, so that nobody waits for long


def unconfirmed(brand_id: int) -> QuerySet[IndexedChatroom]:
    """Rows with names or texts that no reading confirmed for a week."""
    unknown = Q(facts_at__gt=timezone.now() + index_facts.AHEAD)  # the clock was set back
    rows = IndexedChatroom.objects.filter(Q(facts_at__lt=_week_ago()) | unknown, brand=brand_id)
    return rows.exclude(**dict.fromkeys(TEXTS, ""))


def unconfirmed_ambassadors(brand_id: int) -> QuerySet[IndexedAmbassador]:
    """Ambassadors that no directory and no reading of their inbox named for a week."""
    named = IndexedAmbassador.objects.filter(brand=brand_id).exclude(name="", search="")
    listed = Q(listed=None) | Q(listed__lt=_week_ago())
    return named.filter(listed, Q(read_at=None) | Q(read_at__lt=_week_ago()))


def old_texts(brand_id: int) -> QuerySet[IndexedChatroom]:
    """Rows with texts that may be kept no longer."""
    rows = IndexedChatroom.objects.filter(brand=brand_id)
    rows = rows.exclude(excerpt="", comment="", summary="", proof="", waiting_text="")
    if not settings.INDEX_TEXTS:
        return rows
    now = timezone.now()
    old = Q(last_message_date__lte=now - index_facts.TEXTS_KEPT)
    unknown = Q(last_message_date=None) | Q(last_message_date__gt=now + index_facts.ZONES)
    unranked = Q(rank=None) | Q(rank__gte=OLDER)
    return rows.filter(unranked, old | unknown)


def unconfirmed_waits(brand_id: int) -> QuerySet[WaitingCustomer]:
    """Customers whose list could not be read for a week: nobody knows whether they still wait."""
    unread = Q(brand__index__waiting_read=None) | Q(brand__index__waiting_read__lt=_week_ago())
    return WaitingCustomer.objects.filter(unread, brand=brand_id)


def old_words(brand_id: int) -> QuerySet[WaitingCustomer]:
    """Customers of the list whose words may be kept no longer."""
    words = WaitingCustomer.objects.filter(brand=brand_id).exclude(excerpt="")
    if not settings.INDEX_TEXTS:
        return words
    return words.filter(since__lte=timezone.now() - index_facts.TEXTS_KEPT)


def count() -> int:
    """How many rows `prune` would blank."""
    return sum(
        unconfirmed(brand_id).count()
        + unconfirmed_ambassadors(brand_id).count()
        + unconfirmed_waits(brand_id).count()
        + old_words(brand_id).exclude(pk__in=unconfirmed_waits(brand_id)).count()
        + old_texts(brand_id).exclude(pk__in=unconfirmed(brand_id)).count()
        for brand_id in _brands()
    )


def prune() -> int:
    """Blank all of that; returns how many rows."""
    blanked = 0
    for brand_id in _brands():
        blanked += _each(brand_id, unconfirmed, _blank)
        blanked += _each(brand_id, unconfirmed_ambassadors, _blank_ambassadors)
        blanked += _each(brand_id, unconfirmed_waits, _delete_waits)
        blanked += _each(brand_id, old_words, _blank_waits)
        blanked += _each(brand_id, old_texts, _drop_texts)
    return blanked


def _brands() -> list[int]:
    return list(IndexedBrand.objects.values_list("pk", flat=True))


def _week_ago() -> datetime:
    return timezone.now() - CONFIRMED_FOR


def _each(
    brand_id: int,
    find: Callable[[int], QuerySet[Any]],
    blank: Callable[[list[Any]], object],
) -> int:
    """Blank what is found, some rows a transaction."""
    blanked = 0
    while True:
        with transaction.atomic():
            lock(brand_id)
            rows: list[Model] = list(find(brand_id)[:BATCH])
            blank(rows)
        blanked += len(rows)
        if len(rows) < BATCH:
            return blanked


def _blank(rows: list[IndexedChatroom]) -> None:
    found = IndexedChatroom.objects.filter(pk__in=[row.pk for row in rows])
    found.update(**BLANK)


def _blank_ambassadors(rows: list[IndexedAmbassador]) -> None:
    found = IndexedAmbassador.objects.filter(pk__in=[row.pk for row in rows])
    found.update(name="", search="")


def _delete_waits(rows: list[WaitingCustomer]) -> None:
    WaitingCustomer.objects.filter(pk__in=[row.pk for row in rows]).delete()


def _blank_waits(rows: list[WaitingCustomer]) -> None:
    WaitingCustomer.objects.filter(pk__in=[row.pk for row in rows]).update(excerpt="")


def _drop_texts(rows: list[IndexedChatroom]) -> None:
    now = timezone.now()
    for row in rows:
        index_facts.settle_texts(row, now)
    IndexedChatroom.objects.bulk_update(rows, DROPPED)
