"""Brands whose index stands in each state that a page may tell of, for the table of states.

They are read by nobody: no worker of ours changes them, and Popsell does not know most of them.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from inbox.activity.recording import record
from inbox.chatrooms import annotations, evidence, signals
from inbox.chatrooms.signals import Rules
from inbox.models import (
    Act,
    Brand,
    BrandRules,
    CodeName,
    DailyFigure,
    Fact,
    FactKind,
    Hold,
    IndexedAmbassador,
    IndexedBrand,
    IndexedChatroom,
    Judgement,
    Membership,
    NoAnswerNeeded,
    Note,
    Reader,
    SyncFailure,
    WaitingCustomer,
)
from inbox.models.holds import LASTS
from tests.support import states

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NAMES = {
    states.WHOLE: "Atelier Brume",
    states.QUIET: "Verrerie Alba",
    states.FAILING: "Nordlys",
    states.REFUSED: "Casa Sereno",
    states.PARTLY: "Opale",
    states.LAGGING: "Grand Large",
    states.READING: "Petit Jour",
    states.AGAIN: "Herbarium",
    states.UNREAD: "Terre de Sel",
    states.RANKING: "Fil et Lin",
}
AMBASSADORS = {211: "Tom Bernard", 212: "Inès Fabre", 213: "Paul Renard", 214: "Chloé Vidal"}
PAYMENT, DELIVERY = "7", "1"  # an anomaly and a topic that have names
NEVER_ANSWERED = {"answered": False, "name": "Noor Haddad"}
OUTAGE: dict[str, Any] = {"failure": SyncFailure.OUTAGE, "failed_with": 502, "tries": 3}
REFUSAL: dict[str, Any] = {"failure": SyncFailure.REFUSED, "failed_with": 401, "tries": 9}


def found_brands() -> list[Brand]:
    """All of these brands, each in its state as of now."""
    now = timezone.now()
    brands = [Brand.objects.create(id=id_, name=name) for id_, name in NAMES.items()]
    for brand in brands:
        if brand.pk != states.UNREAD:
            _index(brand, now)
    return brands


def judge_anomalies(member: Membership) -> None:
    """Of 22 summaries with this anomaly, 18 were right."""
    told = {"brand": member.brand, "member": member, "member_name": member.user.name}
    Judgement.objects.bulk_create(
        Judgement(
            **told, chatroom=60_000 + number, summary="0", anomaly=PAYMENT, is_right=number < 18
        )
        for number in range(22)
    )


def hold_some(member: Membership, colleague: Membership) -> None:
    """A colleague has a conversation, had one, handed one over and reads one; the member has one.

    What the member once settled is in the colleague's hands too: it can't be undone without asking.
    """
    now = timezone.now()
    note = Note.objects.create(
        brand=member.brand,
        chatroom=50_004,
        member=colleague,
        member_name="Ravi Patel",
        text="12, 34",
    )
    for chatroom, who, since, more in (
        (50_003, colleague, now - 12 * MINUTE, {}),
        (50_004, member, now - 5 * MINUTE, {"given_by": "Ravi Patel", "note": note}),
        (50_005, colleague, now - 3 * HOUR, {}),
        (50_000, member, now - 40 * MINUTE, {}),
        (50_020, colleague, now - 40 * MINUTE, {}),
    ):
        held = {"member": who, "member_name": who.user.name, "since": since, "until": since + LASTS}
        Hold.objects.create(
            brand=member.brand, chatroom=chatroom, ambassador=211 + chatroom % 2, **held, **more
        )
    Reader.objects.create(member=colleague, chatroom=50_001)
    about = {"chatroom": 50_020, "ambassador": 211}
    NoAnswerNeeded.objects.create(
        brand=member.brand,
        chatroom=50_020,
        message=900,
        member=member,
        member_name=member.user.name,
        activity=record(member, Act.NO_ANSWER, **about),
    )


def _index(brand: Brand, now: datetime) -> None:
    states_of = {
        states.FAILING: {"failing_since": now - 2 * HOUR, "retry_at": now + 5 * MINUTE, **OUTAGE},
        states.REFUSED: {"failing_since": now - 5 * DAY, "retry_at": now + HOUR, **REFUSAL},
        states.PARTLY: {"waiting_failed_since": now - 3 * HOUR, "waiting_failed_with": 403},
        states.AGAIN: {"again_since": now - 12 * MINUTE},
        states.READING: {"directory_read": now - 9 * MINUTE, "waiting_read": None},
    }
    told = {"directory_read": now - 30 * DAY, "waiting_read": now - MINUTE, "bell": True}
    IndexedBrand.objects.create(brand=brand, **{**told, **states_of.get(brand.pk, {})})
    _read_inboxes(brand, now)
    _name_codes(brand, now)
    if brand.pk != states.QUIET:
        _need_attention(brand, now)
    if brand.pk in (states.WHOLE, states.PARTLY):
        _wait_in_the_list(brand, now)
    if brand.pk == states.WHOLE:
        _have_a_past(brand)
    if brand.pk == states.RANKING:
        BrandRules.objects.create(brand=brand, number=2, ranked_to=1, ranked=4_000, to_rank=21_000)


def _read_inboxes(brand: Brand, now: datetime) -> None:
    """Everybody's, but for what keeps the brand from being read as a whole."""
    ago = {states.FAILING: 2 * HOUR, states.REFUSED: 5 * DAY, states.LAGGING: 26 * MINUTE}
    read = now - ago.get(brand.pk, MINUTE / 2)
    usual = {"read_at": read, "walked": read, "newest": read, "status": "6", "total": 40}
    unread = {"read_at": None, "walked": None, "newest": None}
    refused = {"failed_since": now - 4 * HOUR, "failed_with": 403, "retry_at": now + HOUR}
    of_some: dict[tuple[int, int], dict[str, Any]] = {
        (states.PARTLY, 213): refused,
        (states.READING, 212): {"walked": None},
        **{(states.READING, one): unread for one in (213, 214)},
        (states.READING, 211): {"walked": now - 9 * MINUTE},
        **{(states.AGAIN, one): {"walked": now - DAY} for one in (212, 213, 214)},
        (states.WHOLE, 214): {"missing": 2},
    }
    for id_, name in AMBASSADORS.items():
        told = {"brand": brand, "ambassador": id_, "name": name, "search": name.casefold()}
        columns = {
            **usual,
            "listed": now,
            "seen": now - 6 * HOUR,
            **of_some.get((brand.pk, id_), {}),
        }
        IndexedAmbassador.objects.create(**told, **columns)


