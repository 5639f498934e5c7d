"""When an ambassador's newest page is worth another look.

Summaries and ratings come minutes after a conversation, and nothing tells of them. So the page is read
again some times after each change. Without a doorbell, those are read most often who have most news.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from math import exp2, log, sqrt
from statistics import fmean

from inbox.models import IndexedAmbassador, IndexedBrand
from inbox.popsell.resources import Chatroom, Page

AFTER = tuple(timedelta(minutes=minutes) for minutes in (4, 10, 18, 60))
"""How long after a change the page is read again."""
SOONER = timedelta(seconds=45)
"""The same where nothing rings: more is said soon, as long as a conversation goes on."""
NOTED = ["newest", "read_at", "rung_at", "changed_at", "look_at", "pace", "slow_pace"]
HOUR = timedelta(hours=1)
SOON, LATE = 0.1, 6.0
"""Hours after which news count half: for who writes right now, and for who usually does."""
LEAST = 0.02  # news an hour: who has none is read too
LEAST_SHARE = 0.5
"""Of what ambassadors have on average: the least that anybody is taken to have. With less, the news of
those who seldom have any would wait too long; with more, everybody would be read in turn."""


def note(one: IndexedAmbassador, page: Page[Chatroom], asked: datetime) -> list[str]:
    """Note what their newest page brought. Returns the names of the fields that it sets."""
    news = [date for date in dates_in(page) if one.newest is None or date > one.newest]
    hours, ages = _hours(one.read_at, asked), [_hours(date, asked) for date in news]
    one.pace = _faded(one.pace, SOON, hours) + _pace_of(ages, SOON)
    one.slow_pace = _faded(one.slow_pace, LATE, hours) + _pace_of(ages, LATE)
    if news and one.newest:
        one.changed_at, one.look_at = asked, asked + (AFTER[0] if _is_rung_for(one) else SOONER)
    elif one.look_at and one.look_at <= asked:
        one.look_at = _next_look(one.changed_at, asked)
    one.newest, one.read_at, one.rung_at = newest_in(page) or one.newest, asked, None
    return NOTED


def _is_rung_for(one: IndexedAmbassador) -> bool:
    return IndexedBrand.objects.filter(pk=one.brand_id, bell=True).exists()


def _next_look(changed_at: datetime | None, now: datetime) -> datetime | None:
    """Looks that an outage prevented are not made up for: one is enough."""
    times = [changed_at + after for after in AFTER] if changed_at else []
    return next((time for time in times if time > now), None)


def expected_news(read_at: datetime, pace: float, slow_pace: float, now: datetime) -> float:
    """How many news an hour this page is expected to have."""
    hours = _hours(read_at, now)
    return _faded(pace, SOON, hours) + _faded(slow_pace, LATE, hours)


def least_news(expected: Sequence[float]) -> float:
    """How many news an hour anybody of these is taken to have, whatever is expected."""
    return max(LEAST, LEAST_SHARE * fmean(expected)) if expected else LEAST


def urgency(read_at: datetime, news: float, now: datetime) -> float:
    """How much it is time to read a page again: its age by the root of its news an hour.

    So pages with more news are read more often, yet none is left out.
    """
    return _hours(read_at, now) * sqrt(news)


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


def _pace_of(ages: Iterable[float], half_life: float) -> float:
    """The pace that news of these ages make, each counted for less the older it is."""
    return sum(_faded(log(2) / half_life, half_life, age) for age in ages)


def _faded(pace: float, half_life: float, hours: float) -> float:
    return pace * exp2(-hours / half_life)
