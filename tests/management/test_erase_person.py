"""manage.py erase_person: what is held of a person is gone, and what may name them is listed"""

import functools
import struct
import sys
import zlib
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from inbox import forgetting
from inbox.activity import recording
from inbox.caches import entries, memories, tolerant
from inbox.caches.file_cache import FileCache, FolderFailedError
from inbox.caches.redis_cache import RedisCache
from inbox.chatrooms import erasing
from inbox.components import rows as listed
from inbox.management.commands import erase_person
from inbox.models import Act, Activity, Brand, ChatroomFlag, CodeName, Membership, Note, NoteDraft
from inbox.popsell import cache as kept
from inbox.popsell import calls, identities
from inbox.popsell.resources import Ambassador
from tests.conftest import Later, is_redis
from tests.support.chatrooms import Json, chatroom, lea, message, participant, person
from tests.support.conversations import form, send
from tests.support.pages import HTMX, INBOX, text
from tests.support.raw_cache import RawCache, folder
from tests.support.signing_in import enter
from tests.support.upstream import Pages, Upstream, page

ID, ROOM = 88471147, 8
WHO: Json = {
    "firstname": "Ysolde",
    "lastname": "Quennec",
    "username": "yso.q",
    "email": "ysolde@perfume.example",
    "customer_id": "YQ-7740192",
}
NAMES = ["Ysolde", "Quennec", "yso.q", "perfume.example", "YQ-7740192"]
OWN = f"/brands/3/ambassadors/{ID}/"
PAGES = [INBOX, f"{INBOX}chatrooms/{ROOM}/", "/brands/3/ambassadors/", OWN, f"{OWN}chatrooms/9/"]
in_a_folder = pytest.mark.skipif(is_redis(), reason="Redis knows the keys of a brand")


