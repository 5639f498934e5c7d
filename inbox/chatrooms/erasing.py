"""Forgets a person at Popsell: finds our data about them, and deletes it.

Popsell stays the truth: what it still tells is read again with the next page.
"""

from collections.abc import Collection, Container, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.core.cache import cache
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from inbox.activity import desk_history, recording
from inbox.caches import memories
from inbox.chatrooms import index, index_batch, index_waiting, whereabouts
from inbox.models import Act, Activity, Brand, CodeName, Membership, Note, NoteDraft
from inbox.popsell import client, identities
from inbox.popsell.errors import NotFound, PopsellError
from inbox.popsell.resources import Ambassador, Chatroom, Page
from inbox.text import spelling

BEGUN = "begun"  # the trail's state of a run until it ends


@dataclass(frozen=True, slots=True)
class Person:
    """The person to erase: by Popsell's id, in a brand."""

    brand: Brand
    id: int


@dataclass(frozen=True, slots=True)
class Known:
    """What the person is called, as `spelling` looks for it, and what Popsell still tells.

    `at_popsell`: whether it tells of them; None where it can't say. `rooms`: their chatrooms there.
    """

    ways: frozenset[str]
    at_popsell: bool | None
    rooms: frozenset[int] = frozenset()


# What is there


def look_up(person: Person, names: Iterable[str]) -> Known:
    """Collect names from Popsell, from the cache and from the operator."""
    at_popsell, listing = _ask_popsell(person)
    brand_id, seen = person.brand.pk, [identities.recall(person.brand.pk, person.id)]
    rooms: set[int] = set()
    if listing:
        seen.append(identities.find_in(brand_id, person.id, listing.data))
        rooms = whereabouts.ask_popsell(person.brand, person.id, listing)
    called = [*names, *(name for one in seen for name in _names(one))]
    ways = frozenset(way for name in called for way in spelling.ways(name))
    return Known(ways, at_popsell, frozenset(rooms))


def _ask_popsell(person: Person) -> tuple[bool | None, Page[Chatroom] | None]:
    if not settings.POPSELL_API_URL:
        return None, None
    try:
        page = client.chatrooms(person.brand.pk, person.id)
    except NotFound:
        return False, None
    except PopsellError:
        return None, None
    return bool(page.data), page


def _names(one: Ambassador) -> list[str]:
    """The person's names, with the words of a full name that are long enough to mean something."""
    names = [one.full_name, one.username, one.email, one.email_tmp, one.customer_id]
    return [name for name in names if name]


def find_rooms(person: Person, known: Known, given: Iterable[int]) -> set[int]:
    """The chatrooms that the person takes part in, as far as known here. Raises as the cache does."""
    return {*whereabouts.find(person.brand, person.id), *known.rooms, *given}


def find_notes(person: Person, rooms: Container[int], ways: Collection[str]) -> list[Note]:
    """Notes on these chatrooms, and those that name the person, oldest first."""
    notes = Note.objects.filter(brand=person.brand).exclude(text="").order_by("id")
    return [
        one
        for one in notes.iterator()
        if one.chatroom in rooms or spelling.is_any_in(ways, one.text)
    ]


def find_drafts(person: Person, rooms: Container[int], ways: Collection[str]) -> list[NoteDraft]:
    """The same of notes that are not finished, with their members."""
    drafts = NoteDraft.objects.filter(member__brand=person.brand).exclude(text="")
    return [
        one
        for one in drafts.select_related("member__user").order_by("id")
        if one.chatroom in rooms or spelling.is_any_in(ways, one.text)
    ]


def find_codes(person: Person, ways: Iterable[str]) -> list[CodeName]:
    """Codes whose name, or the words beside it, name the person."""
    named = CodeName.objects.filter(brand=person.brand).exclude(name="", words="")
    return [one for one in named if spelling.is_any_in(ways, f"{one.name}, {one.words}")]


