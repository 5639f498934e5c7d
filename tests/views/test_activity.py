"""/brands/<brand>/activity/ : who did what, when, with which outcome"""

import csv
import tracemalloc
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from inbox.activity import report_form, spreadsheet
from inbox.activity.recording import Operator, record
from inbox.models import Act, Activity, Membership, Outcome, Role, User
from tests.conftest import ClientOf, Later
from tests.support.cast import PASSWORD, member
from tests.support.chatrooms import chatroom, lea, message, participant, person
from tests.support.filters import chips
from tests.support.markup import all_words, attribute, attributes, has, one, words
from tests.support.pages import INBOX, button, press, row, text, told
from tests.support.signing_in import CONFIRM, confirm
from tests.support.upstream import Upstream
from tests.support.upstream import page as page_of

PAGE = "/brands/3/activity/"
FILE = f"{PAGE}activity.csv"
READY = "The file can be downloaded now."


@pytest.fixture
def client(client_of: ClientOf, manager: Membership) -> Client:
    return confirm(client_of(manager))


def did(who: Membership, act: Act = Act.READ, **more: Any) -> Activity:
    about: dict[str, Any] = {"ambassador": 100, "chatroom": 8, "outcome": Outcome.DONE}
    told = {"member_name": str(who.user), "member_role": who.role, "brand": who.brand}
    return Activity.objects.create(act=act, **{"member": who, **told, **about, **more})


def lines(page: str) -> list[str]:
    return all_words(page, "tr.activity-line")


def shown(client: Client, **asked: str) -> list[str]:
    return lines(text(client.get(PAGE, asked)))


def downloaded(client: Client, separator: str = ",", **asked: str) -> list[list[str]]:
    response: Any = client.get(FILE, asked)
    assert response.status_code == 200
    raw = b"".join(response.streaming_content).decode()
    assert raw.startswith("\ufeff")
    return list(csv.reader(StringIO(raw.removeprefix("\ufeff")), delimiter=separator))


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


# Names beside the numbers


def about(client: Client, **asked: str) -> list[str]:
    """What the lines are about."""
    return all_words(text(client.get(PAGE, asked)), "tr.activity-line td:nth-child(4)")


def listings(api: Upstream) -> list[str]:
    return [call.path for call in api.sent if call.path.endswith("/chatrooms")]


def test_names_are_those_that_an_inbox_read_lately_had(
    client: Client, manager: Membership, api: Upstream
) -> None:
    did(manager)
    api.listing(chatroom())
    client.get(INBOX)
    api.sent.clear()
    assert about(client) == ["Sofia Duarte , with Léa Moreau 8 of ambassador 100"]
    assert api.sent == []


def test_the_inboxes_of_most_of_the_rest_are_read_and_no_more(
    client: Client, manager: Membership, api: Upstream
) -> None:
    api.listing(chatroom(), chatroom(9))
    for ambassador, rooms in ((101, 3), (102, 1), (103, 2), (104, 4)):
        for room in range(rooms):
            did(manager, ambassador=ambassador, chatroom=700 + room)
    did(manager)
    client.get(PAGE)
    assert [path.split("/")[-2] for path in listings(api)] == ["104", "101", "103"]
    api.sent.clear()
    client.get(PAGE)
    assert {path.split("/")[-2] for path in listings(api)} <= {"102", "100"}


def test_what_is_on_no_page_that_was_read_stands_by_its_number(
    client: Client, manager: Membership, api: Upstream
) -> None:
    api.listing(chatroom())
    did(manager, chatroom=9)
    assert about(client) == ["9 , with Léa Moreau of ambassador 100"]
    client.get(PAGE)
    assert len(listings(api)) == 1  # and is not asked for again and again


def test_an_anonymized_counterpart_has_no_name(
    client: Client, manager: Membership, api: Upstream
) -> None:
    did(manager)
    people = [lea(8), participant(555, 8, firstname="Sofia", anonymized=True)]
    api.listing(chatroom(ambassadors=people))
    page = text(client.get(PAGE))
    assert about(client) == ["8 , with Léa Moreau of ambassador 100"]
    assert "Sofia" not in page


@pytest.mark.parametrize("status", [401, 403, 404, 429, 500])
def test_where_popsell_fails_numbers_stand_alone_and_the_page_says_so(
    client: Client, manager: Membership, api: Upstream, status: int
) -> None:
    did(manager)
    api.answer("GET", status)
    for _ in range(2):
        page = text(client.get(PAGE))
        assert [one.endswith("Mark read 8 of ambassador 100 Done") for one in lines(page)] == [True]
        assert "some names are missing, their numbers are not" in page
    assert len({call.path for call in api.sent}) == 1


