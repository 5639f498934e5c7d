"""…/ambassadors/<ambassador>/read/ : several conversations of a page marked read, without scripts"""

import time
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from inbox.chatrooms import acts as actions
from inbox.chatrooms import tokens
from inbox.models import Activity, Membership, Outcome
from tests.conftest import ClientOf
from tests.support.chatrooms import chatroom, lea, message, participant
from tests.support.markup import all_words, attributes, form, words
from tests.support.pages import INBOX, is_unread, row, text, told
from tests.support.upstream import Upstream

READ = f"{INBOX}read/"


@pytest.fixture
def three(api: Upstream) -> Upstream:
    """Three conversations with something to mark, of Sofia, Lena and Omar, and one that is read."""
    names = {8: "Sofia", 9: "Lena", 10: "Omar", 11: "Nobody"}
    api.listing(
        *(
            chatroom(
                id_,
                ambassadors=[
                    lea(id_, 16 if id_ == 11 else None),
                    participant(500 + id_, id_, firstname=name, lastname=None),
                ],
            )
            for id_, name in names.items()
        ),
        current_page=2,
        last_page=6,
    )
    api.answer("POST", body=message(16))
    return api


def acts(page: str) -> list[str]:
    return attributes(page, "input[name=act]", "value")


def named(page: str) -> list[str]:
    """The ambassador of the conversations in the form."""
    return all_words(page, "input[name=act] + b > bdi")


def ask(client: Client, *chosen: int, **query: str) -> str:
    """The question, with page 2's rows of these numbers."""
    fields: dict[str, Any] = {"page": "2", "chatroom": chosen, **query}
    return text(client.get(READ, fields))


def send(client: Client, page: str) -> Any:
    """Press the button of the form that a page shows."""
    number = form(page, ".sheet form").fields["page"]
    return client.post(READ, {"act": acts(page), "page": number})


# The question


def test_the_list_is_a_form_that_asks(client: Client, three: Upstream) -> None:
    page = text(client.get(INBOX, {"page": "2"}))
    assert f'method="get" action="{READ}"' in page
    assert page.count('type="checkbox" form="several" name="chatroom"') == 3
    assert "Mark all 3 on this page read" in page
    assert '<input type="hidden" name="page" value="2">' in page


@pytest.mark.parametrize(
    ("chosen", "query", "asked", "names"),
    [
        ((), {"all": "1"}, "Mark 3 conversations read for Léa?", ["Sofia", "Lena", "Omar"]),
        ((8, 10), {}, "Mark 2 conversations read for Léa?", ["Sofia", "Omar"]),
        ((9,), {}, "Mark 1 conversation read for Léa?", ["Lena"]),
        ((9, 11, 999), {}, "Mark 1 conversation read for Léa?", ["Lena"]),
        ((9,), {"all": "1"}, "Mark 3 conversations read for Léa?", ["Sofia", "Lena", "Omar"]),
    ],
)
def test_the_question_counts_and_names(
    client: Client,
    three: Upstream,
    chosen: tuple[int, ...],
    query: dict[str, str],
    asked: str,
    names: list[str],
) -> None:
    page = ask(client, *chosen, **query)
    assert f"<h1>{asked}</h1>" in told(page)
    assert named(page) == names
    assert f'<a class="button" href="{INBOX}?page=2">Cancel</a>' in page
    assert not three.calls("POST")


@pytest.mark.parametrize("chosen", [[], ["11"], ["999"], ["x"]])
def test_nothing_to_mark_is_said(client: Client, three: Upstream, chosen: list[str]) -> None:
    page = text(client.get(READ, {"page": "2", "chatroom": chosen}))
    assert "Nothing to mark read" in page
    assert f'href="{INBOX}?page=2">Back to the list' in page
    assert acts(page) == []


def test_an_inbox_that_cannot_be_read_is_a_failure_with_retry(
    client: Client, api: Upstream
) -> None:
    api.answer("GET", 500)
    response = client.get(READ, {"all": "1"})
    assert response.status_code == 502
    assert f'href="{READ}?all=1"' in text(response)


# The act


def test_all_are_marked_and_the_list_says_so(client: Client, api: Upstream) -> None:
    page = text(client.get(READ, {"all": "1", "page": "2"}))
    count = len(acts(page))
    assert count > 3
    response = send(client, page)
    assert (response.status_code, response["Location"]) == (302, f"{INBOX}?page=2")
    assert len(api.calls("POST")) == count
    assert Activity.objects.filter(outcome=Outcome.DONE).count() == count
    after = text(client.get(response["Location"]))
    assert f"{count} conversations marked read for Léa." in after
    assert '<dd id="unread">0</dd>' in after


def test_only_what_was_chosen_is_marked(client: Client, three: Upstream) -> None:
    response = send(client, ask(client, 8, 10))
    paths = [call.path for call in three.calls("POST")]
    assert paths == [f"/api/v2/chat/chatrooms/{n}/ambassadors/100/read" for n in (8, 10)]
    assert "2 conversations marked read for Léa." in text(client.get(response["Location"]))


