"""This draws the list of "Needs attention" and each of its rows, once for all who need the same.

So a list that changed in one row draws that row alone. Relative times are right to the minute.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.utils.safestring import SafeString
from jinja2 import pass_context
from jinja2.runtime import Context

from inbox.components import kept
from inbox.components.freshness import Fresh, State
from inbox.components.hands import Hand
from inbox.components.kept import Spoken
from inbox.components.queued import Queued
from inbox.components.rows import CURRENT
from inbox.components.untaken import Untaken


@pass_context
def draw_list(context: Context, csrf_field: object) -> SafeString:
    """The list of this page. Its face tells all that it depends on."""
    return kept.fill(
        kept.draw("attention/_list.html", context["face"], context.get_all()), csrf_field
    )


def draw_row(queued: Queued, current: int | None, here: Spoken | None = None) -> SafeString:
    """A row without its CSRF field. `current`: the chatroom that is open."""
    html = kept.draw("attention/_row.html", _told(queued), {"queued": queued}, here)
    if current != queued.id:
        return html
    link = f'id="open-{current}"'
    return kept.put(html, link, f"{link} {CURRENT}")


def draw_customer(untaken: Untaken, current: int | None, here: Spoken | None = None) -> SafeString:
    """A row of the waiting list."""
    row, is_open = untaken.row, current is not None and current == untaken.chatroom
    told = (kept.minute(), row.pk, row.since, untaken.mark, untaken.chatroom, is_open)
    people = (untaken.person, untaken.ambassador, untaken.also)
    context = {"untaken": untaken, "current": current}
    return kept.draw("attention/_customer.html", (told, people), context, here)


def face(context: Mapping[str, Any]) -> tuple[object, ...]:
    """All that the list of a page depends on. `context`: the page's."""
    shown, fresh, member = context["shown"], context["fresh"], context["member"]
    current, view = context["current"], shown.view
    here = kept.spoken()
    rows = [draw_row(one, current, here) for stretch in shown.stretches for one in stretch.rows]
    customers = [draw_customer(one, current, here) for one in shown.customers]
    held = [(one.label, one.address, one.count, one.is_here) for one in shown.views]
    return (
        (kept.minute(), member.brand_id, member.brand.name, member.pk, member.get_role_display()),
        _of_fresh(fresh),
        (shown.asked, shown.for_me, shown.older, shown.polled, shown.mark_with_counts),
        view and (view.label, view.saved and view.saved.pk, view.is_own),
        (*rows, *customers, *((one.band, len(one.rows)) for one in shown.stretches)),
        (tuple(held), tuple(context["tabs"]), tuple(context["bands"].items()), context["bar"]),
        (context["all"], context["horizon"], context["waits_after"], context["ranking"], current),
        context["longest"],
    )


def _of_fresh(fresh: Fresh) -> tuple[object, ...]:
    """What is told of the index, without what changes at every turn of the worker and is not told."""
    index = replace(fresh.index, oldest=None, oldest_walk=None, confirmed=None)
    beat = fresh.beat if fresh.state is State.SILENT else None
    return fresh.mark, fresh.state, index, fresh.refused, fresh.left_told, fresh.blanks_at, beat


def _told(queued: Queued) -> tuple[object, ...] | None:
    if queued.face is None:
        return None
    return queued.face, _hand(queued.hand)


def _hand(hand: Hand) -> tuple[object, ...]:
    """What is told of who has it; a hold is the same record when it changes hands."""
    hold = hand.hold
    if hold is None:
        return (hand.readers,)
    note = hold.note.text if hold.note else ""
    held = (hold.member_id, hold.member_name, hold.since, hold.until, hold.given_by, note)
    return hand.readers, hand.is_own, hand.stands, hand.is_fresh, held