def test_names_are_the_names_of_this_brand(
    client: Client, client_of: ClientOf, manager: Membership, neighbour: Membership, api: Upstream
) -> None:
    api.listing(chatroom())
    client.get(INBOX)
    did(neighbour)
    api.answer("GET", 403)
    own = client_of(neighbour)
    page = text(own.get("/brands/8/activity/"))
    assert "Sofia" not in page
    assert "Léa" not in page


def test_the_trail_and_the_file_hold_numbers_alone(
    client: Client, manager: Membership, api: Upstream
) -> None:
    did(manager)
    api.listing(chatroom())
    client.get(INBOX)
    client.get(PAGE)
    assert "Sofia" not in repr(list(Activity.objects.values()))
    assert "Sofia" not in repr(downloaded(client))


# By name


@pytest.mark.parametrize("typed", ["  Léa   Moreau ", "Le\u0301\u200ba Moreau"])
def test_an_ambassador_is_asked_for_by_name(
    client: Client, manager: Membership, api: Upstream, typed: str
) -> None:
    did(manager)
    did(manager, ambassador=101, chatroom=9)
    response = client.get(PAGE, {"ambassador": typed, "act": "all"})
    assert (response.status_code, response["Location"]) == (302, f"{PAGE}?act=all&ambassador=100")


def test_one_of_several_is_chosen(client: Client, manager: Membership, api: Upstream) -> None:
    did(manager)
    api.answer("GET", body=page_of(person(100), person(104, firstname="Léa", lastname="<b>Petit")))
    page = text(client.get(PAGE, {"ambassador": "Léa", "outcome": "done"}))
    assert "Choose who is meant by “Léa”." in page
    assert 'id="id_ambassador_error"' in page
    meant = one(page, "nav.meant")
    assert attributes(meant, "a", "href") == [
        f"{PAGE}?outcome=done&ambassador=100",
        f"{PAGE}?outcome=done&ambassador=104",
    ]
    assert words(meant).endswith("Léa <b>Petit · 104")
    assert len(lines(page)) == 1


def test_the_order_of_words_does_not_matter(
    client: Client, manager: Membership, api: Upstream
) -> None:
    response = client.get(PAGE, {"ambassador": "moreau  LEA"})
    assert response["Location"] == f"{PAGE}?ambassador=100"
    assert "Nobody is called “Petit Lea” here" in told(
        text(client.get(PAGE, {"ambassador": "Petit Lea"}))
    )


def test_what_is_asked_is_said_in_words(client: Client, manager: Membership, api: Upstream) -> None:
    did(manager)
    client.get(INBOX)
    page = text(client.get(PAGE, {"ambassador": "100", "since": "2026-11-01"}))
    assert chips(page) == ["Ambassador: Léa Moreau · 100", "From: 1 Nov 2026"]
    assert "Enter a number or a name." in text(client.get(PAGE, {"ambassador": "😀"}))


def test_nobody_of_that_name_is_said(client: Client, manager: Membership, api: Upstream) -> None:
    did(manager)
    page = text(client.get(PAGE, {"ambassador": "Zoë <i>"}))
    assert "Nobody is called “Zoë &lt;i&gt;” here" in page
    assert 'class="meant"' not in page


def test_an_outage_is_said_beside_the_name(
    client: Client, manager: Membership, api: Upstream
) -> None:
    did(manager)
    api.answer("GET", 500)
    page = text(client.get(PAGE, {"ambassador": "Léa"}))
    assert "Popsell can't be read just now: use the number." in words(page)
    assert len(lines(page)) == 1


def test_a_conversation_is_asked_for_by_a_name_that_is_known_here(
    client: Client, manager: Membership, api: Upstream
) -> None:
    did(manager)
    did(manager, chatroom=9)
    noor = participant(556, 9, firstname="Noor", lastname="Duarte")
    api.listing(chatroom(), chatroom(9, ambassadors=[lea(9), noor]))
    client.get(INBOX)
    response = client.get(PAGE, {"chatroom": "duarte noor"})
    assert (response.status_code, response["Location"]) == (302, f"{PAGE}?chatroom=9")
    page = text(client.get(PAGE, {"chatroom": "DUARTE"}))
    assert words(one(page, "nav.meant")).endswith("Sofia Duarte · 8")
    page = text(client.get(PAGE, {"chatroom": "Zoë"}))
    assert "No conversation here is known to be with “Zoë”. Use its number." in page


