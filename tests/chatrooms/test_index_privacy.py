"""What the index keeps of people: the least, and not for longer than it may"""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from inbox.chatrooms import erasing, evidence, index, index_batch, index_pruning
from inbox.chatrooms.erasing import Person
from inbox.chatrooms.evidence import Evidence
from inbox.models import (
    AnonymizedPerson,
    Brand,
    ChatroomFlag,
    CodeName,
    IndexedAmbassador,
    IndexedBrand,
    IndexedChatroom,
)
from inbox.models.index import EXCERPT
from inbox.popsell import decode
from inbox.popsell.resources import Message
from tests.support.chatrooms import Json, lea, message, participant, person
from tests.support.indexed import (
    DAY,
    MINUTE,
    NOON,
    ago,
    alone,
    clock,
    keep,
    listed,
    of_lea,
    of_sofia,
    room,
    row,
    said,
)
from tests.support.upstream import page

TEXTS = ("name", "search", "excerpt", "comment", "summary", "proof", "waiting_text")
BLANK = dict.fromkeys(TEXTS, "")
LATER = NOON + MINUTE
ADDRESS = "sofia.duarte@perfume.example"
WRITTEN = [
    ADDRESS,
    "SOFIA.DUARTE@PERFUME.EXAMPLE",
    "sofia.duarte (at) perfume.example",
    "sofia.duarte [AT] perfume [dot] example",
    "sofia.duarte\uff20perfume.example",
    "sofia.duarte@ perfume.example",
    "sofia.duarte\x01@perfume.example",
    "sofia.duarte@perf\x07ume.example",
    "sofia.duarte (at)      perfume.example",
    '"sofia duarte"@perfume.example',
]


@pytest.fixture(autouse=True)
def _at_noon(brand: Brand) -> Iterator[None]:
    with clock(LATER):
        keep()
        yield


def full(last: Json | None = None, id_: int = 8, **more: Any) -> Json:
    """A chatroom that has something for each column."""
    told = {
        "last_rating": {"value": 1, "comment": "Too late"},
        "last_summary": {"summary": "About a parcel", "anomaly": 3, "topic": 4},
    }
    return room(last or of_sofia(16), id_, **{**told, **more})


def texts(id_: int = 8, whose: int = 100) -> dict[str, str]:
    found = row(id_, whose)
    return {name: getattr(found, name) for name in TEXTS}


def everything() -> str:
    """All that the index holds, as text."""
    models = (IndexedChatroom, IndexedAmbassador, IndexedBrand, AnonymizedPerson)
    return repr([list(model.objects.values()) for model in models])


# The least


@pytest.mark.parametrize("written", WRITTEN)
def test_no_address_is_kept_wherever_it_was_written(written: str) -> None:
    words = f"Write to {written} please"
    names: Json = {"firstname": words, "lastname": "", "username": written}
    people = [lea(8, **names), participant(555, 8, **names)]
    rating = {"value": 1, "comment": words}
    summary = {"summary": words, "anomaly": written, "topic": written}
    last = of_sofia(16, content=words, status_moderation=written, type_message=written)
    told: Json = {"last_rating": rating, "last_summary": summary, "source": written}
    listed(room(last, ambassadors=people, **told))
    said(last, at=LATER)
    kept = everything().casefold()
    for part in ("perfume.example", "perf\\x07ume", "duarte", "perfume"):
        assert part not in kept
    assert row().excerpt.startswith("Write to ")


def test_neither_an_address_nor_a_customer_s_id_is_kept() -> None:
    listed(full(ambassadors=[lea(8), participant(555, 8, email_tmp=ADDRESS, customer_id="YQ-774")]))
    kept = everything()
    assert "Sofia Duarte" in kept
    for part in ("@", "YQ-774", "C-100", "person555"):
        assert part not in kept


@pytest.mark.parametrize("blanks", [0, 1960, 1980, 1990, 1999])
def test_an_address_at_the_end_of_what_is_looked_at_is_not_kept_by_half(blanks: int) -> None:
    listed(full(of_sofia(16, content=f"{' ' * blanks}{ADDRESS} is mine")))
    assert "duarte" not in row().excerpt
    assert "duarte" not in row().search.removeprefix("sofia duarte")


