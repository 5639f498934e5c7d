"""POST …/chatrooms/<chatroom>/judge/ : whether the anomaly of a conversation's summary is so"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import translation

from inbox.chatrooms import judging, tokens
from inbox.chatrooms.judging import Rate
from inbox.models import Act, Brand, CodeName, Judgement, Membership, Outcome
from inbox.trips import Trip
from tests.conftest import ClientOf
from tests.support.at_once import at_once
from tests.support.chatrooms import Json
from tests.support.conversations import form, send
from tests.support.indexed import (
    MINUTE,
    NOON,
    dated,
    listed,
    of_lea,
    of_sofia,
    room,
    row,
    whole_at_noon,
)
from tests.support.markup import Form, all_words, attribute, attributes, has, one, words
from tests.support.pages import HTMX, rows, text, toast
from tests.support.trail import acts
from tests.support.undoing import ACTIVITY, PAGE, last, offers, undo
from tests.support.upstream import Upstream

LATER = NOON + MINUTE
HOME = "/brands/3/"
TALK = f"{PAGE}?reason=all"
JUDGE = f"{PAGE}judge/"
OFFERED = "A transfer was offered"


@pytest.fixture(autouse=True)
def _odd(brand: Brand, api: Upstream) -> Iterator[None]:
    """Léa's conversation with Sofia has an anomaly in its summary, which the brand calls by a name."""
    with whole_at_noon():
        name = {"kind": "anomaly", "code": "7", "name": "Payment outside the shop", "tone": "bad"}
        CodeName.objects.create(brand=brand, **name, first_seen=NOON, last_seen=NOON)
        has_summary(api)
        yield


def has_summary(api: Upstream, summary: str = OFFERED, anomaly: int | None = 7) -> None:
    """From now on Popsell tells this, and the index has read it."""
    odd = summarized(summary, anomaly)
    listed(odd, at=LATER)
    api.listing(odd)
    api.conversation(odd, of_lea(16, 30), of_sofia(15, 180))


def summarized(summary: str = OFFERED, anomaly: int | None = 7) -> Json:
    told = {"summary": summary, "anomaly": anomaly, "topic": 1, **dated(120)}
    return room(of_lea(16, 30), last_summary=told)


def asked(client: Client, page: str = PAGE) -> Form | None:
    return form(text(client.get(page)), "judge-conversation")


def judge(client: Client, state: str, page: str = PAGE, *, htmx: bool = True) -> Any:
    return send(client, asked(client, page), htmx=htmx, state=state)


def told(html: str) -> str:
    """What is asked and told of the anomaly, without the buttons."""
    return " ".join([words(one(html, "#judge-asked")), words(one(html, ".judge small"))]).strip()


def chosen(html: str) -> list[str]:
    return attributes(html, ".judge [aria-current]", "value")


def rates(brand: int) -> dict[str, Rate]:
    return judging.find_rates(Trip(), brand)()


def judged(member: Membership, *answers: bool, anomaly: str = "7") -> None:
    """The member judged so many summaries of other conversations."""
    for number, is_right in enumerate(answers, 100):
        Judgement.objects.create(
            brand=member.brand,
            chatroom=number,
            summary="0",
            anomaly=anomaly,
            is_right=is_right,
            member=member,
            member_name=str(member.user),
        )


# What it does


def test_it_is_asked_beside_the_summary(client: Client) -> None:
    for page in (PAGE, TALK):
        html = text(client.get(page))
        assert told(html) == "Is that so?"
        assert all_words(html, ".summary .judge button") == ["Yes", "No"]
        assert chosen(html) == []


@pytest.mark.parametrize(("state", "says"), [("right", "right"), ("wrong", "wrong")])
def test_it_is_kept_with_who_and_of_which_summary(
    client: Client, moderator: Membership, state: str, says: str
) -> None:
    html = text(judge(client, state))
    assert toast(html) == f"The anomaly is judged {says} for Léa: Sofia Duarte."
    found = Judgement.objects.get()
    assert (found.brand_id, found.chatroom, found.anomaly) == (3, 8, "7")
    assert found.summary == row().summary_mark
    assert (found.member, found.member_name) == (moderator, "Nadia Benali")
    assert found.is_right == (state == "right")
    for shown in (html, text(client.get(PAGE))):
        assert told(shown) == f"You said: {says} 1 judged so far"
        assert chosen(shown) == [state]


