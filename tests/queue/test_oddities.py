"""A Popsell that does not do what its pages say: every pass ends, and tells what it did not find"""

from random import Random

import pytest

from inbox.models import Brand
from inbox.queue import drift
from inbox.queue.walk import walk
from tests.support.chatrooms import Json
from tests.support.lists import Inbox, at_once, indexed, lea


def inbox_of(count: int, monkeypatch: pytest.MonkeyPatch) -> Inbox:
    inbox = Inbox(per_page=5)
    inbox.fill(count)
    inbox.answers(monkeypatch)
    return inbox


def first_page(inbox: Inbox) -> Json:
    return {"data": [room.as_json() for room in inbox.listed()[:5]], "current_page": 1}


@pytest.fixture
def inbox(db: None, monkeypatch: pytest.MonkeyPatch) -> Inbox:
    """Twenty chatrooms on four pages."""
    return inbox_of(20, monkeypatch)


def test_a_list_that_knows_no_pages(brand: Brand, inbox: Inbox) -> None:
    """The first page comes always. Told is what lacks, and the next walk does not try in vain."""
    inbox.told = lambda page: page | first_page(inbox)
    one = lea(brand)
    walk(one, at_once)
    assert inbox.pages() == [1, 2, 1] * 2
    assert len(indexed()) == 5
    assert one.missing == 15
    inbox.calls.clear()
    walk(one, at_once)
    assert inbox.pages() == [1, 2, 1]
    assert one.missing == 15


def test_a_list_that_counts_too_many(brand: Brand, inbox: Inbox) -> None:
    inbox.told = lambda page: page | {"total": 23}
    one = lea(brand)
    walk(one, at_once)
    assert inbox.pages() == [1, 2, 3, 4, 1] * 2
    assert indexed() == inbox.state()
    assert one.missing == 3


def test_a_list_that_counts_more_than_a_database_can(brand: Brand, inbox: Inbox) -> None:
    inbox.told = lambda page: page | {"total": 2**62}
    one = lea(brand)
    walk(one, at_once)
    assert indexed() == inbox.state()
    assert one.total == drift.LARGEST
    assert one.missing == drift.LARGEST - 20


@pytest.mark.parametrize("per_page", [10**6, 0, -5, None, "five"])
def test_a_list_that_is_wrong_about_its_pages(brand: Brand, inbox: Inbox, per_page: object) -> None:
    """As many pages are read again as what was taken away had filled."""

    def take_away(inbox: Inbox, _kind: str) -> None:
        if len(inbox.calls) == 3:
            for room in inbox.listed()[:8]:
                room.is_gone = True

    inbox.before = take_away
    inbox.told = lambda page: page | {"per_page": per_page}
    walk(lea(brand), at_once)
    assert inbox.pages()[:7] == [1, 2, 3, 4, 2, 3, 1]
    assert indexed() == inbox.state()


@pytest.mark.parametrize("total", [3, 0, None, -1, "many"])
def test_a_list_that_counts_too_few_or_none(brand: Brand, inbox: Inbox, total: object) -> None:
    inbox.told = lambda page: page | {"total": total}
    one = lea(brand)
    walk(one, at_once)
    assert inbox.pages() == [1, 2, 3, 4, 1]
    assert indexed() == inbox.state()
    assert one.missing == 0


@pytest.mark.parametrize("seed", range(5))
def test_a_list_that_counts_another_number_each_time(brand: Brand, inbox: Inbox, seed: int) -> None:
    rng = Random(seed)  # noqa: S311 - no secret
    inbox.told = lambda page: page | {"total": rng.randint(0, 100)}
    one = lea(brand)
    walk(one, at_once)
    assert indexed() == inbox.state()
    assert len(inbox.calls) <= 3 * (4 + drift.GOES_BACK + 3 * (1 + drift.GOES_BACK))
    assert one.page is None


def test_a_list_that_never_ends(
    brand: Brand, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drift, "MOST_PAGES", 30)
    inbox.told = lambda page: page | first_page(inbox) | {
        "current_page": page["current_page"], "last_page": 10**9, "total": 10**9
    }  # fmt: skip
    one = lea(brand)
    walk(one, at_once)
    assert len(inbox.calls) == 30
    assert one.page is None
    assert one.missing == 10**9 - 5


def test_a_list_has_fewer_pages_than_a_walk_may_take() -> None:
    assert 1000 <= drift.MOST_PAGES <= 10_000


def test_an_empty_page_in_the_middle(brand: Brand, inbox: Inbox) -> None:
    inbox.told = lambda page: page | ({"data": []} if page["current_page"] == 2 else {})
    one = lea(brand)
    walk(one, at_once)
    assert inbox.pages() == [1, 2, 3, 4, 1] * 2
    assert len(indexed()) == 15
    assert one.missing == 5


def test_nothing_but_empty_pages(brand: Brand, inbox: Inbox) -> None:
    inbox.told = lambda page: page | {"data": [], "last_page": 10**9}
    walk(lea(brand), at_once)
    assert inbox.pages() == [1, 2, 3, 1] * 2


def test_items_without_a_usable_id_are_counted(brand: Brand, inbox: Inbox) -> None:
    def spoil(page: Json) -> Json:
        rooms = page["data"]
        spoilt = [None, {**rooms[1], "id_chatroom": "none"}, *rooms[2:]]
        return page | ({"data": spoilt} if page["current_page"] == 3 else {})

    inbox.told = spoil
    one = lea(brand)
    walk(one, at_once)
    assert inbox.pages() == [1, 2, 3, 4, 1]
    assert len(indexed()) == 18
    assert (one.unreadable, one.missing) == (2, 0)


@pytest.mark.parametrize("way", ["oldest first", "by id"])
def test_a_list_that_is_not_sorted_as_asked(
    brand: Brand, inbox: Inbox, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    newest_first = Inbox.listed
    inbox.write_in(inbox.rooms[7])
    if way == "by id":
        monkeypatch.setattr(Inbox, "listed", lambda self: list(self.rooms))
    else:
        monkeypatch.setattr(Inbox, "listed", lambda self: newest_first(self)[::-1])
    one = lea(brand)
    walk(one, at_once)
    assert inbox.pages() == [1, 2, 3, 4, 1]
    assert indexed() == inbox.state()


def test_a_list_sorted_oldest_first_in_which_somebody_writes_meanwhile(
    brand: Brand, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was on a page that was not read yet comes a place earlier: the count tells of it."""
    newest_first = Inbox.listed
    monkeypatch.setattr(Inbox, "listed", lambda self: newest_first(self)[::-1])

    def write(inbox: Inbox, _kind: str) -> None:
        if len(inbox.calls) == 2:
            inbox.write_in(inbox.rooms[0])

    inbox.before = write
    one = lea(brand)
    walk(one, at_once)
    assert inbox.pages() == [1, 2, 3, 4, 1] * 2
    assert indexed() == inbox.state()
    assert one.missing == 0