@pytest.mark.parametrize("words", ["a" * 5000, "ab " * 2000, "\u0e01" * 3000, "\ufdfa" * 300])
def test_texts_are_kept_as_their_beginnings(words: str) -> None:
    summary = {"summary": words, "anomaly": None, "topic": None}
    listed(
        full(
            of_sofia(16, content=words),
            last_rating={"value": 1, "comment": words},
            last_summary=summary,
        )
    )
    found = texts()
    for name in ("excerpt", "comment", "summary"):
        assert 100 < len(found[name]) <= EXCERPT
        assert found[name].endswith("…")


def test_where_texts_are_not_wanted_there_are_none(settings: Settings) -> None:
    settings.INDEX_TEXTS = False
    listed(full())
    said(of_sofia(17, content="Hello again"), at=LATER)
    assert texts() == BLANK | {"name": "Sofia Duarte", "search": "sofia duarte"}
    assert (row().rank, row().rating) == (50, 1) or row().rank == 30


def test_texts_that_were_kept_before_go_when_they_are_not_wanted_any_more(
    settings: Settings,
) -> None:
    listed(full())
    settings.INDEX_TEXTS = False
    assert index_pruning.prune() == 1
    assert texts() == BLANK | {"name": "Sofia Duarte", "search": "sofia duarte"}


# Anonymized


def told_in_the_list() -> None:
    people = [lea(9), participant(555, 9, anonymized=True)]
    listed(room(of_lea(30), 9, ambassadors=people), at=LATER)


def told_of_the_own_side() -> None:
    """They have an inbox too."""
    IndexedAmbassador.objects.create(brand_id=3, ambassador=555)
    own = participant(555, 9, anonymized=True)
    listed(room(of_sofia(30), 9, ambassadors=[own, lea(9)]), whose=555, at=LATER)


def told_of_the_author() -> None:
    """Of another chatroom, which they left."""
    last = message(30, person(555, anonymized=True))
    listed(room(last, 9, ambassadors=[lea(9), participant(556, 9)]), at=LATER)


def told_in_a_transcript() -> None:
    said(message(15, person(555, anonymized=True)), of_lea(16), at=LATER)


def told_of_the_chatroom_alone() -> None:
    alone(room(None, ambassadors=[lea(8), participant(555, 8, anonymized=1)]), at=LATER)


def told_in_the_list_of_somebody_else() -> None:
    """The directory does not name them, so their list gives no rows."""
    told = room(of_lea(30), 9, ambassadors=[lea(9), participant(555, 9, anonymized=True)])
    listed(told, whose=700, at=LATER)
    assert not IndexedChatroom.objects.filter(ambassador=700).exists()


def told_of_a_chatroom_without_a_row() -> None:
    alone(room(None, 77, ambassadors=[participant(555, 77, anonymized=True)]), at=LATER)


@pytest.mark.parametrize(
    "tell",
    [
        told_in_the_list_of_somebody_else,
        told_of_a_chatroom_without_a_row,
        told_in_the_list,
        told_of_the_own_side,
        told_of_the_author,
        told_in_a_transcript,
        told_of_the_chatroom_alone,
    ],
)
def test_who_is_anonymized_anywhere_is_blank_everywhere_and_stays_so(
    tell: Any, other_brand: Brand
) -> None:
    keep(8)
    listed(full(), full(id_=10), room(of_sofia(40), 11, ambassadors=[lea(11), participant(9, 11)]))
    listed(full(), brand=8)
    with CaptureQueriesContext(connection) as queries:
        tell()
    blanking = [one["sql"] for one in queries.captured_queries if 'SET "anonymized"' in one["sql"]]
    assert sum('"inbox_indexedchatroom"' in sql for sql in blanking) == 1
    for at in (ago(300), LATER):  # an older answer, and a newer one
        assert (texts(), row().anonymized) == (BLANK, True)
        assert (texts(10), row(10).anonymized) == (BLANK, True)
        listed(full(), full(id_=10), at=at)
        alone(full(), at=at)
        said(of_sofia(16, content="It is me, Sofia"), at=at)
    assert texts(11)["excerpt"] == "Hello!"
    assert (row(8, brand=8).name, row(8, brand=8).anonymized) == ("Sofia Duarte", False)