def find_pins(person: Person) -> list[Membership]:
    """The members who keep the person at hand."""
    members = Membership.objects.filter(brand=person.brand).order_by("id")
    return [one for one in members if person.id in one.pins]


def find_titles(person: Person, ways: Collection[str]) -> list[LogEntry]:
    """Find lines of the desk's history that name the person in their title."""
    return desk_history.naming(person.brand, ways)


def count_flags(person: Person) -> int:
    return whereabouts.flags_of(person.brand, person.id).count()


def count_indexed(person: Person) -> int:
    """The number of the index's rows with them."""
    rows = index_batch.rows_of(person.brand.pk, [person.id]).count()
    return rows + index_waiting.rows_of(person.brand.pk, [person.id]).count()


def count_records(person: Person) -> int:
    """The number of the trail's records with their id."""
    return whereabouts.trail_of(person.brand, person.id).count()


def has_begun(person: Person) -> bool:
    """Whether an earlier run began and did not end: its process died, or something failed."""
    erased = Activity.objects.filter(brand=person.brand, act=Act.ERASE, participant=person.id)
    newest = erased.filter(chatroom=None).order_by("-id").first()
    return newest is not None and newest.state == BEGUN


# What goes


def drop_pages(brand: Brand) -> int:
    """Drop all that the cache keeps of the brand, since it can't be searched; returns how much.

    Raises as the cache does where it can't be used.
    """
    memories.forget()
    backend: Any = cache
    dropped: int = backend.drop_brand(brand.pk)
    return dropped


@dataclass(frozen=True, slots=True)
class Dropped:
    """How much went at once; of the desk's history titles alone, of the index rows."""

    pins: int
    flags: int
    titles: int
    indexed: int


@transaction.atomic
def begin(person: Person, rooms: Iterable[int], ways: Collection[str]) -> Dropped:
    """Leave on record that it begins, and drop pins, flags, rows and names in the desk's history.

    Flags and cache show where the person took part, and are gone then. So the chatrooms with notes are
    on record too: another run finds them again. From then on all processes forget, see
    `inbox.forgetting`.
    """
    operator = _operator(person)
    index_batch.lock_known(person.brand.pk)
    for room in sorted(set(rooms) - whereabouts.in_trail(person.brand, person.id)):
        recording.record(operator, Act.ERASE, chatroom=room, participant=person.id, state=BEGUN)
    recording.record(operator, Act.ERASE, participant=person.id, state=BEGUN)
    Brand.objects.filter(pk=person.brand.pk).update(last_erasure=timezone.now())
    list(Membership.objects.select_for_update().filter(brand=person.brand).order_by("id"))
    pinning = find_pins(person)
    for member in pinning:
        member.pins = [id_ for id_ in member.pins if id_ != person.id]
        member.save(update_fields=["pins"])
    flags, _by_model = whereabouts.flags_of(person.brand, person.id).delete()
    naming = find_titles(person, ways)
    desk_history.blank(naming)
    return Dropped(len(pinning), flags, len(naming), index.forget(person.brand.pk, person.id))


@transaction.atomic
def finish(person: Person, notes: Sequence[Note], drafts: Sequence[NoteDraft] = ()) -> None:
    """Empty these notes and drafts, and leave it all on record: ids alone.

    An answer on its way may have brought rows of the index back: they go again. The version of a draft
    rises with it, so an open page can't silently save it again.
    """
    operator = _operator(person)
    index.forget(person.brand.pk, person.id)
    for note in notes:
        Note.objects.filter(pk=note.pk).update(text="")
    for draft in drafts:
        NoteDraft.objects.filter(pk=draft.pk).update(text="", version=F("version") + 1)
    for room in [*(one.chatroom for one in notes), *(one.chatroom for one in drafts)]:
        recording.record(operator, Act.ERASE, chatroom=room, participant=person.id)
    recording.record(operator, Act.ERASE, participant=person.id)


def _operator(person: Person) -> recording.Operator:
    return recording.Operator("erase_person", person.brand)
