"""A whole pass over a brand: its directory, then each ambassador's inbox."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from inbox.chatrooms import index
from inbox.models import Brand, IndexedAmbassador, IndexedBrand, IndexedChatroom
from tests.queue.small import once
from tests.support.upstream import Upstream


def sync(**options: object) -> str:
    """What the command tells, of one pass over the brand."""
    out = StringIO()
    call_command("sync", brand=3, once=True, stdout=out, **options)
    return out.getvalue()


def test_all_chatrooms_of_the_brand_are_in_the_index(api: Upstream, brand: Brand) -> None:
    said = sync()
    held = api.sandbox.brands[3]
    members = {who.id for who in held.people.values() if who.status <= 6}
    expected = {(room.id, id_) for id_ in members for room in held.rooms_of[id_]}
    rows = IndexedChatroom.objects.filter(brand=brand)
    assert set(rows.values_list("chatroom", "ambassador")) == expected
    assert set(IndexedAmbassador.objects.values_list("ambassador", flat=True)) == members
    assert f"Brand 3: {len(members)} ambassadors read" in said


def test_its_calls_are_counted_as_the_workers_are(small: Upstream, brand: Brand) -> None:
    made = once(brand)
    assert made == len(small.sent)
    told = IndexedBrand.objects.get()
    assert told.calls + told.calls_before == made


def test_a_chatroom_in_two_inboxes_counts_once(api: Upstream, brand: Brand) -> None:
    sync()
    counted = IndexedChatroom.objects.filter(brand=brand, counts=True)
    chatrooms = counted.values_list("chatroom", flat=True)
    assert len(chatrooms) == len(set(chatrooms)) < IndexedChatroom.objects.count()
    assert set(chatrooms) == set(IndexedChatroom.objects.values_list("chatroom", flat=True))


def test_one_ambassador_alone_is_read(api: Upstream, brand: Brand) -> None:
    sync(ambassador=105)
    assert set(IndexedChatroom.objects.values_list("ambassador", flat=True)) == {105}


def test_what_is_due_is_ranked_in_a_process_that_knew_of_no_index_a_moment_ago(
    small: Upstream, brand: Brand
) -> None:
    index.rank_again(brand.pk, [1])  # it looks, and remembers that there is none
    once(brand)
    row = IndexedChatroom.objects.filter(ambassador=104, rank__isnull=False).earliest("pk")
    rows = IndexedChatroom.objects.filter(pk=row.pk)
    rows.update(rank=99, changes_at=timezone.now())
    assert index.rank_due(brand.pk) == 1
    assert index.rank_due(brand.pk) == 0
    assert rows.get().rank == row.rank


def test_an_ambassador_whom_the_directory_does_not_name(api: Upstream, brand: Brand) -> None:
    with pytest.raises(CommandError, match="does not name 999"):
        sync(ambassador=999)
    assert not IndexedChatroom.objects.exists()


def test_a_brand_that_is_not_ours(api: Upstream, db: None) -> None:
    with pytest.raises(CommandError, match="no brand 3"):
        sync()