def _name_codes(brand: Brand, now: datetime) -> None:
    """Three with a name, and one without, which can't be ranked."""
    seen = {"brand": brand, "first_seen": now.date(), "last_seen": now.date(), "seen_at": now}
    words = {"words": "virement, transfer, IBAN", "tone": "bad"}
    for kind, code, columns in (
        ("anomaly", PAYMENT, {"name": "Payment outside the shop", **words}),
        ("anomaly", "6", {}),
        ("topic", DELIVERY, {"name": "Delivery"}),
        ("moderation", "4", {"name": "Reported", "tone": "bad", "needs_attention": True}),
    ):
        CodeName.objects.create(**seen, kind=kind, code=code, **columns)


def _need_attention(brand: Brand, now: datetime) -> None:
    for number, columns in enumerate(_reasons(now)):
        told = {"chatroom": 50_000 + number, "others": 1, "other": 5_000 + number, "status": "7"}
        message = {"last_message": 900, "message_at": now, "type_message": "0", "is_own": False}
        facts = {"ambassador": 211 + number % 2, "facts_at": now, "participant": None}
        row = IndexedChatroom(brand=brand, **{**told, **message, **facts, **columns})
        keep(row, now)


def keep(row: IndexedChatroom, now: datetime) -> None:
    """Save it with the reasons that its facts are, and with its evidence as of now."""
    names = annotations.names(row.brand_id)
    signals.apply(row, names, now - 6 * HOUR, Rules(), now)
    if row.total:
        row.proof_at, row.proof_mark = now, evidence.mark(row, evidence.words_of(row, names))
    row.save()


