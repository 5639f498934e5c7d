"""POST …/chatrooms/<chatroom>/review/ : how far each of us has read a conversation"""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.core.cache import cache
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from inbox.chatrooms import reviewing, tokens
from inbox.models import Act, Membership, Note, Outcome, Review
from tests.conftest import ClientOf, Later
from tests.support.at_once import at_once
from tests.support.chatrooms import chatroom, message, participant
from tests.support.conversations import form, lines, send
from tests.support.markup import Form, words
from tests.support.pages import HTMX, INBOX, row, text, toast, told
from tests.support.trail import acts
from tests.support.upstream import Upstream

PAGE = f"{INBOX}chatrooms/8/"
LISTING = "/api/v2/chat/ambassadors/100/chatrooms"
EVIL = '"><script>alert(1)</script>'


@pytest.fixture(autouse=True)
def _said(api: Upstream) -> None:
    says(api, message(16), message(15))


def says(api: Upstream, *said: Any, **room: Any) -> None:
    """Popsell has these messages in conversation 8, newest first."""
    api.listing(chatroom(last_message=said[0] if said else None, **room))
    api.conversation(chatroom(**room), *said)


def offered(client: Client, name: str = "review") -> Form | None:
    return form(text(client.get(PAGE)), f"{name}-conversation")


def review(client: Client, note: str = "", *, htmx: bool = True) -> Any:
    return send(client, offered(client), note=note, htmx=htmx)


def said_of_it(html: str) -> str:
    """What the foot of the conversation says, or what an act makes of it."""
    if "<footer" in html:
        return words(
            html[html.index('<footer id="conversation-review"') :].partition("</footer>")[0]
        )
    return words(html[html.index('<div id="notes-8"') :].partition('<div id="review-fields')[0])


# Reviewed


def test_a_review_is_kept_with_who_and_where(
    client: Client, api: Upstream, moderator: Membership
) -> None:
    response = review(client, "  Nothing to do  ")
    assert response.status_code == 200
    found = Review.objects.get()
    assert (found.brand_id, found.chatroom, found.message) == (3, 8, 16)
    assert (found.member, found.member_name) == (moderator, "Nadia Benali")
    assert [note.text for note in found.notes.all()] == ["Nothing to do"]
    assert found.reviewed
    assert found.undone is None


def test_popsell_is_not_told(client: Client, api: Upstream) -> None:
    review(client)
    send(client, offered(client, "undo"), undo="1")
    assert {one.method for one in api.sent} == {"GET"}
    assert {one.act for one in acts()} == {Act.REVIEW, Act.UNDO_REVIEW}


@pytest.mark.parametrize("place", ["conversation", "row"])
def test_nobody_waits_for_the_list(client: Client, api: Upstream, later: Later, place: str) -> None:
    """Popsell knows nothing of this, and the page asks for news of its list by itself."""
    reviewed = offered(client)
    later(50)
    assert LISTING not in asked(api, lambda: send(client, reviewed, place=place))
    undone = offered(client, "undo")
    later(120)
    undo = partial(send, client, undone, undo="1", place=place)
    assert LISTING in asked(api, undo)


def asked(api: Upstream, act: Callable[[], Any]) -> set[str]:
    """The paths that Popsell is asked for in an act."""
    before = len(api.sent)
    assert act().status_code == 200
    return {one.path for one in api.sent[before:]}


def test_the_trail_says_who_reviewed_and_took_it_back_and_not_the_note(
    client: Client, api: Upstream, moderator: Membership
) -> None:
    review(client, "Private words")
    review(client, "Private words")
    found = offered(client, "undo")
    for _ in range(2):
        send(client, found, htmx=False, undo="1")
    done, noted, undone = acts().order_by("id")
    assert (done.act, noted.act, undone.act) == (Act.REVIEW, Act.NOTE, Act.UNDO_REVIEW)
    for one in (done, noted, undone):
        assert (one.member, one.member_name) == (moderator, "Nadia Benali")
        assert (one.ambassador, one.chatroom, one.message_shown) == (100, 8, 16)
        assert one.outcome == Outcome.DONE
        assert one.finished
        assert len(one.request_id) == 32
        assert "Private" not in repr(vars(one))


