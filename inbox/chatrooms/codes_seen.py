"""The undocumented codes that pages hold, noted per brand so that a manager can name them."""

from datetime import date, datetime, timedelta
from functools import partial

from django.db.models import Q
from django.utils import timezone

from inbox.display import digits
from inbox.models import CodeKind, CodeName
from inbox.popsell import bounds
from inbox.popsell.resources import Chatroom, Message, Page
from inbox.process import afterwards

Codes = set[tuple[CodeKind, str]]

SEEN_EVERY = timedelta(hours=1)
"""How exact `CodeName.seen_at` is: reading should not write all the time."""

MOST_CODES = 500  # of a brand: every page looks them up, and free words in a code's place never end


def in_listing(page: Page[Chatroom]) -> Codes:
    return {code for room in page.data if isinstance(room, Chatroom) for code in in_chatroom(room)}


def in_chatroom(chatroom: Chatroom) -> list[tuple[CodeKind, str]]:
    """Those of its row, in the order of the row."""
    summary, message = chatroom.last_summary, chatroom.last_message
    values = {
        CodeKind.ANOMALY: summary and summary.anomaly,
        CodeKind.TOPIC: summary and summary.topic,
        CodeKind.MODERATION: message and message.status_moderation,
    }
    return [(kind, digits(value)) for kind, value in values.items() if value is not None]


def in_transcript(page: Page[Message]) -> Codes:
    return {
        (CodeKind.MODERATION, digits(one.status_moderation))
        for one in page.data
        if isinstance(one, Message) and one.status_moderation is not None
    }


def note_later(brand_id: int, seen: Codes, known: dict[tuple[str, str], CodeName]) -> None:
    """As `note`, once the request at work is answered: nobody waits for it."""
    afterwards.do(partial(note, brand_id, seen, known))


def note(brand_id: int, seen: Codes, known: dict[tuple[str, str], CodeName]) -> None:
    """Note codes seen now; writes only for a new code, for a new hour and for a new day."""
    today, now = timezone.localdate(), timezone.now()
    unknown = sorted(one for one in seen if one not in known and _can_be_kept(one[1]))
    new = [
        CodeName(
            brand_id=brand_id,
            kind=kind,
            code=code,
            first_seen=today,
            last_seen=today,
            seen_at=now,
        )
        for kind, code in unknown[: max(MOST_CODES - len(known), 0)]
    ]
    if new:
        # Another worker may be seeing the same for the first time.
        CodeName.objects.bulk_create(new, ignore_conflicts=True)
    old = Q(last_seen__lt=today) | Q(seen_at=None) | Q(seen_at__lte=now - SEEN_EVERY)
    again = [known[one].pk for one in seen if one in known and _is_old(known[one], today, now)]
    if again:
        CodeName.objects.filter(old, pk__in=again).update(last_seen=today, seen_at=now)


def _is_old(code: CodeName, today: date, now: datetime) -> bool:
    """Whether the time it was seen is worth writing again."""
    return code.last_seen < today or code.seen_at is None or code.seen_at <= now - SEEN_EVERY


def _can_be_kept(code: str) -> bool:
    """Whether the database takes it; PostgreSQL has no place for a null character."""
    return len(code) <= bounds.CODE and "\0" not in code
