"""Every component in every state, for the style guide, from the files that the pages use."""

from dataclasses import replace
from datetime import timedelta
from functools import cached_property
from itertools import count
from typing import Any, TypeVar

from django import forms
from django.http import HttpRequest
from django.utils import timezone

from inbox.accounts.members import Line as MemberLine
from inbox.activity import report
from inbox.chatrooms.annotations import Annotations
from inbox.chatrooms.called import Called
from inbox.chatrooms.case_file import CaseFile, Shown
from inbox.chatrooms.codes import Line, line, sections
from inbox.chatrooms.conversation import Conversation, Sought
from inbox.chatrooms.finding import Match, Search
from inbox.chatrooms.inbox import Inbox
from inbox.chatrooms.listing import Listing
from inbox.chatrooms.marks import Item
from inbox.chatrooms.notes import Draft, Thread
from inbox.chatrooms.query import Query
from inbox.chatrooms.rows import Row
from inbox.chatrooms.scan import Covered, Scan
from inbox.chatrooms.walking import Part, Place
from inbox.components import filters, paging
from inbox.components.pins import Pinned, Waiting
from inbox.components.rail import Rail
from inbox.components.rows import Listed, listed
from inbox.components.toasts import Toast
from inbox.display import seeking
from inbox.models import (
    Act,
    Activity,
    Brand,
    ChatroomFlag,
    CodeName,
    Invitation,
    Membership,
    Note,
    Outcome,
    Review,
    Role,
    Tone,
    User,
)
from inbox.popsell.cache import Reading
from inbox.popsell.errors import Invalid, TimedOut
from inbox.popsell.resources import (
    Active,
    Ambassador,
    Chatroom,
    LastRating,
    LastSummary,
    Message,
    Page,
    Pivot,
    Rating,
    Source,
    Status,
    TypeChatroom,
    TypeDiscussion,
    TypeMessage,
    Unreadable,
)
from inbox.web.failures import Failure, of_popsell

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


class SampleConversation(Conversation):
    """With notes that no database is asked for."""

    @cached_property
    def thread(self) -> Thread:
        return _thread()

    @cached_property
    def draft(self) -> Draft:
        return Draft("Half a note,\nin two lines", 1)


class SampleFile(CaseFile):
    """With the same notes, and the review of its row."""

    @cached_property
    def reviews(self) -> tuple[Review, ...]:
        return (self.talk.row.review,) if self.talk.row.review else ()

    @cached_property
    def notes(self) -> tuple[Note, ...]:
        return self.talk.thread.newest


class Sample(forms.Form):
    email = forms.EmailField(label="Email", help_text="The address you sign in with.")


def all_of_them(request: HttpRequest) -> dict[str, object]:
    """What the page of the style guide shows."""
    person = User(pk=1, email="camille@example.com", name="Camille Roy")
    brand = Brand(id=3, name="Maison Lumière")
    member = Membership(pk=1, user=person, brand=brand, role=Role.MANAGER)
    vars(request)["_cached_user"] = person  # whose theme and language the page shows
    inbox = _inbox(member)
    failure = of_popsell(TimedOut("as a sample"), request)
    return {
        "member": member,
        "inbox": inbox,
        "listing": inbox.listing,
        "annotations": inbox.annotations,
        "listed": _listed(request, inbox),
        "conversation": _conversation(inbox),
        "bar": filters.bar(member, LEA.id, _query(), inbox.annotations.names),
        "scans": _scans(inbox),
        "file": _case_file(inbox),
        "further_up": _further_up(inbox),
        "search": _search(inbox),
        "rail": _rail(member),
        "sections": sections(_lines(inbox)),
        "offers": {"7": "Gifts"},
        **_people(member),
        "trail": _acts(member),
        "names": Called({LEA.id: "Léa Moreau"}, {8: "Sofia Duarte"}),
        "reading": inbox.reading,
        "pager": paging.pager(inbox.reading.page),
        "people": PEOPLE,
        "pinned": {556},
        "marks": dict.fromkeys((person.id for person in PEOPLE), "0"),
        "failure": failure,
        "refused": of_popsell(Invalid("", "No.", {"field": ("Not this one.",)}), request),
        "fault": Failure(500, "Something went wrong here", "The fault is ours.", retryable=True),
        "items": [Item(555, "0", PERSON)],
        "told": "Nothing new.",
        "toast": Toast("archive on", brand.pk, 8, "Léa", "Sofia Duarte", undo=1),
        "form": Sample({"email": "nobody"}),
    }


