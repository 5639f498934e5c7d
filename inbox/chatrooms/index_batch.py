"""Some rows of the index at once: loaded under the brand's lock, changed, ranked, and saved."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import BigIntegerField, Q, QuerySet
from django.utils import timezone

from inbox.chatrooms import (
    annotations,
    brand_rules,
    evidence,
    figures,
    index_facts,
    signals,
    since_review,
)
from inbox.chatrooms.annotations import Annotations
from inbox.chatrooms.evidence import Evidence
from inbox.chatrooms.index_facts import Last, Words
from inbox.chatrooms.sides import Sides
from inbox.chatrooms.signals import Rules
from inbox.display import people
from inbox.models import (
    AnonymizedPerson,
    CodeName,
    IndexedAmbassador,
    IndexedBrand,
    IndexedChatroom,
    NoAnswerNeeded,
    WaitingCustomer,
)
from inbox.models.index import NAME
from inbox.popsell.resources import Ambassador, Chatroom, Message, Page
from inbox.prepared import Param, Params, Prepared

KEYS = ["brand", "chatroom", "ambassador"]
MOMENTS = ["facts_at", "message_at"]
FACTS = [
    field.name for field in IndexedChatroom._meta.concrete_fields if field.name not in {"id", *KEYS}
]
COMPARED = [name for name in FACTS if name not in MOMENTS]
LONG_AGO = datetime.min.replace(tzinfo=UTC)
SIGHTING = ["name", "search", "status", "anonymized", "seen"]
TEXTS = ("name", "search", "excerpt", "comment", "summary", "proof", "waiting_text")
BLANK = dict.fromkeys((*TEXTS, "proof_word", "proof_mark"), "")
"""Without texts. A proof that went is asked for again where it may be."""


def lock(brand_id: int) -> IndexedBrand:
    """Keep others from writing to the brand's index until the transaction ends."""
    found = lock_known(brand_id)
    if found is None:
        IndexedBrand.objects.bulk_create([IndexedBrand(brand_id=brand_id)], ignore_conflicts=True)
        found = _locked().get(pk=brand_id)
    return found


def lock_known(brand_id: int) -> IndexedBrand | None:
    """As `lock`; None for a brand without an index, to which nobody writes yet.

    Who writes to rows of the brand as well, locks the index first: so no two wait for each other.
    """
    return _locked().filter(pk=brand_id).first()


def _locked() -> QuerySet[IndexedBrand]:
    """Not prepared, so that Django goes on to refuse it outside a transaction."""
    rows = IndexedBrand.objects.select_related("brand")
    return rows.select_for_update(no_key=True, of=("self",))


_BRAND = Param("brand", BigIntegerField())
_CHATROOMS, _PEOPLE = Params("chatrooms", BigIntegerField()), Params("people", BigIntegerField())
_ROWS = Prepared(lambda: IndexedChatroom.objects.filter(brand=_BRAND, chatroom__in=_CHATROOMS))
_KEEPERS = Prepared(lambda: IndexedAmbassador.objects.filter(brand=_BRAND, ambassador__in=_PEOPLE))
_ANONYMIZED = Prepared(
    lambda: AnonymizedPerson.objects.filter(brand=_BRAND, person__in=_PEOPLE).values_list(
        "person", flat=True
    )
)


