"""Notes that the previous release wrote with a review, in a column without a model here"""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.utils import timezone

from inbox.chatrooms import leftovers
from inbox.management.commands import erase_person
from inbox.models import Membership, Note, Review
from tests.conftest import ClientOf
from tests.support.at_once import at_once
from tests.support.chatrooms import chatroom, message
from tests.support.pages import INBOX, text
from tests.support.upstream import Upstream

PAGE = f"{INBOX}chatrooms/8/"


def written_by_the_release_before(member: Membership, note: str, **more: Any) -> Review:
    """As it writes a review, its note in the column."""
    review = Review.objects.create(
        brand=member.brand,
        chatroom=8,
        message=16,
        member=member,
        member_name="Nadia Benali",
        **more,
    )
    with connection.cursor() as cursor:
        cursor.execute("UPDATE inbox_review SET note = %s WHERE id = %s", [note, review.pk])
    return review


def column() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT note FROM inbox_review")
        return {note for (note,) in cursor.fetchall()}


def prune(**options: Any) -> str:
    out = StringIO()
    call_command("prune_activity", stdout=out, **options)
    return out.getvalue()


def erase(**options: Any) -> str:
    out = StringIO()
    call_command("erase_person", "4711", brand=3, stdout=out, **options)
    return out.getvalue()


@pytest.fixture(autouse=True)
def _no_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erase_person, "sleep", lambda _seconds: None)


def test_they_become_notes_of_the_conversation_each_day(
    moderator: Membership, client_of: ClientOf, api: Upstream
) -> None:
    then = timezone.now() - timedelta(days=3)
    review = written_by_the_release_before(moderator, "Late words %s", reviewed=then)
    written_by_the_release_before(moderator, "")
    assert "Notes of the release before: 1 brought over." in prune()
    note = Note.objects.get()
    assert (note.brand, note.chatroom, note.member) == (moderator.brand, 8, moderator)
    assert (note.text, note.member_name) == ("Late words %s", "Nadia Benali")
    assert (note.written, note.review, note.taken_back) == (then, review, None)
    assert column() == {""}
    assert "release before" not in prune()
    assert Note.objects.count() == 1
    api.listing(chatroom(last_message=message(16)))
    api.conversation(chatroom(), message(16))
    assert "Late words %s" in text(client_of(moderator).get(PAGE))


def test_a_dry_run_only_says_how_many(moderator: Membership) -> None:
    written_by_the_release_before(moderator, "Late words")
    assert "Notes of the release before: 1 would be brought over." in prune(dry_run=True)
    assert column() == {"Late words"}
    assert not Note.objects.exists()


def test_one_of_a_review_that_is_pruned_is_brought_over_first(moderator: Membership) -> None:
    long_ago = timezone.now() - timedelta(days=400)
    written_by_the_release_before(moderator, "Late words", reviewed=long_ago, undone=long_ago)
    prune()
    assert not Review.objects.exists()
    assert Note.objects.get().text == "Late words"


def test_they_go_in_batches(moderator: Membership, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leftovers, "BATCH", 2)
    for number in range(5):
        written_by_the_release_before(moderator, f"Words {number}")
    assert leftovers.bring_over() == 5
    texts = list(Note.objects.order_by("id").values_list("text", flat=True))
    assert texts == [f"Words {number}" for number in range(5)]


@pytest.mark.parametrize("dry_run", [True, False])
def test_who_is_erased_is_found_in_them_and_they_can_be_emptied(
    moderator: Membership, dry_run: bool
) -> None:
    written_by_the_release_before(moderator, "Ysolde Quennec asked for it")
    told = erase(name=["Ysolde"], dry_run=dry_run)
    note = Note.objects.get()
    assert f"--delete-note {note.pk} " in told
    erase(delete_note=[note.pk])
    note.refresh_from_db()
    assert note.text == ""
    assert column() == {""}


@pytest.mark.django_db(transaction=True)
def test_of_those_who_do_so_at_the_same_moment_each_note_is_made_once(
    moderator: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leftovers, "BATCH", 3)
    for number in range(10):
        written_by_the_release_before(moderator, f"Words {number}")
    moved = at_once(range(4), lambda _number: leftovers.bring_over())
    assert sum(moved) == 10
    texts = sorted(Note.objects.values_list("text", flat=True))
    assert texts == sorted(f"Words {number}" for number in range(10))


@pytest.mark.django_db(transaction=True)
def test_what_fails_in_between_loses_nothing(
    moderator: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    written_by_the_release_before(moderator, "Late words")

    def fail(*_which: object, **_about: object) -> None:
        raise OperationalError("the connection is lost")

    with monkeypatch.context() as patch:
        patch.setattr(leftovers, "_note", fail)
        with pytest.raises(CommandError, match="Run it again"):
            erase()
    assert column() == {"Late words"}
    prune()
    assert Note.objects.get().text == "Late words"
