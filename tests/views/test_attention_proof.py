"""/brands/<brand>/ : what shows an anomaly, in its row and in the conversation beside the list"""

from collections.abc import Iterator
from gzip import compress
from typing import Any

import pytest
from django.test import Client

from inbox.chatrooms import annotations, evidence
from inbox.models import Brand, CodeName, IndexedChatroom
from tests.support.indexed import NOON, listed, of_lea, row, whole_at_noon
from tests.support.markup import attribute, every, has, one, words
from tests.support.pages import text
from tests.support.upstream import Upstream
from tests.views.test_attention import HOME, TALK, call, look, odd, shown

QUOTED = {
    "proof": "Could you pay me by transfer?",
    "proof_word": "transfer",
    "proof_message": 12,
    "proof_own": False,
    "covered": 42,
    "total": 47,
}


@pytest.fixture(autouse=True)
def _at_noon(brand: Brand) -> Iterator[None]:
    with whole_at_noon():
        call("anomaly", "7", "Payment outside the shop", words="transfer, IBAN")
        listed(odd())
        yield


def prove(**facts: Any) -> None:
    """What was read of the conversation."""
    found = row()
    for name, value in {**QUOTED, **facts}.items():
        setattr(found, name, value)
    found.proof_mark = evidence.mark(found, evidence.words_of(found, annotations.names(3)))
    found.proof_due = None
    found.save()


def more(client: Client) -> str:
    return words(one(look(client), ".queued-more"))


def test_the_message_is_quoted_and_linked_and_the_word_told(client: Client) -> None:
    prove()
    page = look(client, "?reason=anomaly")
    assert "Payment outside the shop Could you pay me by transfer?" in shown(page)[0]
    assert "Summary:" not in shown(page)[0]
    assert words(one(page, ".queued-more a")) == "matches “transfer”"
    address = "/brands/3/ambassadors/100/chatrooms/8/messages/12/?reason=anomaly"
    assert attribute(one(page, ".queued-more a"), "href") == address
    for claim in ("anomaly is", "the anomaly"):
        assert claim not in words(page).casefold()


def test_the_link_opens_the_conversation_at_that_message_beside_the_list(
    client: Client, api: Upstream
) -> None:
    prove(proof_message=16)
    told = odd()
    api.listing(told)
    api.conversation(told, of_lea(16, 30, content="Could you pay me by transfer?"))
    page = text(client.get(attribute(one(look(client), ".queued-more a"), "href")))
    assert has(page, "#message-16[aria-current=true]")
    assert has(page, "#chatroom-8")


def test_the_ambassador_s_own_words_begin_with_their_name(client: Client) -> None:
    prove(proof_own=True)
    assert "shop Léa Moreau: Could you pay me by transfer?" in shown(look(client))[0]


@pytest.mark.parametrize(
    ("covered", "total", "told"),
    [
        (42, 47, "Summary covers 42 of 47 messages"),
        (8, 31, "Summary covers 8 of 31 messages, it may be out of date"),
        (5, 10, "Summary covers 5 of 10 messages, it may be out of date"),
        (6, 10, "Summary covers 6 of 10 messages"),
        (12, 12, "Summary covers all 12 messages"),
        (1, 1, "Summary covers 1 message"),
        (0, 3, "Summary covers 0 of 3 messages, it may be out of date"),
        (1200, 2000, "Summary covers 1,200 of 2,000 messages"),
    ],
)
def test_how_much_the_summary_covers_is_told(
    client: Client, covered: int, total: int, told: str
) -> None:
    prove(covered=covered, total=total)
    assert more(client) == f"matches “transfer” · {told}"


@pytest.mark.parametrize(("covered", "total"), [(None, 47), (42, None), (48, 47), (0, 0)])
def test_what_is_not_known_of_it_is_not_told(
    client: Client, covered: int | None, total: int | None
) -> None:
    prove(covered=covered, total=total)
    assert more(client) == "matches “transfer”"


def test_where_no_message_matches_the_summary_is_shown(client: Client) -> None:
    prove(proof="", proof_word="", proof_message=None, proof_own=None)
    assert "Payment outside the shop Summary: A transfer was offered" in shown(look(client))[0]
    assert more(client) == "Summary covers 42 of 47 messages"


@pytest.mark.parametrize(
    "change",
    [
        {"words": "IBAN"},
        {"last_message": 17},
        {"summary_mark": "0"},
        {"summarized": NOON},
    ],
    ids=lambda one: next(iter(one)),
)
def test_what_is_out_of_date_is_never_shown(client: Client, change: dict[str, Any]) -> None:
    """Also before the worker has come to it."""
    prove()
    model: Any = CodeName if "words" in change else IndexedChatroom
    model.objects.update(**change)
    page = look(client)
    assert "Summary: A transfer was offered" in shown(page)[0]
    assert not has(page, ".queued-more")


def test_the_open_conversation_says_the_same(client: Client, api: Upstream) -> None:
    prove()
    told = odd()
    api.listing(told)
    api.conversation(told, of_lea(16, 30))
    why = one(text(client.get(TALK)), "#conversation-why")
    assert words(why).endswith("matches “transfer” Summary covers 42 of 47 messages")
    assert attribute(one(why.html or "", "a"), "href").endswith("/messages/12/?reason=all")


def test_words_of_others_are_but_text(client: Client) -> None:
    CodeName.objects.update(words="<b>x")
    prove(proof="<b>x & co", proof_word="<b>x")
    assert "<b>x" in words(one(look(client), ".queued-more a"))
    assert not every(look(client), ".queued-words b, .queued-more b")


def test_in_french(client: Client) -> None:
    prove(covered=8, total=31)
    client.cookies["django_language"] = "fr"
    page = text(client.get(HOME, headers={"accept-language": "fr"}))
    told = words(one(page, ".queued-more"))
    assert " ".join(told.split()).startswith("contient « transfer » · ")
    assert "Le résumé couvre 8 messages sur 31, il date peut-être" in told


def test_a_page_of_quotes_stays_small(client: Client) -> None:
    listed(*(odd(id_) for id_ in range(9, 40)))
    rows = list(IndexedChatroom.objects.all())
    for number, found in enumerate(rows):
        found.proof = (
            f"Could you pay me by transfer {number}? It is quicker than the shop, honestly."
        )
        found.proof_word, found.proof_message = "transfer", 4000 + number
        found.total, found.covered = 40 + number, 20 + number
        found.proof_mark = evidence.mark(found, evidence.words_of(found, annotations.names(3)))
    IndexedChatroom.objects.bulk_update(
        rows, ["proof", "proof_word", "proof_message", "total", "covered", "proof_mark"]
    )
    page = look(client)
    assert len(every(page, ".queued-more a")) == 25
    assert len(compress(page.encode(), 6)) <= 12_000