def test_row_and_transcript_show_who_reviewed_and_the_note(client: Client, api: Upstream) -> None:
    html = text(review(client, "Answered well"))
    for shown in (html, text(client.get(PAGE))):
        assert "Reviewed by Nadia Benali just now" in said_of_it(shown)
        assert "Nadia Benali just now Answered well" in said_of_it(shown)
        assert "Reviewed by Nadia Benali" in words(row(shown, 8))
        assert 'title="Answered well"' in row(shown, 8)
    assert toast(html) == "Reviewed for Léa: Sofia Duarte."
    assert "Reviewed by Nadia Benali" in words(row(text(client.get(INBOX)), 8))
    assert lines(text(client.get(PAGE)))[0][0] == "Unread by Léa"


def test_a_plain_form_comes_back_to_the_conversation(client: Client, api: Upstream) -> None:
    response = review(client, "Seen", htmx=False)
    assert (response.status_code, response["Location"]) == (302, PAGE)
    page = text(client.get(PAGE))
    assert toast(page) == "Reviewed for Léa: Sofia Duarte."
    assert "Seen" in said_of_it(page)


def test_a_newer_message_makes_it_open_again(client: Client, api: Upstream) -> None:
    review(client)
    says(api, message(18), message(17), message(16), message(15), last_read=18)
    page = text(client.get(PAGE))
    assert "Nadia Benali reviewed this just now ; newer messages came since" in said_of_it(page)
    assert "New since Nadia Benali's review" in words(row(page, 8))
    assert lines(page) == [("New since Nadia Benali's review: 2", 17)]
    review(client)
    assert "Reviewed by Nadia Benali" in said_of_it(text(client.get(PAGE)))


def test_the_newest_review_counts(
    client: Client, client_of: ClientOf, manager: Membership, api: Upstream
) -> None:
    review(client, "First look")
    html = text(review(client_of(manager), "Second look"))
    assert "Reviewed by Camille Roy" in said_of_it(html)
    assert said_of_it(html).index("Second look") < said_of_it(html).index("First look")
    assert Review.objects.count() == 2


def test_the_review_is_up_to_the_message_that_was_shown(client: Client, api: Upstream) -> None:
    found = offered(client)
    says(api, message(17), message(16))
    html = text(send(client, found))
    assert Review.objects.get().message == 16
    assert "newer messages came since" in said_of_it(html)


def test_a_message_without_id_is_reviewed_with_the_one_before(
    client: Client, api: Upstream
) -> None:
    says(api, {**message(17), "id_message": None}, message(16))
    assert review(client).status_code == 200
    assert Review.objects.get().message == 16


def test_where_no_message_has_an_id_no_review_is_offered(client: Client, api: Upstream) -> None:
    for said in ([{**message(17), "id_message": None}], []):
        says(api, *said)
        assert "Reviewed, next" not in text(client.get(PAGE))
        assert review(client).status_code == 400
    assert not Review.objects.exists()


def test_the_one_message_that_is_known_can_be_reviewed(client: Client, api: Upstream) -> None:
    """The messages are refused; the list names the last one."""
    api.listing(chatroom())
    assert review(client).status_code == 200
    assert Review.objects.get().message == 16


def test_where_the_own_side_is_not_known_a_review_is_offered_all_the_same(
    client: Client, api: Upstream
) -> None:
    says(api, message(16), ambassadors=[participant(555, 8), participant(556, 8)])
    assert review(client).status_code == 200
    assert Review.objects.get().message == 16


# Notes


@pytest.mark.parametrize("note", [EVIL, "{{ 7*7 }}", "é" * 500, "مراجعة", "a\nb"])
def test_a_note_is_text(client: Client, api: Upstream, note: str) -> None:
    assert review(client, note).status_code == 200
    assert Note.objects.get().text == note
    page = text(client.get(PAGE))
    assert "<script>alert" not in page
    assert "49" not in said_of_it(page)


