"""The table of a brand's ambassadors: its columns, each with its order, and its tabs."""

from dataclasses import dataclass, replace

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from inbox.components.ambassadors import ORDERS, SORTS, UNSORTED, People, sort_of
from inbox.components.attention import TabLink
from inbox.display import known
from inbox.queue.board import Board, Column, Order, Tab


@dataclass(frozen=True, slots=True)
class Heading:
    """Of a column. `address`: sorts by it, or turns its order round; empty where nothing sorts.

    `sort`: as `aria-sort` tells it, empty for another order. `hint`: what its figures are.
    """

    column: Column
    label: str
    hint: str = ""
    address: str = ""
    sort: str = ""


def headings(people: People) -> list[Heading]:
    labels = {
        Column.NAME: _("Ambassador"),
        Column.WAITING: pgettext("a column: customers", "Waiting"),
        Column.WAIT: _("Longest wait"),
        Column.UNREAD: _("Unread"),
        Column.ANOMALIES: _("Anomalies"),
        Column.RATING: _("Rating trend"),
        Column.ANSWER: _("First answer"),
        Column.ROOMS: _("Conversations"),
    }
    hints = {
        Column.RATING: _(
            "The mean of 30 days, and how it changed from half a year before. "
            "The line shows eight weeks. Counted anew each hour."
        ),
        Column.ANSWER: _(
            "Half of the first answers of 30 days came within this time. "
            "Below: half a year before, and in how many conversations it is known. "
            "Counted anew each hour."
        ),
    }
    return [_heading(people, one, label, hints.get(one, "")) for one, label in labels.items()]


def _heading(people: People, column: Column, label: str, hint: str) -> Heading:
    if not people.is_sortable:
        return Heading(column, label, hint)
    order, now = ORDERS[column], people.order
    is_sorted = now is not None and now.column == column
    if now == order:
        order = Order(column, not order.descending)
    told = replace(people, sort=sort_of(order)).address
    return Heading(column, label, hint, told, _aria(now) if now and is_sorted else "")


def _aria(order: Order) -> str:
    return "descending" if order.descending else "ascending"


def tabs(people: People, board: Board | None) -> list[TabLink]:
    """Each keeps what is looked for. `board`: None in an order of Popsell's, which has no tabs."""
    labels = {
        Tab.ALL: pgettext("ambassadors", "All"),
        Tab.WAITING: pgettext("a tab: ambassadors", "Someone waits"),
        Tab.AWAY: pgettext("a tab: ambassadors", "Away, and someone waits"),
        Tab.FALLING: pgettext("a tab: ambassadors", "Rating falls"),
    }
    sort = "" if people.sort in (*SORTS, UNSORTED) else people.sort
    return [
        TabLink(
            label,
            replace(people, tab=tab, sort=sort).address,
            _count(board, tab) if board else "",
            is_here=board is not None and tab == people.tab,
        )
        for tab, label in labels.items()
    ]


def _count(board: Board, tab: Tab) -> str:
    """Who was not read as a whole may come to stand under a tab, but is one of all anyway."""
    may_grow = tab != Tab.ALL and not board.is_whole
    return f"{known(board.counts[tab])}{'+' if may_grow else ''}"
