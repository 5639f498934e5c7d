"""python manage.py check_popsell --brand 3 --index"""

import re
from collections.abc import Callable
from io import StringIO

import pytest
from django.core.management import call_command

from inbox.management.commands.check_popsell import ABILITIES
from inbox.popsell import client
from inbox.popsell.resources import Chatroom
from tests.house.test_docs import rows
from tests.support.chatrooms import chatroom, message, person
from tests.support.upstream import Upstream, page

LINE = re.compile(r"(.+): (yes|no|unknown) \((.+)\)\.")
MANAGER = "/manager/chatrooms"
LISTS = "/chat/ambassadors/"
USUAL = {
    "manager_list": "yes",
    "own_brand": "yes",
    "manager_per_page": "yes",
    "per_page": "no",
    "before": "yes",
    "archived": "yes",
}
NO_MANAGER = {"own_brand": "unknown", "manager_per_page": "unknown"}
NO_INBOX = {"per_page": "unknown", "before": "unknown", "archived": "unknown"}


def told(api: Upstream) -> dict[str, tuple[str, str]]:
    """Answer and reason by question, found with reads alone and few of them."""
    before, out = len(api.sent), StringIO()
    call_command("check_popsell", brand=3, index=True, stdout=out)
    asked = api.sent[before + 1 :]
    assert {call.method for call in asked} == {"GET"}
    assert len(asked) <= 10
    assert not {"Léa", "Moreau", "Duarte"} & set(re.findall(r"\w+", out.getvalue()))
    lines = out.getvalue().splitlines()[2:]
    found = [LINE.fullmatch(line) for line in lines]
    assert [one and one[1] for one in found] == list(ABILITIES.values())
    return {name: (one[2], one[3]) for name, one in zip(ABILITIES, found, strict=True) if one}


def answers(api: Upstream) -> dict[str, str]:
    return {name: answer for name, (answer, _) in told(api).items()}


def test_each_question_is_explained() -> None:
    table = rows("OPERATIONS.md", "What the API allows an index", "question")
    assert [question for question, _ in table] == list(ABILITIES.values())


def test_nothing_more_is_asked_without_it(api: Upstream) -> None:
    out = StringIO()
    call_command("check_popsell", brand=3, stdout=out)
    assert len(api.sent) == 1
    assert out.getvalue().endswith("12 ambassadors.\n")


def test_says_what_is_allowed_and_why(api: Upstream) -> None:
    found = told(api)
    assert {name: answer for name, (answer, _) in found.items()} == USUAL
    assert found["own_brand"][1].endswith("that it names are in the directory")
    assert found["per_page"][1] == "25 a page came where 5 were asked for"


SWITCHES: dict[str, tuple[Callable[[Upstream], None], dict[str, str]]] = {
    "per_page is heeded everywhere": (Upstream.heed_per_page, {"per_page": "yes"}),
    "per_page is heeded nowhere": (
        lambda api: api.ignore("manager chatrooms", "per_page"),
        {"manager_per_page": "no"},
    ),
    "the date is ignored": (
        lambda api: api.ignore("chatrooms", "filter[last_action_date_before]"),
        {"before": "no", "archived": "unknown"},
    ),
    "archived ones are left out": (Upstream.hide_archived, {"archived": "no"}),
    "the filter of archived ones is ignored": (
        lambda api: api.ignore("chatrooms", "filter[archived]"),
        {"archived": "unknown"},
    ),
    "no order": (
        lambda api: api.ignore_sort("chatrooms"),
        {"before": "unknown", "archived": "unknown"},
    ),
    "403": (lambda api: api.forbid("manager chatrooms"), {"manager_list": "no", **NO_MANAGER}),
    "404": (lambda api: api.hide("manager chatrooms"), {"manager_list": "no", **NO_MANAGER}),
    "no inbox": (lambda api: api.forbid("chatrooms"), NO_INBOX),
}


@pytest.mark.parametrize("name", SWITCHES)
def test_each_answer_depends_on_what_popsell_does(api: Upstream, name: str) -> None:
    switch, expected = SWITCHES[name]
    switch(api)
    assert answers(api) == USUAL | expected


BROKEN: list[tuple[int, object]] = [
    (500, {}),
    (429, {}),
    (401, {}),
    (302, {}),
    (200, b"<html>"),
    (200, {"data": "x"}),
]


