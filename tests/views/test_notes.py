"""POST …/chatrooms/<chatroom>/note/ : what the team writes of a conversation, all of it"""

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.test import Client
from django.utils import timezone

from inbox.activity import recording
from inbox.models import Act, Membership, Note, NoteDraft, Review
from tests.conftest import ClientOf
from tests.support.at_once import at_once
from tests.support.chatrooms import chatroom, message
from tests.support.conversations import form, note_fields, send
from tests.support.markup import Source, attributes, every, has, link, one, words
from tests.support.pages import HTMX, INBOX, row, text
from tests.support.trail import acts
from tests.support.upstream import Upstream

PAGE = f"{INBOX}chatrooms/8/"
ALL = f"{PAGE}notes/"
EVIL = '"><script>alert(1)</script>'


@pytest.fixture(autouse=True)
def _said(api: Upstream) -> None:
    api.listing(chatroom(last_message=message(16)))
    api.conversation(chatroom(), message(16), message(15))


def add(client: Client, note: str, *, htmx: bool = True, **more: str) -> Any:
    headers = HTMX if htmx else {}
    return client.post(
        f"{PAGE}note/", note_fields(client, PAGE, note=note, **more), headers=headers
    )


def review(client: Client, note: str = "") -> Any:
    return client.post(f"{PAGE}review/", note_fields(client, PAGE, note=note), headers=HTMX)


def undo(client: Client) -> Any:
    return send(client, form(text(client.get(PAGE)), "undo-conversation"), undo="1")


def thread(client: Client) -> list[str]:
    """The texts of the notes as the conversation shows them, from top to bottom."""
    return thread_of(text(client.get(PAGE)))


def thread_of(page: Source) -> list[str]:
    return [note.text().strip() for note in every(page, "p.notes-text[dir=auto]")]


# Written


def test_a_note_is_kept_without_a_review(
    client: Client, api: Upstream, moderator: Membership
) -> None:
    response = add(client, "  First line\r\nsecond line \r\n")
    assert response.status_code == 200
    assert "The note is added for" in text(response)
    note = Note.objects.get()
    assert (note.brand_id, note.chatroom, note.member) == (3, 8, moderator)
    assert (note.text, note.member_name) == ("First line\nsecond line", "Nadia Benali")
    assert note.review is None
    assert not Review.objects.exists()
    assert {one.method for one in api.sent} == {"GET"}


def test_no_note_goes_when_the_next_person_reviews(
    client: Client, client_of: ClientOf, manager: Membership
) -> None:
    review(client, "First")
    add(client, "Second")
    review(client_of(manager), "Third")
    review(client_of(manager))
    assert thread(client) == ["Third", "Second", "First"]
    page = text(client.get(PAGE))
    foot = words(one(page, "footer#conversation-review"))
    assert "Camille Roy just now Third" in foot
    assert "Nadia Benali just now First" in foot
    assert 'title="Third"' in row(page, 8)


def test_a_note_alone_shows_in_its_row(client: Client) -> None:
    html = text(add(client, "Look at\nthis"))
    for shown in (html, text(client.get(INBOX))):
        assert "Note by Nadia Benali" in words(row(shown, 8))
        assert 'title="Look at this"' in row(shown, 8)


def written(moderator: Membership, count: int, text_: str = "Note") -> list[Note]:
    """So many, oldest first."""
    whose = {"brand": moderator.brand, "chatroom": 8, "member": moderator}
    return [
        Note.objects.create(text=f"{text_} {number}", member_name="Nadia Benali", **whose)
        for number in range(count)
    ]


def test_of_hundreds_the_newest_twenty_are_shown_and_fifty_are_there(
    client: Client, moderator: Membership
) -> None:
    written(moderator, 300)
    assert thread(client) == [f"Note {number}" for number in range(299, 249, -1)]
    page = text(client.get(PAGE))
    shown, earlier = every(page, ".notes ol")
    assert thread_of(shown) == [f"Note {number}" for number in range(299, 279, -1)]
    assert thread_of(earlier) == [f"Note {number}" for number in range(279, 249, -1)]
    assert words(one(page, ".notes details:has(ol) summary")) == "30 earlier notes"
    assert link(page, "250 older notes") == f"{ALL}?page=2"