class Batch:
    """The rows of some chatrooms, in all inboxes that they stand in."""

    def __init__(
        self,
        brand: IndexedBrand,
        rows: Iterable[IndexedChatroom],
        added: Annotations,
        keepers: Iterable[IndexedAmbassador],
        rules: Rules,
        no_answers: Mapping[int, NoAnswerNeeded],
    ) -> None:
        self.brand_id = brand.pk
        self._brand = brand.brand
        self.rows = list(rows)
        self._added = added
        self._rules = rules
        self._no_answers = no_answers
        self._keepers = {one.ambassador: one for one in keepers}
        self._now = timezone.now()
        self._before = {row.pk: _Before.of(row) for row in self.rows}
        self._anonymized: set[int] = set()
        self._seen_now: set[int] = set()
        self._beside: list[IndexedChatroom] = []
        self._happened: list[figures.Happened] = []

    @classmethod
    def load(
        cls, brand_id: int, chatrooms: Iterable[int], ambassador_id: int | None = None
    ) -> "Batch":
        """All rows of these chatrooms, locked until the transaction ends.

        `ambassador_id`: whose inbox was read, if one was.
        """
        brand = lock(brand_id)
        ids = list(chatrooms)
        rows = _ROWS.ask(brand=brand_id, chatrooms=ids)
        whose = {row.ambassador for row in rows} | ({ambassador_id} if ambassador_id else set())
        keepers = _KEEPERS.ask(brand=brand_id, people=whose)
        # Read once the lock is held, so that none is left with rules that were changed meanwhile.
        rules = brand_rules.find(brand.brand)
        added = annotations.without_notes_and_holds(brand_id, ids)
        return cls(brand, rows, added, keepers, rules, annotations.no_answers(brand_id, ids))

    def knows(self, ambassador_id: int) -> bool:
        """Whether the brand's directory names this ambassador."""
        return ambassador_id in self._keepers

    @property
    def named(self) -> dict[tuple[str, str], CodeName]:
        """The codes known in the brand, by kind and code."""
        return self._added.names

    # What was read

    def is_out_of_date(self, asked: datetime) -> bool:
        """Whether somebody was erased since: what was asked for before may tell of them."""
        return index_facts.is_later(self._brand.last_erasure, asked)

    def note_people(self, told: Iterable[Ambassador]) -> None:
        """Note who is anonymized, and when the ambassadors of these rows were last seen."""
        people_ = _newest(told)
        named = {one.id for one in people_.values() if one.anonymized}
        known = set(_ANONYMIZED.ask(brand=self.brand_id, people=people_))
        self._anonymized |= known | named
        if fresh := named - known:
            hide(self.brand_id, fresh)
        for keeper in self._keepers.values():
            if one := people_.get(keeper.ambassador):
                self._note_seen(keeper, one)

    def take_listed(
        self, ambassador_id: int, room: Chatroom, found: Sides, asked: datetime
    ) -> None:
        """Take over a chatroom as an ambassador's listing has it."""
        row = self._row(room.id, ambassador_id)
        self.take_chatroom(row, room, found, asked)
        if index_facts.is_later(row.message_at, asked):
            return
        own_ids = {ambassador_id, *([found.own.id] if found.own else [])}
        last = self._last(room.last_message, room.last_message_date, own_ids, asked)
        index_facts.take_message(row, last, self._seen(row), self._rules.thanks)
        index_facts.take_pointer(row)

    def take_chatroom(
        self, row: IndexedChatroom, room: Chatroom, found: Sides, asked: datetime
    ) -> None:
        """Take over a chatroom, without its last message."""
        if index_facts.is_later(row.facts_at, asked):
            return
        index_facts.take_chatroom(row, room, found, asked)
        index_facts.take_people(row, found, self._anonymized)
        index_facts.take_pointer(row)

    def take_transcript(self, row: IndexedChatroom, page: Page[Message], asked: datetime) -> None:
        """Take over the newest messages of a chatroom, oldest first."""
        if index_facts.is_later(row.message_at, asked):
            return
        newest = next(one for one in reversed(page.data) if isinstance(one, Message))
        own_ids = _own_ids(row)
        last = self._last(newest, row.last_message_date, own_ids, asked)
        index_facts.take_message(row, last, self._seen(row), self._rules.thanks)
        index_facts.take_wait(row, page, own_ids)
        is_whole = page.last_page <= 1
        self._happened += figures.in_transcript(row, page.data, own_ids, is_whole=is_whole)
        index_facts.take_pointer(row)
        review = self._added.reviews.get(row.chatroom)
        since_review.count(row, review, [one.id for one in page.data], is_whole=is_whole)

    def take_evidence(self, row: IndexedChatroom, found: Evidence) -> None:
        """Take over what shows the row's anomaly, and what the messages read for it tell besides."""
        evidence.take(row, found, self._anonymized)
        review = self._added.reviews.get(row.chatroom)
        since_review.count(row, review, found.ids, is_whole=found.is_whole)
        said = found.messages[::-1]
        self._happened += figures.in_transcript(row, said, _own_ids(row), is_whole=found.is_whole)

    def _last(
        self,
        message: Message | None,
        otherwise: datetime | None,
        own_ids: set[int],
        asked: datetime,
    ) -> Last:
        """The last message of a reading; `otherwise`: its date where it tells none."""
        author = message.author if message else None
        date = (message.date_insert if message else None) or otherwise
        is_hidden = author is not None and author.id in self._anonymized
        return Last(message, date, own_ids, asked, is_hidden)

    # What follows from it

    def take_thanks(self) -> None:
        """Tell by the brand's present words which last messages are a thank-you."""
        for row in self.rows:
            index_facts.take_thanks(row, self._rules.thanks)

    def save(self) -> None:
        """Rank the rows, and write those that changed."""
        judged = {row.chatroom for row in self.rows if row.anomaly}
        judgements = annotations.judgements(self.brand_id, judged)
        for row in self.rows:
            self._settle(row)
            newest = judgements.get((row.chatroom, row.summary_mark))
            index_facts.take_judgement(row, newest if row.anomaly else None)
        rows = [*self.rows, *self._beside]
        for row in rows:
            signals.apply(row, self._added.names, self._seen(row), self._rules, self._now)
            before = self._before.get(row.pk)
            evidence.settle(row, self._added.names, self._now)
            index_facts.settle_texts(row, self._now, before.words if before else None)
            known = dict(zip(COMPARED, before.facts, strict=True)) if before else {}
            self._happened += figures.in_row(row, known)
        figures.write(self._brand, self._happened)
        kept = [(self._before.get(row.pk), _Before.of(row), row) for row in rows]
        _write([row for old, new, row in kept if old is None or old.facts != new.facts])
        _touch([row for old, new, row in kept if old and old.is_only_read(new)])
        changed = [one for one in self._keepers.values() if one.ambassador in self._seen_now]
        if changed:
            IndexedAmbassador.objects.bulk_update(changed, SIGHTING)

    def _settle(self, row: IndexedChatroom) -> None:
        """Take over what the team added to it, and whether it counts among its inboxes."""
        index_facts.take_review(row, self._added.reviews.get(row.chatroom))
        index_facts.take_no_answer(row, self._no_answers.get(row.chatroom))
        index_facts.take_flag(row, self._added.flags.get((row.chatroom, row.participant or 0)))
        inboxes = [one for one in self.rows if one.chatroom == row.chatroom]
        row.counts = row is min(inboxes, key=_place)
        people_ = {row.other, row.participant, row.ambassador}
        row.anonymized = row.anonymized or not people_.isdisjoint(self._anonymized)

    def _seen(self, row: IndexedChatroom) -> datetime | None:
        """When the ambassador of this row was last seen."""
        keeper = self._keepers.get(row.ambassador)
        return keeper.seen if keeper else None

    def _row(self, chatroom_id: int, ambassador_id: int) -> IndexedChatroom:
        """The row of this chatroom in this inbox, which may be new."""
        for row in self.rows:
            if (row.chatroom, row.ambassador) == (chatroom_id, ambassador_id):
                return row
        made = IndexedChatroom(
            brand_id=self.brand_id, chatroom=chatroom_id, ambassador=ambassador_id
        )
        self.rows.append(made)
        return made

    def _note_seen(self, keeper: IndexedAmbassador, told: Ambassador) -> None:
        """Take over how the ambassador is called and when they were seen; their waits depend on it."""
        is_known = keeper.anonymized or told.id in self._anonymized
        sighting = _sighting(keeper)
        name_ambassador(keeper, told, anonymized=is_known)
        before, at = keeper.seen, told.last_action_date
        most = self._now + index_facts.AHEAD
        is_ahead = before is not None and before > most  # it says nothing
        if at and at <= most and (before is None or is_ahead or at > before):
            keeper.seen = at
            self._load_waits(keeper.ambassador, None if is_ahead else before, at, is_ahead)
        if _sighting(keeper) != sighting:
            self._seen_now.add(keeper.ambassador)

    def _load_waits(
        self, ambassador: int, before: datetime | None, at: datetime, every: bool
    ) -> None:
        """Load the ambassador's other rows whose wait began between these moments, or all that wait."""
        waits = IndexedChatroom.objects.filter(
            brand=self.brand_id, ambassador=ambassador, waiting_since__isnull=False
        )
        if not every:
            waits = waits.filter(waiting_since__lt=at)
        if before:
            waits = waits.filter(waiting_since__gte=before)
        for row in waits.exclude(pk__in=[row.pk for row in self.rows]):
            self._before[row.pk] = _Before.of(row)
            self._beside.append(row)


