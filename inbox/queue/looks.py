"""When an ambassador's newest page is worth another look.

Summaries and ratings come minutes after a conversation, and nothing tells of them. So the page is read
again some times after each change. Without a doorbell, those are read most often who have most news.
"""

from datetime import datetime, timedelta
from math import exp2, log, sqrt

from inbox.models import IndexedAmbassador
from inbox.popsell.resources import Chatroom, Page

AFTER = tuple(timedelta(minutes=minutes) for minutes in (4, 10, 18, 60))
"""How long after a change the page is read again."""
NOTED = ["newest", "read_at", "rung_at", "changed_at", "look_at", "pace", "slow_pace"]
HOUR = timedelta(hours=1)
SOON, LATE = 0.25, 6.0
"""Hours after which news count half: for who writes right now, and for who usually does."""
LEAST = 0.02  # news an hour: who has none is read too


def note(one: IndexedAmbassador, page: Page[Chatroom], asked: datetime) -> list[str]:
    """Note what their newest page brought. Returns the names of the fields that it sets."""
    dates = dates_in(page)
    met = sum(date > one.newest for date in dates) if one.newest else 0
    hours = _hours(one.read_at, asked)
    one.pace = _faded(one.pace, SOON, hours) + met * log(2) / SOON
    one.slow_pace = _faded(one.slow_pace, LATE, hours) + met * log(2) / LATE
    if met:
        one.changed_at, one.look_at = asked, asked + AFTER[0]
    elif one.look_at and one.look_at <= asked:
        one.look_at = _next_look(one.changed_at, asked)
    one.newest, one.read_at, one.rung_at = newest_in(page) or one.newest, asked, None
    return NOTED


def _next_look(changed_at: datetime | None, now: datetime) -> datetime | None:
    """Looks that an outage prevented are not made up for: one is enough."""
    times = [changed_at + after for after in AFTER] if changed_at else []
    return next((time for time in times if time > now), None)


def urgency(read_at: datetime, pace: float, slow_pace: float, now: datetime) -> float:
    """How much it is time to read this page again: its age by the root of its pace.

    So pages with more news are read more often, yet none is left out.
    """
    hours = _hours(read_at, now)
    expected = _faded(pace, SOON, hours) + _faded(slow_pace, LATE, hours) + LEAST
    return hours * sqrt(expected)


def newest_in(page: Page[Chatroom]) -> datetime | None:
    """The newest date: that of the first chatroom, where the list is sorted as it was asked to be."""
    return max(dates_in(page), default=None)


def dates_in(page: Page[Chatroom]) -> list[datetime]:
    rooms = [item for item in page.data if isinstance(item, Chatroom)]
    return [date for room in rooms if (date := _date(room))]


def _date(room: Chatroom) -> datetime | None:
    message = room.last_message
    return (message.date_insert if message else None) or room.last_message_date


def _hours(since: datetime | None, now: datetime) -> float:
    """None where the clock was set back since."""
    return max((now - since) / HOUR, 0.0) if since else 0.0


def _faded(pace: float, half_life: float, hours: float) -> float:
    return pace * exp2(-hours / half_life)
