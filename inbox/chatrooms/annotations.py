"""What we know of chatrooms and Popsell does not: reviews, flags as last set here, names of codes."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zlib import crc32

from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from inbox.chatrooms import notes
from inbox.display import visible
from inbox.models import ChatroomFlag, CodeKind, CodeName, Note, Review
from inbox.popsell import bounds

Codes = set[tuple[CodeKind, str]]

SEEN_EVERY = timedelta(hours=1)
"""How exact `CodeName.seen_at` is: reading should not write all the time."""

MOST_CODES = 500  # of a brand: every page looks them up, and free words in a code's place never end


@dataclass(frozen=True, slots=True)
class Ours:
    """`reviews`, newest `notes` and `flags` by chatroom, flags also by the own side's id; `names` by
    kind and code."""

    reviews: dict[int, Review] = field(default_factory=dict)
    flags: dict[tuple[int, int], ChatroomFlag] = field(default_factory=dict)
    names: dict[tuple[str, str], CodeName] = field(default_factory=dict)
    notes: dict[int, Note] = field(default_factory=dict)

    @property
    def named(self) -> list[CodeName]:
        return [one for one in self.names.values() if one.name]

    def says(self, kind: str, code: str) -> bool:
        """Whether rows and messages show this code: a topic or moderation needs a name for that.

        What has none stands on most of them, and tells nobody anything.
        """
        named = self.names.get((kind, code))
        return kind == CodeKind.ANOMALY or bool(named and visible(named.name))

    @property
    def mark(self) -> str:
        """Changes when any of it does, in what a page shows."""
        told = (
            [(review.chatroom, review.pk) for review in self.reviews.values()],
            [(note.chatroom, note.pk) for note in self.notes.values()],
            [(flag.chatroom, flag.flag, flag.member_name) for flag in self.flags.values()],
            [(one.pk, one.name, one.tone, one.needs_attention) for one in self.named],
        )
        return f"{crc32(repr(told).encode()):08x}"


def of_chatrooms(brand_id: int, chatrooms: Iterable[int]) -> Ours:
    """All that a page with these chatrooms shows of ours, in four queries."""
    ids = list(chatrooms)
    newest = _newest(Review.objects.filter(brand=brand_id, chatroom__in=ids, undone=None))
    written = _newest(notes.standing(brand_id).filter(chatroom__in=ids))
    flags = ChatroomFlag.objects.filter(brand=brand_id, chatroom__in=ids)
    return Ours(
        {one.chatroom: one for one in Review.objects.filter(pk__in=newest)},
        {(one.chatroom, one.participant): one for one in flags},
        names(brand_id),
        {one.chatroom: one for one in Note.objects.filter(pk__in=written)},
    )


def _newest(found: QuerySet[Any]) -> Any:
    """The ids of the newest of each chatroom."""
    by_chatroom = found.order_by().values("chatroom")
    return by_chatroom.annotate(newest=Max("id")).values("newest")


def names(brand_id: int) -> dict[tuple[str, str], CodeName]:
    """The codes seen in a brand, with the names that its manager gave."""
    return {(one.kind, one.code): one for one in CodeName.objects.filter(brand=brand_id)}


def see(brand_id: int, seen: Codes, known: dict[tuple[str, str], CodeName]) -> None:
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
    """Whether that it was seen is worth writing again."""
    return code.last_seen < today or code.seen_at is None or code.seen_at <= now - SEEN_EVERY


def _can_be_kept(code: str) -> bool:
    """Whether the database takes it; PostgreSQL has no place for a null character."""
    return len(code) <= bounds.CODE and "\0" not in code