def _people(member: Membership) -> dict[str, object]:
    """The last manager, who looks on, somebody of a long name, who left, and two invitations."""
    now = timezone.now()
    long = User(pk=2, email="maximiliane@example.com", name=LONG[:150])
    other = Membership(pk=2, user=long, brand=member.brand, role=Role.VIEWER, last_seen=now)
    gone = Membership(pk=3, user=User(pk=3, email="hugo@example.com"), brand=member.brand)
    invitations = [
        Invitation(pk=n, brand=member.brand, email=f"{n}@example.com", expires=now + left)
        for n, left in enumerate((timedelta(days=3), -timedelta(days=3)), 1)
    ]
    return {
        "lines": [
            MemberLine(member, is_self=True, is_last=True),
            MemberLine(other),
        ],
        "left": [gone],
        "invitations": invitations,
        "roles": Role.choices,
    }


def _query() -> Query:
    return Query(archived=False, before=timezone.localdate(), low=True, moderation="0")


def _scans(inbox: Inbox) -> tuple[Scan, ...]:
    """Halted by a failure, by a Popsell that does not turn pages, and done."""
    now = timezone.now()
    covered = Covered(first=1, last=40, found=7)
    begun = Scan("#", _query(), covered, through=12, last=40, since=now, until=now)
    return (
        replace(begun, failure=TimedOut("as a sample"), odd=2),
        replace(begun, stuck=True),
        replace(begun, through=40, since=now - timedelta(minutes=3)),
    )


def _case_file(inbox: Inbox) -> CaseFile:
    """Halted by a failure."""
    talk = _conversation(inbox)
    said = tuple(
        Message(1000 + number, timezone.now(), author, "Thank you", TypeMessage.TEXT, 0)
        for number, author in enumerate((LEA, PERSON))
    )
    reading = Reading(_page(*said), timezone.now(), "0", "")
    place = Place(at=3, last=80)
    part = Part(Place(), place, said, timezone.now(), failure=TimedOut("as a sample"))
    return SampleFile(replace(talk, reading=reading), part, Shown(1, odd=2), frozenset())


def _listed(request: HttpRequest, inbox: Inbox) -> Listed:
    return listed(request, inbox, current=1)


def _lines(inbox: Inbox) -> list[Line]:
    """The first refused for want of a name."""
    codes = list(inbox.annotations.names.values())
    empty = {"1-shown-name": codes[0].name, "1-name": "", "1-tone": codes[0].tone}
    return [line(codes[0], empty), *(line(code) for code in codes[1:])]


def _acts(member: Membership) -> list[report.Line]:
    """One of each outcome, of a conversation and of a member."""
    facts: tuple[dict[str, Any], ...] = (
        {"act": Act.ARCHIVE, "state": "off", "chatroom": 8, "outcome": Outcome.DONE},
        {"act": Act.FLAG, "state": "1", "chatroom": 8, "outcome": Outcome.REFUSED},
        {"act": Act.REVEAL, "chatroom": 8, "participant": 555, "outcome": Outcome.UNKNOWN},
        {"act": Act.INVITE, "state": "viewer", "about": LONG, "outcome": Outcome.SENT},
    )
    who = {"brand": member.brand, "member_name": "Camille Roy", "member_role": Role.MANAGER}
    return [report.line(Activity(**who, ambassador=100, **fact), member) for fact in facts]