def _own_ids(row: IndexedChatroom) -> set[int]:
    """Under which the ambassador's side writes."""
    return {row.ambassador, *([row.participant] if row.participant else [])}


def rows_of(brand_id: int, people_: Iterable[int]) -> QuerySet[IndexedChatroom]:
    """The rows in which these people are named as one of the two sides, or as the ambassador."""
    named = Q(pk__in=[])
    for column in ("other", "participant", "ambassador"):
        # With the brand in each part a database uses an index for each.
        named |= Q(brand=brand_id, **{f"{column}__in": people_})
    return IndexedChatroom.objects.filter(named)


def hide(brand_id: int, people_: Iterable[int]) -> None:
    """Blank all rows with these people, in one statement, and remember who they are.

    Under the brand's lock.
    """
    AnonymizedPerson.objects.bulk_create(
        [AnonymizedPerson(brand_id=brand_id, person=one) for one in people_],
        ignore_conflicts=True,
    )
    rows_of(brand_id, people_).update(anonymized=True, **BLANK)
    keepers = IndexedAmbassador.objects.filter(brand=brand_id, ambassador__in=people_)
    keepers.update(anonymized=True, name="", search="")
    waiting = WaitingCustomer.objects.filter(brand=brand_id)
    (waiting.filter(user__in=people_) | waiting.filter(ambassador__in=people_)).update(excerpt="")


