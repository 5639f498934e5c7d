"""The index's rows of chatrooms: written through by all that is read and done, blanked, forgotten.

All writers lock the row of the brand first. So two writers never wait for each other for good, and
each sees what the other wrote. Popsell is never asked here.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import partial
from time import monotonic

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from inbox.caches import memories
from inbox.chatrooms import codes_seen, figures, index_facts, index_waiting, sides
from inbox.chatrooms.evidence import Evidence
from inbox.chatrooms.index_batch import Batch, lock, rows_of
from inbox.models import (
    Act,
    AnonymizedPerson,
    BrandRules,
    IndexedAmbassador,
    IndexedBrand,
    IndexedChatroom,
)
from inbox.popsell import identities
from inbox.popsell.resources import Ambassador, Chatroom, Message, Page
from inbox.process import afterwards

Change = Callable[[IndexedChatroom, datetime], None]

BATCH = 500  # rows of a transaction
FEW = 200  # of one that nobody waits for, and that others should not wait for
UNINDEXED_FOR = 60.0  # seconds, for a process to look again whether a brand has an index


# What was read


def note_listing(brand_id: int, ambassador_id: int, page: Page[Chatroom], asked: datetime) -> None:
    """Write a page of a listing through, once its request is answered."""
    _afterwards(brand_id, partial(store_listing, brand_id, ambassador_id, page, asked))


def write_listing(brand_id: int, ambassador_id: int, page: Page[Chatroom], asked: datetime) -> None:
    """As `note_listing`, but now: the index is about to be asked. A failing index fails nothing."""
    _write(brand_id, partial(store_listing, brand_id, ambassador_id, page, asked))


def note_chatroom(brand_id: int, room: Chatroom, asked: datetime) -> None:
    """As `note_listing`, of a chatroom that was read alone."""
    _afterwards(brand_id, partial(store_chatroom, brand_id, room, asked))


def note_transcript(brand_id: int, chatroom_id: int, page: Page[Message], asked: datetime) -> None:
    """As `note_listing`, of a chatroom's newest messages, oldest first."""
    _afterwards(brand_id, partial(store_transcript, brand_id, chatroom_id, page, asked))


def store_listing(brand_id: int, ambassador_id: int, page: Page[Chatroom], asked: datetime) -> None:
    """Write a page of an ambassador's listing, asked for at this moment, in one transaction.

    Somebody whom the brand's directory does not name gets no rows: they have no inbox here. Who is
    anonymized counts in any case.
    """
    rooms = [room for room in page.data if isinstance(room, Chatroom)]
    ambassador = identities.find_in(brand_id, ambassador_id, rooms)
    with transaction.atomic():
        batch = Batch.load(brand_id, [room.id for room in rooms], ambassador_id)
        if batch.is_out_of_date(asked):
            return
        batch.note_people(_named_in(rooms))
        if batch.knows(ambassador_id):
            for room in rooms:
                found = sides.find_sides(room, ambassador)
                batch.take_listed(ambassador_id, room, found, asked)
            codes_seen.note(brand_id, codes_seen.in_listing(page), batch.named)
        batch.save()


def store_chatroom(brand_id: int, room: Chatroom, asked: datetime) -> None:
    """Write a chatroom that was read without its last message, where the index has it."""
    with transaction.atomic():
        batch = Batch.load(brand_id, [room.id])
        if batch.is_out_of_date(asked):
            return
        batch.note_people(room.ambassadors)
        for row in batch.rows:
            own = row.participant or row.ambassador
            batch.take_chatroom(row, room, sides.find_sides(room, Ambassador(own)), asked)
        batch.save()


def store_transcript(brand_id: int, chatroom_id: int, page: Page[Message], asked: datetime) -> None:
    """Write what a chatroom's newest messages tell, oldest first, where the index has it."""
    messages = [one for one in page.data if isinstance(one, Message)]
    with transaction.atomic():
        batch = Batch.load(brand_id, [chatroom_id])
        if not messages or batch.is_out_of_date(asked):
            return
        batch.note_people(one.author for one in messages if one.author)
        for row in batch.rows:
            batch.take_transcript(row, page, asked)
        batch.save()


