"""The course of a walk through a list that moves: what is new or changed goes to its beginning.

What moves to later pages is met twice, which does no harm. What moves to earlier ones, since something
before it was taken away, would be missed: the list is shorter then, so the walk goes back as far. What
moved to the beginning is found there at the end.
"""

from dataclasses import dataclass
from math import ceil
from typing import Any

from inbox.popsell.resources import Page

USUAL = 25  # items of a page, where none had any
LARGEST = 2**31 - 1  # that a column of a length takes
MOST_PAGES = 10_000  # of a list: more than anybody has
MOST_EMPTY = 3  # pages in a row: no more comes after them, whatever the list says
GOES_BACK = 20  # times: a list whose length is told differently each time would never end


@dataclass
class Course:
    """How a walk goes. `total`: the list's length, as last told. `shrank`: whether it got shorter.

    `pages`: how many were read.
    """

    total: int | None = None
    shrank: bool = False
    pages: int = 0
    _empty: int = 0
    _size: int = 0

    def after(self, number: int, page: Page[Any]) -> int | None:
        """The page to read after this one, None after the last."""
        self.pages += 1
        self._empty = 0 if page.data else self._empty + 1
        self._size = max(self._size, len(page.data))
        gone = self._gone(page)
        if gone > 0 and number > 1 and self.pages < GOES_BACK + number:
            return max(number - ceil(gone / (self._size or USUAL)), 1)
        is_last = number >= page.last_page or page.current_page != number
        return None if is_last or self._empty == MOST_EMPTY or self.is_endless else number + 1

    @property
    def is_in_gap(self) -> bool:
        """Whether the last page was empty, so that the next must tell whether the list goes on."""
        return self._empty > 0

    @property
    def is_endless(self) -> bool:
        return self.pages >= MOST_PAGES

    def _gone(self, page: Page[Any]) -> int:
        """How many fewer there are than before."""
        if page.total is None:
            return 0
        total = min(page.total, LARGEST)
        gone = (self.total or 0) - total
        self.total, self.shrank = total, self.shrank or gone > 0
        return gone
