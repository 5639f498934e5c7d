"""Prunes sealed records: a seal says what goes before it goes."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from inbox import leases
from inbox.activity import seals
from inbox.activity.sealer import (
    BeingSealedError,
    BrokenChainError,
    alone,
    append,
    seal_under,
    tell,
)
from inbox.leases import Held
from inbox.models import Activity, Seal, SealKind


def prune(since: datetime, delete: Callable[[QuerySet[Any]], int]) -> int:
    """Delete the records that were begun before `since`, a whole second; how many there were.

    A signed seal says so first. Raises BeingSealedError. `delete`: deletes what a query finds.
    """
    old = Activity.objects.filter(started__lt=since)
    with alone() as held:
        through = 0
        try:
            through = _say_what_goes(held, since, old)
        except BrokenChainError:
            tell("The trail is pruned without a seal, since its chain is broken.")
        leases.renew(held)
        deleted = delete(old)
        Seal.objects.filter(number__lte=through).delete()
    return deleted


def _say_what_goes(held: Held, since: datetime, old: QuerySet[Activity]) -> int:
    """The last seal that may be removed; 0 for none. Raises BrokenChainError."""
    seal_under(held)
    if not Seal.objects.exists():
        return 0
    chain = seals.read_chain()
    if chain.wrong:
        raise BrokenChainError
    through, head = _over(chain, since)
    if through == chain.start[0] and not old.exists():
        return 0
    said = {"before": int(since.timestamp()), "through": through, "head": head}
    if not append(SealKind.PRUNED, said):
        raise BeingSealedError
    return through


def _over(chain: seals.Chain, since: datetime) -> tuple[int, str]:
    """The last of the first seals that only cover the time before `since`, and its head.

    The last seal of the chain stays, and so do seals that nothing vouches for.
    """
    through, head = chain.start
    for link in chain.links[:-1]:
        if not (link.trusted and _is_over(link, since.timestamp())):
            break
        through, head = max((through, head), (link.number, link.head))
    return through, head


def _is_over(link: seals.Link, limit: float) -> bool:
    if link.kind != SealKind.RECORDS:
        return link.made is not None and link.made.timestamp() < limit
    times = [one.started for one in seals.entries(Seal.objects.get(number=link.number))]
    return max(times, default=limit) < limit
