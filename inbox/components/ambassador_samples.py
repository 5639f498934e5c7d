"""The table of ambassadors in each of its states, for the style guide."""

from dataclasses import replace
from datetime import timedelta

from inbox.components import ambassador_table
from inbox.components.ambassadors import People
from inbox.components.sample_data import PEOPLE, sample_figures
from inbox.queue.board import Board, Tab
from inbox.queue.past import Rating
from inbox.queue.trends import UNKNOWN, Course, Trend

COUNTS = {Tab.ALL: 1412, Tab.WAITING: 6, Tab.AWAY: 5, Tab.FALLING: 3}


def ambassador_samples() -> dict[str, object]:
    """The rows of the table, its columns and its tabs."""
    people = People(is_indexed=True)
    ids = [person.id for person in PEOPLE]
    board = Board(ids, COUNTS, is_whole=False)
    return {
        "figures": dict(zip(ids, sample_figures(), strict=True)),
        "trends": dict(zip(ids, _trends(), strict=True)),
        "headings": ambassador_table.headings(people),
        "ambassador_tabs": ambassador_table.tabs(people, board),
    }


def _trends() -> tuple[Trend, ...]:
    """Fallen, risen with weeks without ratings, as before, without a past, too few, and unknown."""
    course = Course(
        weeks=(4.4, 4.3, 4.4, 4.2, 4.1, 4.1, 3.9, 3.2),
        answer_before=timedelta(minutes=22),
        answers=31,
        read=12,
        active=30,
    )
    fallen = Trend(Rating(12, 39, 43), timedelta(minutes=48), course)
    sparse = replace(course, weeks=(None, 4.4, None, None, 4.6, 4.7, None, 4.8))
    level = replace(course, weeks=(4.5,) * 8, answer_before=None)
    return (
        fallen,
        Trend(Rating(9, 48, 47), timedelta(hours=2), sparse),
        Trend(Rating(9, 45, 45), timedelta(minutes=9), level),
        Trend(Rating(5, 41, None), None, replace(level, answers=3, read=2)),
        Trend(Rating(2)),
        UNKNOWN,
    )