def _reasons(now: datetime) -> Iterable[dict[str, Any]]:
    """Facts of conversations, each of which needs attention for another reason."""
    odd = {"anomaly": PAYMENT, "summary_mark": "0", "is_own": True, "answered": True}
    yield {
        "name": "Awa Diallo",
        "summary": "The customer is asked to pay by transfer.",
        **odd,
        "summarized": now - 2 * HOUR,
        "last_message_date": now - 25 * MINUTE,
        "proof": "Could you pay me by transfer? It is quicker.",
        "proof_word": "transfer",
        "proof_message": 880,
        "proof_own": True,
        "covered": 42,
        "total": 47,
        "topic": DELIVERY,
    }
    yield {
        "name": "Jonas Weber",
        "summary": "A discount outside the shop was offered.",
        **odd,
        "summarized": now - 3 * DAY,
        "last_message_date": now - 3 * HOUR,
        "covered": 8,
        "total": 31,
        "waiting_since": now - 3 * HOUR,
        "is_own": False,
    }
    yield {"last_message_date": now - 5 * HOUR, "status_moderation": "4", **_wait(now - 5 * HOUR)}
    yield {"last_message_date": now - 6 * HOUR, **_wait(now - 6 * HOUR), "name": "Theo Blanc"}
    yield {"last_message_date": now - 7 * HOUR, **_wait(now - 7 * HOUR), **NEVER_ANSWERED}
    yield {
        "name": "Mei Tanaka",
        "rating": 1,
        "rating_seen": now - HOUR,
        "is_own": True,
        "comment": "I waited for two days.",
        "last_message_date": now - 2 * HOUR,
    }
    yield {"last_message_date": now - 20 * DAY, **_wait(now - 20 * DAY)}
    yield {"name": "Sam Okoro", "anomaly": "6", "summarized": now - DAY}


def _wait(since: datetime) -> dict[str, Any]:
    words = "Is my parcel on its way? I have not heard anything."
    return {"name": "Lucie Martin", "waiting_since": since, "excerpt": words, "answered": True}


def _wait_in_the_list(brand: Brand, now: datetime) -> None:
    """One with a conversation that the index knows, one who asks for somebody, and a stranger."""
    for columns in (
        {"user": 5_002, "chatroom": 50_002, "since": now - 9 * HOUR, "excerpt": "Hello, anyone?"},
        {"user": 5_003, "ambassador": 212, "since": now - 3 * HOUR, "topic": DELIVERY},
        {"user": 9_001, "since": now - 40 * MINUTE, "excerpt": states.EVERYTHING[:140]},
    ):
        WaitingCustomer.objects.create(brand=brand, **columns)


def _have_a_past(brand: Brand) -> None:
    """How the first ambassadors answer as a rule, and that they were rated better before."""
    today = timezone.localdate(timezone=brand.zone)
    Fact.objects.bulk_create(
        Fact(
            brand=brand,
            kind=FactKind.ANSWER,
            chatroom=number,
            item=str(number),
            ambassador=211 + number % 2,
            day=today - DAY,
            value=60 * 22,
        )
        for number in range(30)
    )
    rated = {"brand": brand, "kind": FactKind.RATING, "count": 10, "known": 10}
    for ambassador in (211, 212):
        for day, total in ((today - DAY, 41), (today - 60 * DAY, 46)):
            DailyFigure.objects.create(ambassador=ambassador, day=day, total=total, **rated)