@pytest.mark.parametrize(
    ("count", "told"), [(50, ""), (51, "1 older note<"), (52, "2 older notes<")]
)
def test_older_ones_are_counted(
    client: Client, moderator: Membership, count: int, told: str
) -> None:
    written(moderator, count)
    page = text(client.get(PAGE))
    assert told in page
    assert ("older note" in page) is bool(told)


def test_thousands_of_long_ones_make_no_page_long(client: Client, moderator: Membership) -> None:
    before = len(client.get(PAGE).content)
    written(moderator, 300, "x" * 1990)
    assert len(client.get(PAGE).content) - before < 150_000
    assert len(client.get(ALL).content) < 150_000


def test_all_are_on_pages_of_fifty(client: Client, moderator: Membership) -> None:
    written(moderator, 120)
    found, address, turned = [], ALL, []
    while address:
        page = text(client.get(address))
        found += thread_of(page)
        turned.append(address)
        address = next(iter(attributes(page, "a[rel=next]", "href")), "")
    assert found == [f"Note {number}" for number in reversed(range(120))]
    assert turned == [ALL, f"{ALL}?page=2", f"{ALL}?page=3"]
    assert attributes(page, "a[rel=prev]", "href") == [f"{ALL}?page=2"]
    assert link(page, "Back to the conversation") == PAGE


@pytest.mark.parametrize("number", ["0", "-1", "x", "99", "9" * 40])
def test_a_page_that_there_is_not_is_the_nearest(
    client: Client, moderator: Membership, number: str
) -> None:
    written(moderator, 51)
    last = number[0] == "9"
    assert ("Note 0<" in text(client.get(f"{ALL}?page={number}"))) is last


def test_without_notes_the_page_says_so(client: Client) -> None:
    assert "No note on this conversation yet." in text(client.get(ALL))


def test_all_are_read_by_viewers_and_by_nobody_of_another_brand(
    client: Client, client_of: ClientOf, viewer: Membership, neighbour: Membership
) -> None:
    add(client, f"Seen {EVIL}")
    assert "Seen &#34;&gt;&lt;script&gt;" in text(client_of(viewer).get(ALL))
    assert client_of(neighbour).get(ALL).status_code == 404
    assert Client().get(ALL).status_code == 302
    assert client.post(ALL).status_code == 405
    Note.objects.update(brand=neighbour.brand)
    assert "Seen" not in text(client.get(ALL))


@pytest.mark.parametrize("which", [0, 69, 70, 119])
def test_a_line_of_the_trail_leads_to_the_page_of_its_note(
    client: Client, moderator: Membership, which: int
) -> None:
    note = written(moderator, 120)[which]
    recording.record(moderator, Act.NOTE, ambassador=100, chatroom=8, state=str(note.pk))
    page = text(client.get("/brands/3/activity/?act=note"))
    (address,) = attributes(page, f"a[href$='#note-{note.pk}']", "href")
    assert has(text(client.get(address)), f"#note-{note.pk}")


def test_lines_are_kept_and_what_is_written_is_text(client: Client) -> None:
    add(client, f"one\n\n  two {EVIL}\0 {{{{ 7*7 }}}}")
    page = text(client.get(PAGE))
    assert "<script>alert" not in page
    assert "one\n\n  two &#34;&gt;&lt;script&gt;" in page
    assert "{{ 7*7 }}" in page
    assert "\0" not in Note.objects.get().text


@pytest.mark.parametrize(
    "note",
    [
        "",
        "  \r\n\t ",
        "\0",
        "\x01",
        "\u200b",
        "\u2060\ufeff",
        "\u00ad",
        "\u202e",
        "\u3164",
        "\u2800\ufe0f",
    ],
    ids=ascii,
)
def test_an_empty_note_is_refused_with_a_sentence(client: Client, note: str) -> None:
    response = add(client, note)
    assert response.status_code == 400
    assert "Write the note first: the field is empty." in text(response)
    assert not Note.objects.exists()


def test_it_needs_no_message(client: Client, api: Upstream) -> None:
    api.listing(chatroom(last_message=None))
    api.conversation(chatroom(last_message=None))
    assert add(client, "Nobody wrote").status_code == 200
    assert thread(client) == ["Nobody wrote"]


# Too long: nothing is cut