def test_many_rows_do_not_make_it_slow(settings: Settings) -> None:
    """The database looks at the rows of these people alone."""
    listed(full())
    plan = index_batch.rows_of(3, [555, 556]).explain()
    if settings.ON_SQLITE:  # PostgreSQL reads a small table as a whole
        for name in ("index_other", "index_participant", "index_ambassador"):
            assert f"{name} (brand_id=? AND " in plan


def test_an_anonymized_ambassador_has_no_name_and_their_rows_none() -> None:
    listed(full())
    assert IndexedAmbassador.objects.get().name == "Léa Moreau"
    people = [lea(9, anonymized=True), participant(556, 9)]
    listed(room(of_lea(30), 9, ambassadors=people), at=LATER)
    for at in (ago(300), LATER):
        listed(full(), at=at)
        found = IndexedAmbassador.objects.get()
        assert (found.name, found.search, found.anonymized) == ("", "", True)
        assert texts() == texts(9) == BLANK


def test_an_ambassador_who_is_anonymized_in_another_s_inbox_has_no_name() -> None:
    IndexedAmbassador.objects.create(brand_id=3, ambassador=101, name="Tom", search="tom")
    people = [lea(9), participant(101, 9, anonymized=True)]
    listed(room(of_lea(30), 9, ambassadors=people))
    found = IndexedAmbassador.objects.get(ambassador=101)
    assert (found.name, found.search, found.anonymized) == ("", "", True)


def test_the_last_words_of_somebody_anonymized_who_left_are_not_kept() -> None:
    last = message(30, person(777, anonymized=True), content="Call me under 0611223344")
    told = full(last, ambassadors=[lea(8), participant(555, 8)])
    listed(told)
    assert texts() == BLANK
    alone(told, at=LATER)
    assert texts() == BLANK


def test_an_answer_that_names_an_ambassador_without_a_name_leaves_the_known_one() -> None:
    """Of guest accounts alone."""
    listed(full())
    guest = participant(4100, 9, customer_id="C-100")
    listed(room(message(30, guest), 9, ambassadors=[guest, participant(555, 9)]), at=LATER)
    found = IndexedAmbassador.objects.get()
    assert (found.name, found.status) == ("Léa Moreau", "6")


# For how long


def prune(*, dry_run: bool = False) -> int:
    """How many rows the command tells of."""
    out = StringIO()
    call_command("prune_activity", dry_run=dry_run, stdout=out)
    (line,) = [one for one in out.getvalue().splitlines() if one.startswith("Old names and texts")]
    assert line.endswith(" would be deleted." if dry_run else " deleted.")
    return int(line.split(": ")[1].split()[0])


def pruned(at: datetime, expected: int) -> None:
    with clock(at):
        assert prune(dry_run=True) == expected
        assert prune() == expected
        assert prune() == 0


def directory(at: datetime) -> None:
    """It named the ambassadors then."""
    IndexedAmbassador.objects.update(listed=at)


def quiet(id_: int = 8, minutes_ago: float = 0, **more: Any) -> Json:
    """A chatroom that needs nobody."""
    return room(of_lea(16, minutes_ago), id_, **more)


def test_texts_go_thirty_days_after_the_last_message() -> None:
    listed(quiet())
    with clock(NOON + 29 * DAY):
        listed(quiet(), at=NOON + 29 * DAY)
        directory(NOON + 29 * DAY)
        assert prune() == 0
    assert texts()["excerpt"] == "Hello!"
    directory(NOON + 30 * DAY)
    pruned(NOON + 30 * DAY, 1)
    assert texts() == BLANK | {"name": "Sofia Duarte", "search": "sofia duarte"}
    with clock(NOON + 31 * DAY):
        listed(quiet(), at=NOON + 31 * DAY)
    assert texts()["excerpt"] == ""


