"""manage.py erase_person: what is held of a person is gone"""

import pytest
from django.core.cache import cache
from django.core.management import CommandError
from django.db import OperationalError
from django.test import Client
from pytest_django import Settings

from inbox.activity import recording
from inbox.caches import tolerant
from inbox.caches.file_cache import FileCache, FolderFailedError
from inbox.caches.redis_cache import RedisCache
from inbox.chatrooms import erasing
from inbox.models import Act, Activity, Brand, ChatroomFlag, Membership
from inbox.popsell import cache as kept
from inbox.popsell.resources import Ambassador
from tests.conftest import Later, is_redis
from tests.management.erasing import (
    ID,
    NAMES,
    PAGES,
    Wait,
    erase,
    found,
    in_a_folder,
    in_the_database,
    is_gone_at_popsell,
    tells_of_ysolde,
    write,
)
from tests.support.raw_cache import RawCache, folder
from tests.support.signing_in import enter
from tests.support.upstream import Upstream

pytestmark = pytest.mark.usefixtures("wait")


# What goes


def test_nothing_is_held_of_her_afterwards(read: None, client: Client) -> None:
    before = found()
    assert {*NAMES, str(ID)} <= set(before)
    said = erase()
    assert found() == []
    assert "Pins: 1 deleted. Flags: 1 deleted." in said
    assert f"Popsell tells nothing of {ID}." in said
    assert not [word for word in NAMES if word in said]


def test_other_pins_and_flags_stay(
    read: None, moderator: Membership, neighbour: Membership
) -> None:
    Membership.objects.filter(pk=moderator.pk).update(pins=[100, ID, 555])
    Membership.objects.filter(pk=neighbour.pk).update(pins=[ID])
    ChatroomFlag.objects.create(brand=neighbour.brand, chatroom=9, participant=ID, flag=1)
    ChatroomFlag.objects.create(brand=moderator.brand, chatroom=9, participant=555, flag=1)
    erase()
    assert Membership.objects.get(pk=moderator.pk).pins == [100, 555]
    assert Membership.objects.get(pk=neighbour.pk).pins == [ID]
    left = ChatroomFlag.objects.values_list("brand", "participant")
    assert set(left) == {(8, ID), (3, 555)}


def test_what_throttles_stays(read: None, client: Client) -> None:
    enter(Client(), "nadia@example.com", "wrong")
    cache.set("used", "y", 60)
    cache.set("tries", [1.5, 2.5], 60)
    before = len(RawCache().all())
    erase()
    assert 2 < len(RawCache().all()) < before
    assert cache.get("used") == "y"
    assert cache.get("tries") == [1.5, 2.5]


def test_pages_of_other_brands_stay_where_keys_tell_them_apart(
    read: None, neighbour: Membership
) -> None:
    key = f"8:{kept.site()}:identity:{ID}"
    tolerant.put(key, Ambassador(id=ID, firstname="Ysolde"), 60)
    erase()
    assert (tolerant.get(key) is not None) is is_redis()


def test_entries_under_an_earlier_secret_key_go_too(
    read: None, settings: Settings, client: Client
) -> None:
    settings.SECRET_KEY = "another-key-for-the-tests-0123456789"
    erase()
    assert found() == []


@in_a_folder
def test_what_can_not_be_read_goes_too(read: None, later: Later) -> None:
    RawCache().put_beside(b"Ysolde")
    (folder() / f"{'0' * 64}.entry").write_bytes(b"Quennec")
    (folder() / "killed.draft").write_bytes(b"yso.q")
    later(60)
    erase()
    left = b"".join(path.read_bytes() for path in folder().iterdir())
    assert not [word for word in NAMES if word.encode() in left]


@in_a_folder
def test_a_draft_of_this_moment_stays(read: None) -> None:
    draft = folder() / "just-now.draft"
    draft.write_bytes(b"")
    erase()
    assert draft.exists()


