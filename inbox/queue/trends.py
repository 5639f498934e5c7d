"""How ambassadors are rated week by week, and what their first answers are drawn from.

All of it may be an hour behind, as what `queue.past` tells.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count
from django.utils import timezone

from inbox.models import Brand, DailyFigure, Fact, FactKind, IndexedChatroom
from inbox.queue import past
from inbox.queue.past import EARLIER, RECENT, Rating

WEEKS = 8


@dataclass(frozen=True, slots=True)
class Course:
    """Of an ambassador: what is kept for an hour.

    `weeks`: the mean rating of each of the last weeks, the last one ends today; None without ratings.
    `answer_before`: within what time half of the first answers came in half a year before the last 30
    days. `answers`: how many of these days are known, in `read` conversations of `active` ones.
    """

    weeks: tuple[float | None, ...] = (None,) * WEEKS
    answer_before: timedelta | None = None
    answers: int = 0
    read: int = 0
    active: int = 0


@dataclass(frozen=True, slots=True)
class Trend:
    """How an ambassador is rated and answers. `answer`: half of the first answers came within it."""

    rating: Rating = past.UNRATED
    answer: timedelta | None = None
    course: Course = Course()


UNKNOWN = Trend()


def find(brand: Brand, ids: Collection[int]) -> dict[int, Trend]:
    """Those of these ambassadors, by their ids."""
    ratings, usual = past.find_ratings(brand), past.find_usual(brand, ids)
    courses = past.keep(brand, "courses", ids, _courses, lambda one: one.answers > 0)
    return {id_: Trend(ratings.get(id_, past.UNRATED), usual[id_], courses[id_]) for id_ in ids}


def _courses(brand: Brand, ids: list[int]) -> dict[int, Course]:
    today = timezone.localdate(timezone=brand.zone)
    recently = today - RECENT
    weeks, answers = _weeks(brand.pk, ids, today), _answers(brand.pk, ids, recently)
    before = past.medians(brand.pk, ids, recently - EARLIER, recently)
    active = _active(brand, ids, recently)
    found = {}
    for id_ in ids:
        count, read = answers.get(id_, (0, 0))
        # What was answered was active, also where the index no longer has it.
        known = max(active.get(id_, 0), read)
        found[id_] = Course(weeks[id_], before.get(id_), count, read, known)
    return found


def _weeks(brand_id: int, ids: list[int], today: date) -> dict[int, tuple[float | None, ...]]:
    figures = DailyFigure.objects.filter(
        brand=brand_id,
        ambassador__in=ids,
        kind=FactKind.RATING,
        day__gt=today - timedelta(weeks=WEEKS),
        day__lte=today,
    )
    sums: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0])
    for id_, day, total, known in figures.values_list("ambassador", "day", "total", "known"):
        week = sums[id_, WEEKS - 1 - (today - day).days // 7]
        week[0] += total
        week[1] += known
    return {
        id_: tuple(_mean(*sums.get((id_, week), (0, 0))) for week in range(WEEKS)) for id_ in ids
    }


def _mean(total: int, known: int) -> float | None:
    return total / known if known else None


def _answers(brand_id: int, ids: list[int], after: date) -> dict[int, tuple[int, int]]:
    """How many first answers have a known time, and in how many conversations."""
    facts = Fact.objects.filter(
        brand=brand_id,
        kind=FactKind.ANSWER,
        ambassador__in=ids,
        day__gt=after,
        value__isnull=False,
    )
    found = facts.order_by().values_list("ambassador")
    return {
        id_: (count, read)
        for id_, count, read in found.annotate(
            count=Count("*"), read=Count("chatroom", distinct=True)
        )
    }


def _active(brand: Brand, ids: list[int], after: date) -> dict[int, int]:
    """In how many conversations somebody wrote since; each counts for one ambassador."""
    begin = datetime.combine(after + timedelta(days=1), time(), brand.zone)
    rooms = IndexedChatroom.objects.filter(
        brand=brand.pk, ambassador__in=ids, last_message_date__gte=begin, counts=True
    )
    return dict(rooms.order_by().values_list("ambassador").annotate(count=Count("*")))
