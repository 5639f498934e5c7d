"""The rows of "Needs attention" as HTML, each made once for everyone who needs the same.

So a list that changed in one row draws that row alone. Only the CSRF field and what is open are new.
Relative times are right to the minute.
"""

from dataclasses import dataclass, field
from functools import lru_cache

from django.template.loader import get_template
from django.utils.safestring import SafeString, mark_safe

from inbox.caches import memories
from inbox.components.hands import Hand
from inbox.components.queued import Queued
from inbox.components.rows import CSRF, CURRENT


@dataclass(frozen=True, slots=True)
class _Face:
    """All that a row depends on; `queued` is what to draw where that was not done yet."""

    told: tuple[object, ...]
    queued: Queued = field(compare=False)


def draw(queued: Queued, current: int | None, csrf_field: object) -> SafeString:
    """A row as HTML. `current`: the chatroom that is open."""
    face = _Face(_told(queued), queued)
    html = (_draw if queued.face is None else _drawn)(face)
    if current == queued.id:
        html = html.replace(f'id="open-{current}"', f'id="open-{current}" {CURRENT}', 1)
    return mark_safe(html.replace(CSRF, str(csrf_field)))  # noqa: S308 - as the template made it


def _told(queued: Queued) -> tuple[object, ...]:
    return queued.face, queued.reasons, queued.done, queued.undo, queued.offer, _hand(queued.hand)


def _hand(hand: Hand) -> tuple[object, ...]:
    """What is told of who has it; a hold is the same record when it changes hands."""
    hold = hand.hold
    if hold is None:
        return (hand.readers,)
    note = hold.note.text if hold.note else ""
    held = (hold.member_id, hold.member_name, hold.since, hold.until, hold.given_by, note)
    return hand.readers, hand.is_own, hand.stands, hand.is_fresh, held


def _draw(face: _Face) -> str:
    context = {"queued": face.queued, "csrf_field": CSRF}
    return get_template("attention/_row.html").render(context)


_drawn = lru_cache(1_024)(_draw)
memories.register(_drawn.cache_clear)