def store_evidence(row: IndexedChatroom, found: Evidence, asked: datetime) -> None:
    """Write what shows the anomaly of this row, where it is still there."""
    with transaction.atomic():
        batch = Batch.load(row.brand_id, [row.chatroom])
        if batch.is_out_of_date(asked):
            return
        batch.note_people(one.author for one in found.messages if one.author)
        for one in batch.rows:
            if one.pk == row.pk:
                batch.take_evidence(one, found)
        batch.save()


def put_evidence_off(row: IndexedChatroom, until: datetime) -> None:
    """Ask no more before this moment for what shows the row's anomaly."""
    with transaction.atomic():
        lock(row.brand_id)
        rows = IndexedChatroom.objects.filter(pk=row.pk, proof_due__isnull=False)
        rows.update(proof_due=until)


def _named_in(rooms: Iterable[Chatroom]) -> Iterator[Ambassador]:
    """All who take part, and who wrote last: they may have left."""
    for room in rooms:
        yield from room.ambassadors
        if room.last_message and room.last_message.author:
            yield room.last_message.author


# What was done here


def after_read(brand_id: int, chatroom_id: int, participant: int, message: int | None) -> None:
    """Note what Popsell answered: this participant has read up to this message."""
    pointer = message or 0
    change = partial(_point, pointer=pointer)
    _note_change(brand_id, chatroom_id, participant, change)


def after_change(brand_id: int, chatroom_id: int, participant: int, act: Act, state: str) -> None:
    """Note what Popsell answered: this participant's archive, block or flag is in this state.

    The flag itself stands in our own database.
    """
    change = partial(_put, field=CHANGED.get(act, ""), value=state == "on")
    _note_change(brand_id, chatroom_id, participant, change)


def after_word(brand_id: int, chatroom_id: int) -> None:
    """Take over a review, a judgement, or that no answer is needed, in its own transaction.

    A failing index does not fail it.
    """
    afterwards.try_to(partial(rank_again, brand_id, [chatroom_id]))


CHANGED = {Act.ARCHIVE: "archived", Act.BLOCK: "is_blocked"}


def _note_change(brand_id: int, chatroom_id: int, participant: int, change: Change) -> None:
    """Change the rows of this side once the request is answered, as of this moment."""
    answered = timezone.now()

    def write() -> None:
        with transaction.atomic():
            batch = Batch.load(brand_id, [chatroom_id])
            for row in batch.rows:
                if row.participant == participant:
                    change(row, answered)
            batch.save()

    _afterwards(brand_id, write)


def _put(row: IndexedChatroom, answered: datetime, *, field: str, value: bool) -> None:
    if field and index_facts.begin_change(row, field, answered):
        setattr(row, field, value)


def _point(row: IndexedChatroom, answered: datetime, *, pointer: int) -> None:
    if index_facts.begin_change(row, "last_read_message", answered):
        row.last_read_message = max(pointer, row.last_read_message or 0)
        index_facts.take_pointer(row)


def rank_again(brand_id: int, chatrooms: Iterable[int]) -> None:
    """Take over what the team added to these chatrooms, or how it named their codes."""
    if _is_indexed(brand_id):
        _rank(brand_id, chatrooms)


def _rank(brand_id: int, chatrooms: Iterable[int]) -> None:
    with transaction.atomic():
        batch = Batch.load(brand_id, chatrooms)
        batch.save()


def rank_due(brand_id: int) -> int:
    """Rank some rows again that change by themselves by now; returns how many."""
    due = IndexedChatroom.objects.filter(brand=brand_id, changes_at__lte=timezone.now())
    chatrooms = set(due.order_by("changes_at").values_list("chatroom", flat=True)[:BATCH])
    if chatrooms:
        _rank(brand_id, chatrooms)
    return len(chatrooms)


def note_named(brand_id: int, codes: Iterable[tuple[str, str]]) -> None:
    """Have the rows with these codes ranked again soon: what they are called has changed.

    A failing index does not fail the change.
    """
    afterwards.try_to(partial(_note_named, brand_id, codes))


