"""manage.py prune_activity"""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.utils import timezone
from pytest_django import Settings

from inbox.management.commands import prune_activity
from inbox.models import (
    Act,
    Activity,
    Hold,
    Invitation,
    Judgement,
    Membership,
    NoAnswerNeeded,
    Note,
    Outcome,
    Review,
)

NOTHING = {
    "Acts and viewings": 0,
    "Closed invitations": 0,
    "Notes taken back": 0,
    "Reviews taken back": 0,
    "Ends of waits taken back": 0,
    "Judgements taken back or changed": 0,
    "Holds that ended": 0,
    "Facts of the index": 0,
    "The desk's own history": 0,
    "Devices of sessions that ended": 0,
    "Sessions that ended": 0,
    "Versions of drafts": 0,
    "Drafts of notes": 0,
    "Old names and texts of the index": 0,
    "Old files of the cache": 0,
}


def prune(**options: Any) -> dict[str, int]:
    """How many of each kind, in the command's words."""
    out = StringIO()
    call_command("prune_activity", stdout=out, **options)
    said = [line.partition(": ") for line in out.getvalue().splitlines()]
    verb = "would be deleted." if options.get("dry_run") else "deleted."
    assert all(rest.endswith(f" {verb}") for _, _, rest in said)
    return {name: int(rest.split()[0]) for name, _, rest in said}


def days_ago(days: float) -> Any:
    return timezone.now() - timedelta(days=days)


def act(member: Membership, days: float, act: Act = Act.READ, **more: Any) -> Activity:
    return Activity.objects.create(
        member=member,
        member_name=str(member.user),
        member_role=member.role,
        brand=member.brand,
        act=act,
        outcome=Outcome.DONE,
        started=days_ago(days),
        **more,
    )


def test_what_is_older_than_a_year_goes_and_the_rest_stays(moderator: Membership) -> None:
    act(moderator, 365.1)
    act(moderator, 400, Act.VIEW, state="2025-10-01T04")
    young = act(moderator, 364.9)
    assert prune() == NOTHING | {"Acts and viewings": 2}
    assert list(Activity.objects.all()) == [young]
    assert prune() == NOTHING


def test_a_dry_run_only_says_how_many(moderator: Membership) -> None:
    act(moderator, 400)
    assert prune(dry_run=True) == NOTHING | {"Acts and viewings": 1}
    assert Activity.objects.count() == 1


def test_the_operator_says_how_long(moderator: Membership, settings: Settings) -> None:
    act(moderator, 31)
    settings.ACTIVITY_RETENTION_DAYS = 0
    assert set(prune()) == {
        "Devices of sessions that ended",
        "Sessions that ended",
        "Versions of drafts",
        "Drafts of notes",
        "Old names and texts of the index",
        "Old files of the cache",
    }
    assert Activity.objects.count() == 1
    settings.ACTIVITY_RETENTION_DAYS = 30
    assert prune()["Acts and viewings"] == 1


def test_it_goes_batch_by_batch(moderator: Membership, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prune_activity, "BATCH", 2)
    for number in range(5):
        act(moderator, 400, chatroom=number + 1)
    assert prune()["Acts and viewings"] == 5
    assert not Activity.objects.exists()


def test_closed_invitations_go_and_open_ones_stay(manager: Membership) -> None:
    def invite(email: str, expires: float, **more: Any) -> Invitation:
        facts = {"brand": manager.brand, "role": "viewer", "invited_by": manager}
        return Invitation.objects.create(
            email=email,
            digest=email,
            invited=days_ago(500),
            expires=days_ago(expires),
            **facts,
            **more,
        )

    invite("a@x.example", 499, accepted=days_ago(498))
    invite("b@x.example", 300, withdrawn=days_ago(498))
    invite("c@x.example", 493)
    stay = [invite("d@x.example", -1), invite("e@x.example", 300, accepted=days_ago(300))]
    assert prune()["Closed invitations"] == 3
    assert set(Invitation.objects.all()) == set(stay)


def test_reviews_go_once_taken_back(moderator: Membership) -> None:
    def review(undone: Any) -> Review:
        return Review.objects.create(
            brand=moderator.brand,
            chatroom=8,
            message=16,
            member=moderator,
            reviewed=days_ago(500),
            undone=undone,
        )

    review(days_ago(400))
    stay = [review(None), review(days_ago(300))]
    assert prune()["Reviews taken back"] == 1
    assert set(Review.objects.all()) == set(stay)