@pytest.mark.parametrize("days", [-2, -400, -60_000])
def test_of_a_message_that_is_yet_to_come_no_text_is_kept(days: int) -> None:
    listed(quiet(minutes_ago=days * 24 * 60))
    assert texts()["excerpt"] == ""
    IndexedChatroom.objects.update(excerpt="Hello!")
    pruned(LATER, 1)


def test_texts_stay_where_a_row_needs_somebody() -> None:
    ChatroomFlag.objects.create(
        brand_id=3, chatroom=8, participant=100, flag=1, flagged=NOON + 30 * DAY
    )
    with clock(NOON + 40 * DAY):
        listed(quiet(), quiet(9), at=NOON + 40 * DAY)
        directory(NOON + 40 * DAY)
        assert (texts(8)["excerpt"], texts(9)["excerpt"]) == ("Hello!", "")
        assert prune() == 0
    with clock(NOON + 44 * DAY):
        index.rank_due(3)
        listed(quiet(), at=NOON + 44 * DAY)
        assert (row().rank, texts()["excerpt"]) == (170, "")


def test_names_go_where_no_reading_confirmed_them_for_a_week() -> None:
    listed(quiet(), quiet(9))
    with clock(NOON + 6 * DAY):
        alone(quiet(9), at=NOON + 6 * DAY)
        assert prune() == 0
    pruned(NOON + 7 * DAY + 2 * MINUTE, 2)
    assert texts() == BLANK
    assert texts(9)["name"] == "Sofia Duarte"
    assert IndexedAmbassador.objects.get().name == ""


def test_our_own_act_confirms_no_name() -> None:
    listed(quiet())
    with clock(NOON + 5 * DAY):
        index.after_read(3, 8, 100, 16)
    pruned(NOON + 7 * DAY + 2 * MINUTE, 2)


def test_a_reading_of_a_year_to_come_confirms_nothing() -> None:
    with clock(NOON + 365 * DAY):
        listed(quiet(), at=NOON + 365 * DAY)
    IndexedAmbassador.objects.update(listed=NOON)
    pruned(LATER, 1)


def test_very_many_go_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    listed(*(quiet(id_) for id_ in range(1, 8)))
    IndexedAmbassador.objects.update(listed=NOON + 8 * DAY)
    monkeypatch.setattr(index_pruning, "BATCH", 3)
    pruned(NOON + 8 * DAY, 7)


def test_another_brand_s_rows_stay(other_brand: Brand) -> None:
    keep(8)
    listed(quiet())
    with clock(NOON + 6 * DAY):
        listed(quiet(), brand=8, at=NOON + 6 * DAY)
        IndexedAmbassador.objects.filter(brand=8).update(listed=NOON + 6 * DAY)
    pruned(NOON + 8 * DAY, 2)
    assert row(brand=8).name == "Sofia Duarte"


# Erased


def erase(brand: Brand, meanwhile: Any = lambda: None) -> int:
    who = Person(brand, 555)
    assert erasing.count_indexed(who) == IndexedChatroom.objects.filter(brand=brand).count() - 1
    dropped = erasing.begin(who, (), ())
    meanwhile()
    erasing.finish(who, ())
    return dropped.indexed


def three_rows() -> None:
    """Sofia is counterpart in one, the own side of a second, and whose inbox it is in a third."""
    keep(3, 101, 555)
    listed(quiet())
    guest = participant(555, 9, customer_id="C-101")
    known = room(of_lea(30), 19, ambassadors=[participant(101, 19, customer_id="C-101")])
    listed(known, room(of_lea(30), 9, ambassadors=[guest, participant(556, 9)]), whose=101)
    listed(room(of_lea(30), 10, ambassadors=[participant(4555, 10)]), whose=555)
    assert row(9, 101).participant == 555


def test_who_is_erased_is_in_no_row(brand: Brand) -> None:
    three_rows()
    assert erase(brand) == 3
    assert list(IndexedChatroom.objects.values_list("chatroom", flat=True)) == [19]
    assert not IndexedAmbassador.objects.filter(ambassador=555).exists()