def test_a_note_of_2000_characters_is_kept_and_one_more_is_refused(
    client: Client, api: Upstream
) -> None:
    response = review(client, "😀" * 2001)
    assert response.status_code == 400
    assert response["HX-Retarget"] == "#alert-review"
    assert "at most 2,000 characters. 1 is too many." in text(response)
    assert not Review.objects.exists()
    review(client, "😀" * 1000 + "\r\n" + "x" * 999)
    assert len(Note.objects.get().text) == 2000


# Twice, and undone


def test_pressing_twice_is_one_review(client: Client, api: Upstream) -> None:
    found = offered(client)
    send(client, found, note="Seen")
    send(client, found, note="Seen")
    assert Review.objects.count() == 1


def test_another_note_is_another_review(client: Client, api: Upstream) -> None:
    found = offered(client)
    send(client, found, note="Seen")
    send(client, found, note="Seen, and answered")
    assert Review.objects.count() == 2
    assert "Seen, and answered" in said_of_it(text(client.get(PAGE)))


def test_pressing_twice_is_one_review_though_another_came_between(
    client: Client, client_of: ClientOf, manager: Membership, api: Upstream
) -> None:
    found = offered(client)
    send(client, found, note="Seen")
    review(client_of(manager), "Seen by me, too")
    send(client, found, note="Seen")
    assert Review.objects.count() == 2


def test_pressing_twice_is_one_review_though_the_member_wrote_another_in_between(
    client: Client, api: Upstream
) -> None:
    """In another window. A while later the same words are sent on purpose."""
    found = offered(client)
    for note in ("Seen", "Seen elsewhere, too", "Seen"):
        send(client, found, note=note)
    assert Review.objects.count() == 2
    Review.objects.update(reviewed=timezone.now() - timedelta(minutes=1))
    send(client, found, note="Seen")
    assert Review.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_pressed_at_the_same_instant_is_one_review(
    client: Client, moderator: Membership, client_of: ClientOf, api: Upstream
) -> None:
    found = offered(client)
    clients = [client_of(moderator) for _ in range(4)]
    statuses = at_once(clients, lambda own: send(own, found, note="Seen").status_code)
    assert statuses == [200] * 4
    assert Review.objects.count() == 1


@pytest.mark.parametrize("htmx", [True, False])
def test_undo_takes_the_newest_back_and_shows_the_one_before(
    client: Client, client_of: ClientOf, manager: Membership, api: Upstream, htmx: bool
) -> None:
    review(client, "First look")
    review(client_of(manager), "Second look")
    response = send(client, offered(client, "undo"), htmx=htmx, undo="1")
    page = text(response if htmx else client.get(PAGE))
    assert toast(page) == "The review is taken back for Léa: Sofia Duarte."
    assert "Reviewed by Nadia Benali" in said_of_it(page)
    undone = Review.objects.get(notes__text="Second look")
    assert undone.undone
    assert undone.undone_by == "Nadia Benali"


def test_undo_with_nothing_to_undo_says_so(client: Client, api: Upstream) -> None:
    review(client)
    found = offered(client, "undo")
    send(client, found, undo="1")
    html = text(send(client, found, undo="1"))
    assert toast(html) == "This was undone already for Léa: Sofia Duarte."
    assert offered(client, "undo") is None
    assert "Reviewed" not in words(row(html, 8))


def test_only_the_review_that_the_page_shows_is_taken_back(
    client: Client, client_of: ClientOf, manager: Membership, api: Upstream
) -> None:
    review(client, "Mine")
    mine = offered(client, "undo")
    says(api, message(17), message(16))
    review(client_of(manager), "Of a newer message")
    html = text(send(client, mine, undo="1"))
    assert "was changed again meanwhile by Camille" in toast(html)
    assert Review.objects.filter(undone=None).count() == 2


