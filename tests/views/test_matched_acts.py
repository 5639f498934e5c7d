"""A list that the index answers: acts on its rows, and conversations beside it"""

from django.test import Client

from inbox.models import IndexedChatroom, Membership
from tests.conftest import ClientOf
from tests.support.chatrooms import Json, lea, message, participant
from tests.support.markup import attribute, every, form, has, link, one, words
from tests.support.matched import found, inbox_of, read_whole, room
from tests.support.pages import HTMX, INBOX, button, is_unread, press, row, rows, text
from tests.support.upstream import Upstream

UNREAD = f"{INBOX}?unread=1"


def sixty(api: Upstream, *unread: int) -> list[Json]:
    """All of these were read into the index: 30 stands further down than the newest page."""
    rooms = api.inbox(inbox_of(60, lambda number: number in unread)).rooms
    read_whole()
    return rooms


def test_a_row_stays_where_it_is_and_is_changed(client: Client, api: Upstream) -> None:
    for number in (5, 30):
        rooms = sixty(api, 5, 30)
        page = text(client.get(UNREAD))
        assert rows(page) == [5, 30]
        api.answer("POST", body=message(16, content="As answered"))
        rooms[number - 1] = room(number)
        api.inbox(rooms)
        response = press(client, button(row(page, number)))
        assert "HX-Refresh" not in response
        changed = row(text(response), number)
        assert not is_unread(changed)
        assert "As answered" in words(changed)
        assert words(one(text(response), "#unread")) == "1"
        assert rows(text(client.get(UNREAD))) == [35 - number]
        IndexedChatroom.objects.all().delete()


def test_a_row_stays_even_where_others_came_before_it(client: Client, api: Upstream) -> None:
    rooms = sixty(api, *range(1, 61))
    page = text(client.get(UNREAD))
    far = rows(page)[-1]
    rooms[0:0] = [
        room(number, unread=True, last_message=message(16, date_insert="2026-11-21T09:40:00Z"))
        for number in range(100, 110)
    ]
    api.inbox(rooms)
    api.answer("POST", body=message(16, content="As answered"))
    response = press(client, button(row(page, far)))
    assert "HX-Refresh" not in response
    assert "As answered" in words(row(text(response), far))


def test_a_plain_form_comes_back_to_its_row_though_it_matches_no_more(
    client: Client, api: Upstream
) -> None:
    rooms = sixty(api, 30, 40)
    page = text(client.get(UNREAD))
    api.answer("POST", body=message(16))
    rooms[29] = room(30)
    api.inbox(rooms)
    response = press(client, button(row(page, 30)), htmx=False)
    assert response["Location"] == f"{INBOX}?unread=1&stays=30#chatroom-30"
    page = text(client.get(response["Location"]))
    assert rows(page) == [30, 40]
    assert not is_unread(row(page, 30))
    assert found(client, "unread=1") == [40]


def test_a_guest_accounts_conversation_is_marked_from_what_is_kept(
    client: Client, api: Upstream
) -> None:
    """Who stands for the ambassador is known, though nothing but the number is kept of them."""
    rooms = inbox_of(60, lambda _: False)
    people = [participant(3001, 30, 15, customer_id="C-100"), participant(555, 30)]
    rooms[29] = room(30, ambassadors=people)
    api.inbox(rooms)
    read_whole()
    page = text(client.get(UNREAD))
    assert rows(page) == [30]
    assert "via guest account 3001" in words(row(page, 30))
    api.answer("POST", body=message(16))
    response = press(client, button(row(page, 30)))
    assert not is_unread(row(text(response), 30))
    assert "/chatrooms/30/ambassadors/3001/" in api.calls("POST")[0].path


