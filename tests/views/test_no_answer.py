"""POST …/chatrooms/<chatroom>/no-answer/ : the customer's last words need no answer"""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from inbox.chatrooms import tokens
from inbox.models import Act, Membership, NoAnswerNeeded, Outcome
from tests.conftest import ClientOf
from tests.support.chatrooms import chatroom, lea, message, participant
from tests.support.conversations import form, send
from tests.support.markup import Form, words
from tests.support.pages import HTMX, INBOX, text, toast
from tests.support.trail import acts
from tests.support.undoing import ACTIVITY, PAGE, last, offers, undo
from tests.support.upstream import Upstream


@pytest.fixture(autouse=True)
def _said(api: Upstream) -> None:
    says(api, message(16), message(15, lea(8)))


def says(api: Upstream, *said: Any, **room: Any) -> None:
    """Popsell has these messages in conversation 8, newest first."""
    api.listing(chatroom(last_message=said[0] if said else None, **room))
    api.conversation(chatroom(**room), *said)


def offered(client: Client) -> Form | None:
    return form(text(client.get(PAGE)), "no-answer-conversation")


def settle(client: Client, *, htmx: bool = True) -> Any:
    return send(client, offered(client), htmx=htmx)


def foot(html: str) -> str:
    return words(html[html.index('<div id="notes-8"') :])


# What it does


def test_it_is_kept_with_who_and_up_to_where(client: Client, moderator: Membership) -> None:
    html = text(settle(client))
    assert toast(html) == "Needs no answer from Léa: Sofia Duarte."
    found = NoAnswerNeeded.objects.get()
    assert (found.brand_id, found.chatroom, found.message) == (3, 8, 16)
    assert (found.member, found.member_name, found.undone) == (moderator, "Nadia Benali", None)
    for shown in (html, text(client.get(PAGE))):
        assert "Needs no answer, said Nadia Benali just now" in foot(shown)
    assert offered(client) is None


def test_popsell_is_not_told(client: Client, api: Upstream) -> None:
    settle(client)
    undo(client, last().pk)
    assert {one.method for one in api.sent} == {"GET"}


def test_the_trail_says_who_and_who_took_it_back(
    client: Client, client_of: ClientOf, manager: Membership
) -> None:
    settle(client)
    said = last()
    assert toast(text(undo(client_of(manager), said.pk))) == (
        "An answer is waited for again from Léa: Sofia Duarte."
    )
    done, undone = acts().order_by("id")
    assert (done.act, undone.act) == (Act.NO_ANSWER, Act.UNDO_NO_ANSWER)
    assert (done.member_name, undone.member_name) == ("Nadia Benali", "Camille Roy")
    for one in (done, undone):
        assert (one.ambassador, one.chatroom, one.message_shown) == (100, 8, 16)
        assert one.outcome == Outcome.DONE
    found = NoAnswerNeeded.objects.get()
    assert (bool(found.undone), found.undone_by) == (True, "Camille Roy")
    assert offered(client)


def test_the_page_of_activity_says_it_and_offers_undo(client: Client) -> None:
    settle(client)
    page = text(client.get(ACTIVITY))
    assert "Needs no answer" in words(page)
    address = offers(page)[-1]  # the toast offers it too
    undo(client, address, ACTIVITY, htmx=False)
    page = text(client.get(ACTIVITY))
    assert "Undo needs no answer" in words(page)
    assert offers(page) == []


def test_a_plain_form_comes_back_to_the_conversation(client: Client) -> None:
    response = settle(client, htmx=False)
    assert (response.status_code, response["Location"]) == (302, PAGE)
    page = text(client.get(PAGE))
    assert toast(page) == "Needs no answer from Léa: Sofia Duarte."
    assert offers(page)


def test_it_is_up_to_the_message_that_was_shown(client: Client, api: Upstream) -> None:
    found = offered(client)
    says(api, message(17), message(16))
    html = text(send(client, found))
    assert NoAnswerNeeded.objects.get().message == 16
    assert form(html, "no-answer-conversation")
    assert "Needs no answer, said" not in foot(html)


def test_pressed_twice_it_is_one(client: Client) -> None:
    found = offered(client)
    for _ in range(2):
        assert offers(text(send(client, found)))
    assert NoAnswerNeeded.objects.count() == acts().count() == 1


def test_what_somebody_said_already_is_told_so(
    client: Client, client_of: ClientOf, manager: Membership
) -> None:
    other = client_of(manager)
    found = offered(other)
    settle(client)
    html = text(send(other, found))
    assert toast(html) == "This was so for Léa already: Sofia Duarte."
    assert offers(html) == []
    assert NoAnswerNeeded.objects.count() == 1


