"""What the team added to some chatrooms, which stands in four tables, by one query."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS
from django.db.models import (
    BigIntegerField,
    CharField,
    DateTimeField,
    F,
    Field,
    Max,
    Model,
    QuerySet,
    SmallIntegerField,
    TextField,
    Value,
)

from inbox.chatrooms import notes
from inbox.models import ChatroomFlag, Hold, Note, Review
from inbox.prepared import Param, Params, Prepared

M = TypeVar("M", bound=Model)

COMMON = ("id", "chatroom", "member_name")
# The rest of what is shown of each, in columns of the same types. Nothing where it has no such thing:
# holds have them all, so they come first, and tell PostgreSQL the types.
HOLD = ("member_id", "since", "ambassador", "until", "given_by", "note__text")
REVIEW = ("member_id", "reviewed", "message", "", "", "")
NOTE = ("member_id", "written", "", "", "", "text")
FLAG = ("participant", "flagged", "flag", "", "", "")
TYPES: "tuple[Field[Any, Any], ...]" = (
    BigIntegerField(),
    DateTimeField(),
    BigIntegerField(),
    DateTimeField(),
    CharField(),
    TextField(),
)
SHAPES: tuple[tuple[type[Model], tuple[str, ...]], ...] = (
    (Hold, HOLD),
    (Review, REVIEW),
    (Note, NOTE),
    (ChatroomFlag, FLAG),
)


@dataclass(frozen=True, slots=True)
class Additions:
    """The newest of each chatroom that counts, and the flags of all its sides.

    What no page shows of them is not there: it would be read when somebody asks for it. A hold's note
    is nothing but its words.
    """

    holds: list[Hold] = field(default_factory=list)
    reviews: list[Review] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    flags: list[ChatroomFlag] = field(default_factory=list)


def find(brand_id: int, chatrooms: Iterable[int]) -> Additions:
    """What is shown of these chatrooms. Holds may have run out."""
    found = Additions()
    lists: tuple[list[Any], ...] = (found.holds, found.reviews, found.notes, found.flags)
    for which, *told in _ADDED.ask(brand=brand_id, chatrooms=list(chatrooms)):
        model, shape = SHAPES[which]
        values = dict(zip((*COMMON, *shape), told, strict=True)) | {"brand_id": brand_id}
        lists[which].append(_make_hold(values) if model is Hold else _make(model, values))
    return found


def _make_hold(values: dict[str, Any]) -> Hold:
    hold = _make(Hold, values | {"ended": None})
    said = values["note__text"]
    hold.note = Note(text=said) if said else None
    return hold


def _make(model: type[M], values: dict[str, Any]) -> M:
    """As read from the database, with some of its fields."""
    fields = [one.attname for one in model._meta.concrete_fields if one.attname in values]
    return model.from_db(DEFAULT_DB_ALIAS, fields, [values[name] for name in fields])


def _added() -> QuerySet[Any]:
    number = BigIntegerField()
    which = {"brand": Param("brand", number), "chatroom__in": Params("chatrooms", number)}
    counting = (
        Hold.objects.filter(**which, ended=None),
        newest(Review.objects.filter(**which, undone=None)),
        newest(notes.of_all_standing().filter(**which)),
        ChatroomFlag.objects.filter(**which),
    )
    first, *others = (_in_columns(place, rows) for place, rows in enumerate(counting))
    return first.union(*others, all=True)


def newest(rows: QuerySet[M]) -> QuerySet[M]:
    """The newest of each chatroom among these."""
    keys = rows.order_by().values("chatroom").annotate(newest=Max("id")).values("newest")
    return rows.model._default_manager.filter(pk__in=keys)


def _in_columns(place: int, rows: QuerySet[Any]) -> QuerySet[Any]:
    shown = zip(SHAPES[place][1], TYPES, strict=True)
    columns = [F(name) if name else Value(None, kind) for name, kind in shown]
    return rows.order_by().values_list(Value(place, SmallIntegerField()), *COMMON, *columns)


_ADDED = Prepared(_added)
