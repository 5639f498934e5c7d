"""`bin/bench --soak` for five seconds, and that its verdict notices what must not be"""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest

from inbox.sandbox.acts import Done
from tests.bench import soak
from tests.bench.soak import Soak, Turns

Spoil = Callable[[Soak], Soak]
TURNS = Turns([0.1, 0.2, 0.3], [0.1, 0.25, 0.3], calls=1)


ENOUGH = 20  # acts, for a run to tell something


@pytest.fixture(scope="module")
def run() -> Soak:
    """Longer where the machine is so busy that too little is done."""
    short = soak.run(seconds=5)
    return short if len(short.done) > ENOUGH else soak.run(seconds=30)


def test_nothing_is_lost_or_done_twice(run: Soak) -> None:
    told = "\n".join(soak.report(run))
    assert soak.problems(run) == [], told
    assert run.api.injected.total() > 0, told
    assert len(run.done) > ENOUGH, told
    assert run.seen.told_done, told
    assert run.seen.notes, told
    assert run.trail.sealed["sealed"] >= len(run.trail.lines["done"]), told


def test_nothing_is_lost_beside_a_worker_either() -> None:
    """How much longer acts take then is measured where nothing else is at work, with more of them."""
    beside = soak.run(clients=8, seconds=6, sync=True)
    if "no acts with the worker, or without it" in soak.problems(beside):
        beside = soak.run(clients=8, seconds=60, sync=True)  # so busy is the machine
    assert beside.turns
    told = "\n".join(soak.report(beside))
    wrong = [line for line in soak.problems(beside) if "times as long" not in line]
    assert wrong == [], told
    assert f"{beside.turns.calls:,} calls of the worker" in told


def test_acts_may_take_a_little_longer_beside_a_worker(run: Soak) -> None:
    assert soak.problems(replace(run, turns=TURNS)) == soak.problems(run)


def without_an_act(run: Soak) -> Soak:
    return replace(run, done=[one for one in run.done if one.request_id != told(run)])


def with_an_act_twice(run: Soak) -> Soak:
    return replace(run, done=[*run.done, *(one for one in run.done if one.request_id == told(run))])


def with_an_act_of_nobody(run: Soak) -> Soak:
    return replace(run, done=[*run.done, replace(run.done[0], request_id="nobody")])


def with_another_state(run: Soak) -> Soak:
    other = [
        replace(one, state="other") if one.request_id == told(run) else one for one in run.done
    ]
    return replace(run, done=other)


def with_a_refused_one_done(run: Soak) -> Soak:
    lines = run.trail.lines
    refused = [line for line in lines["done"] if line.request_id == told(run)]
    return replace(run, trail=replace(run.trail, lines={**lines, "refused": refused}))


def with_a_lost_outcome(run: Soak) -> Soak:
    lines = run.trail.lines
    return replace(run, trail=replace(run.trail, lines={**lines, "sent": lines["done"][:1]}))


def with_a_lost_review(run: Soak) -> Soak:
    notes = run.trail.notes.copy()
    del notes[run.seen.notes[0]]
    return replace(run, trail=replace(run.trail, notes=notes))


def with_a_500(run: Soak) -> Soak:
    return replace(run, seen=replace(run.seen, statuses=run.seen.statuses + Counter({"500": 1})))


def with_a_broken_trail(run: Soak) -> Soak:
    return replace(run, trail=replace(run.trail, broken=["record 1 is missing"]))


def with_nothing_sealed(run: Soak) -> Soak:
    return replace(run, seconds=60, trail=replace(run.trail, sealed=Counter()))


def with_a_change_again(run: Soak) -> Soak:
    """By another request, which is noted and carried out like the first."""
    first = next(one for one in run.done if one.act == "flag" and is_sure(run, one))
    line = soak._line(first)
    again = replace(first, request_id="again")
    done, lines = list(run.done), run.trail.lines
    done.insert(done.index(first) + 1, again)
    noted = {**lines, "done": [*lines["done"], replace(line, request_id="again")]}
    return replace(run, done=done, trail=replace(run.trail, lines=noted))


def with_slow_acts(run: Soak) -> Soak:
    return replace(run, turns=replace(TURNS, beside=[0.1, 0.27, 0.3]))


def with_an_idle_worker(run: Soak) -> Soak:
    return replace(run, turns=replace(TURNS, calls=0))


def with_a_failing_worker(run: Soak) -> Soak:
    return replace(run, turns=replace(TURNS, faults=["ERROR   A task failed."]))


def with_no_acts_beside(run: Soak) -> Soak:
    return replace(run, turns=replace(TURNS, beside=[]))


def is_sure(run: Soak, one: Done) -> bool:
    return soak._line(one) in run.trail.lines["done"] and not soak._was_blind(run, one)


def told(run: Soak) -> str:
    return run.seen.told_done[0]


@pytest.mark.parametrize(
    "spoil",
    [
        without_an_act,
        with_an_act_twice,
        with_an_act_of_nobody,
        with_another_state,
        with_a_refused_one_done,
        with_a_lost_outcome,
        with_a_lost_review,
        with_a_500,
        with_a_broken_trail,
        with_nothing_sealed,
        with_a_change_again,
        with_slow_acts,
        with_an_idle_worker,
        with_a_failing_worker,
        with_no_acts_beside,
    ],
    ids=lambda spoil: spoil.__name__,
)
def test_the_verdict_notices(run: Soak, spoil: Spoil) -> None:
    assert soak.problems(spoil(run))