def test_that_no_answer_is_needed_goes_where_it_was_taken_back(moderator: Membership) -> None:
    about = {"brand": moderator.brand, "chatroom": 8, "message": 16, "member": moderator}
    for undone in (days_ago(400), days_ago(300), None):
        NoAnswerNeeded.objects.create(**about, said=days_ago(500), undone=undone)
    assert prune()["Ends of waits taken back"] == 1
    assert NoAnswerNeeded.objects.count() == 2


def test_judgements_go_where_they_hold_no_more(moderator: Membership) -> None:
    about = {"brand": moderator.brand, "chatroom": 8, "anomaly": "7", "is_right": True}
    for field, days in (("undone", 400), ("changed", 400), ("undone", 300), ("changed", 300)):
        Judgement.objects.create(
            **about, member=moderator, judged=days_ago(500), **{field: days_ago(days)}
        )
    Judgement.objects.create(**about, member=moderator, judged=days_ago(500))
    assert prune()["Judgements taken back or changed"] == 2
    assert Judgement.objects.count() == 3


def test_holds_go_once_they_are_over_but_not_what_waits_for_its_receiver(
    moderator: Membership, settings: Settings
) -> None:
    settings.ACTIVITY_RETENTION_DAYS = 30
    who = {"brand": moderator.brand, "ambassador": 100, "member": moderator}
    for chatroom, columns in {
        1: {"until": days_ago(31)},
        2: {"until": days_ago(60), "ended": days_ago(31), "given_by": "Camille Roy"},
        3: {"until": days_ago(60), "given_by": "Camille Roy"},
        4: {"until": days_ago(29)},
        5: {"until": days_ago(60), "ended": days_ago(29), "given_by": "Camille Roy"},
    }.items():
        Hold.objects.create(**who, chatroom=chatroom, **columns)
    assert prune()["Holds that ended"] == 2
    assert set(Hold.objects.values_list("chatroom", flat=True)) == {3, 4, 5}


def test_a_note_that_was_taken_back_goes_with_its_review(moderator: Membership) -> None:
    whose = {"brand": moderator.brand, "chatroom": 8, "member": moderator}

    def write(text: str, days: float, *, undone: bool = True, taken: bool = True) -> Note:
        ago = days_ago(days)
        review = Review.objects.create(
            message=16, reviewed=ago, undone=ago if undone else None, **whose
        )
        taken_back = ago + timedelta(minutes=1) if taken else None
        return Note.objects.create(
            text=text, review=review, written=ago, taken_back=taken_back, **whose
        )

    gone = write("Its review went before", 400)
    Review.objects.filter(notes=gone).delete()
    write("Taken back long ago", 400)
    write("At the edge", 365.0003)
    stay = [
        write("Taken back", 300),
        write("Undone by another", 400, taken=False),
        write("Holds", 400, undone=False, taken=False),
    ]
    assert prune(dry_run=True)["Notes taken back"] == 3
    assert Note.objects.count() == 6
    told = prune()
    assert (told["Notes taken back"], told["Reviews taken back"]) == (3, 3)
    assert set(Note.objects.all()) == set(stay)
    assert prune()["Notes taken back"] == 0


def test_the_desk_s_own_history_goes_as_the_trail_does(moderator: Membership) -> None:
    of = ContentType.objects.get_for_model(Membership)
    told = {"user": moderator.user, "content_type": of, "action_flag": CHANGE}
    LogEntry.objects.create(action_time=days_ago(365.1), object_repr="old", **told)
    LogEntry.objects.create(action_time=days_ago(364.9), object_repr="young", **told)
    assert prune(dry_run=True)["The desk's own history"] == 1
    assert prune()["The desk's own history"] == 1
    assert LogEntry.objects.get().object_repr == "young"


def test_ended_sessions_go_with_what_is_known_of_their_devices(moderator: Membership) -> None:
    old, new, plain = "0" * 40, "e" * 40, "n" * 32  # the last as the code before digests made it
    Session.objects.create(session_key=old, session_data="", expire_date=days_ago(1))
    for key in (new, plain):
        Session.objects.create(session_key=key, session_data="", expire_date=days_ago(-1))
    for key in (old, new, plain, "gone"):
        UserSession.objects.create(
            user=moderator.user, session_key=key, ip="192.0.2.1", user_agent="A browser"
        )
    pruned = prune()
    assert pruned["Sessions that ended"] == 2
    assert pruned["Devices of sessions that ended"] == 3
    assert [one.session_key for one in Session.objects.all()] == [new]
    assert [one.session_key for one in UserSession.objects.all()] == [new]