class Wait:
    """In place of the command's pause: how long it was, and what happens in it."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.meanwhile: Callable[[], object] = lambda: None

    def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)
        self.meanwhile()


@pytest.fixture(autouse=True)
def wait(monkeypatch: pytest.MonkeyPatch) -> Wait:
    waiting = Wait()
    monkeypatch.setattr(erase_person, "sleep", waiting)
    monkeypatch.setattr(forgetting, "_heeded", {})
    return waiting


def ysolde(room: int) -> Json:
    return participant(ID, room, **WHO)


def tells_of_ysolde(api: Upstream) -> None:
    """She wrote to Léa. She is an ambassador too, and Sofia wrote to her."""
    hers = message(16, person(ID, **WHO), content="It is Ysolde here")
    to_lea = chatroom(ROOM, ambassadors=[lea(ROOM), ysolde(ROOM)], last_message=hers)
    to_her = chatroom(9, ambassadors=[ysolde(9), participant(555, 9)], last_message=message(26))
    api.answer("GET", 403)
    api.answer("GET", body=page(person(ID, **WHO)), path="/chat/ambassadors")
    api.answer("GET", body=page(to_lea), path="/chat/ambassadors/100/chatrooms")
    api.answer("GET", body=page(to_her), path=f"/chat/ambassadors/{ID}/chatrooms")
    api.conversation(to_lea, hers)
    api.conversation(to_her, message(26))
    api.answer("PATCH", body={"success": True})


def is_gone_at_popsell(api: Upstream) -> None:
    api.recover()
    api.answer("GET", 404, path=f"/chat/ambassadors/{ID}/chatrooms")


@pytest.fixture
def read(api: Upstream, client: Client) -> None:
    """All pages that tell of her were read; she is pinned, and a conversation of hers flagged."""
    tells_of_ysolde(api)
    client.post(f"{OWN}pin/", {"pinned": "on"}, headers=HTMX)
    for path in PAGES:
        assert client.get(path).status_code == 200
        assert client.get(path, headers=HTMX).status_code == 200
    client.get(f"{OWN}pin/", headers=HTMX)
    flagging = form(text(client.get(f"{OWN}chatrooms/9/")), "flag-conversation")
    send(client, flagging, state="1")
    assert ChatroomFlag.objects.get().participant == ID
    is_gone_at_popsell(api)


def erase(id_: int = ID, **options: Any) -> str:
    out = StringIO()
    call_command("erase_person", id_, **{"brand": 3, "stdout": out, **options})
    return out.getvalue()


def write(text: str, member: Membership, room: int = 77, **more: Any) -> Note:
    return Note.objects.create(
        brand=member.brand,
        chatroom=room,
        member=member,
        member_name=str(member.user),
        text=text,
        **more,
    )


def in_the_cache() -> bytes:
    """All that it holds, unpacked, with the keys."""
    if is_redis():
        return b"".join(key + data for key, data in RawCache().all().items())
    return b"".join(_file(path.read_bytes()) for path in folder().iterdir())


def _file(data: bytes) -> bytes:
    return zlib.decompress(data[entries.HEAD :]) if data else b""


def in_the_database(*left_out: type) -> str:
    return repr(
        [
            list(model._default_manager.values())
            for model in apps.get_models()
            if model not in left_out
        ]
    )


def found() -> list[str]:
    """Where something of her is still held."""
    kept, trail = in_the_cache(), in_the_database()
    rows = in_the_database(Activity)  # which holds ids, and stays
    held = [word for word in NAMES if word.encode() in kept or word in trail]
    if str(ID).encode() in kept or struct.pack("<i", ID) in kept or str(ID) in rows:
        held.append(str(ID))
    return held


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


# What processes remember


def test_this_process_forgets(read: None) -> None:
    assert calls._known.cache_info().currsize
    assert listed._rendered.cache_info().currsize
    assert identities._written
    erase()
    assert not calls._known.cache_info().currsize
    assert not listed._rendered.cache_info().currsize
    assert not identities._written


HARMLESS = {
    "inbox.activity.digests._made_of",
    "inbox.activity.digests._name",
    "inbox.display.times._day",
    "inbox.display.times._exact",
    "inbox.display._icon",
    "inbox.process.encryption._made_of",
    "inbox.popsell.cache._shape",
    "inbox.popsell.transport._session",
    "inbox.popsell.values._members",
    "inbox.process.private_files._tell_open",
    "inbox.caches.sealing._secret",
    "inbox.templating._bundle",
}
"""What these remember is made of no answer of Popsell."""


def test_every_memory_is_forgotten_or_known_to_be_harmless() -> None:
    remembering = {
        f"{module.__name__}.{name}": one
        for module in list(sys.modules.values())
        if module.__name__.startswith("inbox.") and ".sandbox" not in module.__name__
        for name, one in vars(module).items()
        if isinstance(one, functools._lru_cache_wrapper) and one.__module__ == module.__name__
    }
    cleared = {id(getattr(clear, "__self__", None)) for clear in memories._clears}
    unknown = {name for name, one in remembering.items() if id(one) not in cleared}
    assert unknown <= HARMLESS
    assert len(remembering) - len(unknown) >= 5


def erased_elsewhere(seconds_ago: float = 0) -> None:
    """As the command leaves it with the brand, on a machine with a cache of its own."""
    moment = timezone.now() - timedelta(seconds=seconds_ago)
    Brand.objects.filter(pk=3).update(last_erasure=moment)


def test_a_process_forgets_at_the_next_page_of_the_brand(
    read: None, api: Upstream, client: Client
) -> None:
    erased_elsewhere()
    api.recover()
    assert listed._rendered.cache_info().currsize
    client.get("/brands/3/activity/")
    forgetting.wait()
    assert not listed._rendered.cache_info().currsize
    if not is_redis():
        assert not [word for word in NAMES if word.encode() in in_the_cache()]


def test_it_forgets_once_more_when_no_older_answer_is_on_its_way(
    read: None,
    client: Client,
    later: Later,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.POPSELL_DEADLINE = 8
    erased_elsewhere()
    drops: list[int] = []
    monkeypatch.setattr(memories, "_clears", [lambda: drops.append(1)])
    seen = []
    for seconds in (0, 1, 60, 61, 3600):
        later(seconds)
        client.get("/brands/3/activity/")
        seen.append(len(drops))
    forgetting.wait()
    assert seen == [1, 1, 2, 2, 2]


def test_an_erasure_long_ago_is_heeded_no_more(read: None, client: Client) -> None:
    erased_elsewhere(26 * 3600)
    client.get("/brands/3/activity/")
    assert listed._rendered.cache_info().currsize


def test_other_processes_forget_within_minutes(
    read: None, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memories, "_forgets_again", 0.0)
    client.get("/healthz")
    assert not listed._rendered.cache_info().currsize
    assert memories.EACH == 300


# What stays, and is listed


def test_the_trail_stays_and_is_counted(read: None) -> None:
    of_her = [one for one in Activity.objects.all() if ID in (one.ambassador, one.participant)]
    assert len(of_her) > 1
    said = erase()
    assert {one.pk for one in of_her} <= set(Activity.objects.values_list("pk", flat=True))
    assert f"The trail: {len(of_her) + 2} records name the id" in said


def test_it_is_on_record_without_a_name(read: None, client: Client) -> None:
    erase(name=["Ysolde Quennec"])
    end, begin = Activity.objects.filter(act=Act.ERASE)
    for record in (begin, end):
        assert (record.brand_id, record.participant, record.member) == (3, ID, None)
        assert (record.member_name, record.about) == ("erase_person", "")
    assert (begin.state, end.state) == ("begun", "")
    assert "Erase: Begun" in text(client.get("/brands/3/activity/"))


def test_notes_are_listed_and_left(read: None, moderator: Membership, manager: Membership) -> None:
    in_hers = write("Wants a sample", moderator, room=9)
    by_name = write("YSOLDÉ  quennec was rude", manager)
    by_address = write("wrote from Ysolde@perfume.example", manager)
    undone = write("Quennec again", manager, taken_back=timezone.now())
    write("Sofia was kind", manager)
    write("", moderator, room=9)
    said = erase()
    for one in (in_hers, by_name, by_address, undone):
        assert f"--delete-note {one.pk} " in said
    assert said.count("--delete-note ") == 4
    line = next(line for line in said.splitlines() if f"note {in_hers.pk} " in line)
    day = in_hers.written.astimezone(moderator.brand.zone).strftime("%Y-%m-%d")
    assert f'conversation 9, {day}, Nadia Benali: "Wants a sample"' in line
    assert Note.objects.exclude(text="").count() == 5


@pytest.mark.parametrize(
    ("name", "note", "is_named"),
    [
        ("Sofia Duarte", "sofia  DUARTE asked", True),
        ("Sofía Duarté", "Sofia Duarte asked", True),
        ("Sofia Duarte", "Sofi\u0301a Duarte asked", True),
        ("Sofia Duarte", "Duarte, Sofia", True),
        ("O'Connor", "of O’Connor", True),
        ("Sofia Duarte", "Sonia asked", False),
        ("Léa", "please look", False),
        ("Léa", "ask LEA, please", True),
        ("王小明", "王小明说好", True),
        ("", "anything", False),
        ("  ", "any thing", False),
        ("a.b", "aXb", False),
    ],
)
def test_names_are_compared_without_case_and_accents(
    api: Upstream, moderator: Membership, name: str, note: str, is_named: bool
) -> None:
    is_gone_at_popsell(api)
    one = write(note, moderator)
    assert (f"--delete-note {one.pk} " in erase(name=[name])) is is_named


def test_several_names_can_be_given(api: Upstream, moderator: Membership) -> None:
    notes = [write("of Zoraide", moderator), write("of Melchior", moderator)]
    said = erase(name=["Zoraide", "Melchior"])
    assert all(f"--delete-note {one.pk} " in said for one in notes)


def test_without_any_name_it_says_so(api: Upstream, moderator: Membership) -> None:
    is_gone_at_popsell(api)
    assert "No name is known: give it with --name" in erase()


def test_a_note_moves_no_cursor(api: Upstream, moderator: Membership) -> None:
    write("Zoraide\x1b[2J\u202egone\nover", moderator)
    said = erase(name=["Zoraide"])
    assert "Zoraide�[2J�gone�over" in said


def test_names_of_codes_are_listed(read: None, brand: Brand) -> None:
    day = timezone.localdate()
    for code, name in (("4", "As Ysolde wrote"), ("5", "Spam")):
        CodeName.objects.create(
            brand=brand, kind="topic", code=code, name=name, first_seen=day, last_seen=day
        )
    said = erase()
    assert '/brands/3/codes/   topic 4, "As Ysolde wrote"' in said
    assert "Spam" not in said
    assert CodeName.objects.filter(name="As Ysolde wrote").exists()


def test_the_desk_s_history_of_codes_names_her_no_more(
    read: None, brand: Brand, moderator: Membership, neighbour: Membership
) -> None:
    day = timezone.localdate()
    of = ContentType.objects.get_for_model(CodeName)
    rows = []
    for whose, told in ((brand, "As Ysolde wrote"), (brand, "Spam"), (neighbour.brand, "Ysolde")):
        code = CodeName.objects.create(
            brand=whose, kind="topic", code=told, name="Spam", first_seen=day, last_seen=day
        )
        rows.append(
            LogEntry.objects.create(
                user=moderator.user,
                content_type=of,
                object_id=str(code.pk),
                object_repr=told,
                action_flag=CHANGE,
            )
        )
    assert "The desk's history: 1 lines would be blanked." in erase(dry_run=True)
    assert "The desk's history: 1 lines blanked." in erase()
    for row in rows:
        row.refresh_from_db()
    assert [row.object_repr for row in rows] == [f"code name {rows[0].object_id}", "Spam", "Ysolde"]
    assert "The desk's history: 0 lines blanked." in erase()


def test_a_note_is_emptied_where_it_is_said_so(
    read: None, client: Client, moderator: Membership
) -> None:
    one, other = write("Ysolde was rude", moderator, room=9), write("Ysolde too", moderator)
    said = erase(delete_note=[one.pk])
    one.refresh_from_db()
    assert (one.text, one.member) == ("", moderator)
    assert "Notes: 1 emptied." in said
    assert f"--delete-note {one.pk} " not in said
    assert f"--delete-note {other.pk} " in said
    records = Activity.objects.filter(act=Act.ERASE, state="")
    assert {(record.chatroom, record.participant) for record in records} == {(9, ID), (None, ID)}


def test_a_note_that_the_brand_does_not_have_stops_it(
    read: None, moderator: Membership, neighbour: Membership
) -> None:
    theirs = write("Ysolde", neighbour)
    for number in (theirs.pk, 0, 2**63):
        with pytest.raises(CommandError, match=f"The brand has no note {number}"):
            erase(delete_note=[number])
    assert found()
    assert not Activity.objects.filter(act=Act.ERASE).exists()


# Where she took part


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


# What is not finished


def test_drafts_are_listed_as_notes_are_and_emptied_where_it_is_said_so(
    read: None, moderator: Membership, manager: Membership, neighbour: Membership
) -> None:
    def draft(text: str, member: Membership, room: int = 77) -> NoteDraft:
        return NoteDraft.objects.create(member=member, chatroom=room, text=text, version=4)

    in_hers, by_name = draft("Wants a sample", moderator, 9), draft("Ysolde was rude", manager)
    draft("Sofia was kind", moderator)
    theirs = draft("Ysolde", neighbour)
    said = erase(delete_draft=[in_hers.pk])
    assert said.count("--delete-draft ") == 1
    assert f"--delete-draft {by_name.pk}   conversation 77, " in said
    assert 'Camille Roy: "Ysolde was rude"' in said
    assert "Drafts of notes: 1 emptied." in said
    in_hers.refresh_from_db()
    assert (in_hers.text, in_hers.version) == ("", 5)
    assert Activity.objects.filter(act=Act.ERASE, state="", chatroom=9).count() == 1
    with pytest.raises(CommandError, match=f"The brand has no draft {theirs.pk}"):
        erase(delete_draft=[theirs.pk])
