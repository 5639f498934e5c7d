"""What needs attention, for every reason there is, for the style guide."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from inbox.chatrooms import evidence, signals
from inbox.chatrooms.annotations import Annotations
from inbox.chatrooms.query import EVERYTHING
from inbox.chatrooms.signals import Rules
from inbox.components import attention, filtering, queued, untaken
from inbox.components.asked import Asked
from inbox.components.attention import Shown
from inbox.components.digest import Colleague, Digest, Unnamed, Waits
from inbox.components.fresh_samples import fresh_states
from inbox.components.hand_samples import hand_samples, hands_of_rows
from inbox.components.queued import Queued, Terms
from inbox.components.reasons import Record
from inbox.components.sample_data import LEA, LONG
from inbox.components.untaken import Untaken
from inbox.models import (
    ChatroomFlag,
    CodeKind,
    CodeName,
    IndexedAmbassador,
    IndexedChatroom,
    Membership,
    Review,
    Tone,
    WaitingCustomer,
)
from inbox.popsell.codes import Status
from inbox.popsell.resources import Ambassador
from inbox.queue.ambassadors import Figures
from inbox.queue.attention import Band, Counts, Tab
from inbox.queue.narrowing import NOTHING
from inbox.queue.past import Past
from inbox.queue.ranking import Progress

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FIRST = 900  # chatrooms that no other sample shows


def queue_samples(member: Membership) -> dict[str, object]:
    """A page of the queue, its tabs, and what stands beside it."""
    rows = _rows(member)
    counts = Counts(
        {tab: 1000 if tab == Tab.OLDER else 3 for tab in Tab}, dict.fromkeys(Band, len(rows))
    )
    stretches, terms = queued.in_bands(rows), Terms(_names(), Rules())
    fresh, *_others = fresh_states(member)
    shown = Shown(
        Asked(), _customers(member), stretches, counts, counts.tabs, (), None, terms, fresh
    )
    return {
        "shown": shown,
        "tabs": attention.links(shown, is_partial=True),
        "all": "3",
        "bar": filtering.bar(member, Asked().with_changes(held="nobody", waits=8), NOTHING),
        **hand_samples(member, timezone.now()),
        "bands": {band: attention.count(number, False) for band, number in counts.bands.items()},
        "horizon": 14,
        "ranking": Progress(4000, 21000),
        "opened": rows[0],
        "digest": _digest(member),
    }


def _customers(member: Membership) -> list[Untaken]:
    """One customer asks for an ambassador about a topic; the index knows little of the other."""
    since, facts = timezone.now() - HOUR, {"brand_id": member.brand_id}
    known = WaitingCustomer(pk=1, user=555, since=since, excerpt="Is anybody there?", **facts)
    person = Ambassador(555, firstname="Sofia Duarte", status=Status.CLIENT)
    unknown = WaitingCustomer(pk=2, user=900, since=since, **facts)
    address = reverse("chatroom", args=[member.brand_id, LEA.id, FIRST])
    return [
        Untaken(known, person, LEA, "Returns", "Is anybody there?", address, FIRST),
        Untaken(unknown, untaken.unknown(900), None, "", "", "", 0),
    ]


def _rows(member: Membership) -> list[Queued]:
    """One for each reason, one of them just reviewed, and a group."""
    now = timezone.now()
    added = Annotations(
        {FIRST + 9: Review(message=5, member_name="Nadia Benali")},
        {(FIRST + 6, 8): ChatroomFlag(flag=1, member_name="Marc Aubert", flagged=now - DAY)},
        _names(),
    )
    keeper = IndexedAmbassador(
        ambassador=LEA.id, name=LEA.full_name or "", status="6", seen=now - 18 * HOUR
    )
    rows = [
        IndexedChatroom(
            **_facts(now), **facts, pk=FIRST + n, chatroom=FIRST + n, brand_id=member.brand_id
        )
        for n, facts in enumerate(_reasons(now))
    ]
    for row in rows:
        signals.apply(row, added.names, keeper.seen, Rules(), now)
        row.proof_mark = evidence.mark(row, evidence.words_of(row, added.names))
    record = Record(past={LEA.id: Past(timedelta(minutes=22), rating=41, rating_before=46)})
    shown = [
        queued.describe(row, added, keeper, EVERYTHING, Rules(), member, record) for row in rows
    ]
    for n, hand in enumerate(hands_of_rows(member, now), 3):
        shown[n] = replace(shown[n], hand=hand)
    shown[2] = replace(shown[2], offer="", done=str(queued.DONE["review"]), undo=1)
    return shown


def _facts(now: datetime) -> dict[str, Any]:
    return {"ambassador": LEA.id, "participant": 8, "facts_at": now, "last_message_date": now}


def _reasons(now: datetime) -> list[dict[str, Any]]:
    """The facts of a row for each reason, in the order of their ranks."""
    sofia = {"other": 555, "others": 1, "name": "Sofia Duarte", "status": "0"}
    asks = {**sofia, "last_message": 9, "excerpt": "Is anybody there?", "type_message": "0"}
    waits = {**asks, "waiting_since": now - 3 * HOUR}
    proof = {
        "proof": "Could you pay me by transfer? It is quicker than the shop.",
        "proof_message": 8,
        "proof_word": "transfer",
        "proof_own": True,
    }
    news = {"news": [4, 5, 9, False]}
    odd = {"anomaly": "1", "summary": LONG[:140], "summarized": now - DAY}
    return [
        {**waits, **odd, **proof, "covered": 42, "total": 47, "rating": 1},
        {**asks, **odd, "covered": 8, "total": 31},
        {**asks, "status_moderation": "1", "is_own": True},
        {**waits, "waits_longer": True, "answered": False},
        {**waits, "others": 3, "other": None, "waiting_since": now - 20 * HOUR},
        {**sofia, "rating": 2, "comment": "Too long a wait", "rating_seen": now - HOUR},
        {**asks, "flag": 1, "flagged": now - DAY},
        {**sofia, "topic": "1", "summary": "A return", "summarized": now - DAY},
        {**waits, "waiting_since": now - 19 * HOUR, "thanks": True, "excerpt": "Merci !"},
        {**asks, "reviewed": now - DAY, "reviewed_message": 5, "news_since": now - HOUR, **news},
    ]


def _names() -> dict[tuple[str, str], CodeName]:
    codes = [
        (CodeKind.ANOMALY, "Payment outside the shop", Tone.BAD),
        (CodeKind.MODERATION, "Reported", Tone.BAD),
        (CodeKind.TOPIC, "Returns", Tone.NEUTRAL),
    ]
    return {
        (kind.value, "1"): CodeName(
            kind=kind, code="1", name=name, tone=tone, needs_attention=kind != CodeKind.ANOMALY
        )
        for kind, name, tone in codes
    }


def _digest(member: Membership) -> Digest:
    figures = Figures(is_read=True, is_whole=True, waiting=3, since=timezone.now() - 9 * HOUR)
    code = CodeName(pk=1, kind=CodeKind.ANOMALY, code="6")
    return Digest(
        messages=142,
        reviewed=31,
        low=3,
        waits=[Waits(LEA, figures, "#")],
        team=[Colleague(member, 2, 12, is_self=True), Colleague(member, 0, 1, is_self=False)],
        unnamed=[Unnamed(code, "4"), Unnamed(code, "999+")],
    )