def _rail(member: Membership) -> Rail:
    other = Membership(
        pk=2, user=member.user, brand=Brand(id=8, name="Nordsport"), role=Role.VIEWER
    )
    waiting = Waiting(6, more=True, read_at=timezone.now())
    pins = (
        Pinned(LEA, waiting),
        Pinned(PEOPLE[1], replace(waiting, unread=0, more=False)),
        Pinned(PEOPLE[3], replace(waiting, unread=2, more=False)),
    )
    return Rail(member, (member, other), pins, here=100)


def _inbox(member: Membership) -> Inbox:
    """A page with a row for each state."""
    numbers = count(1)
    rooms = [
        replace(room, id=next(numbers)) if isinstance(room, Chatroom) else room for room in _rooms()
    ]
    page = _page(*rooms, from_=26, to=50, total=1290)
    reading = Reading(page, timezone.now(), "0", "")
    return Inbox(Listing(member, LEA, page.current_page), reading, _annotations(member))


def _page(*items: T | Unreadable, **numbers: int) -> Page[T]:
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


def _conversation(inbox: Inbox) -> Conversation:
    """All kinds of message, on two days, unread from the third on."""
    row = next(row for row in inbox.rows if isinstance(row, Row))
    said = [
        Message(
            id=10 + number,
            date_insert=timezone.now() - timedelta(hours=40 - 4 * number),
            author=LEA if number % 3 == 1 else PEOPLE[0],
            content="Look at https://shop.example/cream, please" if number % 2 else None,
            type_message=kind,
            status_moderation=0 if number % 2 else 4,
            rating=STARS if kind == TypeMessage.RATING else None,
        )
        for number, kind in enumerate(TypeMessage)
    ]
    reading = Reading(_page(*said, Unreadable(99)), timezone.now(), "0", "")
    own = replace(row.sides, pivot=Pivot(None, 100, 12, is_blocked=False, archived=False))
    shown = replace(row, sides=own, review=Review(message=14, member_name="Camille Roy"))
    failures = (TimedOut("as a sample"),)
    beside = (inbox.listing, shown, inbox.annotations, inbox.reading)
    return SampleConversation(*beside, reading, failures)


def _further_up(inbox: Inbox) -> Conversation:
    """An older page, opened in search of a message that is not there."""
    shown = _conversation(inbox)
    sought = Sought(told="Message 7 is not in this conversation.")
    below: Reading[Page[Message]] = Reading(_page(), timezone.now(), "0", "")
    return replace(shown, reading=below, sought=sought)


def _search(inbox: Inbox) -> Search:
    """Stopped by an outage."""
    shown = _conversation(inbox)
    place = Place(at=8, last=80, below=11)
    words = seeking.words_of("cream")
    said = [one for one in shown.messages() if seeking.is_in(one, words)]
    matches = [Match(one, shown.link(one.id or 0), seeking.excerpt(one, words)) for one in said]
    part = Part(place, place, failure=TimedOut("as a sample"))
    return Search(shown, "cream", part, tuple(matches))


def _thread() -> Thread:
    """More notes than are shown at once."""
    written = [
        Note(
            pk=number, member_name="Camille Roy", text=f"Asked for a sample.\nSent on day {number}."
        )
        for number in (3, 2, 1)
    ]
    return Thread(tuple(written[:2]), tuple(written[2:]), older=7)


def _annotations(member: Membership) -> Annotations:
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


def _rooms() -> list[Chatroom | Unreadable]:
    plain = _room()
    message = plain.last_message
    assert message is not None  # noqa: S101 - for the type checker: it was just made
    kinds = [
        replace(plain, last_message=replace(message, type_message=kind)) for kind in TypeMessage
    ]
    summary = LastSummary(timezone.now(), "She asks whether the cream suits sensitive skin.", 3, 8)
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
