"""…/chatrooms/<chatroom>/draft/ : a note that somebody has not finished"""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inbox.accounts import members
from inbox.chatrooms import notes, tokens
from inbox.chatrooms.notes import Draft, Known
from inbox.models import Membership, Note, NoteDraft
from inbox.views import note as view
from tests.conftest import ClientOf, Later
from tests.support.at_once import at_once
from tests.support.chatrooms import chatroom, message
from tests.support.conversations import form
from tests.support.pages import HTMX, INBOX, text
from tests.support.runs import many
from tests.support.upstream import Upstream

PAGE = f"{INBOX}chatrooms/8/"
DRAFT = f"{PAGE}draft/"
MANY = settings(
    max_examples=many(40),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture(autouse=True)
def _said(api: Upstream) -> None:
    view._saves.clear()
    api.listing(chatroom(last_message=message(16)))
    api.conversation(chatroom(), message(16))


def act(client: Client) -> str:
    found = form(text(client.get(PAGE)), "review-conversation")
    assert found
    return found.fields["act"]


def save(client: Client, words: str, version: int, **more: str) -> Any:
    sent = {"act": act(client), "note": words, "draft": str(version), **more}
    return client.post(DRAFT, sent, headers=HTMX)


def send(client: Client, note: str, version: int, where: str = "note", **more: str) -> Any:
    sent = {"act": act(client), "note": note, "draft": str(version), **more}
    return client.post(f"{PAGE}{where}/", {**sent, "place": "conversation"}, headers=HTMX)


def live_session() -> str:
    session = SessionStore()
    session.save()
    return str(session.session_key)


def stored(client: Client) -> tuple[str, int]:
    told = client.get(DRAFT).json()
    return told["text"], told["version"]


# Kept


def test_a_draft_is_kept_and_comes_back_with_its_form(client: Client, api: Upstream) -> None:
    answer = save(client, "Half a\r\nnote ", 0)
    assert (answer.status_code, answer.json()["version"]) == (200, 1)
    assert stored(client) == ("Half a\nnote ", 1)
    for headers in ({}, HTMX):
        page = text(client.get(PAGE, headers=headers))
        assert "Half a\nnote </textarea>" in page
        assert '<input type="hidden" name="draft" value="1">' in page
    assert not Note.objects.exists()
    assert {one.method for one in api.sent} == {"GET"}


def test_each_conversation_and_each_member_has_their_own(
    client: Client, client_of: ClientOf, manager: Membership, api: Upstream
) -> None:
    save(client, "Mine", 0)
    assert stored(client_of(manager)) == ("", 0)
    save(client_of(manager), "Hers", 0)
    assert stored(client) == ("Mine", 1)
    assert client.get(f"{INBOX}chatrooms/9/draft/").json()["text"] == ""


def test_nobody_else_sees_it(
    client: Client, client_of: ClientOf, manager: Membership, viewer: Membership
) -> None:
    save(client, "Xylophone", 0)
    for who in (manager, viewer):
        for path in (PAGE, INBOX):
            assert "Xylophone" not in text(client_of(who).get(path))


# Versions


def test_a_save_that_knows_another_version_is_told_what_is_stored(client: Client) -> None:
    save(client, "Of the first window", 0)
    answer = save(client, "Of the second", 0)
    assert answer.status_code == 409
    told = answer.json()
    assert (told["text"], told["version"]) == ("Of the first window", 1)
    assert stored(client) == ("Of the first window", 1)
    assert save(client, "Of the second", 1).status_code == 200


def test_the_same_text_again_changes_nothing(client: Client) -> None:
    """Its first answer may have been lost."""
    save(client, "Half", 0)
    answer = save(client, "Half", 0)
    assert (answer.status_code, answer.json()["version"]) == (200, 1)


def test_a_page_that_leaves_while_it_saves_is_known_by_what_it_saved(client: Client) -> None:
    save(client, "Half", 0)
    assert save(client, "Half a note", 0, before="Half").status_code == 200
    assert stored(client) == ("Half a note", 2)
    assert save(client, "Of another window", 0, before="Hal").status_code == 409


@pytest.mark.parametrize("where", ["note", "review"])
def test_what_was_sent_is_not_brought_back_by_a_late_save(client: Client, where: str) -> None:
    for version in (0, 2):
        save(client, "Seen", version)
        answer = send(client, "Seen", version + 1, where)
        assert answer["Inbox-Draft"] == str(version + 2)
        late = save(client, "See", version + 1)
        assert (late.status_code, late.json()["text"]) == (409, "")
        assert stored(client) == ("", version + 2)


def test_also_where_nothing_of_it_was_saved_before(client: Client) -> None:
    send(client, "Seen", 0)
    assert save(client, "Seen", 0).status_code == 409
    assert stored(client) == ("", 1)


def test_a_save_that_came_just_before_goes_with_the_note(client: Client) -> None:
    """The page had not heard of it, and sends the version of before."""
    save(client, "Seen, and", 0)
    send(client, "Seen", 0, before="Seen, and")
    assert stored(client) == ("", 2)
    save(client, "Seen twice", 2)
    send(client, "Seen twice", 2)
    assert stored(client) == ("", 4)


def test_a_note_leaves_what_another_window_holds(client: Client) -> None:
    save(client, "Of another window", 0)
    answer = send(client, "Mine", 0)
    assert answer["Inbox-Draft"] == "1 text"
    assert stored(client) == ("Of another window", 1)
    assert Note.objects.get().text == "Mine"


def test_a_review_without_a_note_makes_no_draft(client: Client) -> None:
    send(client, "", 0, "review")
    assert not NoteDraft.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_those_who_save_at_the_same_moment_one_wins(
    client_of: ClientOf, moderator: Membership, api: Upstream
) -> None:
    clients = [client_of(moderator) for _ in range(4)]
    token = act(clients[0])

    def press(number: int) -> int:
        sent = {"act": token, "note": f"Text {number}", "draft": "0"}
        return int(clients[number].post(DRAFT, sent, headers=HTMX).status_code)

    assert sorted(at_once(range(4), press)) == [200, 409, 409, 409]
    assert NoteDraft.objects.get().version == 1


@pytest.mark.django_db(transaction=True)
def test_a_note_and_saves_at_the_same_moment_leave_nothing_of_it(
    client_of: ClientOf, moderator: Membership, api: Upstream
) -> None:
    clients = [client_of(moderator) for _ in range(4)]
    token = act(clients[0])

    def press(number: int) -> int:
        sent = {"act": token, "note": "Seen", "draft": "0", "place": "conversation"}
        path = DRAFT if number else f"{PAGE}note/"
        return int(clients[number].post(path, sent, headers=HTMX).status_code)

    assert set(at_once(range(4), press)) <= {200, 409}
    assert NoteDraft.objects.get().text == ""
    assert Note.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("where", ["note", "review"])
def test_the_first_save_and_the_note_at_the_same_moment_do_not_wait_for_each_other(
    client_of: ClientOf, moderator: Membership, api: Upstream, where: str
) -> None:
    clients = [client_of(moderator) for _ in range(2)]
    token = act(clients[0])
    sent = {"act": token, "draft": "0", "place": "conversation"}

    def press(number: int) -> int:
        if number:
            path, fields = f"{PAGE}{where}/", {"note": "Seen", "before": "See"}
        else:
            path, fields = DRAFT, {"note": "See"}
        return int(clients[number].post(path, {**sent, **fields}, headers=HTMX).status_code)

    for _ in range(5):
        NoteDraft.objects.all().delete()
        saved, written = at_once(range(2), press)
        assert (saved in {200, 409}, written) == (True, 200)


@pytest.mark.django_db(transaction=True)
def test_windows_that_save_what_is_old_at_the_same_moment_get_along(
    client_of: ClientOf, moderator: Membership, api: Upstream
) -> None:
    old = timezone.now() - timedelta(days=8)
    clients = [client_of(moderator) for _ in range(4)]
    token = act(clients[0])

    def press(number: int) -> int:
        sent = {"act": token, "note": f"Text {number}", "draft": "1"}
        return int(clients[number].post(DRAFT, sent, headers=HTMX).status_code)

    for _ in range(5):
        NoteDraft.objects.all().delete()
        for room in (8, 9, 10):
            NoteDraft.objects.create(
                member=moderator, chatroom=room, text="Old", version=1, saved=old
            )
        assert sorted(at_once(range(4), press)) == [200, 409, 409, 409]


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["save", "send"]),
        st.text("ab \n", max_size=3),
        st.integers(0, 6),
        st.none() | st.text("ab \n", max_size=3),
    ),
    max_size=12,
)


