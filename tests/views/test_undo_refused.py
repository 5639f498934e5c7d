"""What is not undone, by POST /brands/<brand>/activity/<record>/undo/, and when Popsell fails"""

import pytest
from django.db import OperationalError
from django.test import Client
from pytest_django import Settings

from inbox.activity import recording
from inbox.chatrooms import acts as actions
from inbox.chatrooms import tokens, undoing
from inbox.models import Act, Membership, Outcome, Review
from tests.conftest import ClientOf
from tests.support.at_once import at_once
from tests.support.chatrooms import chatroom, message
from tests.support.conversations import form
from tests.support.pages import HTMX, INBOX, text, toast
from tests.support.trail import acts
from tests.support.undoing import (
    ACTIVITY,
    OTHER,
    PAGE,
    WHOM,
    act,
    change_as_max,
    last,
    offers,
    two_rooms,
    undo,
)
from tests.support.upstream import Upstream

BY_MAX = "Léa's conversation with Sofia Duarte was changed again meanwhile by Max Weber"


@pytest.fixture(autouse=True)
def _two_rooms(api: Upstream) -> None:
    two_rooms(api)


# Refusals


@pytest.mark.parametrize("htmx", [True, False])
def test_what_was_changed_again_meanwhile_stays(client: Client, api: Upstream, htmx: bool) -> None:
    act(client, "flag", state="1")
    mine = last().pk
    change_as_max("flag", "2")
    api.sent.clear()
    response = undo(client, mine, htmx=htmx)
    page = text(response if htmx else client.get(PAGE))
    assert toast(page) == f"{BY_MAX}: nothing was undone."
    assert not api.calls("PATCH")


def test_what_may_have_been_changed_again_stays(client: Client, api: Upstream) -> None:
    act(client, "flag", state="1")
    mine = last().pk
    change_as_max("flag", "2", Outcome.UNKNOWN)
    api.sent.clear()
    assert toast(text(undo(client, mine))).startswith(BY_MAX)
    assert not api.calls("PATCH")


def test_what_was_refused_meanwhile_changed_nothing(client: Client) -> None:
    act(client, "flag", state="1")
    mine = last().pk
    change_as_max("flag", "2", Outcome.REFUSED)
    assert toast(text(undo(client, mine))) == f"Flag taken away {WHOM}"


def test_a_change_of_another_kind_or_side_is_no_hindrance(client: Client) -> None:
    act(client, "archive", state="on")
    mine = last().pk
    change_as_max("block", "on")
    act(client, "archive", OTHER, state="on")
    assert toast(text(undo(client, mine))) == f"Taken out of the archive {WHOM}"


@pytest.mark.parametrize(("kind", "fields"), [("archive", {"state": "on"}), ("review", {})])
def test_what_was_undone_is_not_undone_again(
    client: Client, api: Upstream, kind: str, fields: dict[str, str]
) -> None:
    act(client, kind, PAGE, **fields)
    mine = last().pk
    undo(client, mine)
    before = acts().count()
    api.sent.clear()
    assert toast(text(undo(client, mine))) == f"This was undone already {WHOM}"
    assert not api.calls("PATCH")
    assert acts().count() == before


def test_a_review_that_another_followed_stays(
    client: Client, client_of: ClientOf, manager: Membership
) -> None:
    act(client, "review", note="Seen")
    mine = last().pk
    act(client_of(manager), "review", note="Seen, too")
    told = toast(text(undo(client, mine)))
    assert told.endswith("changed again meanwhile by Camille Roy: nothing was undone.")
    assert not Review.objects.exclude(undone=None).exists()


@pytest.mark.parametrize("outcome", [Outcome.SENT, Outcome.REFUSED, Outcome.UNKNOWN])
def test_what_is_not_known_to_be_done_is_not_undone(
    client: Client, api: Upstream, outcome: str
) -> None:
    act(client, "archive", state="on")
    acts().update(outcome=outcome)
    api.sent.clear()
    told = toast(text(undo(client, last().pk)))
    assert ("It is not known" in told) is (outcome != Outcome.REFUSED)
    assert ("There is nothing to undo." in told) is (outcome == Outcome.REFUSED)
    assert not api.calls("PATCH")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_of_what_was_refused_it_is_known_that_it_was_not_done(
    client: Client, moderator: Membership, language: str
) -> None:
    act(client, "archive", state="on")
    acts().update(outcome=Outcome.REFUSED)
    moderator.user.language = language
    moderator.user.save()
    told = {
        "en": f"This was not done {WHOM} There is nothing to undo.",
        "fr": "Cela n’a pas été fait pour Léa\N{NO-BREAK SPACE}: Sofia Duarte. "
        "Il n’y a rien à annuler.",
    }
    assert toast(text(undo(client, last().pk))) == told[language]


def test_a_review_from_before_they_were_linked_has_no_undo_here(client: Client) -> None:
    act(client, "review", note="Seen")
    Review.objects.update(activity=None)
    assert offers(text(client.get(ACTIVITY))) == [] or toast(text(client.get(ACTIVITY)))
    assert toast(text(undo(client, last().pk))) == f"There is nothing to undo {WHOM}"
    assert form(text(client.get(PAGE)), "undo-conversation")


@pytest.mark.parametrize("kind", [Act.READ, Act.VIEW, Act.REVEAL, Act.UNDO_REVIEW, Act.INVITE])
def test_an_act_without_an_opposite_is_refused(
    client: Client, moderator: Membership, kind: Act
) -> None:
    about = {"ambassador": 100, "chatroom": 8, "participant": 100}
    response = undo(client, recording.record(moderator, kind, **about).pk)
    assert response.status_code == 400


