"""What the team added to chatrooms: reviews, notes, flags as last set here, names of codes."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeVar
from zlib import crc32

from django.db.models import BigIntegerField, Manager, Model, QuerySet

from inbox.caches.memories import Memory
from inbox.chatrooms import additions
from inbox.display import visible
from inbox.models import (
    Brand,
    ChatroomFlag,
    CodeKind,
    CodeName,
    Hold,
    Judgement,
    NoAnswerNeeded,
    Note,
    Review,
)
from inbox.prepared import Param, Params, Prepared

M = TypeVar("M", bound=Model)

Names = dict[tuple[str, str], CodeName]
"""The codes of a brand, by their kind and code."""


@dataclass(frozen=True, slots=True)
class Annotations:
    """The team's additions to some chatrooms.

    `reviews`, newest `notes`, last `holds` and `flags`: by chatroom, flags also by the own side's id.
    `names`: by kind and code.
    """

    reviews: dict[int, Review] = field(default_factory=dict)
    flags: dict[tuple[int, int], ChatroomFlag] = field(default_factory=dict)
    names: dict[tuple[str, str], CodeName] = field(default_factory=dict)
    notes: dict[int, Note] = field(default_factory=dict)
    holds: dict[int, Hold] = field(default_factory=dict)

    @property
    def named(self) -> list[CodeName]:
        return [one for one in self.names.values() if one.name]

    def says(self, kind: str, code: str) -> bool:
        """Whether rows and messages show this code: a topic or moderation needs a name for that.

        Codes without a name stand on most of them, and tell nobody anything.
        """
        named = self.names.get((kind, code))
        return kind == CodeKind.ANOMALY or bool(named and visible(named.name))

    @property
    def mark(self) -> str:
        """Changes when any of it does, in what a page shows."""
        shown = (
            [(review.chatroom, review.pk) for review in self.reviews.values()],
            [(note.chatroom, note.pk) for note in self.notes.values()],
            [(flag.chatroom, flag.flag, flag.member_name) for flag in self.flags.values()],
            [(one.chatroom, one.member_id, one.stands) for one in self.holds.values()],
            [(one.pk, one.name, one.tone, one.needs_attention) for one in self.named],
        )
        return f"{crc32(repr(shown).encode()):08x}"


def of_chatrooms(brand: Brand, chatrooms: Iterable[int]) -> Annotations:
    """All that the team added to these chatrooms, in one query. `brand`: as it stands now."""
    found = additions.find(brand.pk, chatrooms)
    return Annotations(
        reviews={one.chatroom: one for one in found.reviews},
        flags={(one.chatroom, one.participant): one for one in found.flags},
        names=remember_names(brand),
        notes={one.chatroom: one for one in found.notes},
        holds={one.chatroom: one for one in found.holds},
    )


def without_notes_and_holds(brand_id: int, chatrooms: Iterable[int]) -> Annotations:
    """Some of it, as it is for who writes: in three queries, one for the names."""
    ids = list(chatrooms)
    return Annotations(reviews(brand_id, ids), flags(brand_id, ids), names(brand_id))


def reviews(brand_id: int, chatrooms: Iterable[int]) -> dict[int, Review]:
    """By chatroom, the newest that holds; no query for no chatroom."""
    found = _REVIEWS.ask(brand=brand_id, chatrooms=list(chatrooms))
    return {one.chatroom: one for one in found}


def earlier_review(brand_id: int, chatroom: int) -> Review | None:
    """The one before the newest that holds."""
    held = Review.objects.filter(brand=brand_id, chatroom=chatroom, undone=None)
    return next(iter(held.order_by("-id")[1:2]), None)


def flags(brand_id: int, chatrooms: Iterable[int]) -> dict[tuple[int, int], ChatroomFlag]:
    """By chatroom and own side, as last set here; no query for no chatroom."""
    found = _FLAGS.ask(brand=brand_id, chatrooms=list(chatrooms))
    return {(one.chatroom, one.participant): one for one in found}


def no_answers(brand_id: int, chatrooms: Iterable[int]) -> dict[int, NoAnswerNeeded]:
    """By chatroom, the newest word that no answer is needed: apart, since lists don't show it."""
    found = _NO_ANSWERS.ask(brand=brand_id, chatrooms=list(chatrooms))
    return {one.chatroom: one for one in found}


def judgements(brand_id: int, chatrooms: Iterable[int]) -> dict[tuple[int, str], Judgement]:
    """By chatroom and mark of the summary, the newest that holds of each; no query for no chatroom."""
    found = _JUDGEMENTS.ask(brand=brand_id, chatrooms=list(chatrooms))
    return {(one.chatroom, one.summary): one for one in found}


def names(brand_id: int) -> Names:
    """The codes seen in a brand, with the names that its manager gave."""
    return {(one.kind, one.code): one for one in _NAMES.ask(brand=brand_id)}


def remember_names(brand: Brand) -> Names:
    """As `names`, read again where they have another version. `brand`: as it stands now."""
    return _KNOWN.keep((brand.pk, brand.codes_version), lambda: names(brand.pk))


_KNOWN = Memory["Names"](64)
_BRAND, _CHATROOMS = Param("brand", BigIntegerField()), Params("chatrooms", BigIntegerField())
_NAMES = Prepared(lambda: CodeName.objects.filter(brand=_BRAND))
_REVIEWS = Prepared(lambda: additions.newest(_held(Review.objects)))
_FLAGS = Prepared(lambda: ChatroomFlag.objects.filter(brand=_BRAND, chatroom__in=_CHATROOMS))
_NO_ANSWERS = Prepared(lambda: additions.newest(_held(NoAnswerNeeded.objects)))
_JUDGEMENTS = Prepared(lambda: _held(Judgement.objects).filter(changed=None).order_by("id"))


def _held(words: Manager[M]) -> QuerySet[M]:
    """Those about some chatrooms that hold."""
    return words.filter(brand=_BRAND, chatroom__in=_CHATROOMS, undone=None)
