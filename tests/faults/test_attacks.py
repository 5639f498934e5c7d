"""Strangers and slow readers who try to take the site down, as `bin/attack` does for longer"""

from collections.abc import Iterator

import pytest

from tests.attack.__main__ import ATTACKS, attack
from tests.attack.stage import Stage, staged
from tests.stack import services
from tests.support.runs import few

SECONDS = 5.0
QUIET = 2.0
MOST = 10  # times the quiet page: `bin/attack` has a machine to itself, and is stricter


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    if lacking := services.missing():
        pytest.skip(f"{' and '.join(lacking)} can't be started here: nothing was attacked")
    with services.postgres() as database, staged(database) as stage:
        yield stage


@pytest.mark.parametrize("name", few(ATTACKS))
def test_a_member_notices_next_to_nothing(stage: Stage, name: str) -> None:
    verdict = attack(stage, name, SECONDS, QUIET)
    assert verdict.attacked.failed == 0
    assert verdict.times < MOST
