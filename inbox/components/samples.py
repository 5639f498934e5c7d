"""Every component in every state, for the style guide, from the files that the pages use."""

from dataclasses import replace
from datetime import timedelta
from functools import cached_property
from itertools import count
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import escape

from inbox.accounts.members import Line as MemberLine
from inbox.activity import report
from inbox.chatrooms import judging
from inbox.chatrooms.called import Names
from inbox.chatrooms.case_file import CaseFile, Shown
from inbox.chatrooms.codes import Line, line, sections
from inbox.chatrooms.conversation import Conversation, Sought
from inbox.chatrooms.finding import Match, Search
from inbox.chatrooms.inbox import Inbox
from inbox.chatrooms.listing import Listing
from inbox.chatrooms.marks import Item
from inbox.chatrooms.matching import Counts
from inbox.chatrooms.notes import Draft, Thread
from inbox.chatrooms.query import Query
from inbox.chatrooms.rows import Row
from inbox.chatrooms.walking import Part, Place
from inbox.components import filters, paging
from inbox.components.ambassador_samples import ambassador_samples
from inbox.components.asked import asked_by_view
from inbox.components.coded import Conversation as Coded
from inbox.components.coded import Seen
from inbox.components.fresh_samples import fresh_states
from inbox.components.matched import Matched
from inbox.components.pins import Pinned, Waiting
from inbox.components.queued_samples import queue_samples
from inbox.components.rail import Rail
from inbox.components.rows import RenderedRows, render_rows
from inbox.components.sample_data import (
    LEA,
    LONG,
    PEOPLE,
    PERSON,
    STARS,
    annotations,
    rooms,
    sample_page,
    thread_of_notes,
)
from inbox.components.toasts import Toast
from inbox.components.views import HANDED, Named
from inbox.display import seeking
from inbox.models import (
    Act,
    Activity,
    Brand,
    Given,
    IndexedAmbassador,
    IndexedChatroom,
    Invitation,
    Judgement,
    Membership,
    NoAnswerNeeded,
    Note,
    Outcome,
    Review,
    Role,
    SavedView,
    User,
)
from inbox.models.saved_views import GIVEN
from inbox.popsell.cache import Reading
from inbox.popsell.codes import TypeMessage
from inbox.popsell.errors import Invalid, TimedOut
from inbox.popsell.resources import (
    Chatroom,
    Message,
    Page,
    Pivot,
    Unreadable,
)
from inbox.web.failures import Failure, of_popsell


class SampleConversation(Conversation):
    """With notes that no database is asked for."""

    @cached_property
    def thread(self) -> Thread:
        return thread_of_notes()

    @cached_property
    def no_answer(self) -> NoAnswerNeeded | None:
        return NoAnswerNeeded(message=14, member_name="Camille Roy")

    @cached_property
    def judged(self) -> judging.Asked | None:
        return judging.Asked("", own=False, right=2, wrong=1, rate=judging.Rate(18, 22))

    @property
    def waits(self) -> bool:
        return True

    @cached_property
    def draft(self) -> Draft:
        return Draft("Half a note,\nin two lines", 1)


class SampleFile(CaseFile):
    """With the same notes, and the review of its row."""

    @cached_property
    def reviews(self) -> tuple[Review, ...]:
        return (self.talk.row.review,) if self.talk.row.review else ()

    @cached_property
    def no_answers(self) -> tuple[NoAnswerNeeded, ...]:
        return (NoAnswerNeeded(message=14, member_name="Camille Roy"),)

    @cached_property
    def judgements(self) -> tuple[Judgement, ...]:
        return tuple(
            Judgement(anomaly="1", is_right=one, member_name="Camille Roy") for one in (True, False)
        )

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
    vars(request)["_cached_user"] = person  # the page shows their theme and language
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
        "matches": _matches(),
        "file": _case_file(inbox),
        "further_up": _further_up(inbox),
        "search": _search(inbox),
        "rail": _rail(member),
        "sections": sections(_lines(inbox), {}),
        "seen": _seen(inbox),
        "offers": {"7": "Gifts"},
        **_people(member),
        "trail": _acts(member),
        "names": Names({LEA.id: "Léa Moreau"}, {8: "Sofia Duarte"}),
        "reading": inbox.reading,
        "total": inbox.reading.page.total,
        "pager": paging.pager(inbox.reading.page),
        "people": PEOPLE,
        **ambassador_samples(),
        "pinned": {556},
        "marks": dict.fromkeys((person.id for person in PEOPLE), "0"),
        "failure": failure,
        "refused": of_popsell(Invalid("", "No.", {"field": ("Not this one.",)}), request),
        "fault": Failure(500, "Something went wrong here", "The fault is ours.", retryable=True),
        "items": [Item(555, "0", PERSON)],
        "hands": {},
        "told": "Nothing new.",
        "toast": Toast("archive on", brand.pk, 8, "Léa", "Sofia Duarte", undo=1),
        "form": Sample({"email": "nobody"}),
        "fresh_states": fresh_states(member),
        **queue_samples(member),
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