def test_only_the_newest_is_taken_back(
    client: Client, client_of: ClientOf, manager: Membership, api: Upstream
) -> None:
    settle(client)
    first = last().pk
    says(api, message(17), message(16))
    settle(client_of(manager))
    assert "Camille Roy" in toast(text(undo(client, first)))
    second = last().pk
    undo(client, second)
    assert "undone already" in toast(text(undo(client, second)))
    assert [one.undone is None for one in NoAnswerNeeded.objects.order_by("id")] == [True, False]


def test_the_case_file_says_it(client: Client) -> None:
    settle(client)
    page = words(text(client.get(f"{PAGE}case-file/")))
    assert "Needs no answer, said by Nadia Benali on" in page


# Where it is offered


@pytest.mark.parametrize(
    "said",
    [
        [message(16, lea(8)), message(15)],
        [message(16, type_message=2), message(15, lea(8))],
        [message(16, lea(8), type_message=6), message(15, lea(8)), message(14)],
        [],
    ],
)
def test_it_is_not_offered_where_nobody_waits(
    client: Client, api: Upstream, said: list[Any]
) -> None:
    says(api, *said)
    assert offered(client) is None


@pytest.mark.parametrize(
    "said",
    [
        [message(16, lea(8), type_message=6), message(15)],
        [message(16, type_message=2), message(15)],
        [message(16, lea(8), type_message=8), message(15)],
    ],
)
def test_what_is_no_answer_leaves_it_offered(
    client: Client, api: Upstream, said: list[Any]
) -> None:
    says(api, *said)
    assert offered(client)


def test_the_one_message_that_is_known_is_enough(client: Client, api: Upstream) -> None:
    """The messages are refused; the list names the last one."""
    api.listing(chatroom())
    api.forbid("messages")
    assert settle(client).status_code == 200
    assert NoAnswerNeeded.objects.get().message == 16


@pytest.mark.parametrize("away", ["archived", "is_blocked"])
def test_what_is_put_away_does_not_wait(client: Client, api: Upstream, away: str) -> None:
    pivot = {"id_chatroom": 8, "id_ambassador": 100, away: True}
    own = lea(8, chatroom_pivot_data=[pivot])
    says(api, message(16), ambassadors=[own, participant(555, 8)])
    assert offered(client) is None


def test_members_among_themselves_do_not_wait(client: Client, api: Upstream) -> None:
    says(api, message(16), type_discussion=0)
    assert offered(client) is None


def test_an_older_page_does_not_offer_it(client: Client, api: Upstream) -> None:
    api.conversation(
        chatroom(), message(12), message(11), current_page=2, last_page=3, total=6, per_page=2
    )
    assert form(text(client.get(f"{PAGE}?messages=2")), "no-answer-conversation") is None


# Who may, and with what


def test_the_checks_come_in_order(
    client: Client,
    client_of: ClientOf,
    viewer: Membership,
    manager: Membership,
    neighbour: Membership,
    api: Upstream,
) -> None:
    found = offered(client)
    api.sent.clear()
    assert "/accounts/login/" in send(Client(), found, htmx=False)["Location"]
    assert send(client_of(neighbour), found).status_code == 404
    assert send(client_of(viewer), found).status_code == 403
    assert send(client_of(manager), found).status_code == 400
    assert client.get(f"{PAGE}no-answer/").status_code == 405
    assert client.post(f"{PAGE}no-answer/", headers=HTMX).status_code == 400
    assert api.sent == []
    assert not NoAnswerNeeded.objects.exists()


def test_a_viewer_sees_it_and_no_form(
    client: Client, client_of: ClientOf, viewer: Membership
) -> None:
    assert offered(client_of(viewer)) is None
    settle(client)
    page = text(client_of(viewer).get(PAGE))
    assert "Needs no answer, said" in foot(page)


def test_an_expired_token_says_so(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    found = offered(client)
    monkeypatch.setattr(tokens, "LIFETIME", timedelta(seconds=-1))
    assert send(client, found).status_code == 409
    assert not NoAnswerNeeded.objects.exists()


def test_where_no_message_was_shown_there_is_nothing_to_say(
    client: Client, api: Upstream, moderator: Membership
) -> None:
    token = tokens.sign(moderator, tokens.Target(3, 100, 8, 100, 0))
    response = client.post(f"{PAGE}no-answer/", {"act": token}, headers=HTMX)
    assert response.status_code == 400
    assert not NoAnswerNeeded.objects.exists()


def test_a_failure_is_told_beside_the_conversation(client: Client) -> None:
    response = client.post(
        f"{INBOX}chatrooms/8/no-answer/", {"place": "conversation"}, headers=HTMX
    )
    assert response["HX-Retarget"] == "#alert-conversation"
