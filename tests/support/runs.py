"""Which tests a run takes, and how many variants of each: a plugin of pytest.

`--all`, of a nightly run: everything. Without it, tests marked `nightly` are left out. Where one thing
is looked at in ways that hardly ever differ, `some` picks a few of them, others for each test.

`--stores`, beside PostgreSQL and Redis: with `--all` everything as well, else the tests that what
these do differently can break. The rest sees the same rows through the same ORM as on SQLite, but for
how values are bound, which `--all` looks at.
"""

import gc
from collections.abc import Iterable, Sequence
from itertools import compress
from itertools import count as count_from
from pathlib import Path
from typing import Any, Protocol, TypeVar

import pytest

T = TypeVar("T")
LEAST = 10  # examples that `many` leaves
SHARE = 5  # of so many examples it leaves one

TESTS = Path(__file__).parents[1]
STORES = (
    # The stores themselves, and what is written to them from several places
    *("activity", "caches", "chatrooms", "management", "process", "queue"),
    # Every address once
    "test_access.py",
    # Django's own queries, with values bound by PostgreSQL
    "test_admin.py",
    # Tasks, and who rings for them
    *("test_background.py", "test_workers.py"),
    # Numbers and texts that a database may refuse
    *("popsell/test_hostile_numbers.py", "accounts/test_session_keys.py"),
    "accounts/test_who_asks.py",
    *("views/test_activity.py", "views/test_activity_names.py", "views/test_codes_saving.py"),
    "views/test_brand_settings.py",
    "views/test_search.py",
    *("views/test_codes_seen.py", "views/test_notes.py", "views/test_drafts_of_notes.py"),
    *("views/test_change.py", "views/test_read.py", "views/test_review.py", "views/test_undo.py"),
    "views/test_hold.py",
    "views/test_views.py",
    # Queries that each database plans in its own way, and versions of rows that only one knows
    *("test_prepared.py", "test_trips.py", "test_versions.py", "views/test_ambassadors_waiting.py"),
    *("views/test_attention.py", "views/test_attention_kept.py"),
    # Limits that are counted in the cache
    *("popsell/test_budget.py", "accounts/test_throttling.py"),
)

runs_all = False


class Some(Protocol):
    def __call__(self, ways: Sequence[T], count: int = 1) -> list[T]: ...


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--all", action="store_true", help="run every variant, and nightly tests too")
    parser.addoption("--stores", action="store_true", help="run what depends on the stores")


def pytest_configure(config: pytest.Config) -> None:
    global runs_all  # noqa: PLW0603 - decorators of tests need it, before there is a test
    runs_all = config.getoption("--all")
    config.addinivalue_line("markers", "nightly: runs with --all alone")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if runs_all:
        return
    stores = config.getoption("--stores")
    is_left = [
        bool(item.get_closest_marker("nightly") or (stores and not needs_stores(item)))
        for item in items
    ]
    config.hook.pytest_deselected(items=list(compress(items, is_left)))
    items[:] = [item for item, left in zip(items, is_left, strict=True) if not left]


def pytest_collection_finish() -> None:
    """What stands ready by now stays to the end: looking for garbage need not walk through it."""
    gc.collect()
    gc.freeze()


def needs_stores(item: pytest.Item) -> bool:
    """Whether it stands in a place of `STORES`, or commits what it writes, as threads need it."""
    if item.path.relative_to(TESTS).as_posix().startswith(STORES):
        return True
    marker = item.get_closest_marker("django_db")
    commits = "transactional_db" in getattr(item, "fixturenames", ())
    return commits or bool(marker and marker.kwargs.get("transaction"))


def few(cases: Iterable[Any], of: int = 3) -> list[Any]:
    """Values of a parameter: one of so many runs always, all of them with `--all`."""
    nightly = pytest.mark.nightly
    return [
        pytest.param(case, marks=[nightly] if place % of else [])
        for place, case in enumerate(cases)
    ]


def many(count: int) -> int:
    """So many examples of a property with `--all`, else a fifth of them."""
    return count if runs_all else max(count // SHARE, LEAST)


@pytest.fixture
def some(request: pytest.FixtureRequest) -> Some:
    """Picks `count` of the ways, all of them with `--all`.

    The next test begins with the next of them, and so does the next call within a test.
    """
    turns = count_from(request.session.items.index(request.node))

    def pick(ways: Sequence[T], count: int = 1) -> list[T]:
        if runs_all:
            return list(ways)
        first = next(turns)
        return [ways[(first + n) % len(ways)] for n in range(count)]

    return pick
