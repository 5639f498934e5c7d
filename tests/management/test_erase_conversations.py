"""manage.py erase_person: the conversations where the person took part"""

from io import StringIO

import pytest
from django.core.cache import cache
from django.core.management import CommandError
from django.db import OperationalError
from django.test import Client

from inbox.caches import tolerant
from inbox.models import Act, Activity, ChatroomFlag, Membership, Note
from inbox.popsell import cache as kept
from tests.management.erasing import ROOM, Wait, erase, write
from tests.support.chatrooms import chatroom
from tests.support.raw_cache import RawCache
from tests.support.upstream import Pages, Upstream

pytestmark = pytest.mark.usefixtures("wait")


@pytest.fixture
def on_her(
    read: None,
    api: Upstream,
    client: Client,
    moderator: Membership,
    monkeypatch: pytest.MonkeyPatch,
) -> Note:
    """A note on the conversation where she is the visitor, that does not name her."""
    Activity.objects.all().delete()
    return write("Wants a sample", moderator, room=ROOM)


def is_listed(one: Note, said: str) -> bool:
    return f"--delete-note {one.pk} " in said


def only_kept(which: str) -> None:
    """Nothing stays in the cache but the brand's page that is called so."""
    key = kept._key(3, which)
    value = tolerant.get(key)
    assert value
    cache.clear()
    tolerant.put(key, value, 60)


def test_a_note_on_a_conversation_of_a_visitor_is_listed(on_her: Note) -> None:
    said = erase()
    assert is_listed(on_her, said)
    assert "Conversations: 2 are known" in said


@pytest.mark.parametrize("which", [f"chatroom {ROOM}", f"messages {ROOM} 1"])
def test_one_kept_page_is_enough(on_her: Note, which: str) -> None:
    only_kept(which)
    assert is_listed(on_her, erase())


def test_a_page_of_another_conversation_is_none_of_hers(
    on_her: Note, moderator: Membership
) -> None:
    cache.clear()
    other = write("Nothing of her", moderator, room=ROOM)
    assert not is_listed(other, erase())


@pytest.mark.parametrize("data", [b"junk", b""])
def test_what_can_t_be_read_in_the_cache_is_passed_over(on_her: Note, data: bytes) -> None:
    raw = RawCache()
    before = dict(raw.all())
    tolerant.put(kept._key(3, "nothing"), (1, "m", "", b"no pickle"), 60)
    tolerant.put(kept._key(3, "a word"), "four", 60)
    tolerant.put(kept._key(3, "soon bad"), "x", 60)
    raw.put(dict.fromkeys([key for key in raw.all() if key not in before][-1:], data))
    assert is_listed(on_her, erase(dry_run=True))
    assert is_listed(on_her, erase())


def test_popsell_tells_where_an_ambassador_takes_part(on_her: Note, api: Upstream) -> None:
    cache.clear()
    api.recover()
    api.pages = Pages([chatroom(number) for number in (9, ROOM, 10)], per_page=1)
    assert is_listed(on_her, erase(dry_run=True))
    api.pages.broken = {3}
    assert is_listed(on_her, erase(dry_run=True))
    api.pages.broken = {2, 3}
    assert not is_listed(on_her, erase(dry_run=True))


def test_the_operator_names_a_conversation(on_her: Note) -> None:
    cache.clear()
    assert not is_listed(on_her, erase(dry_run=True))
    assert is_listed(on_her, erase(chatroom=[5, ROOM]))


@pytest.mark.parametrize("number", [0, -1, 2**63])
def test_what_is_no_conversation_is_one_sentence(read: None, number: int) -> None:
    with pytest.raises(CommandError, match=f"^{number} is no id of a conversation.$"):
        erase(chatroom=[number])


def test_a_second_run_finds_the_notes_of_the_first(on_her: Note, moderator: Membership) -> None:
    also = write("Sent it", moderator, room=ROOM)
    erase()
    assert is_listed(also, erase(delete_note=[on_her.pk]))
    assert is_listed(also, erase())
    rooms = Activity.objects.filter(act=Act.ERASE, state="begun", chatroom=ROOM)
    assert rooms.count() == 1


def test_killed_in_the_wait_it_is_on_record_and_can_be_run_again(
    read: None, moderator: Membership, wait: Wait
) -> None:
    Activity.objects.all().delete()
    in_hers = write("Wants a sample", moderator, room=9)

    def die() -> None:
        raise KeyboardInterrupt

    wait.meanwhile = die
    out = StringIO()
    with pytest.raises(KeyboardInterrupt):
        erase(stdout=out)
    assert is_listed(in_hers, out.getvalue())
    assert not ChatroomFlag.objects.exists()
    begun = Activity.objects.filter(act=Act.ERASE)
    assert {(one.chatroom, one.state) for one in begun} == {(9, "begun"), (None, "begun")}
    wait.meanwhile = lambda: None
    cache.clear()
    said = erase()
    assert "An earlier run began and did not end" in said
    assert is_listed(in_hers, said)
    assert "An earlier run" not in erase()


def test_pins_and_flags_go_with_the_record_or_not_at_all(
    read: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_which: object, **_more: object) -> None:
        raise OperationalError

    monkeypatch.setattr(Membership, "save", fail)
    with pytest.raises(CommandError):
        erase()
    assert ChatroomFlag.objects.exists()
    assert not Activity.objects.filter(act=Act.ERASE).exists()
