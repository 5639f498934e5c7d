"""/brands/<brand>/activity/ : who did what, when, with which outcome"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from inbox.activity.recording import Operator, record
from inbox.models import Act, Activity, Membership, Outcome, Role, User
from tests.conftest import ClientOf
from tests.support.activity import FILE, PAGE, did, downloaded, lines, shown
from tests.support.cast import member
from tests.support.chatrooms import chatroom, message
from tests.support.markup import all_words, attribute, attributes, has, one, words
from tests.support.pages import INBOX, button, press, row, text
from tests.support.signing_in import confirm
from tests.support.upstream import Upstream


@pytest.fixture
def client(client_of: ClientOf, manager: Membership) -> Client:
    return confirm(client_of(manager))


# What it says


def test_an_act_stands_there_with_who_what_and_outcome(
    client_of: ClientOf, moderator: Membership, api: Upstream
) -> None:
    api.listing(chatroom())
    client = client_of(moderator)
    api.answer("POST", body=message(16))
    press(client, button(row(text(client.get(INBOX)), 8)))
    page = text(client.get(PAGE))
    (line,) = lines(page)
    assert line.startswith("just now ")
    assert line.endswith("Mark read Sofia Duarte , with Léa Moreau 8 of ambassador 100 Done")
    assert f'<a class="link" href="{INBOX}chatrooms/8/"><bdi>Sofia Duarte</bdi></a>' in page
    assert '<span class="chip good">Done</span>' in page


@pytest.mark.parametrize(
    ("act", "more", "said"),
    [
        (Act.ARCHIVE, {"state": "on"}, "Archive"),
        (Act.ARCHIVE, {"state": "off"}, "Unarchive"),
        (Act.BLOCK, {"state": "off"}, "Unblock"),
        (Act.FLAG, {"state": "1"}, "Flag: To do"),
        (Act.FLAG, {"state": "2"}, "Flag: Done"),
        (Act.FLAG, {"state": "none"}, "Flag: No flag"),
        (Act.REVIEW, {}, "Review"),
        (Act.SET_RULES, {"state": "horizon", "about": "14 → 30"}, "Change rules: days until older"),
        (Act.SET_RULES, {"state": "hours 1-5"}, "Change rules: opening hours, Monday–Friday"),
        (Act.SET_RULES, {"state": "hours x"}, "Change rules: hours x"),
        (Act.NAME_CODES, {"state": "3", "chatroom": None, "ambassador": None}, "Name codes: 3"),
        (Act.CHANGE_ROLE, {"state": "manager"}, "Change role: Manager"),
        (Act.REVEAL, {"participant": 555}, "Reveal 8 of ambassador 100 participant 555"),
    ],
)
def test_each_act_is_said_in_words(
    client: Client, manager: Membership, act: Act, more: dict[str, Any], said: str
) -> None:
    did(manager, act, **more)
    (line,) = shown(client)
    assert f"Camille Roy Manager {said} " in line


@pytest.mark.parametrize(
    ("outcome", "tone"),
    [("sent", ""), ("done", "good"), ("refused", "bad"), ("unknown", "waiting")],
)
def test_each_outcome_has_its_tone(
    client: Client, manager: Membership, outcome: str, tone: str
) -> None:
    did(manager, outcome=outcome)
    assert f'<span class="chip {tone}">{Outcome(outcome).label}</span>' in text(client.get(PAGE))


def test_who_is_not_known_is_somebody_without_a_role(
    client: Client, client_of: ClientOf, moderator: Membership, manager: Membership
) -> None:
    nobody = {"member_name": "", "member_role": "", "chatroom": None, "ambassador": None}
    for act, state, about in (
        ("failed_sign_in", "", "Léa Martin"),
        ("failed_sign_in", "code", "lea.nameless@perfume.fr"),
        ("blocked_sign_in", "inactive", "Léa Martin"),
        ("failed_sign_in", "confirm", "Léa Martin"),
        ("blocked_sign_in", "confirm", "Léa Martin"),
    ):
        told: dict[str, Any] = {**nobody, "act": act, "state": state, "about": about}
        Activity.objects.create(brand=manager.brand, outcome=Outcome.DONE, **told)
    confirming, page = shown(client)[:2], shown(client)[2:]
    assert confirming[1].endswith(" Somebody Failed sign-in: confirming Léa Martin")
    assert confirming[0].endswith(" Somebody Blocked sign-in: confirming Léa Martin")
    assert page[2].endswith(" Somebody Failed sign-in Léa Martin")
    assert page[1].endswith(" Somebody Failed sign-in: Code lea.nameless@perfume.fr")
    assert page[0].endswith(" Somebody Blocked sign-in: Account locked Léa Martin")
    assert " Somebody Failed sign-in: Code l…@p….fr" in shown(client_of(moderator))[3]
    assert downloaded(client)[5][1:5] == ["Somebody", "", "Failed sign-in", ""]
    french = lines(text(client.get(PAGE, headers={"Accept-Language": "fr"})))
    assert french[5].endswith(" Quelqu’un Connexion échouée Léa Martin")
    assert french[2].endswith(" Quelqu’un Connexion échouée : confirmation Léa Martin")


def test_an_operator_and_a_command_stand_there_by_name(client: Client, manager: Membership) -> None:
    did(manager, Act.LOCK, member=None, member_role="", member_name="Root", about="Léa Martin",
        chatroom=None, ambassador=None)  # fmt: skip
    assert " Root Operator Lock account Léa Martin Done" in shown(client)[0]


@pytest.mark.parametrize(
    ("language", "command", "person"),
    [
        ("en", "Command erase_person", "Person 4711"),
        ("fr", "Commande erase_person", "Personne 4711"),
    ],
)
def test_an_erasure_says_of_whom_and_by_which_command(
    client: Client, manager: Membership, language: str, command: str, person: str
) -> None:
    User.objects.update(language=language)
    record(Operator("erase_person", manager.brand), Act.ERASE, participant=4711)
    record(Operator("erase_person", manager.brand), Act.ERASE, chatroom=8, participant=4711)
    for line in shown(client):
        assert f" {command} " in line
        assert f" {person} " in line
    rows = downloaded(client, ";" if language == "fr" else ",")[1:]
    assert {(row[1], row[8]) for row in rows} == {(command, person)}
    assert {row[7] for row in rows} == {"4711"}


def test_a_person_called_as_a_command_is_a_person(client: Client, moderator: Membership) -> None:
    moderator.user.name = "add_member"
    did(moderator)
    record(Operator("add_member", moderator.brand), Act.LOCK, about="Léa Martin")
    command, person = shown(client)
    assert " Command add_member Operator Lock account" in command
    assert " add_member Moderator" in person


@pytest.mark.parametrize(
    ("language", "word"), [("en", "Reset filters"), ("fr", "Réinitialiser les filtres")]
)
def test_the_way_to_no_filter_does_not_promise_more(
    client: Client, language: str, word: str
) -> None:
    User.objects.update(language=language)
    page = text(client.get(PAGE, {"act": "all"}))
    assert page.count(f'href="{PAGE}">{word}</a>') == 3
    assert "Show all" not in page


def test_french_members_are_not_all_women(client: Client, manager: Membership) -> None:
    User.objects.update(language="fr")
    page = text(client.get(PAGE))
    for name in ("member", "outcome"):
        chosen = one(page, f"select[name={name}] option[selected]")
        assert (attribute(chosen, "value"), words(chosen)) == ("", "Tous")


def test_name_and_role_are_those_of_then(client: Client, moderator: Membership) -> None:
    did(moderator)
    moderator.role, moderator.user.name = Role.VIEWER, "Nadia Newname"
    moderator.save()
    moderator.user.save()
    (line,) = shown(client)
    assert "Nadia Benali Moderator" in line


def test_an_invited_address_is_whole_for_managers_only(
    client: Client, client_of: ClientOf, manager: Membership, moderator: Membership
) -> None:
    nameless = member("zoe.nameless@perfume.fr", manager.brand, Role.MANAGER)
    did(nameless, Act.INVITE, chatroom=None, about="new.person@perfume.fr", state="viewer")
    assert "Invite: Viewer new.person@perfume.fr" in shown(client)[0]
    assert downloaded(client)[1][8] == "new.person@perfume.fr"
    other = confirm(client_of(moderator))
    page = text(other.get(PAGE))
    assert "z…@p….fr Manager Invite: Viewer n…@p….fr" in lines(page)[-1]
    assert "perfume" not in page
    assert "perfume" not in repr(downloaded(other))


def test_a_viewer_is_refused_and_finds_no_link(
    client_of: ClientOf, viewer: Membership, moderator: Membership, api: Upstream
) -> None:
    for address in (PAGE, FILE):
        assert client_of(viewer).get(address).status_code == 403
    assert PAGE not in text(client_of(viewer).get(INBOX))
    assert PAGE in text(client_of(moderator).get(INBOX))


def test_another_brands_acts_are_not_there(
    client: Client, manager: Membership, neighbour: Membership
) -> None:
    did(neighbour)
    assert shown(client) == []
    assert shown(client, member=str(neighbour.pk), act="all") == []
    assert "Nothing was done yet" in text(client.get(PAGE))
    assert len(downloaded(client, act="all")) == 1


# Filters


def test_opened_conversations_are_shown_when_asked_for(client: Client, manager: Membership) -> None:
    did(manager, Act.VIEW, state="2026-11-25T04")
    did(manager, Act.BLOCK, state="on")
    assert ["Block" in line for line in shown(client)] == [True]
    assert [" Open 8" in line for line in shown(client, act="view")] == [True]
    assert len(shown(client, act="all")) == 2


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"act": "flag"}, [3]),
        ({"outcome": "refused"}, [2]),
        ({"ambassador": "101"}, [2]),
        ({"chatroom": "9"}, [3]),
        ({"chatroom": "9", "ambassador": "101"}, []),
        ({"since": "2026-11-21"}, [3]),
        ({"until": "2026-11-20"}, [1, 2]),
        ({"since": "2026-11-20", "until": "2026-11-20"}, [2]),
        ({"act": "", "outcome": ""}, [1, 2, 3]),
    ],
)
def test_filters_stand_in_the_address_and_hold_for_the_file(
    client: Client, manager: Membership, asked: dict[str, str], found: list[int]
) -> None:
    at = datetime(2026, 11, 19, 22, 59, tzinfo=UTC)  # in Paris a minute before midnight
    did(manager, started=at, message_shown=1)
    did(manager, started=at + timedelta(minutes=1), outcome="refused", ambassador=101)
    did(manager, Act.FLAG, started=at + timedelta(days=2), chatroom=9, state="1")
    wanted = {1: "23:59", 2: "00:00", 3: "Flag"}
    page = text(client.get(PAGE, asked, follow=True))
    assert [any(wanted[n] in line for n in found) for line in lines(page)] == [True] * len(found)
    assert len(downloaded(client, **asked)) == 1 + len(found)


def test_a_member_is_asked_for(client: Client, manager: Membership, moderator: Membership) -> None:
    did(manager)
    did(moderator, chatroom=9)
    (line,) = shown(client, member=str(moderator.pk))
    assert "Nadia" in line


def test_each_filter_has_its_way_off(client: Client, manager: Membership) -> None:
    page = text(client.get(PAGE, {"act": "flag", "chatroom": "9"}))
    assert f'<a class="chip" href="{PAGE}?chatroom=9">' in page
    assert f'<a class="chip" href="{PAGE}?act=flag">' in page
    assert f'<a class="link" href="{PAGE}">Reset filters</a>' in page
    assert f'href="{FILE}?act=flag&amp;chatroom=9"' in page
    assert "Nothing matches" in page


def test_a_forms_empty_fields_leave_the_address(client: Client, manager: Membership) -> None:
    response = client.get(PAGE, {"act": "flag", "member": "", "since": ""})
    assert (response.status_code, response["Location"]) == (302, f"{PAGE}?act=flag")


@pytest.mark.parametrize(
    "asked",
    [
        *({"act": "dance"}, {"act": "\0"}, {"outcome": "'"}, {"member": "999"}, {"member": "x"}),
        *({"chatroom": "-1"}, {"chatroom": "9" * 40}, {"ambassador": "1.5"}, {"chatroom": "0"}),
        *({"since": "yesterday"}, {"until": "9999-12-31"}, {"since": "0001-01-01"}),
        {"since": "2026-02-30"},
    ],
)
def test_what_can_not_be_read_is_said_beside_its_field(
    client: Client, manager: Membership, asked: dict[str, str]
) -> None:
    did(manager)
    response = client.get(PAGE, asked)
    assert response.status_code == 200
    (name,) = asked
    page = text(response)
    assert "A filter can't be read, and is left out" in page
    assert f'id="id_{name}_error"' in page
    assert len(lines(page)) == 1
    assert '<ul class="chosen"' not in page
    sent_back: Any = client.get(FILE, asked)
    assert sent_back.status_code == 302
    assert sent_back["Location"].startswith(f"{PAGE}?{name}=")


def test_what_is_chosen_from_groups_that_hold_each_act_once(
    client: Client, manager: Membership
) -> None:
    page = text(client.get(PAGE, {"act": "lock"}))
    select = one(page, "select[name=act]")
    groups = attributes(select, "optgroup", "label")
    assert groups == ["Conversations", "Brand", "Members", "Signing in"]
    assert attributes(page, "select[name=act] > option", "value") == ["", "view", "all"]
    held = attributes(select, "optgroup option", "value")
    assert sorted([*held, "view"]) == sorted(Act.values)
    chosen = one(select, "option[selected]")
    assert (attribute(chosen, "value"), words(chosen)) == ("lock", "Lock account")
    assert "What: Lock account" in words(page)


# Days


def test_from_after_to_is_said_and_left_out(client: Client, manager: Membership) -> None:
    did(manager, started=datetime(2026, 11, 25, 12, tzinfo=UTC))
    asked = {"since": "2026-11-21", "until": "2026-11-20"}
    page = text(client.get(PAGE, asked))
    assert 'id="id_until_error"' in page
    assert "To is before From." in page
    assert len(lines(page)) == 1
    assert downloaded_status(client, **asked) == 302


def downloaded_status(client: Client, **asked: str) -> int:
    return client.get(FILE, asked).status_code


def test_days_at_hand_are_the_brands_and_keep_what_is_asked(
    client: Client, manager: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = datetime(2026, 11, 25, 23, 30, tzinfo=UTC)  # in Paris the next day
    monkeypatch.setattr(timezone, "now", lambda: late)
    days = one(text(client.get(PAGE, {"act": "flag", "before": "1"})), "nav.tabs")
    assert attributes(days, "a", "href") == [
        f"{PAGE}?act=flag&since=2026-11-26&until=2026-11-26",
        f"{PAGE}?act=flag&since=2026-11-25&until=2026-11-25",
        f"{PAGE}?act=flag&since=2026-11-20&until=2026-11-26",
    ]
    assert not has(days, "[aria-current]")
    page = text(client.get(PAGE, {"since": "2026-11-25", "until": "2026-11-25"}))
    assert all_words(page, "nav.tabs [aria-current=page]") == ["Yesterday"]


# Pages


def test_pages_follow_each_other_without_gap_or_repetition(
    client: Client, manager: Membership
) -> None:
    now = timezone.now()
    for number in range(1, 121):  # in groups that began at the same moment
        did(manager, chatroom=number, started=now - timedelta(seconds=number // 40))
    seen: list[str] = []
    page = text(client.get(PAGE, {"outcome": "done"}))
    while True:
        seen += attributes(page, "tr.activity-line a.link", "href")
        found = attributes(page, "a[rel=next]", "href")
        if not found:
            break
        page = text(client.get(PAGE + found[0]))
    assert len(seen) == len(set(seen)) == 120
    assert f'href="{PAGE}?outcome=done"' in page


@pytest.mark.parametrize("before", ["", "0", "x", "-1", "9" * 30, "999999", "\u0665", "another"])
def test_a_page_before_nothing_is_the_newest(
    client: Client, manager: Membership, neighbour: Membership, before: str
) -> None:
    did(manager)
    elsewhere = did(neighbour)
    before = str(elsewhere.pk) if before == "another" else before
    assert len(shown(client, before=before)) == 1


@pytest.mark.parametrize("count", [1, 60])
def test_queries_do_not_grow(
    client: Client,
    manager: Membership,
    count: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    last = [did(manager, chatroom=number) for number in range(1, count + 1)][-1]
    client.get(PAGE)  # notes when they were last seen
    with django_assert_num_queries(3):
        client.get(PAGE)
    with django_assert_num_queries(4):
        client.get(PAGE, {"before": last.pk})