def test_a_conversation_opens_beside_the_same_page_of_the_list(
    client: Client, api: Upstream
) -> None:
    rooms = sixty(api, *range(1, 61))
    first = text(client.get(UNREAD))
    following = attribute(one(first, ".pager [rel=next]"), "href")
    second = text(client.get(following))
    number = rows(second)[3]
    api.conversation(rooms[number - 1], message(16))
    address = attribute(one(second, f"#open-{number}"), "href")
    page = text(client.get(address))
    assert rows(page) == rows(second)
    assert has(page, f"#open-{number}[aria-current]")
    back = attribute(one(page, "a.conversation-back"), "href")
    assert back == f"{following}#open-{number}"
    assert "Hello!" in words(one(page, "#conversation"))


def test_an_act_in_the_open_conversation_changes_its_row(client: Client, api: Upstream) -> None:
    """At once, though the index learns of it only once the answer is out."""
    rooms = sixty(api, 30)
    people = [lea(30, 15), participant(555, 30)]
    people[0]["chatroom_pivot_data"][0]["archived"] = True
    api.conversation(rooms[29], message(16))
    page = text(client.get(f"{INBOX}chatrooms/30/?unread=1"))
    archive = form(page, "form[action$='/archive/']")
    api.answer("PATCH", body={"message": "Chatroom archived successfully"})
    api.conversation(room(30, unread=True, ambassadors=people), message(16))
    answer = text(client.post(archive.action, archive.fields, headers=HTMX))
    assert "Archived" in words(row(answer, 30))
    page = text(client.get(UNREAD))
    assert "Archived" in words(row(page, 30))
    assert rows(text(client.get(f"{UNREAD}&archived=0"))) == []


def test_a_review_takes_a_row_out_of_what_is_not_reviewed(client: Client, api: Upstream) -> None:
    rooms = sixty(api)
    api.conversation(rooms[29], message(16))
    page = text(client.get(f"{INBOX}chatrooms/30/?unreviewed=1&after=0.0.1"))
    review = form(page, "form:has(#review-button)")
    answer = text(client.post(review.action, review.fields, headers=HTMX))
    assert "Reviewed by Nadia" in words(row(answer, 30))
    shown = found(client, "unreviewed=1")
    assert 30 not in shown
    assert len(shown) == 59


def test_all_of_a_page_are_marked_by_hand(client: Client, api: Upstream) -> None:
    sixty(api, *range(10, 61, 10))
    several = form(text(client.get(UNREAD)), "form#several")
    assert several.fields == {"page": "1", "query": "unread=1"}
    assert "Mark all 6 on this page read" in several.words
    question = text(client.get(f"{INBOX}read/", {**several.fields, "all": "1"}))
    assert len(every(question, "[name=act]")) == 6
    some = text(client.get(f"{INBOX}read/", {**several.fields, "chatroom": ["30", "60"]}))
    assert len(every(some, "[name=act]")) == 2
    assert link(some, "Cancel") == UNREAD
    api.answer("POST", body=message(16))
    chosen = [attribute(one, "value") for one in every(some, "[name=act]")]
    answer = client.post(f"{INBOX}read/", {"act": chosen, "page": "1", "query": "unread=1"})
    assert answer["Location"] == UNREAD
    assert len(api.calls("POST")) == 2


def test_a_claim_and_a_note_stand_in_a_kept_row(
    client: Client, api: Upstream, client_of: ClientOf, manager: Membership
) -> None:
    rooms = sixty(api, 30)
    api.conversation(rooms[29], message(16))
    other = client_of(manager)
    page = text(other.get(f"{INBOX}chatrooms/30/"))
    hold = form(page, "form:has(#hold-button)")
    other.post(hold.action, hold.fields, headers=HTMX)
    assert "Camille Roy has it" in words(row(text(client.get(UNREAD)), 30))


def test_what_is_kept_stands_for_no_conversation(client: Client, api: Upstream) -> None:
    """The beginning of a message is none: what Popsell refuses is not shown."""
    sixty(api, 30)
    response = client.get(f"{INBOX}chatrooms/30/?unread=1")
    assert response.status_code == 404
    assert "Hello!" not in text(response)