def test_a_plain_form_comes_back_to_the_conversation(client: Client) -> None:
    response = judge(client, "wrong", htmx=False)
    assert (response.status_code, response["Location"]) == (302, PAGE)
    page = text(client.get(PAGE))
    assert toast(page) == "The anomaly is judged wrong for Léa: Sofia Duarte."
    assert told(page).startswith("You said: wrong")
    assert offers(page)


def test_it_can_be_changed_and_stays_one(client: Client) -> None:
    judge(client, "right")
    html = text(judge(client, "wrong"))
    assert told(html) == "You said: wrong 1 judged so far"
    held = Judgement.objects.filter(changed=None)
    assert [one.is_right for one in held] == [False]
    assert rates(3) == {"7": Rate(0, 1)}


def test_pressed_twice_it_is_one(client: Client) -> None:
    found = asked(client)
    for _ in range(2):
        assert offers(text(send(client, found, state="right")))
    assert Judgement.objects.count() == acts().count() == 1


@pytest.mark.django_db(transaction=True)
def test_pressed_at_the_same_instant_one_holds(
    client: Client, moderator: Membership, client_of: ClientOf
) -> None:
    found = asked(client)
    pressed = [(client_of(moderator), state) for state in ("right", "wrong", "right", "wrong")]
    statuses = at_once(pressed, lambda one: send(one[0], found, state=one[1]).status_code)
    assert statuses == [200] * 4
    assert Judgement.objects.filter(changed=None, undone=None).count() == 1


def test_the_database_holds_one_of_a_member_and_summary(moderator: Membership) -> None:
    judged(moderator, True)
    with pytest.raises(IntegrityError), transaction.atomic():
        judged(moderator, False)


def test_popsell_is_not_told(client: Client, api: Upstream) -> None:
    judge(client, "wrong")
    undo(client, last().pk)
    assert {one.method for one in api.sent} == {"GET"}


def test_colleagues_are_told_in_numbers(
    client: Client, client_of: ClientOf, manager: Membership
) -> None:
    judge(client_of(manager), "wrong")
    assert told(text(client.get(PAGE))) == (
        "Is that so? Colleagues: 0 right, 1 wrong · 1 judged so far"
    )
    html = text(judge(client, "right"))
    assert told(html) == "You said: right Colleagues: 0 right, 1 wrong · 1 judged so far"
    assert "Camille" not in words(one(html, "#summary-8"))


def test_the_case_file_says_it(client: Client, client_of: ClientOf, viewer: Membership) -> None:
    judge(client, "wrong")
    page = words(text(client.get(f"{PAGE}case-file/")))
    assert "Anomaly 7 judged wrong by Nadia Benali on" in page
    assert "judged wrong" not in text(client_of(viewer).get(f"{PAGE}case-file/"))


# The trail, and Undo


def test_the_trail_says_who_and_who_took_it_back(
    client: Client, client_of: ClientOf, manager: Membership
) -> None:
    judge(client, "wrong")
    assert toast(text(undo(client_of(manager), last().pk))) == (
        "The judgement is taken back for Léa: Sofia Duarte."
    )
    done, undone = acts().order_by("id")
    assert (done.act, done.state, undone.act) == (Act.JUDGE, "wrong", Act.UNDO_JUDGE)
    assert (done.member_name, undone.member_name) == ("Nadia Benali", "Camille Roy")
    for record in (done, undone):
        assert (record.ambassador, record.chatroom) == (100, 8)
        assert record.outcome == Outcome.DONE
    assert Judgement.objects.get().undone_by == "Camille Roy"
    assert told(text(client.get(PAGE))) == "Is that so?"


