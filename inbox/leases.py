"""Leases that one process at a time holds, across all machines: the database decides.

A process renews its lease while at work. If it dies, the lease runs out by itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from inbox.models import Lease

LASTS = timedelta(seconds=60)
SKEW = timedelta(minutes=5)
"""How far the clocks of two machines may differ. No process makes a lease that lasts longer."""


@dataclass(frozen=True, slots=True)
class Held:
    """A lease that was taken. `holder`: a random name, so that nobody gives back another's."""

    name: str
    holder: str


def take(name: str) -> Held | None:
    """The lease of this name; None while somebody else holds it."""
    held, now = Held(name, uuid4().hex), timezone.now()
    until = now + LASTS
    free = Q(until__lte=now) | Q(until__gt=until + SKEW)
    if Lease.objects.filter(free, name=name).update(holder=held.holder, until=until):
        return held
    try:
        with transaction.atomic():
            Lease.objects.create(name=name, holder=held.holder, until=until)
    except IntegrityError:
        return None
    return held


def take_one(names: Iterable[str]) -> Held | None:
    """The first of these that is free; None where all are held."""
    return next((held for name in names if (held := take(name))), None)


def renew(held: Held) -> bool:
    """Hold it for another while; false where it ran out and somebody else took it."""
    return bool(_own(held).update(until=timezone.now() + LASTS))


def give_back(held: Held) -> None:
    _own(held).delete()


def _own(held: Held) -> QuerySet[Lease]:
    return Lease.objects.filter(name=held.name, holder=held.holder)
