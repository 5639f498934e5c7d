"""The brand's directory: who is in the index, while people join and leave"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from django.utils import timezone

from inbox.chatrooms import index
from inbox.models import AnonymizedPerson, Brand, IndexedAmbassador, IndexedBrand, IndexedChatroom
from inbox.popsell import client, decode
from inbox.popsell.resources import Ambassador, Page
from inbox.queue import directory, drift
from tests.queue.small import once
from tests.support.chatrooms import Json, person
from tests.support.index import assert_true
from tests.support.lists import at_once
from tests.support.upstream import Upstream


@dataclass
class Directory:
    """What Popsell would answer, by id, as it does without a sort."""

    people: list[Json] = field(default_factory=list)
    per_page: int = 5
    before: Callable[["Directory"], object] = lambda _directory: None
    told: Callable[[Json], Json] = lambda envelope: envelope
    pages: list[int] = field(default_factory=list)
    last_id: int = 100

    def join(self, count: int, **changes: Any) -> None:
        for _ in range(count):
            self.last_id += 1
            self.people.append(person(self.last_id, **{"status": 0, **changes}))

    def ids(self) -> set[int]:
        return {one["id_ambassador"] for one in self.people}

    def ambassadors(self, brand_id: int, *, page: int, status: object) -> Page[Ambassador]:
        self.before(self)
        self.pages.append(page)
        envelope: Json = {
            "data": self.people[(page - 1) * self.per_page : page * self.per_page],
            "current_page": page,
            "last_page": max(-(-len(self.people) // self.per_page), 1),
            "per_page": self.per_page,
            "total": len(self.people),
        }
        return decode.ambassadors(self.told(envelope))


@pytest.fixture
def people(brand: Brand, monkeypatch: pytest.MonkeyPatch) -> Directory:
    """Twelve members on three pages."""
    people = Directory()
    people.join(12)
    monkeypatch.setattr(client, "ambassadors", people.ambassadors)
    return people


def known() -> set[int]:
    return set(IndexedAmbassador.objects.values_list("ambassador", flat=True))


def test_nobody_is_missed_who_is_there_all_the_time(
    brand: Brand, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between two pages, some join or some leave."""
    for seed in range(100):
        rng = Random(seed)  # noqa: S311 - no secret
        people = Directory()
        people.join(rng.choice((0, 1, 4, 5, 6, 23)))
        monkeypatch.setattr(client, "ambassadors", people.ambassadors)
        before: set[int] = set()

        def change(people: Directory, rng: Random = rng, before: set[int] = before) -> None:
            before.clear()
            before.update(people.ids())
            if rng.random() < 0.5:
                people.join(rng.randint(0, 3))
            else:
                gone = rng.sample(people.people, min(rng.randint(0, 3), len(people.people)))
                people.people = [one for one in people.people if one not in gone]

        people.before = change
        IndexedAmbassador.objects.all().delete()
        directory.read(brand.pk, at_once)
        assert people.ids() & before <= known(), seed


def test_it_goes_on_at_its_page_where_a_process_died(people: Directory, brand: Brand) -> None:
    def die(people: Directory) -> None:
        if len(people.pages) == 2:
            raise KeyboardInterrupt

    people.before = die
    with pytest.raises(KeyboardInterrupt):
        directory.read(brand.pk, at_once)
    kept = IndexedBrand.objects.get()
    assert (kept.directory_page, kept.directory_read) == (3, None)
    people.before = lambda _people: None
    people.people = people.people[3:]  # meanwhile
    directory.read(brand.pk, at_once)
    assert people.pages == [1, 2, 3, 2]
    assert known() == people.ids() | {101, 102, 103}
    kept.refresh_from_db()
    assert (kept.directory_page, kept.directory_read) == (None, kept.directory_began)


@pytest.mark.parametrize("status", [7, 8, "7"])
def test_a_visitor_who_is_listed_anyway_has_no_inbox(
    people: Directory, brand: Brand, status: object
) -> None:
    people.people[3]["status"] = status
    directory.read(brand.pk, at_once)
    assert known() == people.ids() - {104}


@pytest.mark.parametrize("status", [0, 6, None, 11, "captain"])
def test_whoever_may_be_a_member_has_one(people: Directory, brand: Brand, status: object) -> None:
    people.people[3]["status"] = status
    directory.read(brand.pk, at_once)
    assert known() == people.ids()


