"""What the style guide's samples are made of: people, chatrooms, and what the team added."""

from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

from django.utils import timezone

from inbox.chatrooms.annotations import Annotations
from inbox.chatrooms.notes import Thread
from inbox.models import (
    ChatroomFlag,
    CodeName,
    Membership,
    Note,
    Review,
    Tone,
)
from inbox.popsell.codes import Active, Source, Status, TypeChatroom, TypeDiscussion, TypeMessage
from inbox.popsell.resources import (
    Ambassador,
    Chatroom,
    LastRating,
    LastSummary,
    Message,
    Page,
    Pivot,
    Rating,
    Unreadable,
)
from inbox.queue.ambassadors import Figures

LONG = "Maximiliane-Alexandra von und zu " * 10
PERSON = Ambassador(
    555, firstname="Sofia", lastname="Duarte", status=Status.CLIENT, active=Active.ACTIVE
)

LEA = Ambassador(
    100,
    firstname="Léa",
    lastname="Moreau",
    username="lea.m",
    status=Status.EXPERT,
    online=True,
    customer_id="C-100",
    email="lea.moreau@brand.example",
)

STARS = Rating(1, None, None, None, 2, "Too slow", 555, 100)
T = TypeVar("T")
GUEST = Ambassador(777, customer_id=LEA.customer_id, status=Status.TEMP)
PEOPLE = (
    replace(PERSON, online=True),
    replace(PERSON, id=556, lastname=LONG),
    replace(PERSON, id=557, firstname="سارة", lastname="النجار", status=Status.SELLER),
    replace(PERSON, id=558, firstname=None, lastname=None, status=Status.TEMP, online=False),
    replace(PERSON, id=559, anonymized=True),
    replace(PERSON, id=560, active=Active.BLOCKED, status=99),
)


def sample_figures() -> tuple[Figures, ...]:
    """What waits for each of the people."""
    now = timezone.now()
    whole = Figures(is_read=True, is_whole=True, rooms=1130)
    return (
        replace(whole, waiting=3, since=now - timedelta(hours=9, minutes=40), chatroom=8, unread=4),
        replace(whole, waiting=1, older=2, since=now - timedelta(hours=2), chatroom=9, anomalies=1),
        replace(whole, unread=1200, failed_since=now - timedelta(hours=3), failed_with=403),
        Figures(is_read=True, waiting=2, since=now - timedelta(days=3), chatroom=10, rooms=41),
        whole,
        Figures(),
    )


def sample_page(*items: T | Unreadable, **numbers: int) -> Page[T]:
    """The second of twelve pages."""
    return Page(
        current_page=2,
        data=items,
        first_page_url=None,
        from_=numbers.get("from_"),
        last_page=12,
        last_page_url=None,
        links=(),
        next_page_url=None,
        path=None,
        per_page=25,
        prev_page_url=None,
        to=numbers.get("to"),
        total=numbers.get("total"),
    )


def thread_of_notes() -> Thread:
    """More notes than are shown at once."""
    written = [
        Note(
            pk=number, member_name="Camille Roy", text=f"Asked for a sample.\nSent on day {number}."
        )
        for number in (3, 2, 1)
    ]
    return Thread(tuple(written[:2]), tuple(written[2:]), older=7)


def annotations(member: Membership) -> Annotations:
    """The first row reviewed and flagged, the second reviewed before its last message."""
    today = timezone.localdate()
    names = [
        CodeName(kind="anomaly", code="3", name="Off-platform payment", tone=Tone.BAD),
        CodeName(kind="topic", code="8", name="Ingredients"),
        CodeName(kind="topic", code="9", name="Praise", tone=Tone.GOOD),
        CodeName(kind="topic", code="7"),
        CodeName(kind="moderation", code="0", name="Waits for a decision", tone=Tone.WAITING),
    ]
    reviews = [
        Review(pk=room, chatroom=room, message=message, member=member, member_name="Camille Roy")
        for room, message in ((1, 16), (2, 12))
    ]
    flag = ChatroomFlag(chatroom=1, participant=100, flag=1, member_name="Camille Roy")
    names[0].needs_attention = True
    for number, name in enumerate(names, 1):
        name.pk = number
        name.first_seen = name.last_seen = today
    return Annotations(
        {review.chatroom: review for review in reviews},
        {(1, 100): flag},
        {(name.kind, name.code): name for name in names},
    )


def rooms() -> list[Chatroom | Unreadable]:
    plain = _room()
    message = plain.last_message
    assert message is not None  # noqa: S101 - for the type checker: it was just made
    kinds = [
        replace(plain, last_message=replace(message, type_message=kind)) for kind in TypeMessage
    ]
    written = timezone.now() - timedelta(hours=30)
    summary = LastSummary(written, "She asks whether the cream suits sensitive skin.", 3, 8)
    return [
        replace(plain, last_summary=summary, last_rating=LastRating(5, "Great ambassador")),
        replace(plain, last_rating=LastRating(1, "Never answered my question")),
        *kinds[1:],
        replace(plain, last_message=replace(message, author=LEA, content="Léa: see you there")),
        replace(plain, last_message=replace(message, content=LONG * 4), last_summary=summary),
        _room(read=16),
        _room(others=(PEOPLE[1],)),
        _room(others=(PEOPLE[2],), words="شكرا جزيلا على النصيحة 🧴"),
        _room(others=(PEOPLE[4],)),
        _room(others=PEOPLE),
        _room(pivot=Pivot(None, 100, 16, is_blocked=True, archived=True)),
        replace(plain, ambassadors=PEOPLE[:1]),
        replace(plain, ambassadors=(GUEST, *PEOPLE[:1])),
        replace(plain, last_message=None, last_message_date=None),
        Unreadable(77),
    ]


def _room(
    *,
    others: tuple[Ambassador, ...] = PEOPLE[:1],
    words: str = "He asked me to pay him directly by bank transfer, is this normal?",
    read: int | None = None,
    pivot: Pivot | None = None,
) -> Chatroom:
    now = timezone.now()
    own = pivot or Pivot(None, 100, read, is_blocked=False, archived=False)
    return Chatroom(
        id=1,
        ambassadors=(replace(LEA, chatroom_pivot_data=(own,)), *others),
        date_insert=now - timedelta(days=400),
        last_message_date=now - timedelta(minutes=5),
        type_chatroom=TypeChatroom.ONE_TO_MANY if len(others) > 1 else TypeChatroom.ONE_TO_ONE,
        type_discussion=TypeDiscussion.MEMBERS_AND_EXTERNAL_USERS,
        source=Source.HOT_LIST,
        established_dialogue=True,
        last_rating=None,
        last_summary=None,
        last_message=Message(16, now, others[0], words, TypeMessage.TEXT, 0),
    )