def test_a_note_that_is_too_long_is_refused_and_stays_in_its_field(client: Client) -> None:
    response = add(client, "x" * 2345)
    assert response.status_code == 400
    assert response["HX-Retarget"] == "#alert-review"
    assert "at most 2,000 characters. 345 are too many." in text(response)
    assert not Note.objects.exists()


@pytest.mark.parametrize("act", ["note", "review"])
def test_without_scripts_it_is_in_the_field_again(client: Client, act: str) -> None:
    typed = "word\r\n" * 500
    response = client.post(f"{PAGE}{act}/", note_fields(client, PAGE, note=typed), follow=True)
    assert "at most 2,000 characters. 499 are too many." in text(response)
    assert "word\nword\n" in text(response)
    assert NoteDraft.objects.get().text == "word\n" * 500
    assert not Note.objects.exists()
    assert not Review.objects.exists()


# Twice


def test_pressing_twice_is_one_note(client: Client) -> None:
    same = note_fields(client, PAGE, note="Seen")
    for _ in range(2):
        assert client.post(f"{PAGE}note/", same, headers=HTMX).status_code == 200
    assert thread(client) == ["Seen"]
    Note.objects.update(written=timezone.now() - timedelta(minutes=1))
    client.post(f"{PAGE}note/", same, headers=HTMX)
    assert thread(client) == ["Seen", "Seen"]


@pytest.mark.django_db(transaction=True)
def test_pressed_at_the_same_instant_is_one_note(
    client_of: ClientOf, moderator: Membership, api: Upstream
) -> None:
    clients = [client_of(moderator) for _ in range(4)]
    same = note_fields(clients[0], PAGE, note="Seen")

    def press(number: int) -> int:
        return int(clients[number].post(f"{PAGE}note/", same, headers=HTMX).status_code)

    assert at_once(range(4), press) == [200] * 4
    assert Note.objects.count() == 1
    assert acts().filter(act=Act.NOTE).count() == 1


# Undone


def test_undoing_ones_own_review_takes_its_note_back_into_the_field(client: Client) -> None:
    add(client, "Stays")
    review(client, "Goes back")
    response = undo(client)
    assert thread(client) == ["Stays"]
    assert Note.objects.get(text="Goes back").taken_back
    kept = NoteDraft.objects.get()
    assert kept.text == "Goes back"
    assert response["Inbox-Draft"] == f"{kept.version} text"
    assert "Goes back</textarea>" in text(client.get(PAGE))


def test_where_another_was_begun_meanwhile_both_stay_and_it_is_said(client: Client) -> None:
    review(client, "Stays")
    client.post(f"{PAGE}draft/", note_fields(client, PAGE, note="Another"))
    response = undo(client)
    assert "Its note stays, since you have begun another." in text(response)
    assert NoteDraft.objects.get().text == "Another"
    assert thread(client) == ["Stays"]


def test_undone_by_somebody_else_the_note_stays(
    client: Client, client_of: ClientOf, manager: Membership
) -> None:
    review(client, "Stays")
    undo(client_of(manager))
    assert thread(client) == ["Stays"]
    assert not NoteDraft.objects.exclude(text="").exists()


# On record


def test_the_trail_says_that_a_note_was_written_and_leads_to_it(
    client: Client, moderator: Membership
) -> None:
    add(client, "Private words")
    note = Note.objects.get()
    record = acts().get()
    assert (record.act, record.state, record.chatroom) == (Act.NOTE, str(note.pk), 8)
    assert (record.member, record.ambassador) == (moderator, 100)
    assert "Private" not in repr(vars(record))
    page = text(client.get("/brands/3/activity/?act=note"))
    assert "Write note" in page
    address = f"{ALL}?note={note.pk}"
    assert attributes(page, f"a[href^='{ALL}']", "href") == [f"{address}#note-{note.pk}"]
    assert "Private" not in page
    assert has(text(client.get(address)), f"#note-{note.pk}")


def test_a_note_with_a_review_is_two_acts(client: Client) -> None:
    review(client, "Seen")
    assert [one.act for one in acts().order_by("id")] == [Act.REVIEW, Act.NOTE]
    assert Note.objects.get().review == Review.objects.get()


