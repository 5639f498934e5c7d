"""The index after any history: it comes to what Popsell tells, and takes whatever that is"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import models, transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from inbox.chatrooms import index
from inbox.models import Act, Brand, IndexedAmbassador, IndexedChatroom
from inbox.process import afterwards
from tests.support.chatrooms import Json, chatroom, lea, message, participant, person
from tests.support.indexed import NOON, alone, clock, keep, listed, row, said
from tests.support.runs import many

SECOND = timedelta(seconds=1)
MANY = hypothesis_settings(
    max_examples=many(150),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
OWN = ("archived", "is_blocked", "last_read_message")
ACTS = {"archived": Act.ARCHIVE, "is_blocked": Act.BLOCK}
KINDS = st.sampled_from([0, 0, 0, 1, 2, 6, 8, 11])

pytestmark = pytest.mark.usefixtures("brand")


@dataclass
class Popsell:
    """One chatroom as it is there, and as it was at each moment.

    `since`: of each fact, what it was from each moment on.
    """

    now: datetime = NOON
    said: list[Json] = field(default_factory=list)
    own: dict[str, Any] = field(
        default_factory=lambda: {"archived": False, "is_blocked": False, "last_read_message": None}
    )
    rating: int | None = None
    since: dict[str, list[tuple[datetime, Any]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.said.append(message(1, **self._dated()))
        self._note()

    def _dated(self) -> Json:
        return {"date_insert": self.now.isoformat()}

    def _note(self) -> None:
        facts = {**self.own, "last_message": self.said[-1]["id_message"], "rating": self.rating}
        for name, value in facts.items():
            self.since.setdefault(name, []).append((self.now, value))

    def says(self, kind: int, *, is_own: bool) -> None:
        self.now += SECOND
        author = lea(8) if is_own else person(555)
        self.said.append(message(len(self.said) + 1, author, type_message=kind, **self._dated()))
        self._note()

    def changes(self, name: str, value: Any) -> None:
        self.now += SECOND
        if name == "rating":
            self.rating = value
        else:
            self.own[name] = value
        self._note()

    def held(self, name: str, after: datetime) -> set[Any]:
        """What this was at any time from a moment on."""
        before = [value for at, value in self.since[name] if at <= after]
        return {*before[-1:], *(value for at, value in self.since[name] if at > after)}

    def room(self) -> Json:
        pivot = {"id_chatroom": 8, "id_ambassador": 100, **self.own}
        people = [lea(8, chatroom_pivot_data=[pivot]), participant(555, 8)]
        rating = None if self.rating is None else {"value": self.rating, "comment": None}
        last = deepcopy(self.said[-1])
        return chatroom(
            ambassadors=people,
            last_rating=rating,
            last_message=last,
            last_message_date=last["date_insert"],
        )


@dataclass
class History:
    """What happens at Popsell and here; what arrives may do so later, in any order.

    `known`: of each fact, the newest moment for which the index was told it.
    """

    draw: Callable[..., Any]
    popsell: Popsell = field(default_factory=Popsell)
    on_its_way: list[Callable[[], None]] = field(default_factory=list)
    known: dict[str, datetime] = field(default_factory=dict)

    def step(self) -> None:
        happens = ["say", "change", "read", "act", "arrive", "arrive"]
        getattr(self, self.draw(st.sampled_from(happens)))()
        self.popsell.now += SECOND

    def say(self) -> None:
        self.popsell.says(self.draw(KINDS), is_own=self.draw(st.booleans()))

    def change(self) -> None:
        name = self.draw(st.sampled_from(["archived", "is_blocked", "rating"]))
        value = st.integers(0, 5) if name == "rating" else st.booleans()
        self.popsell.changes(name, self.draw(value))

    def read(self) -> None:
        """Ask now; what comes back is of then, or of a moment later."""
        asked, later = self.popsell.now, self.draw(st.booleans())
        kind = self.draw(st.sampled_from(["list", "alone", "transcript"]))
        if later and self.draw(st.booleans()):
            self.say()
        room, talk = self.popsell.room(), deepcopy(self.popsell.said)
        self.on_its_way.append(lambda: self.tell(kind, room, talk, asked))

    def tell(self, kind: str, room: Json, talk: list[Json], asked: datetime) -> None:
        names: tuple[str, ...] = (*OWN, "rating", "last_message")
        if kind == "list":
            listed(room, at=asked)
        elif kind == "alone":
            alone(room, at=asked)
            names = (*OWN, "rating")
        else:
            said(*talk, at=asked)
            names = ("last_message",)
        self.learn(asked, *names)

    def learn(self, at: datetime, *names: str) -> None:
        for name in names:
            self.known[name] = max(self.known.get(name, at), at)

    def act(self) -> None:
        """Popsell does it and answers now; it is noted later."""
        name = self.draw(st.sampled_from(OWN))
        self.popsell.now += SECOND
        jobs: list[Callable[[], object]] = []
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(afterwards, "do", jobs.append)
            if name == "last_read_message":
                last = self.popsell.said[-1]["id_message"]
                self.popsell.changes(name, last)
                self.popsell.now += SECOND
                with clock(self.popsell.now):
                    index.after_read(3, 8, 100, last)
            else:
                state = self.draw(st.booleans())
                self.popsell.changes(name, state)
                self.popsell.now += SECOND
                with clock(self.popsell.now):
                    index.after_change(3, 8, 100, ACTS[name], "on" if state else "off")
        answered = self.popsell.now

        def note() -> None:
            jobs[0]()
            self.learn(answered, name)

        self.on_its_way.append(note)

    def arrive(self) -> None:
        if self.on_its_way:
            place = self.draw(st.integers(0, len(self.on_its_way) - 1))
            with clock(self.popsell.now + 2 * SECOND):
                self.on_its_way.pop(place)()
            self.check()

    def check(self) -> None:
        """Nothing in the row is older than the newest that it was told."""
        found = row()
        for name, at in self.known.items():
            assert getattr(found, name) in self.popsell.held(name, at), name


def exact(talk: list[Json]) -> Any:
    """Since when nobody answered, by the whole transcript."""
    since = None
    for one in talk:
        is_own, kind = one["author"]["id_ambassador"] == 100, one["type_message"]
        if is_own and kind in (0, 1, 3, 7):
            since = None
        elif not is_own and kind != 2 and since is None:
            since = datetime.fromisoformat(one["date_insert"])
    return since


@contextmanager
def undone() -> Iterator[None]:
    """Nothing of it stays for the next example."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@MANY
