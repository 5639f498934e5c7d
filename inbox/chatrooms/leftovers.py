"""Notes that the previous release writes with a review, during deployment or after a rollback.

That release uses a column of reviews that this one's models lack. It stays in the database, empty.
Anything found there becomes a note of the conversation, as in migration 0014.
"""

from django.db import connection, transaction

from inbox.models import Note, Review

BATCH = 500  # of a transaction, so that nobody waits for long
FIND = "SELECT id, note FROM inbox_review WHERE note <> '' ORDER BY id"
EMPTY = "UPDATE inbox_review SET note = '' WHERE id = %s AND note = %s"


def count() -> int:
    """How many there are."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM inbox_review WHERE note <> ''")
        (found,) = cursor.fetchone()
        return int(found)


def bring_over() -> int:
    """Make notes of them, and empty the column; returns how many. Two at once make each once."""
    moved = 0
    while found := _find():
        moved += _move(found)
    return moved


def _find() -> list[tuple[int, str]]:
    with connection.cursor() as cursor:
        cursor.execute(f"{FIND} LIMIT %s", [BATCH])
        return [(int(id_), str(note)) for id_, note in cursor.fetchall()]


@transaction.atomic
def _move(found: list[tuple[int, str]]) -> int:
    """Move these. Emptying a line comes before making its note, so nobody else makes it too."""
    emptied = {id_: note for id_, note in found if _empty(id_, note)}
    reviews = Review.objects.filter(pk__in=emptied).order_by("pk")
    Note.objects.bulk_create([_note(one, emptied[one.pk]) for one in reviews])
    return len(emptied)


def _empty(id_: int, note: str) -> bool:
    """Empty the column; returns False where another did so meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute(EMPTY, [id_, note])
        return bool(cursor.rowcount == 1)


def _note(review: Review, text: str) -> Note:
    return Note(
        brand_id=review.brand_id,
        chatroom=review.chatroom,
        member_id=review.member_id,
        member_name=review.member_name,
        text=text,
        written=review.reviewed,
        review=review,
    )