@pytest.mark.parametrize(("status", "body"), BROKEN)
def test_a_failure_of_the_brands_list_tells_nothing(
    api: Upstream, status: int, body: object
) -> None:
    api.answer("GET", status, body, path=MANAGER)
    assert answers(api) == USUAL | {"manager_list": "unknown"} | NO_MANAGER


@pytest.mark.parametrize(("status", "body"), BROKEN)
def test_a_failure_of_the_ambassadors_lists_tells_nothing(
    api: Upstream, status: int, body: object
) -> None:
    api.answer("GET", status, body, path=LISTS)
    assert answers(api) == USUAL | NO_INBOX


@pytest.mark.parametrize("status", [400, 422])
def test_a_list_that_is_refused_whatever_is_asked_tells_nothing(api: Upstream, status: int) -> None:
    api.answer("GET", status, {}, path=MANAGER)
    api.answer("GET", status, {}, path=LISTS)
    found = answers(api)
    assert {name: found[name] for name in NO_INBOX} == NO_INBOX
    assert (found["manager_list"], found["own_brand"]) == ("unknown", "unknown")


def test_a_page_of_nonsense_tells_nothing(api: Upstream) -> None:
    api.answer("GET", body=page(None, 3, {}, {"id_chatroom": "x"}), path=MANAGER)
    api.answer("GET", body=page({"id_chatroom": 8, "ambassadors": 3}), path=LISTS)
    expected = {"manager_list": "yes", **NO_MANAGER, **NO_INBOX}
    assert answers(api) == expected


def test_short_lists_tell_little(api: Upstream) -> None:
    api.listing(person(100, status=6), person(101, status=3))
    api.answer("GET", body=page(chatroom(8), chatroom(9)), path=LISTS)
    api.answer("GET", body=page(chatroom(8), chatroom(9)), path=MANAGER)
    found = told(api)
    assert {name: answer for name, (answer, _) in found.items()} == {
        "manager_list": "yes",
        "own_brand": "yes",
        **dict.fromkeys(("manager_per_page", "per_page", "before", "archived"), "unknown"),
    }
    assert found["per_page"][1] == found["before"][1] == "the list is too short to tell"


def test_a_brand_without_anybody_tells_nothing(api: Upstream) -> None:
    api.listing()
    api.answer("GET", body=page(), path=MANAGER)
    assert answers(api) == {"manager_list": "yes", **NO_MANAGER, **NO_INBOX}


# Whose the brand's list is


def names(api: Upstream, *people: object) -> None:
    """The brand's list has these people in it."""
    room = chatroom(8, ambassadors=[*people, person(555)], last_message=message(16))
    api.answer("GET", body=page(room), path=MANAGER)


def test_a_list_that_names_another_brands_people_is_not_this_brands(api: Upstream) -> None:
    names(api, person(100, status=6), person(801, status=6))
    assert told(api)["own_brand"] == (
        "no",
        "1 of the 2 that it names are not in the directory",
    )


@pytest.mark.parametrize(
    "changes",
    [{"active": -2}, {"active": 0}, {"anonymized": True}, {"status": 7}, {"status": 11}],
)
def test_who_need_not_stand_in_the_directory_does_not_count(
    api: Upstream, changes: dict[str, object]
) -> None:
    names(api, person(100, status=6), person(801, **{"status": 6, **changes}))
    assert told(api)["own_brand"][0] == "yes"


def test_who_may_stand_further_back_is_unknown(api: Upstream) -> None:
    names(api, person(4711, status=6))
    api.answer("GET", body=page(person(100, status=6), last_page=9), path="/chat/ambassadors")
    api.answer("GET", 403, path=LISTS)
    found = told(api)["own_brand"]
    assert found == ("unknown", "1 of 1 may stand further back in the directory")
    pages = [call.query for call in api.sent if call.path.endswith("/chat/ambassadors")]
    assert [query.partition("&")[0] for query in pages] == ["page=1", "page=1", "page=2", "page=3"]


def test_an_archived_one_is_found_further_back(api: Upstream) -> None:
    """The sandbox's first page of Léa has none, and her list is asked from the right date on."""
    assert told(api)["archived"][0] == "yes"
    dates = [call.query for call in api.sent if "before" in call.query]
    assert len(dates) == 2
    shown = [one for one in client.chatrooms(3, 100).data if isinstance(one, Chatroom)]
    own = next(room.id for room in shown if 100 in [one.id for one in room.ambassadors])
    client.archive(3, own, 100, archive=True)
    api.sent.clear()
    assert told(api)["archived"][0] == "yes"
    assert len([call for call in api.sent if "before" in call.query]) == 1