def test_a_file_is_not_made_of_a_name_that_nobody_resolved(client: Client) -> None:
    response: Any = client.get(FILE, {"ambassador": "Léa"})
    assert response.status_code == 302
    assert response["Location"].startswith(f"{PAGE}?ambassador=")


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
    assert all_words(page, "nav.tabs [aria-current]") == ["Yesterday"]


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
    with django_assert_num_queries(5):
        client.get(PAGE)
    with django_assert_num_queries(6):
        client.get(PAGE, {"before": last.pk})


# The file


def test_the_file_has_every_column(client: Client, moderator: Membership) -> None:
    at = datetime(2026, 11, 25, 4, 12, 30, tzinfo=UTC)
    did(moderator, Act.FLAG, state="1", participant=777, started=at, request_id="r" * 32)
    head, line = downloaded(client)
    assert head == ["When", "Who", "Role", "What", "Outcome", "Ambassador", "Conversation",
                    "Participant", "About", "Reference"]  # fmt: skip
    assert line == ["2026-11-25 05:12:30+01:00", "Nadia Benali", "Moderator", "Flag: To do",
                    "Done", "100", "8", "777", "", "r" * 32]  # fmt: skip


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_the_file_needs_a_recent_proof(
    client_of: ClientOf, manager: Membership, later: Later, method: str
) -> None:
    did(manager, Act.READ)
    client = client_of(manager)
    asked = {"act": "read", "chatroom": "8"}
    page = f"{PAGE}?{urlencode({**asked, 'ready': '1'})}#download"
    with CaptureQueriesContext(connection) as queries:
        led: Any = client.generic(method, f"{FILE}?{urlencode(asked)}")
    assert led["Location"] == f"{CONFIRM}?{urlencode({'next': page})}"
    assert not [one for one in queries if "inbox_activity" in one["sql"]]
    assert READY not in text(client.get(page))
    done: Any = client.post(led["Location"], {"password": PASSWORD})
    assert done["Location"] == page
    shown_again = text(client.get(page))
    assert READY in shown_again
    assert f'id="download" class="button" href="{FILE}?act=read&amp;chatroom=8"' in shown_again
    assert client.generic(method, f"{FILE}?{urlencode(asked)}").status_code == 200
    later(901)
    assert READY not in text(client.get(page))
    assert client.generic(method, FILE).status_code == 302


def test_what_can_not_be_read_is_said_before_anything_is_asked(
    client_of: ClientOf, manager: Membership
) -> None:
    led: Any = client_of(manager).get(FILE, {"since": "x"})
    assert led["Location"] == f"{PAGE}?since=x"


def test_the_file_is_named_by_brand_and_day_and_kept_nowhere(
    client: Client, manager: Membership
) -> None:
    response = client.get(FILE)
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    today = timezone.localdate(timezone=manager.brand.zone)
    assert response["Content-Disposition"] == f'attachment; filename="activity-3-{today}.csv"'
    assert response["Cache-Control"] == "no-store"


def test_the_file_speaks_the_persons_language(client: Client, manager: Membership) -> None:
    manager.user.language = "fr"
    manager.user.save()
    did(manager, Act.BLOCK, state="off")
    head, line = downloaded(client, ";")  # as spreadsheets that speak it part cells
    assert head[0] == "Quand"
    assert line[3] == "Débloquer"
    assert len(head) == len(line) == len(spreadsheet.COLUMNS)


@pytest.mark.parametrize(
    ("evil", "kept"),
    [
        ('=HYPERLINK("http://evil.example")', '\'=HYPERLINK("http://evil.example")'),
        *(
            (evil, f"'{evil}")
            for evil in ("+1", "-1", "@SUM(1)", " =1", '"=1', "\uff1d1", "\ufe661")
        ),
        ("\t=1", "'\t'=1"),
        ("\r=1", "'\r'=1"),
        ("Mallory;=1+1", "Mallory;'=1+1"),  # a French spreadsheet begins a cell there
        ('Mallory; "-1', "Mallory;' \"-1"),
        ("Roy, @SUM(1)\t+1\r\n=1", "Roy,' @SUM(1)\t'+1\r\n'=1"),
    ],
)
def test_no_cell_is_a_formula(client: Client, manager: Membership, evil: str, kept: str) -> None:
    did(manager, Act.INVITE, member_name=evil, chatroom=None, about=evil)
    line = downloaded(client)[1]
    assert (line[1], line[8]) == (kept, kept)