def test_an_older_answer_does_not_bring_her_back(
    read: None, api: Upstream, client: Client, wait: Wait, settings: Settings
) -> None:
    def late() -> None:
        tells_of_ysolde(api)
        for path in PAGES:
            client.get(path)
        assert found()
        is_gone_at_popsell(api)

    wait.meanwhile = late
    erase()
    assert wait.seconds == [settings.POPSELL_DEADLINE + 2]
    assert found() == []


def test_popsell_is_the_truth_and_the_command_says_so(read: None, api: Upstream) -> None:
    tells_of_ysolde(api)
    assert f"WARNING: Popsell still tells of {ID}. Erase them there first" in erase()
    api.drop("GET")
    assert "Popsell could not be asked." in erase()


# How it is called


def test_a_dry_run_only_says_what_would_go(read: None, moderator: Membership, wait: Wait) -> None:
    one = write("Ysolde", moderator)
    before, rows = found(), in_the_database()
    said = erase(dry_run=True, delete_note=[one.pk])
    assert "Pins: 1 would be deleted. Flags: 1 would be deleted." in said
    assert "would be dropped" in said
    assert "Notes: 1 would be emptied." in said
    assert (found(), in_the_database()) == (before, rows)
    assert wait.seconds == []


@pytest.mark.parametrize("number", [4, 0, -1, 2**63])
def test_an_unknown_brand_is_one_sentence(read: None, number: int) -> None:
    with pytest.raises(CommandError, match=f"^There is no brand {number}.$"):
        erase(brand=number)
    assert found()


@pytest.mark.parametrize("id_", [0, -1, 2**63])
def test_what_is_no_id_is_one_sentence(read: None, id_: int) -> None:
    with pytest.raises(CommandError, match=f"^{id_} is no id of a person.$"):
        erase(id_)


def test_twice_does_no_harm(read: None) -> None:
    erase()
    rows = in_the_database(Activity, Brand)
    said = erase()
    assert "Pins: 0 deleted. Flags: 0 deleted." in said
    assert in_the_database(Activity, Brand) == rows
    assert Activity.objects.filter(act=Act.ERASE, state="").count() == 2


def test_a_cache_that_fails_is_told_and_only_the_begin_is_on_record(
    read: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_which: object) -> int:
        raise FolderFailedError from OSError(28, "No space left on device")

    monkeypatch.setattr(RedisCache if is_redis() else FileCache, "drop_brand", fail)
    with pytest.raises(CommandError) as told:
        erase()
    assert str(told.value) == (
        "The cache can't be used (OSError). Done: pins and flags. "
        "Not done: the cache, notes and the record. Run it again."
    )
    assert Activity.objects.get(act=Act.ERASE).state == "begun"


def test_a_database_that_fails_at_last_is_told_and_notes_stay(
    read: None, moderator: Membership, wait: Wait, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_which: object, **_about: object) -> None:
        raise OperationalError("the connection to Ysolde is lost")

    one = write("Ysolde", moderator)
    wait.meanwhile = lambda: monkeypatch.setattr(recording, "record", fail)
    with pytest.raises(CommandError) as told:
        erase(delete_note=[one.pk])
    assert str(told.value) == (
        "The database can't be used (OperationalError). Done: pins and flags, the cache. "
        "Not done: notes and the record. Run it again."
    )
    one.refresh_from_db()
    assert one.text == "Ysolde"


def test_a_database_that_fails_at_first_leaves_all(
    read: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_which: object) -> None:
        raise OperationalError

    before = found()
    monkeypatch.setattr(erasing, "find_pins", fail)
    with pytest.raises(CommandError, match="Not done: pins and flags, the cache, notes and the"):
        erase()
    assert found() == before


@in_a_folder
def test_a_folder_of_another_user_is_told(read: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 12345)
    with pytest.raises(CommandError, match="The cache can't be used"):
        erase()
    monkeypatch.undo()
    assert set(NAMES) <= set(found())