@MANY
@given(steps=STEPS)
def test_whatever_comes_in_whatever_order_versions_rise_and_nothing_is_overwritten_unknown(
    moderator: Membership, steps: list[tuple[str, str, int, str | None]]
) -> None:
    NoteDraft.objects.all().delete()
    session = live_session()
    for step, words, version, before in steps:
        was, known = notes.draft_of(moderator, 8), Known(version, before)
        fits = version == was.version or (version + 1, before) == (was.version, was.text)
        if step == "save":
            kept = notes.save_draft(moderator, 8, words, known, session)
            assert (kept is None) is not (fits or words == was.text)
        else:
            notes.spend_draft(moderator, 8, words.strip(), known)
        now = notes.draft_of(moderator, 8)
        assert now.version >= was.version
        assert (now.version > was.version) or now == was
        if now.text != was.text:
            assert fits or (step, now.text) == ("send", "")


# How long


def test_after_seven_days_it_is_gone(client: Client, later: Later) -> None:
    save(client, "Half", 0)
    NoteDraft.objects.update(saved=timezone.now() - timedelta(days=7, seconds=1))
    assert stored(client) == ("", 1)
    assert "Half" not in text(client.get(PAGE))
    call_command("prune_activity", verbosity=0)
    assert not NoteDraft.objects.exclude(text="").exists()


