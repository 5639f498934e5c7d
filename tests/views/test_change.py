"""POST …/chatrooms/<chatroom>/archive/, block/ and flag/ : what is done for the ambassador's side"""

import json
import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from pytest_django import Settings

from inbox.chatrooms import acts as actions
from inbox.chatrooms import attempts, tokens
from inbox.models import Act, Activity, ChatroomFlag, Membership, Outcome
from tests.conftest import ClientOf
from tests.popsell.values import ANY_JSON
from tests.support.at_once import at_once
from tests.support.chatrooms import chatroom, lea, message, participant
from tests.support.conversations import form, send
from tests.support.markup import Form, forms, words
from tests.support.pages import HTMX, INBOX, row, rows, text, toast
from tests.support.pages import told as told_in
from tests.support.runs import many
from tests.support.trail import acts
from tests.support.upstream import Upstream

PAGE = f"{INBOX}chatrooms/8/"
LONG = f"{INBOX}chatrooms/30670/"
EVIL = "<script>alert(1)</script>"
MANY = hypothesis_settings(
    max_examples=many(30),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
CHANGES = [
    ("archive", "on", {"archive": True}, "Archived for Léa: {names}."),
    ("block", "on", {"is_blocked": True}, "Blocked for Léa: {names}."),
    ("flag", "1", {"flag": 1}, "Flagged as to do for Léa: {names}."),
    ("flag", "2", {"flag": 2}, "Flagged as done for Léa: {names}."),
]
UNDONE = [
    ("archive", "off", {"archive": False}, "Taken out of the archive for Léa: {names}."),
    ("block", "off", {"is_blocked": False}, "Unblocked for Léa: {names}."),
    ("flag", "none", {"flag": None}, "Flag taken away for Léa: {names}."),
]
NAMES = "Baptiste Lemaire"  # of the counterpart
ACTS = ["archive", "block", "flag"]
FIRST = {"archive": "on", "block": "on", "flag": "1"}


def offered(client: Client, act: str, path: str = LONG) -> Form | None:
    return form(text(client.get(path)), f"{act}-conversation")


def outcomes() -> list[str]:
    return [one.outcome for one in acts().order_by("id")]


def states(html: str) -> set[str]:
    """The states that the buttons of the open conversation ask for."""
    found = [form(html, f"{act}-conversation") for act in ("archive", "block")]
    return {f"{one.attributes['id']} {one.fields['state']}" for one in found if one}


# What reaches Popsell


@pytest.mark.parametrize(("act", "state", "body", "told"), CHANGES)
@pytest.mark.parametrize("htmx", [True, False])
def test_a_change_reaches_popsell(
    client: Client, api: Upstream, act: str, state: str, body: object, told: str, htmx: bool
) -> None:
    response = send(client, offered(client, act), htmx=htmx, state=state)
    (call,) = api.calls("PATCH")
    assert call.path == f"/api/v2/chat/chatrooms/30670/ambassadors/100/{act}"
    assert json.loads(call.body) == body
    assert call.headers["X-Popsell-Brand"] == "3"
    if htmx:
        assert toast(text(response)) == told.format(names=NAMES)
        assert "<html" not in text(response)
    else:
        assert (response.status_code, response["Location"]) == (302, LONG)
        assert toast(text(client.get(LONG))) == told.format(names=NAMES)


@pytest.mark.parametrize(("act", "state", "body", "told"), UNDONE)
@pytest.mark.parametrize("htmx", [True, False])
def test_each_can_be_undone(
    client: Client, api: Upstream, act: str, state: str, body: object, told: str, htmx: bool
) -> None:
    done = text(send(client, offered(client, act), state=FIRST[act]))
    response = send(client, form(done, f"{act}-conversation"), htmx=htmx, state=state)
    assert json.loads(api.calls("PATCH")[-1].body) == body
    assert toast(text(response if htmx else client.get(LONG))) == told.format(names=NAMES)
    assert outcomes() == [Outcome.DONE, Outcome.DONE]


def test_a_guest_account_is_changed_under_its_own_id(client: Client, api: Upstream) -> None:
    own = participant(777, 8, customer_id="C-100", status=8)
    room = chatroom(ambassadors=[own, participant(555, 8)])
    api.listing(room, chatroom(9))
    api.conversation(room, message(16))
    api.answer("PATCH", body={"message": None})
    send(client, offered(client, "block", PAGE), state="on")
    assert api.calls("PATCH")[0].path == "/api/v2/chat/chatrooms/8/ambassadors/777/block"


def timeless(of: str) -> str:
    """Its words, but for how long ago that was: a minute may pass between two answers."""
    return re.sub(r"just now|\d+ (min|h) ago", "ago", words(of))


def test_the_answer_is_what_is_offered_now_and_the_row(client: Client, api: Upstream) -> None:
    html = text(send(client, offered(client, "archive"), state="on"))
    assert states(html) == {"archive-conversation off", "block-conversation on"}
    assert rows(html) == [30670]
    assert "Archived" in words(row(html, 30670))
    beside = text(client.get(LONG))
    assert timeless(row(html, 30670)) == timeless(row(beside, 30670))
    assert "<title>" not in html


def test_the_row_is_left_out_where_the_list_does_not_show_it(client: Client, api: Upstream) -> None:
    number = rows(text(client.get(INBOX, {"page": "4"})))[0]
    html = text(send(client, offered(client, "archive", f"{INBOX}chatrooms/{number}/"), state="on"))
    assert rows(html) == []
    assert toast(html).startswith("Archived for Léa: ")


def test_without_scripts_one_comes_back_to_the_same_list(client: Client, api: Upstream) -> None:
    page = text(client.get(LONG, {"page": "2"}))
    response = send(client, form(page, "block-conversation"), htmx=False, state="on")
    assert response["Location"] == f"{LONG}?page=2"


# The trail


def test_the_trail_says_who_changed_what(
    client: Client, api: Upstream, moderator: Membership
) -> None:
    response = send(client, offered(client, "flag"), state="2")
    activity = acts().get()
    assert activity.member == moderator
    assert (activity.member_name, activity.member_role) == ("Nadia Benali", "moderator")
    assert (activity.act, activity.state, activity.outcome) == ("flag", "2", Outcome.DONE)
    assert (activity.ambassador, activity.chatroom, activity.participant) == (100, 30670, 100)
    assert activity.message_shown == 316460
    assert activity.request_id == response["X-Request-ID"]
    assert api.calls("PATCH")[0].headers["X-Request-Id"] == response["X-Request-ID"]


# What is set already


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("htmx", [True, False])
def test_what_is_set_already_is_no_call(
    client: Client, api: Upstream, act: str, htmx: bool
) -> None:
    found = offered(client, act)
    send(client, found, state=FIRST[act])
    response = send(client, found, htmx=htmx, state=FIRST[act])
    page = text(response if htmx else client.get(LONG))
    assert toast(page) == f"This was so for Léa already: {NAMES}."
    assert len(api.calls("PATCH")) == 1
    assert acts().count() == 1


def test_what_popsell_set_meanwhile_is_no_call(client: Client, api: Upstream) -> None:
    api.conversation(chatroom(), message(16))
    found = offered(client, "block", PAGE)
    pivot = {"id_chatroom": 8, "id_ambassador": 100, "is_blocked": True}
    blocked = lea(8, chatroom_pivot_data=[pivot])
    api.conversation(chatroom(ambassadors=[blocked, participant(555, 8)]), message(16))
    assert "already" in text(send(client, found, state="on"))
    assert api.calls("PATCH") == []


def test_what_is_not_known_is_asked_for(client: Client, api: Upstream) -> None:
    """The chatroom is refused: nobody can say whether it is archived."""
    found = offered(client, "archive")
    api.forbid("chatroom")
    assert send(client, found, state="off").status_code == 200
    assert len(api.calls("PATCH")) == 1


def test_what_was_kept_is_not_what_is_set_now(client: Client, api: Upstream) -> None:
    html = text(send(client, offered(client, "archive"), state="on"))
    api.answer("GET", 500)
    send(client, form(html, "archive-conversation"), state="on")
    assert len(api.calls("PATCH")) == 2


def test_a_flag_that_may_have_changed_is_not_what_is_set(client: Client, api: Upstream) -> None:
    """Set to do here, then done with no answer: which of them holds, nobody knows."""
    found = offered(client, "flag")
    send(client, found, state="1")
    api.drop("PATCH")
    assert send(client, found, state="2").status_code == 504
    api.recover()
    assert send(client, found, state="1").status_code == 200
    assert [json.loads(one.body)["flag"] for one in api.calls("PATCH")] == [1, 2, 1]


# Pressing twice


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", ACTS)
def test_pressed_at_the_same_instant_is_one_act(
    client: Client, moderator: Membership, api: Upstream, client_of: ClientOf, act: str
) -> None:
    found = offered(client, act)
    clients = [client_of(moderator) for _ in range(3)]
    statuses = at_once(clients, lambda own: send(own, found, state=FIRST[act]).status_code)
    assert statuses == [200] * 3
    assert outcomes().count(Outcome.DONE) == len(api.calls("PATCH"))
    assert len(api.calls("PATCH")) == 1


def test_what_was_done_since_one_looked_is_not_done_again_whatever_the_clocks_say(
    client: Client, moderator: Membership, api: Upstream
) -> None:
    """The time of finishing is taken before it is committed, and machines differ."""
    found = offered(client, "flag")
    assert found
    target = tokens.verify(moderator, found.fields["act"], ambassador=100, chatroom=30670)
    since = attempts.last_change(target, Act.FLAG)
    send(client, found, state="1")
    Activity.objects.update(finished=timezone.now() - timedelta(hours=1))
    assert not actions.change(moderator, target, Act.FLAG, "1", since).sent
    assert len(api.calls("PATCH")) == 1


def test_a_change_on_its_way_is_not_sent_again_nor_called_done(
    client: Client, api: Upstream
) -> None:
    found = offered(client, "archive")
    send(client, found, state="on")
    acts().update(outcome=Outcome.SENT, finished=None, started=timezone.now())
    html = text(send(client, found, state="off"))
    assert len(api.calls("PATCH")) == 1
    assert "already" not in html
    assert "on its way" in html


def test_a_change_without_outcome_is_tried_again_after_half_a_minute(
    client: Client, api: Upstream
) -> None:
    found = offered(client, "archive")
    send(client, found, state="on")
    long_ago = timezone.now() - timedelta(seconds=31)
    acts().update(outcome=Outcome.SENT, finished=None, started=long_ago)
    send(client, found, state="off")
    assert len(api.calls("PATCH")) == 2
    assert outcomes() == [Outcome.UNKNOWN, Outcome.DONE]


# When it fails


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize(
    ("status", "ours"), [(401, 502), (403, 403), (404, 404), (422, 422), (429, 503), (500, 502)]
)
def test_a_refusal_is_said_beside_the_conversation_and_retries(
    client: Client, api: Upstream, act: str, status: int, ours: int
) -> None:
    found = offered(client, act)
    api.answer("PATCH", status, {"message": EVIL, "errors": {"state": [EVIL]}})
    response = send(client, found, state=FIRST[act])
    assert response.status_code == ours
    assert response["HX-Retarget"] == "#alert-conversation"
    html = text(response)
    assert "Nothing was changed" in html
    assert EVIL not in html
    assert f'form="{act}-conversation" name="state" value="{FIRST[act]}"' in html
    assert outcomes() == [Outcome.REFUSED]
    assert not ChatroomFlag.objects.exists()
    api.recover()
    assert send(client, found, state=FIRST[act]).status_code == 200
    assert outcomes() == [Outcome.REFUSED, Outcome.DONE]


@pytest.mark.parametrize("act", ACTS)
def test_a_refusal_without_scripts_is_a_page_that_retries(
    client: Client, api: Upstream, act: str
) -> None:
    page = text(client.get(LONG, {"page": "2"}))
    api.answer("PATCH", 500)
    response = send(client, form(page, f"{act}-conversation"), htmx=False, state=FIRST[act])
    assert response.status_code == 502
    assert "Nothing was changed" in text(response)
    assert f'href="{LONG}?page=2"' in text(response)
    api.recover()
    again = next(one for one in forms(text(response)) if "act" in one.fields)
    assert again.attributes["action"] == f"{LONG}{act}/"
    retried = client.post(again.attributes["action"], again.fields)
    assert retried["Location"] == f"{LONG}?page=2"
    assert json.loads(api.calls("PATCH")[-1].body) in [
        {"archive": True},
        {"is_blocked": True},
        {"flag": 1},
    ]


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("htmx", [True, False])
def test_an_outcome_that_is_not_known_is_said(
    client: Client, api: Upstream, act: str, htmx: bool
) -> None:
    """The sandbox has done it; the answer was lost on the way."""
    found = offered(client, act)
    api.drop("PATCH")
    response = send(client, found, htmx=htmx, state=FIRST[act])
    assert response.status_code == 504
    assert "may have arrived all the same" in text(response)
    assert outcomes() == [Outcome.UNKNOWN]
    assert not ChatroomFlag.objects.exists()


@pytest.mark.parametrize(("act", "calls"), [("archive", 1), ("block", 1), ("flag", 2)])
def test_a_retry_of_what_had_arrived_sends_only_what_cannot_be_seen(
    client: Client, api: Upstream, act: str, calls: int
) -> None:
    found = offered(client, act)
    api.drop("PATCH")
    send(client, found, state=FIRST[act])
    api.recover()
    assert send(client, found, state=FIRST[act]).status_code == 200
    assert len(api.calls("PATCH")) == calls


@pytest.mark.parametrize("act", ACTS)
def test_a_change_that_arrived_is_told_where_nothing_can_be_read_again(
    client: Client, api: Upstream, act: str
) -> None:
    found = offered(client, act)
    api.answer("GET", 500)
    cache.clear()
    response = send(client, found, state=FIRST[act])
    assert response.status_code == 200
    assert response["HX-Retarget"] == "#alert-conversation"
    assert "Nothing was changed" not in text(response)
    assert "for Ambassador 100: conversation 30670." in told_in(text(response))
    assert outcomes() == [Outcome.DONE]


def test_a_change_after_which_nothing_is_found_is_told(client: Client, api: Upstream) -> None:
    found = offered(client, "block")
    for operation in ("chatroom", "messages", "chatrooms"):
        api.hide(operation)
    response = send(client, found, state="on")
    assert response.status_code == 200
    assert f"Blocked for Léa: {NAMES}." in told_in(text(response))


@MANY
@given(body=ANY_JSON)
def test_no_answer_to_a_change_is_our_fault(client: Client, api: Upstream, body: object) -> None:
    acts().delete()
    ChatroomFlag.objects.all().delete()
    api.recover()
    found = offered(client, "flag")
    api.answer("PATCH", 200, body)
    response = send(client, found, state="1")
    assert (response.status_code, *outcomes()) in {(200, Outcome.DONE), (502, Outcome.UNKNOWN)}


# The flag, which Popsell never tells


def test_a_flag_is_shown_as_who_set_it_here(
    client: Client, client_of: ClientOf, viewer: Membership, api: Upstream
) -> None:
    html = text(send(client, offered(client, "flag"), state="1"))
    said = "Flag: To do, as Nadia Benali set it here just now . Popsell does not tell it."
    assert said in words(html)
    assert "To do" in words(row(html, 30670))
    seen = text(client_of(viewer).get(LONG))
    assert said in words(seen)


def test_a_flag_that_was_cleared_is_said_too(client: Client, api: Upstream) -> None:
    found = offered(client, "flag")
    send(client, found, state="1")
    html = text(send(client, found, state="none"))
    assert "No flag: Nadia Benali took it off here just now" in words(html)
    assert "To do" not in words(row(html, 30670))
    assert ChatroomFlag.objects.get().flag is None


def test_an_unknown_flag_is_not_called_none(client: Client, api: Upstream) -> None:
    """Nobody set one here; to clear one that was set elsewhere is a call."""
    html = text(client.get(LONG))
    assert "Flag:" not in words(html)
    send(client, form(html, "flag-conversation"), state="none")
    assert json.loads(api.calls("PATCH")[0].body) == {"flag": None}


def test_the_name_of_who_set_a_flag_is_text(
    client: Client, api: Upstream, moderator: Membership
) -> None:
    moderator.user.name = EVIL
    moderator.user.save()
    send(client, offered(client, "flag"), state="1")
    assert EVIL not in text(client.get(LONG))


def test_a_flag_is_of_one_side_and_one_brand(
    client: Client, client_of: ClientOf, neighbour: Membership, api: Upstream
) -> None:
    send(client, offered(client, "flag"), state="1")
    other = ChatroomFlag.objects.get()
    other.pk, other.brand = None, neighbour.brand
    other.flag, other.member_name = 2, "Nils Berg"
    other.save()
    assert "Nils Berg" not in text(client.get(LONG))


# Who may, and with what


@pytest.mark.parametrize("act", ACTS)
def test_the_checks_come_in_order_and_none_calls_popsell(
    client: Client,
    client_of: ClientOf,
    viewer: Membership,
    neighbour: Membership,
    api: Upstream,
    act: str,
) -> None:
    found = offered(client, act)
    api.sent.clear()
    assert "/accounts/login/" in send(Client(), found, htmx=False, state="on")["Location"]
    assert send(client_of(neighbour), found, state="on").status_code == 404
    assert send(client_of(viewer), found, state="on").status_code == 403
    assert client.get(f"{LONG}{act}/").status_code == 405
    assert api.sent == []
    assert not acts().exists()


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("state", ["", "x", "ON", "3", "true", "0", "None", "é", "\x00"])
def test_a_state_that_there_is_not_is_refused(
    client: Client, api: Upstream, act: str, state: str
) -> None:
    found = offered(client, act)
    response = send(client, found, state=state)
    assert response.status_code == 400
    assert response["HX-Retarget"] == "#alert-conversation"
    assert api.calls("PATCH") == []


@pytest.mark.parametrize("token", ["", "x", "a:b:c", "é", "\x00"])
@pytest.mark.parametrize("act", ACTS)
def test_a_missing_or_tampered_token_is_refused(
    client: Client, api: Upstream, act: str, token: str
) -> None:
    fields = {"act": token, "state": FIRST[act], "place": "conversation"}
    response = client.post(f"{LONG}{act}/", fields, headers=HTMX)
    assert response.status_code == 400
    assert response["HX-Retarget"] == "#alert-conversation"
    assert api.sent == []


@pytest.mark.parametrize("act", ACTS)
def test_a_token_of_another_member_or_conversation_is_refused(
    client: Client, client_of: ClientOf, manager: Membership, api: Upstream, act: str
) -> None:
    found = offered(client, act)
    assert found
    assert send(client_of(manager), found, state=FIRST[act]).status_code == 400
    fields = {**found.fields, "state": FIRST[act]}
    for path in (f"{INBOX}chatrooms/30615/", "/brands/3/ambassadors/101/chatrooms/30670/"):
        assert client.post(f"{path}{act}/", fields, headers=HTMX).status_code == 400
    assert api.calls("PATCH") == []


def test_an_expired_token_says_so_and_offers_a_reload(
    client: Client, api: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = offered(client, "archive")
    monkeypatch.setattr(tokens, "LIFETIME", timedelta(seconds=-1))
    for htmx in (True, False):
        response = send(client, found, htmx=htmx, state="on")
        assert response.status_code == 409
        assert f'href="{LONG}"' in text(response)
    assert api.calls("PATCH") == []


def test_where_the_own_side_is_not_known_nothing_is_changed_for_it(
    client: Client, api: Upstream
) -> None:
    room = chatroom(ambassadors=[participant(555, 8), participant(556, 8)])
    api.listing(room)
    api.conversation(room, message(16))
    html = text(client.get(PAGE))
    assert [form(html, f"{act}-conversation") for act in ACTS] == [None, None, None]
    review = form(html, "review-conversation")
    assert review
    for act in [*ACTS, "read"]:
        fields = {**review.fields, "state": "on"}
        assert client.post(f"{PAGE}{act}/", fields, headers=HTMX).status_code == 400
    assert api.calls("PATCH") == api.calls("POST") == []


def test_a_viewer_sees_the_states_and_no_forms(
    client: Client, client_of: ClientOf, viewer: Membership, api: Upstream
) -> None:
    send(client, offered(client, "archive"), state="on")
    html = text(client_of(viewer).get(LONG))
    assert "Archived" in words(row(html, 30670))
    assert [form(html, f"{act}-conversation") for act in ACTS] == [None, None, None]


def test_a_change_is_seen_by_everyone_at_once(
    client: Client, client_of: ClientOf, manager: Membership, api: Upstream, settings: Settings
) -> None:
    settings.INBOX_CACHE_SECONDS = 10
    other = client_of(manager)
    other.get(LONG)
    send(client, offered(client, "archive"), state="on")
    html = text(other.get(LONG))
    assert "archive-conversation off" in states(html)
    assert "Archived" in words(row(html, 30670))