def test_a_guest_account_is_marked_under_its_own_id(client: Client, api: Upstream) -> None:
    own = participant(777, 9, 3, customer_id="C-100", status=8)
    api.listing(chatroom(8, last_read=16), chatroom(9, ambassadors=[own, participant(555, 9)]))
    api.answer("POST", body=message(16))
    send(client, text(client.get(READ, {"all": "1"})))
    assert [call.path for call in api.calls("POST")] == [
        "/api/v2/chat/chatrooms/9/ambassadors/777/read"
    ]


def test_pressing_twice_is_one_call_each(client: Client, three: Upstream) -> None:
    page = ask(client, all="1")
    send(client, page)
    again = send(client, page)
    assert again.status_code == 302
    assert len(three.calls("POST")) == Activity.objects.count() == 3


def test_the_refused_are_listed_with_the_reason_and_can_be_tried_again(
    client: Client, three: Upstream
) -> None:
    three.once("POST", 500)
    response = send(client, ask(client, 8, 9))
    page = text(response)
    assert response.status_code == 200
    assert "1 conversation marked read for Léa. These are left:" in words(page)
    assert named(page) == ["Sofia"]
    (left,) = all_words(page, ".sheet-list li")
    assert left.startswith("Sofia Popsell gave an answer we can't use")
    assert f'href="{INBOX}?page=2">Back to the list' in page
    done = send(client, page)
    assert (done.status_code, done["Location"]) == (302, f"{INBOX}?page=2")
    assert len(three.calls("POST")) == 3
    outcomes = Activity.objects.order_by("id").values_list("chatroom", "outcome")
    assert list(outcomes) == [(8, "refused"), (9, "done"), (8, "done")]


def test_what_may_have_arrived_is_left_too_and_recorded_as_unknown(
    client: Client, three: Upstream
) -> None:
    three.hang("POST")
    page = text(send(client, ask(client, 8)))
    three.misfortunes.clear()
    assert "0 conversations marked read for Léa." in page
    assert named(page) == ["Sofia"]
    assert Activity.objects.get().outcome == Outcome.UNKNOWN
    assert send(client, page).status_code == 302


def test_it_works_until_the_deadline_and_lists_what_is_left(
    client: Client, three: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half of it is for beginning acts, and the first takes that."""
    page = ask(client, all="1")
    with monkeypatch.context() as patch:
        arrived = three.calls
        patch.setattr(actions, "monotonic", lambda: time.monotonic() + 31 * len(arrived("POST")))
        left = text(send(client, page))
    assert len(three.calls("POST")) == 1
    assert named(left) == ["Lena", "Omar"]
    assert words(left).count("There was no time left for it.") == 2
    assert "2 conversations" in text(client.get(send(client, left)["Location"]))
    assert len(three.calls("POST")) == 3


def test_what_is_left_is_listed_by_number_where_the_inbox_cannot_be_read_again(
    client: Client, three: Upstream
) -> None:
    page = ask(client, 8)
    three.answer("POST", 500)
    three.answer("GET", 404)
    left = text(send(client, page))
    assert named(left) == ["8"]
    three.answer("POST", body=message(16))
    assert send(client, left).status_code == 302


# Who may, and with what


def test_a_viewer_neither_selects_nor_marks(
    client: Client, client_of: ClientOf, viewer: Membership, three: Upstream
) -> None:
    page = ask(client, all="1")
    client = client_of(viewer)
    assert 'id="several"' not in text(client.get(INBOX, {"page": "2"}))
    assert client.get(READ).status_code == 403
    assert send(client, page).status_code == 403
    assert not three.calls("POST")


def test_a_stranger_learns_nothing(
    client: Client, client_of: ClientOf, neighbour: Membership, three: Upstream
) -> None:
    page = ask(client, all="1")
    stranger = client_of(neighbour)
    assert stranger.get(READ).status_code == 404
    assert send(stranger, page).status_code == 404
    assert not three.calls("POST")


@pytest.mark.parametrize("wrong", ["none", "another's", "altered", "another inbox's", "expired"])
def test_one_wrong_token_refuses_them_all(
    client: Client,
    client_of: ClientOf,
    manager: Membership,
    three: Upstream,
    monkeypatch: pytest.MonkeyPatch,
    wrong: str,
) -> None:
    good = acts(ask(client, all="1"))
    address, status, sent = READ, 400, [*good]
    match wrong:
        case "none":
            sent = []
        case "another's":
            sent[2] = acts(ask(client_of(manager), all="1"))[2]
        case "altered":
            sent[2] = sent[2][:-1] + ("A" if sent[2][-1] != "A" else "B")
        case "another inbox's":
            address = "/brands/3/ambassadors/101/read/"
        case "expired":
            monkeypatch.setattr(tokens, "LIFETIME", timedelta(seconds=-1))
            status = 409
    assert client.post(address, {"act": sent, "page": "2"}).status_code == status
    assert not three.calls("POST")
    assert not Activity.objects.exists()


def test_what_people_are_called_is_text(client: Client, api: Upstream) -> None:
    evil = "<script>alert(1)</script>"
    api.listing(chatroom(8, ambassadors=[lea(8), participant(555, 8, firstname=evil)]))
    page = text(client.get(READ, {"all": "1"}))
    assert "&lt;script&gt;" in page
    api.answer("POST", 500)
    for html in (page, text(send(client, page))):
        assert "<script>alert" not in html
    assert is_unread(row(text(client.get(INBOX)), 8))