def test_who_may(
    client: Client,
    client_of: ClientOf,
    viewer: Membership,
    neighbour: Membership,
    api: Upstream,
) -> None:
    act(client, "archive", state="on")
    address = f"{ACTIVITY}{last().pk}/undo/"
    api.sent.clear()
    assert "/accounts/login/" in Client().post(address)["Location"]
    assert undo(client_of(viewer), address).status_code == 403
    assert undo(client_of(neighbour), address).status_code == 404
    assert undo(client_of(neighbour), address.replace("/3/", "/8/")).status_code == 404
    assert client.get(address).status_code == 405
    careful = Client(enforce_csrf_checks=True, headers=HTMX)
    careful.cookies = client.cookies
    assert careful.post(address, {"act": "undo"}).status_code == 403
    assert undo(client, 999_999).status_code == 404
    assert not api.sent
    assert acts().count() == 1


# At once


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["archive", "review"])
def test_pressed_at_the_same_instant_it_is_undone_once(
    client: Client, client_of: ClientOf, moderator: Membership, api: Upstream, kind: str
) -> None:
    act(client, kind, PAGE, **({"state": "on"} if kind == "archive" else {}))
    mine = last().pk
    clients = [client_of(moderator) for _ in range(4)]
    api.sent.clear()
    answers = at_once(range(4), lambda number: undo(clients[number], mine))
    assert [one.status_code for one in answers] == [200] * 4
    assert len(api.calls("PATCH")) == (kind == "archive")
    assert acts().count() == 2


def test_a_change_between_the_look_and_the_act_is_not_overwritten(
    client: Client, moderator: Membership, api: Upstream
) -> None:
    """Somebody else's, which sets yet another flag."""
    act(client, "flag", state="1")
    mine = last()
    change_as_max("flag", "2")
    api.sent.clear()
    target = undoing.target_of(mine)
    assert isinstance(target, tokens.Target)
    assert not actions.change(moderator, target, Act.FLAG, "none", mine.pk, alone=True).sent
    assert not api.calls("PATCH")


# When Popsell fails


@pytest.mark.parametrize(("status", "ours"), [(403, 403), (500, 502), (429, 503)])
def test_a_refusal_is_said_in_the_toast_which_tries_again(
    client: Client, api: Upstream, status: int, ours: int
) -> None:
    act(client, "archive", state="on")
    mine = last().pk
    api.answer("PATCH", status)
    response = undo(client, mine)
    assert response.status_code == ours
    assert (response["HX-Retarget"], response["HX-Reswap"]) == ("#toast", "innerHTML")
    html = text(response)
    assert "Nothing was changed" in html
    assert "Retry" in html
    assert offers(html) == [f"{ACTIVITY}{mine}/undo/"]
    api.answer("PATCH", body={"message": None})
    assert toast(text(undo(client, mine))) == f"Taken out of the archive {WHOM}"


@pytest.mark.parametrize("htmx", [True, False])
def test_an_outcome_that_is_not_known_is_said_and_can_be_tried_again(
    client: Client, api: Upstream, htmx: bool
) -> None:
    act(client, "archive", state="on")
    mine = last().pk
    api.drop("PATCH")
    response = undo(client, mine, htmx=htmx)
    assert response.status_code == 504
    assert "may have arrived all the same" in text(response)
    (address,) = offers(text(response))
    api.recover()
    _well(api)
    assert undo(client, address, htmx=htmx).status_code in {200, 302}
    assert toast(text(client.get(PAGE))) == f"Taken out of the archive {WHOM}"


def _well(api: Upstream) -> None:
    api.listing(chatroom(8), chatroom(9))
    api.conversation(chatroom(8), message(16))
    api.answer("PATCH", body={"message": None})


@pytest.mark.parametrize(
    ("pressed", "back"),
    [
        (PAGE, PAGE),
        (f"{PAGE}?page=2", f"{PAGE}?page=2"),
        (f"{INBOX}?unread=1", f"{INBOX}?unread=1"),
        (ACTIVITY, PAGE),
        ("", PAGE),
    ],
)
def test_the_page_that_says_so_leads_back_to_the_conversation(
    client: Client, api: Upstream, pressed: str, back: str
) -> None:
    act(client, "archive", state="on")
    api.drop("PATCH")
    came = {"Referer": f"http://testserver{pressed}"} if pressed else {}
    response = client.post(f"{ACTIVITY}{last().pk}/undo/", {"act": "undo"}, headers=came)
    assert response.status_code == 504
    assert f'<a class="button" href="{back}">Read the inbox again</a>' in text(response)


def test_so_does_the_page_where_the_database_is_away(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    act(client, "archive", state="on")
    mine = last().pk

    def fail(*_which: object, **_about: object) -> None:
        raise OperationalError("the connection is lost")

    monkeypatch.setattr(undoing, "undo", fail)
    response = undo(client, mine, htmx=False)
    assert response.status_code == 503
    assert f'<a class="button" href="{PAGE}">Read the inbox again</a>' in text(response)


def test_too_many_calls_in_a_minute_say_when_to_go_on(
    client: Client, api: Upstream, settings: Settings
) -> None:
    act(client, "archive", state="on")
    settings.MEMBER_CALLS_PER_MINUTE = 1
    response = undo(client, last().pk)
    assert response.status_code == 429
    assert int(response["Retry-After"]) > 0
    assert "You can go on in" in text(response)