@pytest.mark.parametrize(
    "name", ["Anne-Marie Roy-Duval", "a+b@example.com", "1-2; 3", "x=1, y", "C-100", "", "–", "Ü;é"]
)
def test_harmless_words_and_our_own_numbers_stay(
    client: Client, manager: Membership, name: str
) -> None:
    act = did(manager, Act.INVITE, member_name=name, about=name)
    line = downloaded(client)[1]
    assert (line[1], line[8], line[5], line[6]) == (name or "–", name, "100", "8")
    assert line[0] == act.started.astimezone(manager.brand.zone).isoformat(" ", "seconds")


LETTERS = ";,\t\r\n\x0b\x0c\x1d\x85\u2028 \u00a0\u2003\"'=+-@\uff1d\uff0b\uff0d\uff20a1é"
FORMULA = tuple("=+-@\uff1d\uff0b\uff0d\uff20\ufe62\ufe63\ufe66\ufe6b")


def lines_of(cell: str) -> list[str]:
    """Some readers begin a line, and so a cell, at every line end of Python's."""
    return cell.splitlines() or [cell]


@pytest.mark.parametrize("language", ["en", "fr"])
@given(name=st.text(LETTERS, max_size=12), about=st.text(LETTERS, max_size=12))
@example(name='"', about=';"=1')
@example(name=";", about="\n\t=1")
@example(name="Mal\x0b=1", about="Mal\u2028=1")
@example(name='a\n"', about='"";=1,"@')
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_spreadsheet_finds_a_formula_whatever_it_takes_for_a_cell(
    client: Client, manager: Membership, language: str, name: str, about: str
) -> None:
    Activity.objects.all().delete()
    User.objects.update(language=language)
    did(manager, Act.INVITE, member_name=name, about=about)
    did(manager, Act.JOIN, member_name=about, about=name)
    answer: Any = client.get(FILE)
    raw = b"".join(answer.streaming_content).decode()
    for separator in ",;\t":
        for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_NONE):
            file = StringIO(raw, newline="")
            for cells in csv.reader(file, delimiter=separator, quoting=quoting):
                bare = [
                    line.strip('" \t\r\n\u00a0\u2003') for one in cells for line in lines_of(one)
                ]
                evil = [cell for cell in bare if cell.startswith(FORMULA)]
                assert evil == [], (separator, quoting)


@pytest.mark.parametrize(("language", "separator"), [("en", ","), ("fr", ";")])
def test_quotes_commas_and_lines_stay_in_their_cell(
    client: Client, manager: Membership, language: str, separator: str
) -> None:
    User.objects.update(language=language)
    name = 'Roy, "Cam"\r\nille; ü'
    did(manager, member_name=name)
    assert downloaded(client, separator)[1][1] == name


def test_the_hour_that_comes_twice_is_told_apart(client: Client, manager: Membership) -> None:
    for hour in (0, 1):
        did(manager, started=datetime(2026, 10, 25, hour, 30, tzinfo=UTC))
    whens = [line[0] for line in downloaded(client)[1:]]
    assert whens == ["2026-10-25 02:30:00+01:00", "2026-10-25 02:30:00+02:00"]


def test_it_is_compressed_as_it_is_sent(client: Client, manager: Membership) -> None:
    did(manager)
    response: Any = client.get(FILE, headers={"Accept-Encoding": "gzip"})
    assert response.streaming
    assert response["Content-Encoding"] == "gzip"
    assert b"".join(response.streaming_content)[:2] == b"\x1f\x8b"


def test_the_memory_does_not_grow_with_the_file(manager: Membership) -> None:
    asked = report_form.ReportForm(QueryDict(""), manager)

    def peak(count: int) -> int:
        have = Activity.objects.count()
        told = {"member_name": "Camille Roy", "member_role": "manager", "brand": manager.brand}
        about = {"ambassador": 100, "act": Act.REVIEW, "outcome": Outcome.DONE}
        more = (
            Activity(member=manager, chatroom=n + 1, **told, **about) for n in range(have, count)
        )
        Activity.objects.bulk_create(more, batch_size=2000)
        tracemalloc.start()
        lines = sum(
            part.count("\r\n")
            for part in spreadsheet.as_csv(report_form.acts(manager, asked), manager)
        )
        highest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert lines == count + 1
        return highest

    few = peak(4_000)
    assert peak(16_000) < 1.3 * few