@given(data=st.data())
def test_it_comes_to_what_popsell_tells_and_never_goes_back(data: st.DataObject) -> None:
    with undone():
        keep()
        history = History(data.draw)
        popsell = history.popsell
        with clock(NOON + SECOND):
            history.tell("list", popsell.room(), popsell.said, NOON)
        for _ in range(data.draw(st.integers(1, 14))):
            history.step()
        if data.draw(st.booleans()):
            while history.on_its_way:
                history.arrive()
        popsell.now += SECOND
        with clock(popsell.now + SECOND):
            for kind in data.draw(st.permutations(["list", "alone", "transcript"])):
                history.tell(kind, popsell.room(), popsell.said, popsell.now)
        while history.on_its_way:  # what is late comes too late
            history.arrive()
        found = row()
        last = popsell.said[-1]
        for name in OWN:
            assert getattr(found, name) == popsell.own[name]
        assert (found.rating, found.last_message) == (popsell.rating, last["id_message"])
        assert found.waiting_since == exact(popsell.said)
        assert not found.waits_longer
        is_own = last["author"]["id_ambassador"] == 100
        pointer = popsell.own["last_read_message"] or 0
        assert found.unread is (not is_own and last["id_message"] > pointer)


# Whatever it tells

NUMBERS = st.one_of(st.integers(-(2**63) + 1, 2**63 - 1), st.integers(0, 9), st.none())
IDS = st.one_of(st.integers(1, 9), st.integers(1, 2**63 - 1))
TEXTS = st.one_of(
    st.none(),
    st.text(max_size=300),
    st.sampled_from(
        ["\0", "a\0b", "x" * 5000, "\ufdfa" * 400, "\U0001f600" * 200, "e\u0301" * 300]
    ),
)
DATES = st.one_of(
    st.none(),
    st.sampled_from(["1900-01-01T00:00:00Z", "2199-12-31T23:59:59+00:00", "2026-11-20 11:00:00.1"]),
    st.sampled_from(["2199-12-31T23:59:59-12:00", "1900-01-01T00:00:00+14:00", "now"]),
)
CODES = st.one_of(NUMBERS, TEXTS, st.booleans())
PIVOTS = st.fixed_dictionaries(
    {
        "id_chatroom": IDS,
        "id_ambassador": IDS,
        "last_read_message": NUMBERS,
        "is_blocked": CODES,
        "archived": CODES,
    }
)
PEOPLE = st.fixed_dictionaries(
    {
        "id_ambassador": st.one_of(st.just(100), IDS),
        "firstname": TEXTS,
        "lastname": TEXTS,
        "username": TEXTS,
        "status": CODES,
        "last_action_date": DATES,
        "anonymized": st.booleans(),
        "chatroom_pivot_data": st.lists(PIVOTS, max_size=2),
    }
)
MESSAGES = st.fixed_dictionaries(
    {
        "id_message": NUMBERS,
        "date_insert": DATES,
        "author": st.one_of(st.none(), PEOPLE),
        "content": TEXTS,
        "type_message": CODES,
        "status_moderation": CODES,
    }
)
ROOMS = st.fixed_dictionaries(
    {
        "id_chatroom": st.one_of(st.just(8), IDS),
        "ambassadors": st.lists(PEOPLE, max_size=4),
        "date_insert": DATES,
        "last_message_date": DATES,
        "type_chatroom": CODES,
        "type_discussion": CODES,
        "source": CODES,
        "established_dialogue": st.one_of(DATES, st.booleans()),
        "last_rating": st.one_of(
            st.none(), st.fixed_dictionaries({"value": CODES, "comment": TEXTS})
        ),
        "last_summary": st.one_of(
            st.none(),
            st.fixed_dictionaries(
                {"date_insert": DATES, "summary": TEXTS, "anomaly": CODES, "topic": CODES}
            ),
        ),
        "last_message": st.one_of(st.none(), MESSAGES),
    }
)
WHOLE: dict[type, int] = {
    models.SmallIntegerField: 2**15 - 1,
    models.PositiveSmallIntegerField: 2**15 - 1,
    models.PositiveIntegerField: 2**31 - 1,
    models.BigIntegerField: 2**63 - 1,
}