@pytest.mark.parametrize("number", ["", "x", "0", "9" * 19, "0" * 30 + "1", "²"])
def test_nonsense_takes_no_review_back(client: Client, api: Upstream, number: str) -> None:
    review(client)
    html = text(send(client, offered(client, "undo"), undo="1", review=number))
    assert "There was no review to take back" in html
    assert Review.objects.filter(undone=None).count() == 1


def test_what_was_undone_can_be_reviewed_again(client: Client, api: Upstream) -> None:
    review(client)
    send(client, offered(client, "undo"), undo="1")
    review(client)
    assert Review.objects.filter(undone=None).count() == 1


# When Popsell fails


def test_a_review_is_told_where_popsell_cannot_be_read(client: Client, api: Upstream) -> None:
    found = offered(client)
    api.answer("GET", 500)
    cache.clear()
    response = send(client, found, note="Seen")
    assert response.status_code == 200
    assert response["HX-Retarget"] == "#alert-conversation"
    assert "Reviewed for Ambassador 100: conversation 8." in told(text(response))
    assert Review.objects.count() == 1


def test_retry_after_an_undo_that_failed_undoes(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    review(client)

    def fail(*_which: object, **_about: object) -> None:
        raise OperationalError("the connection is lost")

    monkeypatch.setattr(reviewing, "undo_review", fail)
    response = send(client, offered(client, "undo"), undo="1")
    assert response.status_code == 503
    assert response["HX-Retarget"] == "#alert-review"
    assert 'form="undo-conversation" name="undo" value="1"' in text(response)
    page = text(send(client, offered(client, "undo"), undo="1", htmx=False))
    assert '<input type="hidden" name="undo" value="1">' in page


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
    assert client.get(f"{PAGE}review/").status_code == 405
    assert client.post(f"{PAGE}review/", headers=HTMX).status_code == 400
    assert client.post(f"{PAGE}review/", {"undo": "1"}, headers=HTMX).status_code == 400
    assert api.sent == []
    assert not Review.objects.exists()


def test_a_token_of_another_conversation_is_refused(client: Client, api: Upstream) -> None:
    found = offered(client)
    assert found
    for path in (f"{INBOX}chatrooms/9/", "/brands/3/ambassadors/101/chatrooms/8/"):
        assert client.post(f"{path}review/", found.fields, headers=HTMX).status_code == 400
    assert not Review.objects.exists()


def test_an_expired_token_says_so(
    client: Client, api: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = offered(client)
    monkeypatch.setattr(tokens, "LIFETIME", timedelta(seconds=-1))
    assert send(client, found).status_code == 409
    assert not Review.objects.exists()


def test_a_viewer_sees_the_review_and_no_form(
    client: Client, client_of: ClientOf, viewer: Membership, api: Upstream
) -> None:
    review(client, "Answered well")
    page = text(client_of(viewer).get(PAGE))
    told = "Reviewed by Nadia Benali just now Nadia Benali just now Answered well"
    assert said_of_it(page) == told
    assert "<form" not in page[page.index('<footer id="conversation-review"') :]


def test_a_review_is_of_one_brand(
    client: Client, client_of: ClientOf, neighbour: Membership, api: Upstream
) -> None:
    review(client, "Answered well")
    other = Review.objects.get()
    other.pk, other.brand, other.member_name = None, neighbour.brand, "Nils Berg"
    other.save()
    assert "Nils Berg" not in text(client.get(PAGE))
    send(client, offered(client, "undo"), undo="1")
    assert Review.objects.get(brand=neighbour.brand).undone is None


def test_the_name_stands_as_it_was(client: Client, api: Upstream, moderator: Membership) -> None:
    review(client)
    moderator.user.name = EVIL
    moderator.user.save()
    assert "Reviewed by Nadia Benali" in said_of_it(text(client.get(PAGE)))
    review(client, "again")
    assert EVIL not in text(client.get(PAGE))
