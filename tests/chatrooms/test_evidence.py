"""Words of a brand in messages: what matches, what is quoted, and how much a summary covers"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from inbox.chatrooms import evidence
from inbox.chatrooms.evidence import Evidence
from inbox.models import IndexedChatroom
from inbox.models.index import EXCERPT
from inbox.popsell.codes import TypeMessage
from inbox.popsell.resources import Ambassador, Message
from inbox.text import spelling
from tests.support.runs import many

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
ANY_TEXT = st.text(st.characters(), max_size=400)
WORD = st.text("abcdeéèßœİçöø", min_size=4, max_size=12)


def said(content: str | None, id_: int | None = 1, **more: Any) -> Message:
    facts = {"date_insert": NOON, "author": None, "type_message": TypeMessage.TEXT, **more}
    return Message(id=id_, content=content, status_moderation=None, **facts)


def quote(content: str | None, *words: str) -> str:
    found = evidence.find([said(content)], words)
    return found.quote if found else ""


@pytest.mark.parametrize(
    ("content", "word"),
    [
        ("Pay by transfer", "transfer"),
        ("Pay by TRANSFERS!", "transfer"),
        ("un virement bancaire", "Virement"),
        ("mon numéro c'est", "numero"),
        ("mon NUMERO", "numéro"),
        ("your IBAN?", "iban"),
        ("pay\u00a0you   directly", "pay you directly"),
        ("pay-you, directly", "pay you directly"),
        ("trans\u00adfer it", "transfer"),
        ("Überweisung bitte", "uberweisung"),
        ("请转账给我", "转账"),
        ("an sms to me", "sms"),
        ("visa4111", "visa"),
        ("virement", "vire"),
        ("n'importe quoi: l'iban", "iban"),
        ("ﬁnance", "finance"),
    ],
)
def test_a_word_is_found_in_any_spelling(content: str, word: str) -> None:
    assert quote(content, word)


@pytest.mark.parametrize(
    ("content", "word"),
    [
        ("retransfer", "transfer"),
        ("smses", "sms"),  # a short word stands by itself
        ("pay directly you", "pay you directly"),
        ("", "transfer"),
        (None, "transfer"),
        ("transfer", "transfers"),
        ("Write to transfer@bank.example", "bank"),
        ("anything", ""),
        ("anything", "?!"),
    ],
)
def test_what_is_no_such_word_is_not(content: str | None, word: str) -> None:
    assert not quote(content, word)


def test_the_newest_message_with_any_of_the_words_is_the_one() -> None:
    messages = [said("Hello", 9), said("An IBAN", 8), said("A transfer", 7)]
    found = evidence.find(messages, ["transfer", "IBAN"])
    assert found
    assert (found.message, found.word, found.quote) == (8, "IBAN", "An IBAN")


@pytest.mark.parametrize(
    ("kind", "is_read"),
    [
        (TypeMessage.TEXT, True),
        (TypeMessage.EMAIL, True),
        (TypeMessage.PICTURE, False),
        (TypeMessage.VIDEO, False),
        (TypeMessage.RATING, False),
        (TypeMessage.PRODUCT, False),
        (77, False),
        (None, False),
    ],
)
def test_only_what_somebody_wrote_is_looked_through(kind: Any, is_read: bool) -> None:
    assert bool(evidence.find([said("A transfer", type_message=kind)], ["transfer"])) is is_read


def test_a_message_without_a_number_can_not_be_linked() -> None:
    assert evidence.find([said("A transfer", None)], ["transfer"]) is None


def test_who_is_anonymized_is_not_quoted() -> None:
    hidden, other = Ambassador(5, anonymized=True), Ambassador(6)
    messages = [said("A transfer", 3, author=hidden), said("Transfer it", 2, author=other)]
    found = evidence.find(messages, ["transfer"])
    assert found
    assert (found.message, found.author) == (2, 6)
    assert evidence.find(messages, ["transfer"], hidden={6}) is None


def test_a_quote_that_got_too_old_is_read_again_once_its_anomaly_is_back() -> None:
    row = IndexedChatroom(brand_id=3, chatroom=8, anomaly="7", rank=10, is_anomalous=True)
    row.proof_message, row.proof_mark = 16, evidence.mark(row, ())
    evidence.settle(row, {}, NOON)
    found = vars(row)
    assert (found["proof_mark"], found["proof_message"], found["proof_due"]) == ("", None, NOON)
    row.proof_mark = evidence.mark(row, ())
    evidence.settle(row, {}, NOON)
    assert row.proof_due is None


def test_only_people_that_the_row_names_are_quoted() -> None:
    row = IndexedChatroom(brand_id=3, chatroom=8, ambassador=100, participant=8, other=555)
    third, client = Ambassador(777), Ambassador(555)
    for author, expected in ((third, None), (None, None), (client, 1)):
        read = (said("A transfer", author=author),)
        found = Evidence(read, ("transfer",), 1, None, None, "0", NOON)
        evidence.take(row, found, set())
        assert row.proof_message == expected
        assert bool(row.proof) == bool(expected)


@pytest.mark.parametrize(
    ("content", "kept"),
    [
        ("My number is 06 39 98 00 00, call", "My number is 06 •• •• •• ••, call"),
        ("My number is +33639980000", "My number is +33•••••••••"),
        ("My number: FR76 3000 6000 0112", "My number: FR76 •••• •••• ••••"),
        ("My number 4111-1111-1111-1111!", "My number 41••-••••-••••-••••!"),
        ("My number, or sofia@perfume.fr", "My number, or s…@p….fr"),
        ("My number is 30 % off 120 €", "My number is 30 % off 120 €"),
    ],
)
def test_numbers_and_addresses_are_masked(content: str, kept: str) -> None:
    assert quote(content, "my number") == kept


@pytest.mark.parametrize("before", [0, 39, 41, 500, 1900])
@pytest.mark.parametrize("after", [0, 500])
def test_a_long_message_is_quoted_around_the_word(before: int, after: int) -> None:
    text = f"{'ab ' * (before // 3)}a virement {'cd ' * (after // 3)}"
    found = quote(text, "virement")
    assert "virement" in found
    assert len(found) <= EXCERPT


def test_an_endless_message_is_looked_through_at_its_beginning() -> None:
    assert not quote(f"{'ab ' * 2000} virement", "virement")
    assert not quote(f"{'ab ' * 660} virem sofia.duarte@perfume.example", "duarte")


@given(before=ANY_TEXT, word=WORD, after=ANY_TEXT)
@examples(max_examples=many(400), deadline=None)
def test_a_word_between_anything_is_found_and_stands_in_the_quote(
    before: str, word: str, after: str
) -> None:
    text = f"{before} {word} {after}"
    line = evidence.readable(text)
    way = spelling.fold(word)
    if f" {way} " not in f" {spelling.fold(line)} ":
        return  # it became a part of an address, or is too far behind
    found = evidence.find([said(text)], [word])
    assert found
    assert found.word == word
    assert 0 < len(found.quote) <= EXCERPT
    assert way in spelling.fold(found.quote)


@given(
    content=st.text(max_size=3000) | st.none(), words=st.lists(st.text(max_size=40), max_size=20)
)
@examples(max_examples=many(300), deadline=None)
def test_nothing_that_anybody_writes_fails_or_is_quoted_at_length(
    content: str | None, words: list[str]
) -> None:
    parsed = evidence.parse(",".join(words))
    found = evidence.find([said(content)], parsed)
    assert found is None or (found.word in parsed and len(found.quote) <= EXCERPT)


@given(st.lists(st.text(max_size=45), max_size=30))
@examples(max_examples=many(200), deadline=None)
def test_words_are_read_as_they_are_written_again(words: list[str]) -> None:
    once = evidence.parse("\n".join(words))
    assert evidence.parse(", ".join(once)) == once
    assert len({spelling.fold(one) or one for one in once}) == len(once)


# How much the summary tells of


def at(*minutes: float | None) -> list[Message]:
    return [
        said("Hi", date_insert=None if one is None else NOON + timedelta(minutes=one))
        for one in minutes
    ]


@pytest.mark.parametrize(
    ("minutes", "total", "is_whole", "covered"),
    [
        ([3, 2, 0, -1], 4, True, 2),
        ([3, 2, -1], 40, False, 38),
        ([3, 2, 1], 40, False, None),  # there may be more after it
        ([3, 2, 1], 3, True, 0),
        ([-1, -2], 2, True, 2),
        ([], 0, True, 0),
        ([], 5, False, None),
        ([3, None, -1], 3, True, None),
        ([3, 2], None, True, None),
        ([3, 2], 1, True, None),
    ],
)
def test_the_newest_messages_may_tell_how_many_the_summary_covers(
    minutes: list[float | None], total: int | None, is_whole: bool, covered: int | None
) -> None:
    assert evidence.count_covered(at(*minutes), total, NOON, is_whole=is_whole) == covered
