"""The state of an index in every form that it takes, for the style guide."""

from dataclasses import replace
from datetime import timedelta

from django.utils import timezone

from inbox.components.freshness import Fresh, Refused, State
from inbox.components.sample_data import LEA
from inbox.models import Membership, SyncFailure
from inbox.queue.freshness import Freshness


def fresh_states(member: Membership) -> list[Fresh]:
    """One of each."""
    now = timezone.now()
    soon, old = now - timedelta(seconds=20), now - timedelta(minutes=26)
    whole = Freshness(412, 412, 412, soon, old, soon, is_reading=False)
    late = Freshness(412, 412, 412, old, old, soon, is_reading=False)
    partly = Freshness(12, 12, 12, soon, old, soon, (LEA.id,), is_reading=False)
    several = Freshness(412, 412, 412, old, old, soon, (LEA.id, 8, 9), is_reading=False)
    reading = Freshness(412, 90, 37, soon, None, soon)
    again = Freshness(412, 412, 37, soon, old, soon, again_since=old)
    away = replace(
        Freshness(12, 12, 12, old, old, old, is_reading=False),
        failing_since=old,
        failure=SyncFailure.OUTAGE,
        failed_with=502,
        retry_at=now + timedelta(seconds=40),
    )
    no = replace(away, failure=SyncFailure.REFUSED, failed_with=401)
    refused = Refused(LEA, old, 403, now + timedelta(hours=8))
    minutes, hours = timedelta(minutes=6), timedelta(hours=11)

    def fresh(state: State, index: Freshness, left: timedelta | None = None) -> Fresh:
        return Fresh(member, state, index, old, refused if index.unreadable else None, left)

    return [
        Fresh(member, State.WHOLE, whole, soon, None, None),
        fresh(State.WHOLE, partly),
        fresh(State.LAGGING, late),
        fresh(State.LAGGING, several),
        fresh(State.NOBODY, Freshness(is_reading=False)),
        fresh(State.EMPTY, Freshness()),
        fresh(State.READING, reading, minutes),
        fresh(State.READING, again, hours),
        fresh(State.FAILING, away),
        fresh(State.FAILING, no),
        fresh(State.SILENT, whole),
        Fresh(member, State.SILENT, Freshness(), None, None, None),
        fresh(State.LOCKED_OUT, whole),
        Fresh(member, State.WHOLE, whole, soon, None, None, blanks_at=now + timedelta(days=1)),
    ]