def test_the_page_of_activity_says_it_and_offers_undo(client: Client) -> None:
    judge(client, "wrong")
    page = text(client.get(ACTIVITY))
    assert "Judge anomaly: wrong" in words(page)
    undo(client, offers(page)[-1], ACTIVITY, htmx=False)
    page = text(client.get(ACTIVITY))
    assert "Undo judgement" in words(page)
    assert offers(page) == []


def test_undo_brings_back_what_was_said_before(client: Client) -> None:
    judge(client, "right")
    first = last().pk
    judge(client, "wrong")
    assert "Nadia Benali" in toast(text(undo(client, first)))  # it was changed since
    second = last().pk
    html = text(undo(client, second))
    assert told(html) == "You said: right 1 judged so far"
    assert "undone already" in toast(text(undo(client, second)))
    assert toast(text(undo(client, first))).startswith("The judgement is taken back")
    assert not Judgement.objects.filter(undone=None).exists()


def test_each_takes_back_their_own_whatever_others_said(
    client: Client, client_of: ClientOf, manager: Membership
) -> None:
    judge(client, "right")
    first = last().pk
    judge(client_of(manager), "wrong")
    undo(client, first)
    assert [one.member for one in Judgement.objects.filter(undone=None)] == [manager]


# What it ends


def reasons(client: Client) -> list[int]:
    return rows(text(client.get(HOME)))


def test_judged_wrong_it_is_no_reason_any_more(client: Client) -> None:
    assert reasons(client) == [8]
    answer = text(judge(client, "wrong", TALK))
    assert has(answer, "#chatroom-8.decided")
    assert words(one(answer, "#chatroom-8 .queued-done > span")) == "Judged wrong by you"
    assert all_words(answer, "#conversation-why li") == []
    assert reasons(client) == []
    again = text(undo(client, attribute(one(answer, "#chatroom-8 form"), "action"), HOME))
    assert "Payment outside the shop" in words(one(again, "#chatroom-8"))
    assert reasons(client) == [8]


def test_judged_right_it_stays(client: Client) -> None:
    answer = text(judge(client, "right", TALK))
    assert not has(answer, ".decided")
    assert "Payment outside the shop" in words(one(answer, "#chatroom-8"))
    assert reasons(client) == [8]


def test_another_summary_brings_it_back(client: Client, api: Upstream) -> None:
    judge(client, "wrong")
    listed(summarized(), at=LATER)  # the same, read again
    assert reasons(client) == []
    has_summary(api, "An IBAN was sent")
    assert reasons(client) == [8]
    assert told(text(client.get(PAGE))) == "Is that so? 1 judged so far"
    judge(client, "right")
    assert rates(3) == {"7": Rate(1, 2)}


def test_the_newest_judgement_of_any_member_decides(
    client: Client, client_of: ClientOf, manager: Membership
) -> None:
    other = client_of(manager)
    judge(client, "wrong")
    judge(other, "right")
    assert reasons(client) == [8]
    assert rates(3) == {"7": Rate(1, 1)}
    judge(other, "wrong")
    assert reasons(client) == []
    undo(other, last().pk)
    assert reasons(client) == [8]


def test_other_reasons_stay(client: Client, api: Upstream) -> None:
    odd = {**summarized(), "last_rating": {"value": 1, "comment": "Nobody came"}}
    listed(odd, at=LATER)
    api.listing(odd)
    api.conversation(odd, of_lea(16, 30))
    answer = text(judge(client, "wrong", TALK))
    assert all_words(answer, "#conversation-why b") == ["1 star"]
    assert not has(answer, ".decided")


def test_what_was_asked_of_an_older_summary_is_of_that_one(client: Client, api: Upstream) -> None:
    found = asked(client)
    has_summary(api, "An IBAN was sent")
    html = text(send(client, found, state="wrong"))
    assert told(html) == "Is that so? 1 judged so far"
    assert words(one(html, "#summary-8 .prose")) == "An IBAN was sent"  # asked beside what is shown
    assert reasons(client) == [8]


