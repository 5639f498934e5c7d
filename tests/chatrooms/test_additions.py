"""What the team added to chatrooms comes by one query, and is what the tables hold."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from inbox.chatrooms import additions, annotations, notes
from inbox.models import Brand, ChatroomFlag, Hold, Membership, Note, Review

NOON = datetime(2026, 11, 20, 12, 30, 15, 678, tzinfo=UTC)
ROOMS = st.integers(1, 4)
MADE = st.lists(
    st.tuples(
        st.sampled_from(["review", "note", "flag", "hold"]),
        ROOMS,
        st.booleans(),
        st.sampled_from(["", "Called back, « ça va »"]),
        st.sampled_from([3, 8]),
    ),
    max_size=14,
)


def write(asked: Membership, kind: str, room: int, flag: bool, text: str, brand: int) -> None:
    """`flag`: whether it counts no more, or is cleared."""
    common = {"brand_id": brand, "chatroom": room, "member_name": "Ines"}
    by = {"member": asked}
    undone = NOON if flag else None
    if kind == "review":
        Review.objects.create(**common, **by, message=2**40 + room, reviewed=NOON, undone=undone)
    elif kind == "note":
        Note.objects.create(**common, **by, text=text, taken_back=undone)
    elif kind == "flag":
        ChatroomFlag.objects.update_or_create(
            {"flag": None if flag else 2, "member_name": "Ines", "flagged": NOON},
            brand_id=brand,
            chatroom=room,
            participant=100 + len(text),
        )
    else:
        handed = {"note": Note.objects.create(**common, **by, text=text), "given_by": "Noor"}
        told: dict[str, Any] = {"ambassador": 100, "until": timezone.now() + timedelta(hours=1)}
        told |= {"since": NOON, "ended": undone, "member_name": "Ines"} | (handed if text else {})
        Hold.objects.update_or_create(by | told, brand_id=brand, chatroom=room)


def facts(one: Any, *fields: str) -> tuple[Any, ...]:
    return one.pk, one.brand_id, one.chatroom, one.member_name, *(getattr(one, f) for f in fields)


def told_of(hold: Hold) -> tuple[Any, ...]:
    said = hold.note.text if hold.note else ""
    shown = ("member_id", "ambassador", "since", "until", "given_by", "stands")
    return (*facts(hold, *shown), said)


@given(made=MADE, asked=st.lists(ROOMS, max_size=4))
@examples(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_it_is_what_the_tables_hold(
    manager: Membership, other_brand: Brand, made: list[Any], asked: list[int]
) -> None:
    for model in (Hold, Note, Review, ChatroomFlag):
        model.objects.all().delete()
    for one in made:
        write(manager, *one)
    found = additions.find(3, asked)
    which = {"brand": 3, "chatroom__in": asked}
    review = [facts(one, "member_id", "message", "reviewed") for one in found.reviews]
    held = annotations.reviews(3, asked).values()
    assert sorted(review) == sorted(facts(one, "member_id", "message", "reviewed") for one in held)
    flags = [facts(one, "participant", "flag", "flagged") for one in found.flags]
    stored = ChatroomFlag.objects.filter(**which)
    assert sorted(flags, key=str) == sorted(
        (facts(one, "participant", "flag", "flagged") for one in stored), key=str
    )
    holds = Hold.objects.filter(**which, ended=None)
    assert sorted(map(told_of, found.holds)) == sorted(map(told_of, holds))
    newest: dict[int, Note] = {}
    for note in notes.standing(3).filter(chatroom__in=asked).order_by("id"):
        newest[note.chatroom] = note
    written = [facts(one, "member_id", "written", "text") for one in found.notes]
    assert sorted(written) == sorted(
        facts(one, "member_id", "written", "text") for one in newest.values()
    )


def test_it_is_one_query_and_the_rest_is_read_when_asked_for(
    manager: Membership, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    kinds = ("review", "note", "flag", "hold")
    for kind in kinds:
        write(manager, kind, 7, False, "Called back", 3)
    with django_assert_num_queries(1):
        found = additions.find(3, range(1, 101))
        assert found.holds[0].stands
        assert found.holds[0].note
        assert found.holds[0].note.text == "Called back"
        assert found.reviews[0].message == 2**40 + 7
    with django_assert_num_queries(1):
        assert found.reviews[0].activity_id is None
    with django_assert_num_queries(0):
        assert additions.find(3, []) == additions.Additions()
