"""manage.py erase_person: what may name the person stays, and is listed"""

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.management import CommandError
from django.test import Client
from django.utils import timezone

from inbox.models import Act, Activity, Brand, CodeName, Membership, Note, NoteDraft
from tests.management.erasing import ID, erase, found, is_gone_at_popsell, write
from tests.support.pages import text
from tests.support.upstream import Upstream

pytestmark = pytest.mark.usefixtures("wait")


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
