"""Many invented ambassadors more, so that a brand can be as large as a real one."""

from random import Random
from typing import NamedTuple

from inbox.sandbox.people import House, Role
from inbox.sandbox.words import names, plain

FIRST_ID = 1000
MOST = 2000
"""Ambassadors: the ids of visitors begin behind them."""
MOST_ROOMS = 500
THEIR_VISITORS_FROM = 1_000_000
"""The numbers of their rooms and messages begin further on, all beyond those of the cast."""
STATUSES = (0, 3, 0, 6, 0, 3, 1, 0, 4, 5)


class Crowd(NamedTuple):
    """How many ambassadors join a brand, and about how many chatrooms each has."""

    ambassadors: int = 0
    chatrooms: int = 40


NOBODY = Crowd()


def crowded(house: House, crowd: Crowd, rng: Random) -> House:
    """Make the house of those who join: no two share a name, and half as many rooms to half more."""
    first, last = names()
    pairs = rng.sample(range(len(first) * len(last)), crowd.ambassadors)
    cast = tuple(
        _role(index, first[pair % len(first)], last[pair // len(first)], crowd.chatrooms, rng)
        for index, pair in enumerate(pairs)
    )
    return house._replace(first_id=THEIR_VISITORS_FROM, cast=cast, is_crowd=True)


def _role(index: int, first: str, last: str, rooms: int, rng: Random) -> Role:
    number = FIRST_ID + index
    return Role(
        number,
        first,
        last,
        f"{plain(first)}.{number}",
        STATUSES[index % len(STATUSES)],
        rng.randint(rooms // 2, rooms + rooms // 2),
        "en" if index % 3 == 0 else "fr",
        free=True,
    )