def test_its_version_stays_so_that_no_page_that_is_open_overwrites_another(client: Client) -> None:
    save(client, "Of the first window", 0)
    NoteDraft.objects.update(saved=timezone.now() - timedelta(days=8))
    call_command("prune_activity", verbosity=0)
    token = act(client)
    sent = {"act": token, "note": "Of the second window", "draft": "1"}
    assert client.post(DRAFT, sent, headers=HTMX).json()["version"] == 2
    assert save(client, "Of the first window, and more", 1).status_code == 409
    assert stored(client) == ("Of the second window", 2)


def test_after_a_year_the_version_goes_too(client: Client) -> None:
    save(client, "Half", 0)
    NoteDraft.objects.update(saved=timezone.now() - timedelta(days=366))
    call_command("prune_activity", verbosity=0)
    assert NoteDraft.objects.get().text == ""
    call_command("prune_activity", verbosity=0)
    assert not NoteDraft.objects.exists()


def test_the_next_save_empties_what_is_too_old_of_the_same_member(
    client: Client, moderator: Membership, manager: Membership
) -> None:
    old = {"text": "Half", "saved": timezone.now() - timedelta(days=8)}
    for member, room in ((moderator, 8), (moderator, 9), (manager, 8)):
        NoteDraft.objects.create(member=member, chatroom=room, **old)
    assert save(client, "New", 0).status_code == 200
    left = NoteDraft.objects.order_by("id").values_list("member", "chatroom", "text")
    assert list(left) == [
        (moderator.pk, 8, "New"),
        (moderator.pk, 9, ""),
        (manager.pk, 8, "Half"),
    ]


def test_signing_out_of_the_last_browser_empties_it(
    client: Client, client_of: ClientOf, moderator: Membership
) -> None:
    other = client_of(moderator)
    for one in (client, other):
        one.get("/accounts/sessions/")  # where they are listed, as a sign-in does
    save(client, "Half", 0)
    client.post("/accounts/logout/")
    assert notes.draft_of(moderator, 8) == Draft("Half", 1)
    other.post("/accounts/logout/")
    assert notes.draft_of(moderator, 8) == Draft("", 1)


@pytest.mark.django_db(transaction=True)
def test_a_save_at_the_same_moment_brings_nothing_back(
    client_of: ClientOf, moderator: Membership, api: Upstream
) -> None:
    for _ in range(6):
        client = client_of(moderator)
        client.get("/accounts/sessions/")
        other = Client()
        other.cookies = client.cookies
        version = notes.draft_of(moderator, 8).version
        sent = {"act": act(client), "note": "Half", "draft": str(version)}

        def press(
            number: int, client: Client = client, other: Client = other, sent: Any = sent
        ) -> int:
            if number:
                return int(other.post(DRAFT, sent, headers=HTMX).status_code)
            return int(client.post("/accounts/logout/").status_code)

        assert at_once(range(2), press)[1] in {200, 401}
        assert notes.draft_of(moderator, 8).text == ""