def test_an_answer_meanwhile_brings_nobody_back(brand: Brand) -> None:
    three_rows()

    def meanwhile() -> None:
        listed(quiet(), at=LATER + timedelta(seconds=1))
        assert IndexedChatroom.objects.filter(other=555).exists()

    erase(brand, meanwhile)
    assert not index_batch.rows_of(3, [555]).exists()


def test_what_was_asked_before_comes_too_late(brand: Brand) -> None:
    three_rows()
    erase(brand)
    with clock(LATER + MINUTE):
        listed(quiet(), at=NOON)
        assert not index_batch.rows_of(3, [555]).exists()
        listed(quiet(), at=LATER + MINUTE)
        assert index_batch.rows_of(3, [555]).exists()


def test_an_erasure_makes_no_index(brand: Brand) -> None:
    IndexedBrand.objects.all().delete()
    erasing.begin(Person(brand, 555), (), ())
    erasing.finish(Person(brand, 555), ())
    assert not IndexedBrand.objects.exists()


def test_another_brand_keeps_its_rows_of_them(brand: Brand, other_brand: Brand) -> None:
    keep(8)
    listed(quiet(), brand=8)
    three_rows()
    erase(brand)
    assert row(brand=8).other == 555


def test_with_the_brand_its_index_goes(other_brand: Brand) -> None:
    keep(8)
    listed(quiet(), brand=8)
    listed(quiet())
    AnonymizedPerson.objects.create(brand=other_brand, person=1)
    CodeName.objects.filter(brand=other_brand).delete()  # else what it named protects a brand
    other_brand.delete()
    assert set(IndexedChatroom.objects.values_list("brand", flat=True)) == {3}
    assert not AnonymizedPerson.objects.exists()
    assert IndexedBrand.objects.get().pk == 3


# What shows an anomaly


def prove(id_: int = 8) -> None:
    """A message was quoted for the anomaly of this chatroom."""
    CodeName.objects.update_or_create(
        brand_id=3,
        kind="anomaly",
        code="3",
        defaults={"name": "Money", "words": "zelda", "first_seen": NOON, "last_seen": NOON},
    )
    index.rank_again(3, [id_])
    found = row(id_)
    quoted = message(15, person(555), content="Zelda pays by transfer")
    told = decode.messages(json.loads(json.dumps(page(quoted))))
    said = tuple(one for one in told.data if isinstance(one, Message))
    mark = evidence.mark(found, ["zelda"])
    seen = Evidence(said, ("zelda",), 2, 1, found.summarized, mark, LATER)
    index.store_evidence(found, seen, LATER)


def test_a_quote_is_kept_and_found_by_its_words() -> None:
    listed(full())
    prove()
    found = row()
    assert (found.proof, found.proof_word, found.proof_message) == (
        *("Zelda pays by transfer", "zelda"),
        15,
    )
    assert "zelda" in found.search


def hidden() -> None:
    said(message(15, person(555, anonymized=True)), of_lea(16), at=LATER)


def erased() -> None:
    index.forget(3, 555)


def unwanted() -> None:
    django_settings.INDEX_TEXTS = False
    index_pruning.prune()


def unconfirmed() -> None:
    with clock(LATER + 8 * DAY):
        index_pruning.prune()


def old() -> None:
    """Reviewed, and nobody wrote for 30 days."""
    IndexedChatroom.objects.update(rank=None, facts_at=LATER + 31 * DAY)
    with clock(LATER + 31 * DAY):
        index_pruning.prune()


@pytest.mark.parametrize("go", [hidden, erased, unwanted, unconfirmed, old])
def test_a_quote_goes_with_the_other_texts(go: Any, settings: Settings) -> None:
    settings.INDEX_TEXTS = True
    listed(full())
    prove()
    go()
    assert "zelda" not in everything().casefold()


def test_a_quote_of_before_an_erasure_is_not_written(brand: Brand) -> None:
    listed(full())
    Brand.objects.filter(pk=3).update(last_erasure=LATER + MINUTE / 2)
    with clock(LATER + MINUTE):
        prove()
    assert row().proof == ""
