"""POST /brands/<brand>/activity/<record>/undo/ : takes an act back, from any page"""

import json
import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pytest_django import Settings

from inbox.activity import recording
from inbox.components import toasts
from inbox.models import Act, Activity, ChatroomFlag, Membership, Outcome, Review
from inbox.text import isolates
from tests.conftest import ClientOf, Later
from tests.support.chatrooms import chatroom, lea, message, participant
from tests.support.conversations import form, send
from tests.support.markup import attribute, attributes, every, one, words
from tests.support.pages import HTMX, INBOX, rows, text, toast
from tests.support.runs import many
from tests.support.trail import acts
from tests.support.undoing import (
    ACTIVITY,
    OTHER,
    PAGE,
    UNDO,
    WHOM,
    act,
    change_as_max,
    last,
    offers,
    two_rooms,
    undo,
)
from tests.support.upstream import Upstream

# An act, the state it asks for, what Undo sends to Popsell, and the notice then.
WAYS = [
    ("archive", "on", {"archive": False}, f"Taken out of the archive {WHOM}"),
    ("archive", "off", {"archive": True}, f"Archived {WHOM}"),
    ("block", "on", {"is_blocked": False}, f"Unblocked {WHOM}"),
    ("block", "off", {"is_blocked": True}, f"Blocked {WHOM}"),
    ("flag", "1", {"flag": None}, f"Flag taken away {WHOM}"),
    ("flag", "2", {"flag": None}, f"Flag taken away {WHOM}"),
]
MANY = hypothesis_settings(
    max_examples=many(20),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture(autouse=True)
def _two_rooms(api: Upstream) -> None:
    two_rooms(api)


# What it does


@pytest.mark.parametrize(("kind", "state", "body", "told"), WAYS)
@pytest.mark.parametrize("htmx", [True, False])
def test_the_toasts_undo_does_the_opposite(
    client: Client, api: Upstream, kind: str, state: str, body: object, told: str, htmx: bool
) -> None:
    pivot = {"id_chatroom": 8, "id_ambassador": 100, "is_blocked": True, "archived": True}
    if state == "off":
        own = lea(8, chatroom_pivot_data=[pivot])
        api.conversation(chatroom(ambassadors=[own, participant(555, 8)]), message(16))
    html = text(act(client, kind, state=state))
    (address,) = offers(html)
    api.sent.clear()
    response = undo(client, address, htmx=htmx)
    (call,) = api.calls("PATCH")
    assert call.path == f"/api/v2/chat/chatrooms/8/ambassadors/100/{kind}"
    assert json.loads(call.body) == body
    page = text(response if htmx else client.get(PAGE))
    assert toast(page) == told
    assert offers(page) == []
    if not htmx:
        assert response["Location"] == PAGE


def test_it_is_an_act_of_its_own_by_who_undid(
    client: Client, client_of: ClientOf, manager: Membership
) -> None:
    act(client, "archive", state="on")
    response = undo(client_of(manager), last().pk)
    done, undone = acts().order_by("id")
    assert (done.member_name, undone.member_name) == ("Nadia Benali", "Camille Roy")
    assert (undone.act, undone.state, undone.outcome) == ("archive", "off", Outcome.DONE)
    assert (undone.ambassador, undone.chatroom, undone.participant) == (100, 8, 100)
    assert undone.request_id == response["X-Request-ID"]


@pytest.mark.parametrize("kind", ["archive", "block"])
def test_where_it_may_have_been_so_before_nothing_is_offered(
    client: Client, api: Upstream, kind: str
) -> None:
    found = form(text(client.get(PAGE)), f"{kind}-conversation")
    api.answer("GET", 500, path="/chat/chatrooms/8")
    html = text(send(client, found, htmx=True, state="on"))
    assert last().outcome == Outcome.DONE
    assert offers(html) == []


def test_a_flag_becomes_what_it_was(client: Client, api: Upstream) -> None:
    act(client, "flag", state="1")
    html = text(act(client, "flag", state="2"))
    assert "Undo" in html
    assert "Take the flag away" not in html
    assert toast(text(undo(client, last().pk))) == f"Flagged as to do {WHOM}"
    assert json.loads(api.calls("PATCH")[-1].body) == {"flag": 1}
    assert ChatroomFlag.objects.get().flag == 1


def test_where_no_flag_is_known_before_it_says_what_it_does(client: Client, api: Upstream) -> None:
    html = text(act(client, "flag", state="2"))
    assert "Take the flag away" in html
    undo(client, last().pk)
    assert ChatroomFlag.objects.get().flag is None


def test_what_may_have_been_set_before_is_not_known(client: Client, api: Upstream) -> None:
    act(client, "flag", state="1")
    change_as_max("flag", "2", Outcome.UNKNOWN)
    html = text(act(client, "flag", state="1"))
    assert "Take the flag away" in html


def test_a_flag_taken_away_where_none_was_known_has_no_way_back(
    client: Client, api: Upstream
) -> None:
    assert offers(text(act(client, "flag", state="none"))) == []
    api.sent.clear()
    assert toast(text(undo(client, last().pk))) == f"There is nothing to undo {WHOM}"
    assert not api.calls("PATCH")


@pytest.mark.parametrize("htmx", [True, False])
def test_a_review_is_taken_back(client: Client, htmx: bool) -> None:
    (address,) = offers(text(act(client, "review", note="Seen")))
    response = undo(client, address, htmx=htmx)
    page = text(response if htmx else client.get(PAGE))
    assert toast(page) == f"The review is taken back {WHOM}"
    assert offers(page) == []
    assert Review.objects.get().undone_by == "Nadia Benali"
    assert last().act == Act.UNDO_REVIEW


def test_a_side_is_the_one_of_the_record(client: Client, api: Upstream) -> None:
    own = participant(777, 8, customer_id="C-100", status=8)
    room = chatroom(ambassadors=[own, participant(555, 8)])
    api.listing(room, chatroom(9))
    api.conversation(room, message(16))
    act(client, "block", state="on")
    undo(client, last().pk)
    assert api.calls("PATCH")[-1].path == "/api/v2/chat/chatrooms/8/ambassadors/777/block"


# What each says


def test_marking_read_has_no_undo_and_is_the_next_act(client: Client) -> None:
    act(client, "archive", state="on")
    html = text(act(client, "mark"))
    assert toast(html) == f"Marked read {WHOM}"
    assert offers(html) == offers(text(client.get(PAGE))) == []


def test_one_of_several_leaves_no_toast_of_an_act_before(client: Client) -> None:
    act(client, "archive", state="on")
    found = form(text(client.get(PAGE)), "mark-conversation")
    assert found
    headers = {**HTMX, "Inbox-Several": "yes"}
    html = text(client.post(found.attributes["action"], found.fields, headers=headers))
    assert '<div id="toast" hx-swap-oob="innerHTML"></div>' in html
    assert toast(text(client.get(INBOX))) == ""


def test_pressing_twice_leaves_the_undo_of_the_first(client: Client) -> None:
    found = form(text(client.get(PAGE)), "flag-conversation")
    first, second = (text(send(client, found, state="1")) for _ in range(2))
    assert toast(second) == f"This was so for Léa already: {WHOM[9:]}"
    assert offers(first) == offers(second) != []


def test_what_somebody_else_did_has_no_undo_in_ones_toast(
    client: Client, client_of: ClientOf, manager: Membership
) -> None:
    found = form(text(client.get(PAGE)), "flag-conversation")
    act(client_of(manager), "flag", state="1")
    assert offers(text(send(client, found, state="1"))) == []


@MANY
@given(first=st.text(max_size=40), family=st.text(max_size=40))
def test_no_name_turns_or_breaks_the_sentence(
    client: Client, api: Upstream, first: str, family: str
) -> None:
    cache.clear()
    sofia = participant(555, 8, firstname=first, lastname=family)
    room = chatroom(ambassadors=[lea(8), sofia])
    api.answer("GET", 403)
    api.listing(room)
    api.conversation(room, message(16))
    html = text(act(client, "flag", state="2"))
    said = one(html, "p#toast-words")
    assert {inner.tag for inner in every(said, "*")} <= {"bdi"}
    assert not set(map(ord, said.text())) & set(isolates.TURNS)
    for name in every(said, "bdi"):
        name.replace_with("Name")
    assert re.fullmatch(r"[^:]+: .+\.", said.text(), re.DOTALL)
    assert not isolates.FROM_THE_RIGHT.search(said.text())


def test_a_conversation_without_names_is_called_by_its_number(
    client: Client, api: Upstream
) -> None:
    api.listing(chatroom(ambassadors=[lea(8)]))
    api.conversation(chatroom(ambassadors=[lea(8)]), message(16))
    html = text(act(client, "archive", state="on"))
    assert toast(html) == "Archived for Léa: conversation 8."


def test_in_french(client: Client) -> None:
    act(client, "archive", state="on")
    page = text(client.get(PAGE, headers={"Accept-Language": "fr"}))
    assert toast(page) == "Conversation archivée pour Léa\N{NO-BREAK SPACE}: Sofia Duarte."
    assert '<span class="toast-undo">Annuler</span>' in page


# Where it is answered


def test_the_row_and_the_open_conversation_are_brought_up_to_date(client: Client) -> None:
    act(client, "flag", state="1")
    html = text(undo(client, last().pk))
    assert rows(html) == [8]
    assert attribute(one(html, "#chatroom-8"), "hx-swap-oob") == "outerHTML:#chatroom-8,#nowhere"
    for part in ("conversation-changes.changes", "notes-8", "review-fields-8", "undo-8"):
        assert attribute(one(html, f"div#{part}"), "hx-swap-oob") == "true"


def test_another_open_conversation_is_left_as_it_is(client: Client) -> None:
    act(client, "flag", state="1")
    html = text(undo(client, last().pk, OTHER))
    assert rows(html) == [8]
    assert "conversation-changes" not in html
    assert "conversation-review" not in html


def test_in_the_inbox_of_somebody_else_it_is_only_said(client: Client, api: Upstream) -> None:
    act(client, "flag", state="1")
    api.sent.clear()
    html = text(undo(client, last().pk, "/brands/3/ambassadors/101/"))
    assert toast(html) == f"Flag taken away {WHOM}"
    assert rows(html) == []
    assert [call.method for call in api.sent] == ["PATCH"]


@pytest.mark.parametrize("page", [ACTIVITY, "/brands/3/ambassadors/", "/brands/8/ambassadors/100/"])
def test_a_page_without_that_list_is_loaded_anew(client: Client, page: str) -> None:
    act(client, "flag", state="1")
    response = undo(client, last().pk, page)
    assert response["HX-Refresh"] == "true"
    assert toast(text(client.get(ACTIVITY))) == f"Flag taken away {WHOM}"


def test_the_row_that_came_back_stays_in_a_list_that_was_narrowed_down(
    client: Client, api: Upstream
) -> None:
    act(client, "flag", state="1")
    api.answer("GET", body={**json.loads(EMPTY)}, path="/chat/ambassadors")
    html = text(undo(client, last().pk, f"{OTHER}?archived=1"))
    assert rows(html) == [8]


EMPTY = json.dumps({"current_page": 1, "data": [], "last_page": 1, "total": 0, "links": []})


def test_undone_is_undone_where_nothing_can_be_read(client: Client, api: Upstream) -> None:
    act(client, "flag", state="1")
    api.answer("GET", 500)
    cache.clear()
    response = undo(client, last().pk)
    assert response.status_code == 200
    assert toast(text(response)) == "Flag taken away for Ambassador 100: conversation 8."


def test_no_page_leads_elsewhere(client: Client) -> None:
    act(client, "flag", state="1")
    address = f"{ACTIVITY}{last().pk}/undo/"
    for referrer in ("https://elsewhere.example/", "nonsense", f"http://testserver{address}"):
        response = client.post(address, headers={"Referer": referrer})
        assert response["Location"] == PAGE


# The pages that follow


def test_the_next_pages_say_it_for_twenty_seconds(client: Client, later: Later) -> None:
    (address,) = offers(text(act(client, "archive", state="on")))
    later(5)  # and the time that a slow machine takes for these pages
    for page in (PAGE, OTHER, INBOX, "/brands/3/ambassadors/"):
        html = text(client.get(page))
        assert toast(html) == f"Archived {WHOM}"
        assert address in offers(html)
    later(21)
    assert toast(text(client.get(PAGE))) == ""
    assert toasts.IN_SESSION not in client.session


def test_it_still_can_be_undone_after_that(client: Client, later: Later) -> None:
    act(client, "archive", state="on")
    later(3600)
    assert toast(text(undo(client, last().pk))) == f"Taken out of the archive {WHOM}"


def test_a_page_of_another_brand_does_not_say_it(
    client: Client, moderator: Membership, neighbour: Membership
) -> None:
    neighbour.pk, neighbour.user = None, moderator.user
    neighbour.save()
    act(client, "archive", state="on")
    assert toast(text(client.get("/brands/8/ambassadors/"))) == ""
    assert toast(text(client.get(PAGE))) == f"Archived {WHOM}"


@pytest.mark.parametrize("held", [{"at": 0}, {"words": "unknown", "at": 9e9}, {"nonsense": 1}])
def test_what_another_release_kept_is_not_said(client: Client, held: dict[str, object]) -> None:
    session = client.session
    session[toasts.IN_SESSION] = held
    session.save()
    assert client.get(PAGE).status_code == 200
    assert toasts.IN_SESSION not in client.session


# Activity


def listed(client: Client, asked: str = "") -> list[str]:
    """Where the Undo buttons of its lines lead; that of a toast is not among them."""
    page = text(client.get(f"{ACTIVITY}{asked}"))
    return attributes(page, f"{UNDO}:not(#toast *)", "action")


def test_lines_that_can_be_undone_say_so(client: Client, api: Upstream) -> None:
    act(client, "archive", state="on")
    archived = last().pk
    act(client, "flag", state="1")
    act(client, "flag", state="2")
    flagged = last().pk
    act(client, "review", note="Seen")
    reviewed = last().pk
    act(client, "mark")
    assert listed(client) == [f"{ACTIVITY}{pk}/undo/" for pk in (reviewed, flagged, archived)]


def test_activity_leads_back_to_its_line_and_says_what_came_of_it(client: Client) -> None:
    act(client, "archive", state="on")
    mine = last().pk
    (address,) = listed(client, "?act=archive")
    response = undo(client, address, f"{ACTIVITY}?act=archive", htmx=False)
    assert response["Location"] == f"{ACTIVITY}?act=archive#record-{mine}"
    page = text(client.get(response["Location"]))
    assert f'id="record-{mine}"' in page
    assert toast(page) == f"Taken out of the archive {WHOM}"
    assert listed(client) == [f"{ACTIVITY}{last().pk}/undo/"]  # what undid it, in turn


def test_what_can_no_longer_be_undone_has_no_button(client: Client) -> None:
    act(client, "review", note="Seen")
    act(client, "flag", state="1")
    change_as_max("flag", "2", Outcome.UNKNOWN)
    assert len(listed(client)) == 1
    act(client, "undo", undo="1")
    assert listed(client) == []


def test_a_page_of_lines_asks_no_more_than_one_line(client: Client, moderator: Membership) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as told:
            client.get(ACTIVITY)
        return len(told)

    act(client, "archive", state="on")
    act(client, "review", note="Seen")
    client.get(PAGE)
    few = queries()
    for number in range(40):
        about = {"ambassador": 100, "chatroom": 100 + number, "participant": 100}
        recording.record(moderator, Act.ARCHIVE, **about, state="on")
    assert len(listed(client)) == 42
    assert queries() == few


def test_after_the_trail_was_pruned_a_review_still_can_be_undone_where_it_stands(
    client: Client, settings: Settings
) -> None:
    settings.ACTIVITY_RETENTION_DAYS = 30
    act(client, "review", note="Seen")
    mine = last().pk
    Activity.objects.update(started=timezone.now() - timedelta(days=31))
    call_command("prune_activity", verbosity=0)
    assert undo(client, mine).status_code == 404
    assert Review.objects.get().activity is None
    act(client, "undo", undo="1")
    assert Review.objects.get().undone


def test_a_page_with_a_toast_is_whole(client: Client) -> None:
    act(client, "archive", state="on")
    page = text(client.get(PAGE))
    assert f"Archived {WHOM} Undo Retry z" in words(page)