def test_signing_out_everywhere_empties_it(
    client: Client, client_of: ClientOf, moderator: Membership, manager: Membership
) -> None:
    client_of(moderator)
    save(client, "Half", 0)
    save(client_of(manager), "Hers", 0)
    client.post("/accounts/sessions/", {"end": "everywhere"})
    assert notes.draft_of(moderator, 8) == Draft("", 1)
    assert notes.draft_of(manager, 8) == Draft("Hers", 1)


def test_being_sent_away_empties_it(
    client: Client, moderator: Membership, manager: Membership
) -> None:
    save(client, "Half", 0)
    members.deactivate(manager, moderator)
    assert notes.draft_of(moderator, 8) == Draft("", 1)


def test_what_an_open_page_still_shows_can_be_saved_after_signing_in_again(
    client: Client, client_of: ClientOf, moderator: Membership
) -> None:
    save(client, "Half", 0)
    client.post("/accounts/logout/")
    assert save(client_of(moderator), "Half a note", 1).status_code == 200


# What is refused


def test_more_than_ten_thousand_characters_are_refused(client: Client) -> None:
    assert save(client, "😀" * 10_000, 0).status_code == 200
    answer = save(client, "😀" * 10_001, 1)
    assert answer.status_code == 400
    assert "at most 10,000 characters" in text(answer)
    assert stored(client) == ("😀" * 10_000, 1)


@pytest.mark.parametrize("version", ["", "x", "-1", "²", "9" * 40, "1.0"])
def test_nonsense_for_a_version_overwrites_nothing(client: Client, version: str) -> None:
    save(client, "Half", 0)
    sent = {"act": act(client), "note": "Other", "draft": version}
    assert client.post(DRAFT, sent, headers=HTMX).status_code == 409
    assert stored(client) == ("Half", 1)


def test_only_who_writes_for_the_brand_has_drafts(
    client: Client,
    client_of: ClientOf,
    viewer: Membership,
    manager: Membership,
    neighbour: Membership,
) -> None:
    sent = {"act": act(client), "note": "Half", "draft": "0"}
    for who, status in ((neighbour, 404), (viewer, 403), (manager, 400)):
        assert client_of(who).post(DRAFT, sent).status_code == status
    assert client.post(f"{INBOX}chatrooms/9/draft/", sent).status_code == 400
    assert Client().get(DRAFT).status_code == 302
    assert not NoteDraft.objects.exists()


def test_it_is_kept_though_the_page_is_more_than_a_day_old(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = act(client)
    monkeypatch.setattr(tokens, "LIFETIME", timedelta(seconds=-1))
    sent = {"act": token, "note": "Half", "draft": "0"}
    assert client.post(DRAFT, sent, headers=HTMX).status_code == 200
    assert client.post(f"{PAGE}note/", sent, headers=HTMX).status_code == 409
    assert stored(client) == ("Half", 1)


def test_a_request_of_another_site_is_refused(moderator: Membership, client: Client) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    sent = {"act": act(client), "note": "Half", "draft": "0"}
    assert strict.post(DRAFT, sent, headers=HTMX).status_code == 403
    told = strict.get(DRAFT).json()
    again = {**sent, "csrfmiddlewaretoken": told["csrf"]}
    assert strict.post(DRAFT, again, headers=HTMX).status_code == 200


def test_a_script_that_saves_without_end_is_told_to_wait(
    client: Client, client_of: ClientOf, manager: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(view, "SAVES", 3)
    monkeypatch.setattr(view, "_minute", lambda: 10)
    answers = [save(client, f"Text {version}", version) for version in range(4)]
    assert [one.status_code for one in answers] == [200, 200, 200, 429]
    assert answers[3]["Retry-After"] == "60"
    assert stored(client) == ("Text 2", 3)
    assert save(client_of(manager), "Hers", 0).status_code == 200