def fits(one: models.Model) -> None:
    """Whether PostgreSQL takes each value: SQLite takes any."""
    for column in one._meta.concrete_fields:
        value = getattr(one, column.attname)
        if isinstance(value, str):
            assert "\0" not in value, column.name
            value.encode()
            assert column.max_length is None or len(value) <= column.max_length, column.name
        elif type(value) is int:
            most = WHOLE.get(type(column), 2**63 - 1)
            least = 0 if "Positive" in type(column).__name__ else -most - 1
            assert least <= value <= most, column.name


@MANY
@given(
    rooms=st.lists(ROOMS, max_size=4),
    again=ROOMS,
    talk=st.lists(MESSAGES, max_size=4),
)
def test_whatever_it_tells_fits_the_columns(
    rooms: list[Json], again: Json, talk: list[Json]
) -> None:
    with undone(), clock(NOON):
        keep()
        listed(*rooms)
        alone(again)
        said(*talk)
        listed(again, at=NOON + SECOND)
        for one in (*IndexedChatroom.objects.all(), *IndexedAmbassador.objects.all()):
            fits(one)
        while index.rank_due(3):
            pass


@pytest.mark.parametrize("count", [0, 1, 2, 300])
def test_however_many_take_part_it_is_one_row(brand: Brand, count: int) -> None:
    people = [participant(id_, 8, lastname="x" * 200) for id_ in range(100, 100 + count)]
    keep()
    with clock(NOON):
        listed(chatroom(ambassadors=people))
    assert row().others == max(count - 1, 0)
    fits(row())