def _matches() -> tuple[Matched, ...]:
    """Not in the index, in part with a failure, whole, and with a filter that can't be answered."""
    now = timezone.now()
    failing = {"failed_since": now, "failed_with": 403}
    keeper = IndexedAmbassador(ambassador=LEA.id, walked=now)
    whole = Matched(keeper, Counts(1310, 12, 3), 1310, True, now, "#", "#", "#")
    return (
        replace(whole, keeper=None, counts=Counts(0, 0, 0), is_whole=False),
        replace(
            whole,
            keeper=IndexedAmbassador(ambassador=LEA.id, **failing),
            counts=Counts(1204, 0, 0),
            is_whole=False,
        ),
        whole,
        replace(whole, without="#", alone="#", first="", next=""),
    )


def _case_file(inbox: Inbox) -> CaseFile:
    """Halted by a failure."""
    talk = _conversation(inbox)
    said = tuple(
        Message(1000 + number, timezone.now(), author, "Thank you", TypeMessage.TEXT, 0)
        for number, author in enumerate((LEA, PERSON))
    )
    reading = Reading(sample_page(*said), timezone.now(), "0", "")
    place = Place(at=3, last=80)
    part = Part(Place(), place, said, timezone.now(), failure=TimedOut("as a sample"))
    return SampleFile(replace(talk, reading=reading), part, Shown(1, odd=2), frozenset())


def _listed(request: HttpRequest, inbox: Inbox) -> RenderedRows:
    return render_rows(request, inbox, current=1)


def _lines(inbox: Inbox) -> list[Line]:
    """The first refused for want of a name."""
    codes = list(inbox.annotations.names.values())
    empty = {"1-shown-name": codes[0].name, "1-name": "", "1-tone": codes[0].tone}
    return [line(codes[0], empty), *(line(code) for code in codes[1:])]


def _seen(inbox: Inbox) -> dict[int, Seen]:
    """The first often, with words and without; the others not."""
    row = IndexedChatroom(chatroom=8, ambassador=LEA.id, archived=True)
    shown = Coded(row, LEA, PERSON, LONG, escape(LONG), timezone.now(), "")
    newest = [shown, replace(shown, said="")]
    keys = [one.pk for one in inbox.annotations.names.values()]
    today = timezone.localdate()
    counts = dict.fromkeys(keys, Seen(0, "0", [], today, None))
    return counts | {
        keys[0]: Seen(1000, "999+", newest, today, newest[0].at),
        keys[-1]: Seen(0, "–", [], today, None),
    }


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
    return Rail(member, (member, other), pins, here=100, views=_views(member))


def _views(member: Membership) -> tuple[Named, ...]:
    """What was handed over, a given view, and one's own with a long name."""
    given = SavedView(pk=1, given=Given.OVERNIGHT, query=GIVEN[Given.OVERNIGHT])
    own = SavedView(pk=2, member=member, name=LONG[:60], query="q=refund")
    return (
        Named("For me", HANDED, number=2, count="2"),
        *(Named(str(one), asked_by_view(one), one, 3, "3") for one in (given, own)),
    )


def _inbox(member: Membership) -> Inbox:
    """A page with a row for each state."""
    numbers = count(1)
    numbered = [
        replace(room, id=next(numbers)) if isinstance(room, Chatroom) else room for room in rooms()
    ]
    page = sample_page(*numbered, from_=26, to=50, total=1290)
    reading = Reading(page, timezone.now(), "0", "")
    return Inbox(Listing(member, LEA, page.current_page), reading, annotations(member))


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
    reading = Reading(sample_page(*said, Unreadable(99)), timezone.now(), "0", "")
    own = replace(row.sides, pivot=Pivot(None, 100, 12, is_blocked=False, archived=False))
    shown = replace(row, sides=own, review=Review(message=14, member_name="Camille Roy"))
    failures = (TimedOut("as a sample"),)
    beside = (inbox.listing, shown, inbox.annotations, inbox.reading)
    return SampleConversation(*beside, reading, failures)


def _further_up(inbox: Inbox) -> Conversation:
    """An older page, opened in search of a message that is not there."""
    shown = _conversation(inbox)
    sought = Sought(words="Message 7 is not in this conversation.")
    below: Reading[Page[Message]] = Reading(sample_page(), timezone.now(), "0", "")
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