def _note_named(brand_id: int, codes: Iterable[tuple[str, str]]) -> None:
    if not _is_indexed(brand_id):
        return
    columns = {"anomaly": "anomaly", "topic": "topic", "moderation": "status_moderation"}
    where = Q(pk__in=[])
    for kind, code in codes:
        where |= Q(**{columns[kind]: code})
    with transaction.atomic():
        lock(brand_id)
        IndexedChatroom.objects.filter(where, brand=brand_id).update(changes_at=timezone.now())


# New rules


def begin_ranking(rules: BrandRules) -> None:
    """Have all rows of the brand ranked by these rules, from the first on; not saved.

    Under the brand's lock: what is written from now on is ranked by them at once.
    """
    rows = IndexedChatroom.objects.filter(brand=rules.brand_id, counts=True)
    rules.ranked_to, rules.ranked, rules.to_rank = 0, 0, rows.count()
    rules.zone = rules.brand.time_zone


def rank_moved() -> None:
    """Have the rows of brands ranked anew whose zone was changed, and so their hours."""
    kept = BrandRules.objects.filter(hours__isnull=False, brand__index__isnull=False)
    for brand_id in kept.exclude(zone=F("brand__time_zone")).values_list("pk", flat=True):
        with transaction.atomic():
            lock(brand_id)
            rules = BrandRules.objects.select_related("brand").get(pk=brand_id)
            begin_ranking(rules)
            rules.save()


def rank_next(brand_id: int) -> bool:
    """Rank the next rows by new rules; false where none are left.

    How far this has come is saved with the rows. So after a kill it goes on from there.
    """
    with transaction.atomic():
        lock(brand_id)
        rules = BrandRules.objects.filter(pk=brand_id, ranked_to__isnull=False).first()
        if rules is None or rules.ranked_to is None:
            return False
        rows = IndexedChatroom.objects.filter(brand=brand_id, chatroom__gt=rules.ranked_to)
        found = list(rows.order_by("chatroom").values_list("chatroom", flat=True)[:FEW])
        batch = Batch.load(brand_id, set(found))
        batch.take_thanks()
        batch.save()
        rules.ranked_to = found[-1] if len(found) == FEW else None
        rules.ranked += sum(row.counts for row in batch.rows)
        rules.save(update_fields=["ranked_to", "ranked"])
    return rules.ranked_to is not None


# What goes


def forget(brand_id: int, person: int) -> int:
    """Delete all rows with this person; returns how many. What Popsell still tells is read again."""
    if not IndexedBrand.objects.filter(pk=brand_id).exists():
        return 0
    with transaction.atomic():
        lock(brand_id)
        AnonymizedPerson.objects.filter(brand=brand_id, person=person).delete()
        IndexedAmbassador.objects.filter(brand=brand_id, ambassador=person).delete()
        figures.forget(brand_id, person)
        waiting, _by_model = index_waiting.rows_of(brand_id, [person]).delete()
        rows = rows_of(brand_id, [person])
        chatrooms = set(rows.values_list("chatroom", flat=True))
        deleted, _by_model = rows.delete()
        Batch.load(brand_id, chatrooms).save()  # another inbox of theirs may count now
    return deleted + waiting


def drop(row: IndexedChatroom) -> None:
    """Delete a row that Popsell knows no more; another inbox that has its chatroom may count now."""
    with transaction.atomic():
        lock(row.brand_id)
        row.delete()
        Batch.load(row.brand_id, [row.chatroom]).save()


# Whether there is an index


_unindexed: dict[int, float] = {}  # by brand: until when it counts as not indexed
memories.register(_unindexed.clear)


def note_begun(brand_id: int) -> None:
    """From now on there is one. Other processes see it within a minute."""
    _unindexed.pop(brand_id, None)


def _afterwards(brand_id: int, job: Callable[[], object]) -> None:
    afterwards.do(partial(_write, brand_id, job))


def _write(brand_id: int, job: Callable[[], object]) -> None:
    if _is_indexed(brand_id):
        afterwards.try_to(job)


def _is_indexed(brand_id: int) -> bool:
    """Whether the brand has an index; looks again only after a while where it has none."""
    if monotonic() < _unindexed.get(brand_id, 0.0):
        return False
    if IndexedBrand.objects.filter(pk=brand_id).exists():
        return True
    _unindexed[brand_id] = monotonic() + UNINDEXED_FOR
    return False