def test_words_of_a_note_are_in_no_log(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    add(client, "Xylophone")
    add(client, "Xylophone" * 400)
    client.post(f"{PAGE}draft/", note_fields(client, PAGE, note="Xylophone"))
    assert "Xylophone" not in caplog.text
    assert caplog.records


# When something fails


def test_a_note_is_told_where_popsell_cannot_be_read(client: Client, api: Upstream) -> None:
    filled = note_fields(client, PAGE, note="Seen")
    api.answer("GET", 500)
    cache.clear()
    response = client.post(f"{PAGE}note/", filled, headers=HTMX)
    assert response.status_code == 200
    assert response["HX-Retarget"] == "#alert-conversation"
    assert "The note is added for" in text(response)
    assert Note.objects.count() == 1


def test_where_it_cannot_be_recorded_nothing_is_kept(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled = note_fields(client, PAGE, note="Seen")
    client.post(f"{PAGE}draft/", filled)

    def fail(*_which: object, **_about: object) -> None:
        raise OperationalError("the connection is lost")

    monkeypatch.setattr(recording, "record", fail)
    for act in ("note", "review"):
        response = client.post(f"{PAGE}{act}/", {**filled, "draft": "1"}, headers=HTMX)
        assert response.status_code == 503
        assert 'form="review-conversation"' in text(response)
        assert (f'formaction="{PAGE}note/"' in text(response)) is (act == "note")
    assert not Note.objects.exists()
    assert NoteDraft.objects.get().text == "Seen"
    page = text(client.post(f"{PAGE}note/", {**filled, "draft": "1"}))
    assert attributes(page, "input[type=hidden][name=note]", "value") == ["Seen"]
    assert attributes(page, "input[type=hidden][name=draft]", "value") == ["1"]


# Who may


def test_the_checks_come_in_order(
    client: Client,
    client_of: ClientOf,
    viewer: Membership,
    manager: Membership,
    neighbour: Membership,
) -> None:
    filled = note_fields(client, PAGE, note="Seen")
    for who, status in ((neighbour, 404), (viewer, 403), (manager, 400)):
        assert client_of(who).post(f"{PAGE}note/", filled, headers=HTMX).status_code == status
    assert Client().post(f"{PAGE}note/", filled).status_code == 302
    assert client.get(f"{PAGE}note/").status_code == 405
    assert not Note.objects.exists()


def test_a_viewer_reads_them_and_writes_none(
    client: Client, client_of: ClientOf, viewer: Membership
) -> None:
    add(client, "Seen")
    page = text(client_of(viewer).get(PAGE))
    assert "Seen</p>" in page
    assert "<textarea" not in page


def test_notes_are_of_one_brand(client: Client, neighbour: Membership) -> None:
    add(client, "Ours")
    whose = {"brand": neighbour.brand, "chatroom": 8, "member": neighbour}
    Note.objects.create(text="Theirs", member_name="Nils Berg", **whose)
    assert thread(client) == ["Ours"]
    assert "Theirs" not in text(client.get(INBOX))


# Those of before


@pytest.mark.django_db(transaction=True)
def test_notes_of_reviews_become_notes_of_the_conversation(moderator: Membership) -> None:
    executor = MigrationExecutor(connection)
    newest = executor.loader.graph.leaf_nodes("inbox")
    try:
        executor.migrate([("inbox", "0013_noted_once")])
        before = executor.loader.project_state([("inbox", "0013_noted_once")]).apps
        whose = {"brand_id": 3, "chatroom": 8, "member_id": moderator.pk, "member_name": "Nadia"}
        reviews = before.get_model("inbox", "Review").objects
        for note, undone in (("First", None), ("", None), ("Taken back", timezone.now())):
            reviews.create(message=16, note=note, undone=undone, **whose)
        MigrationExecutor(connection).migrate([("inbox", "0014_notes")])
    finally:
        MigrationExecutor(connection).migrate(newest)
    found = Note.objects.order_by("id")
    assert [kept.text for kept in found] == ["First", "Taken back"]
    for kept in found:
        assert kept.review
        assert (kept.member, kept.member_name, kept.written) == (
            moderator,
            "Nadia",
            kept.review.reviewed,
        )
        assert kept.taken_back is None
    with connection.cursor() as cursor:  # which the release before still asks for
        cursor.execute("SELECT note FROM inbox_review")
        assert {note for (note,) in cursor.fetchall()} == {""}