def name_ambassador(
    keeper: IndexedAmbassador, told: Ambassador, *, anonymized: bool = False
) -> None:
    """Take over how an ambassador is called; not saved."""
    keeper.anonymized = anonymized or bool(told.anonymized)
    keeper.status = index_facts.code(told.status)
    keeper.name = keeper.search = ""
    if not keeper.anonymized:
        keeper.name = index_facts.cut(people.own_name(told), NAME)
        keeper.search = index_facts.fold(people.own_name(told), people.handle(told))


def _sighting(keeper: IndexedAmbassador) -> list[object]:
    return [getattr(keeper, name) for name in SIGHTING]


def _place(row: IndexedChatroom) -> tuple[bool, int]:
    """The inbox that a chatroom counts in: the ambassador's own, not a guest account's, comes first."""
    return row.participant != row.ambassador, row.ambassador


@dataclass(frozen=True, slots=True)
class _Before:
    """What stands in a row; `moments`: when it was read."""

    facts: list[object]
    moments: list[object]
    words: Words

    @classmethod
    def of(cls, row: IndexedChatroom) -> "_Before":
        values = row.__dict__
        facts, moments = ([values[name] for name in names] for names in (COMPARED, MOMENTS))
        return cls(facts, moments, Words.of(row))

    def is_only_read(self, now: "_Before") -> bool:
        """Whether it was read since, and says the same."""
        return self.facts == now.facts and self.moments != now.moments


def _newest(told: Iterable[Ambassador]) -> dict[int, Ambassador]:
    """Each person once, as last seen; anonymized where any of them is so."""
    found: dict[int, Ambassador] = {}
    for one in told:
        known = found.setdefault(one.id, one)
        if known is not one:
            newest = max(known, one, key=lambda who: who.last_action_date or LONG_AGO)
            is_hidden = bool(known.anonymized or one.anonymized)
            found[one.id] = newest.hidden_among({one.id} if is_hidden else ())
    return found


def _write(rows: list[IndexedChatroom]) -> None:
    """Insert or update: as one statement, since Django's own update of many columns is slow."""
    for row in rows:
        row.pk = None
    IndexedChatroom.objects.bulk_create(
        rows, update_conflicts=True, update_fields=FACTS, unique_fields=KEYS
    )


def _touch(rows: list[IndexedChatroom]) -> None:
    """Note when rows were read that say the same as before."""
    moments = {(row.facts_at, row.message_at) for row in rows}
    for facts_at, message_at in moments:
        keys = [row.pk for row in rows if (row.facts_at, row.message_at) == (facts_at, message_at)]
        found = IndexedChatroom.objects.filter(pk__in=keys)
        found.update(facts_at=facts_at, message_at=message_at)