def test_a_member_who_became_a_visitor_is_listed_no_more(people: Directory, brand: Brand) -> None:
    directory.read(brand.pk, at_once)
    people.people[3]["status"] = 7
    directory.read(brand.pk, at_once)
    assert IndexedAmbassador.objects.get(ambassador=104).listed != _listed(105)
    assert _listed(105) == _listed(101)


def _listed(ambassador: int) -> object:
    return IndexedAmbassador.objects.get(ambassador=ambassador).listed


def test_names_that_are_to_be_hidden_are_not_kept(people: Directory, brand: Brand) -> None:
    people.people[2]["anonymized"] = True
    AnonymizedPerson.objects.create(brand=brand, person=105)
    directory.read(brand.pk, at_once)
    names = dict(IndexedAmbassador.objects.values_list("ambassador", "name"))
    nameless = {id_ for id_, name in names.items() if not name}
    assert nameless == {103, 105}
    words = IndexedAmbassador.objects.filter(ambassador__in=nameless)
    assert set(words.values_list("search", "anonymized")) == {("", True)}


def test_a_member_who_is_told_to_be_anonymized_is_blanked_everywhere(
    people: Directory, brand: Brand
) -> None:
    directory.read(3, at_once)
    IndexedChatroom.objects.create(
        brand=brand, chatroom=8, ambassador=102, other=101, name="Sofia", facts_at=timezone.now()
    )
    people.people[0]["anonymized"] = True
    directory.read(3, at_once)
    one = IndexedChatroom.objects.get()
    assert (one.name, one.anonymized) == ("", True)
    assert AnonymizedPerson.objects.filter(person=101).exists()


def test_an_item_that_cannot_be_read_costs_nobody_else(people: Directory, brand: Brand) -> None:
    people.people[3:5] = [{"id_ambassador": None}, {"id_ambassador": "none"}]
    directory.read(brand.pk, at_once)
    assert known() == set(range(101, 113)) - {104, 105}
    assert people.pages == [1, 2, 3]


def test_a_directory_that_knows_no_pages(people: Directory, brand: Brand) -> None:
    people.told = lambda page: page | {"data": people.people[:5], "current_page": 1}
    directory.read(brand.pk, at_once)
    assert people.pages == [1, 2]
    assert len(known()) == 5


def test_a_directory_that_never_ends(
    people: Directory, brand: Brand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drift, "MOST_PAGES", 30)
    people.told = lambda page: page | {"data": people.people[:5], "last_page": 10**9}
    directory.read(brand.pk, at_once)
    assert len(people.pages) == 30
    assert IndexedBrand.objects.get().directory_page is None


@pytest.mark.parametrize("seed", range(3))
def test_a_directory_that_counts_another_number_each_time(
    people: Directory, brand: Brand, seed: int
) -> None:
    rng = Random(seed)  # noqa: S311 - no secret
    people.told = lambda page: page | {"total": rng.randint(0, 100)}
    directory.read(brand.pk, at_once)
    assert len(people.pages) <= drift.GOES_BACK + 2 * 3
    assert known() == people.ids()


def test_when_somebody_was_seen_is_kept_unless_it_is_to_come(
    people: Directory, brand: Brand
) -> None:
    past, to_come = timezone.now() - timedelta(hours=1), timezone.now() + timedelta(days=400)
    people.people[0]["last_action_date"] = past.isoformat()
    people.people[1]["last_action_date"] = to_come.isoformat()
    directory.read(brand.pk, at_once)
    assert IndexedAmbassador.objects.get(ambassador=101).seen == past
    assert IndexedAmbassador.objects.get(ambassador=102).seen is None


def test_the_waits_of_somebody_who_was_seen_since_are_ranked_again(
    small: Upstream, brand: Brand
) -> None:
    """An ambassador who acts may have answered."""
    once(brand)
    assert_true(small.sandbox)
    now = timezone.now()
    IndexedAmbassador.objects.filter(ambassador=104).update(seen=now - timedelta(days=3))
    rows = IndexedChatroom.objects.filter(ambassador=104)
    row = rows.filter(rank__isnull=False, waiting_since__isnull=False).latest("waiting_since")
    rows.filter(pk=row.pk).update(
        waiting_since=now - timedelta(days=2), rank=99, changes_at=now + timedelta(days=9)
    )
    small.sandbox.brands[3].people[104].last_action = now - timedelta(minutes=6)
    directory.read(brand.pk, at_once)
    index.rank_due(brand.pk)
    row.refresh_from_db()
    assert row.rank != 99
