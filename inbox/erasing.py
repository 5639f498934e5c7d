"""Forgetting a person at Popsell: what we hold of them, where it is named, and how it goes.

Popsell stays the truth: what it still tells is read again with the next page.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from inbox import actions, memories, spelling
from inbox.models import Act, Activity, Brand, ChatroomFlag, CodeName, Membership, Review
from inbox.popsell import client, identities
from inbox.popsell.errors import NotFound, PopsellError
from inbox.popsell.resources import Ambassador


@dataclass(frozen=True, slots=True)
class Person:
    """Who is erased: by Popsell's id, in a brand."""

    brand: Brand
    id: int


@dataclass(frozen=True, slots=True)
class Known:
    """What the person is called, and whether Popsell still tells of them; None where it can't say.

    `ways`: as `spelling` looks for them.
    """

    ways: frozenset[str]
    at_popsell: bool | None


# What is there


def look_up(person: Person, names: Iterable[str]) -> Known:
    """By Popsell, by what was kept, and by whoever asks."""
    told, at_popsell = _ask_popsell(person)
    kept = identities.recall(person.brand.pk, person.id)
    known = {name for one in (told, kept) if one for name in _names(one)}
    return Known(
        frozenset(way for name in (*known, *names) for way in spelling.ways(name)), at_popsell
    )


def _ask_popsell(person: Person) -> tuple[Ambassador | None, bool | None]:
    if not settings.POPSELL_API_URL:
        return None, None
    try:
        page = client.chatrooms(person.brand.pk, person.id)
    except NotFound:
        return None, False
    except PopsellError:
        return None, None
    told = identities.of_listing(person.brand.pk, person.id, page)
    return told, bool(page.data)


def _names(one: Ambassador) -> list[str]:
    """The words of a full name are looked for too, where they are long enough to tell something."""
    names = [one.full_name, one.username, one.email, one.email_tmp, one.customer_id]
    return [name for name in names if name]


def find_notes(person: Person, ways: Iterable[str]) -> list[Review]:
    """Notes on chatrooms where the person took part, and those that name them, oldest first."""
    rooms = set(_of_trail(person).exclude(chatroom=None).values_list("chatroom", flat=True))
    rooms |= set(find_flags(person).values_list("chatroom", flat=True))
    notes = Review.objects.filter(brand=person.brand).exclude(note="").order_by("id")
    return [
        one
        for one in notes.iterator()
        if one.chatroom in rooms or spelling.is_any_in(ways, one.note)
    ]


def find_codes(person: Person, ways: Iterable[str]) -> list[CodeName]:
    """Names given to codes that name the person."""
    named = CodeName.objects.filter(brand=person.brand).exclude(name="")
    return [one for one in named if spelling.is_any_in(ways, one.name)]


def find_flags(person: Person) -> QuerySet[ChatroomFlag]:
    """Flags of the person's own side. Popsell keeps the flag; ours only shows who set it last here."""
    return ChatroomFlag.objects.filter(brand=person.brand, participant=person.id)


def find_pins(person: Person) -> list[Membership]:
    """The members who keep the person at hand."""
    members = Membership.objects.filter(brand=person.brand).order_by("id")
    return [one for one in members if person.id in one.pins]


def count_records(person: Person) -> int:
    """How much of the trail names their id."""
    return _of_trail(person).count()


def _of_trail(person: Person) -> QuerySet[Activity]:
    named = Q(ambassador=person.id) | Q(participant=person.id)
    return Activity.objects.filter(named, brand=person.brand)


# What goes


def drop_pages(brand: Brand) -> int:
    """Drop all that the cache keeps of the brand, since it can't be searched; returns how much.

    Raises as the cache does where it can't be used.
    """
    memories.forget()
    backend: Any = cache
    dropped: int = backend.drop_brand(brand.pk)
    return dropped


@transaction.atomic
def drop_pins_and_flags(person: Person) -> tuple[int, int]:
    """How many pins and flags went. From then on all processes forget, see `inbox.forgetting`."""
    Brand.objects.filter(pk=person.brand.pk).update(last_erasure=timezone.now())
    list(Membership.objects.select_for_update().filter(brand=person.brand).order_by("id"))
    pinning = find_pins(person)
    for member in pinning:
        member.pins = [id_ for id_ in member.pins if id_ != person.id]
        member.save(update_fields=["pins"])
    flags, _by_model = find_flags(person).delete()
    return len(pinning), flags


@transaction.atomic
def finish(person: Person, notes: Sequence[Review]) -> None:
    """Empty these notes, and leave it all on record: ids alone."""
    operator = actions.Operator("erase_person", person.brand)
    for review in notes:
        Review.objects.filter(pk=review.pk).update(note="")
        actions.record(operator, Act.ERASE, chatroom=review.chatroom, participant=person.id)
    actions.record(operator, Act.ERASE, participant=person.id)