# How often it was right


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([], ""),
        ([True], "1 judged so far"),
        ([True] * 9, "9 judged so far"),
        ([True] * 7 + [False] * 3, "right 7 of 10 times"),
        ([True] * 18 + [False] * 4, "right 18 of 22 times"),
        ([False] * 10, "right 0 of 10 times"),
    ],
)
def test_from_ten_on_it_is_told_how_often(
    client: Client, moderator: Membership, answers: list[bool], expected: str
) -> None:
    judged(moderator, *answers)
    assert told(text(client.get(PAGE))) == f"Is that so? {expected}".strip()
    assert rates(3).get("7", Rate()).words == expected


def test_each_summary_counts_once(
    moderator: Membership, manager: Membership, other_brand: Brand
) -> None:
    judged(moderator, True, True, True)
    judged(manager, False, True)
    assert rates(3) == {"7": Rate(2, 3)}
    Judgement.objects.filter(chatroom=101).update(anomaly="6")
    assert rates(3) == {"6": Rate(1, 1), "7": Rate(1, 2)}
    Judgement.objects.update(brand=other_brand)
    assert rates(3) == {}


def test_one_question_for_all_rates(moderator: Membership, django_assert_num_queries: Any) -> None:
    judged(moderator, True, False)
    with django_assert_num_queries(1):
        rates(3)


@pytest.mark.parametrize(
    ("rate", "expected"),
    [
        (Rate(1, 1), "1 avis pour l’instant"),
        (Rate(2, 3), "3 avis pour l’instant"),
        (Rate(18, 22), "juste 18 fois sur 22"),
    ],
)
def test_the_rate_in_french(rate: Rate, expected: str) -> None:
    with translation.override("fr"):
        assert rate.words == expected


# Where it is asked, and who is asked


def test_an_anomaly_without_a_name_is_not_asked_about(client: Client, api: Upstream) -> None:
    for anomaly in (6, None):
        has_summary(api, anomaly=anomaly)
        assert asked(client) is None


def test_viewers_are_not_asked_and_see_no_work_of_colleagues(
    client: Client, client_of: ClientOf, viewer: Membership
) -> None:
    judge(client, "right")
    page = text(client_of(viewer).get(PAGE))
    assert "Payment outside the shop" in page
    assert not has(page, ".judge")
    assert "judged" not in page


def test_the_checks_come_in_order(
    client: Client,
    client_of: ClientOf,
    viewer: Membership,
    manager: Membership,
    neighbour: Membership,
    api: Upstream,
) -> None:
    found = asked(client)
    api.sent.clear()
    press: dict[str, Any] = {"state": "wrong"}
    assert "/accounts/login/" in send(Client(), found, htmx=False, **press)["Location"]
    assert send(client_of(neighbour), found, **press).status_code == 404
    assert send(client_of(viewer), found, **press).status_code == 403
    assert send(client_of(manager), found, **press).status_code == 400
    assert client.get(JUDGE).status_code == 405
    assert client.post(JUDGE, headers=HTMX).status_code == 400
    refused: list[dict[str, Any]] = [{"state": "perhaps"}, {}, press | {"summary": "forged"}]
    for odd in refused:
        assert send(client, found, **odd).status_code == 400
    assert api.sent == []
    assert not Judgement.objects.exists()


def test_a_summary_of_another_conversation_or_member_is_refused(
    client: Client, moderator: Membership, manager: Membership
) -> None:
    found = asked(client)
    for member, chatroom in ((moderator, 9), (manager, 8)):
        odd = judging.find_asked(member, judging.Summary(chatroom, "7", "0")).token
        assert send(client, found, state="wrong", summary=odd).status_code == 400
    assert not Judgement.objects.exists()


def test_an_old_page_says_so(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    found = asked(client)
    monkeypatch.setattr(tokens, "LIFETIME", timedelta(seconds=-1))
    assert send(client, found, state="right").status_code == 409
    assert not Judgement.objects.exists()


def test_a_failure_is_told_beside_the_conversation(client: Client) -> None:
    response = client.post(JUDGE, {"place": "conversation"}, headers=HTMX)
    assert response["HX-Retarget"] == "#alert-conversation"
