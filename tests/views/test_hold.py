"""POST …/chatrooms/<chatroom>/hold/, hand-over/ : who of the team has a conversation in hand"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from inbox.accounts.members import change_role
from inbox.models import Act, Brand, Hold, Membership, NoAnswerNeeded, Note, Review, Role, User
from inbox.models.holds import LASTS
from tests.conftest import ClientOf
from tests.support.at_once import at_once
from tests.support.cast import member
from tests.support.chatrooms import chatroom, lea, message
from tests.support.conversations import form
from tests.support.indexed import (
    DAY,
    MINUTE,
    NOON,
    clock,
    listed,
    of_lea,
    of_sofia,
    room,
    whole_at_noon,
)
from tests.support.markup import Form, all_words, attribute, every, forms, has, one, words
from tests.support.pages import HTMX, INBOX, text, toast
from tests.support.trail import acts
from tests.support.undoing import last, undo
from tests.support.upstream import Upstream

HOME = "/brands/3/"
PAGE = "/brands/3/ambassadors/100/chatrooms/8/"
TALK = f"{PAGE}?reason=all"


@pytest.fixture(autouse=True)
def _at_noon(brand: Brand, api: Upstream) -> Iterator[None]:
    """It is a minute after noon, and Sofia waits for an answer of Léa's since 10:30."""
    with whole_at_noon():
        waits(8)
        api.listing(room(of_sofia(16, 90)))
        api.conversation(chatroom(), message(16))
        yield


def waits(*rooms: int) -> None:
    listed(*(room(of_sofia(16, 90), id_) for id_ in rooms))


@pytest.fixture
def nadia(client: Client, moderator: Membership) -> Client:
    return client


@pytest.fixture
def camille(client_of: ClientOf, manager: Membership) -> Client:
    return client_of(manager)


def look(client: Client, query: str = "") -> str:
    return text(client.get(f"{HOME}{query}"))


def of_row(client: Client, query: str = "", id_: int = 8) -> Form | None:
    return form(look(client, query), f"hold-{id_}")


def of_conversation(client: Client, page: str = TALK, name: str = "hold") -> Form | None:
    return form(text(client.get(page)), f"{name}-conversation")


def state(found: Form | None) -> str:
    """What the button of a form asks for."""
    assert found
    return found.fields["hand"]


def press(client: Client, found: Form | None, *, htmx: bool = True, **more: Any) -> Any:
    assert found
    return client.post(found.action, {**found.fields, **more}, headers=HTMX if htmx else {})


def claim(client: Client) -> Any:
    return press(client, of_row(client), hand="claim")


def hand_over(client: Client, to: Membership, note: str = "", page: str = TALK) -> Any:
    found = of_conversation(client, page, "hand-over")
    return press(client, found, to=str(to.pk), note=note)


def hands(page: str) -> list[str]:
    return [told for told in all_words(page, ".queued > .hand") if told]


# Claim


def test_a_claim_is_kept_and_told_to_everybody(
    nadia: Client, camille: Client, moderator: Membership
) -> None:
    answer = text(claim(nadia))
    assert toast(answer) == "Claimed: Sofia Duarte, with Léa Moreau."
    assert hands(answer) == hands(look(nadia)) == ["you have it"]
    assert hands(look(camille)) == ["Nadia Benali has it"]
    hold = Hold.objects.get()
    assert (hold.chatroom, hold.ambassador, hold.member) == (8, 100, moderator)
    assert hold.until == hold.since + LASTS
    assert [one.act for one in acts()] == [Act.HOLD]


def test_the_digest_tells_who_has_how_many(nadia: Client, camille: Client) -> None:
    claim(nadia)
    assert "You have 1 · reviewed 0" in all_words(look(nadia), ".digest-list li > span")
    assert "Nadia Benali has 1 · reviewed 0" in all_words(look(camille), ".digest-list li > span")
    User.objects.update(language="fr")
    assert "Vous vous occupez de 1 · 0 relue" in all_words(look(nadia), ".digest-list li > span")
    french = toast(text(press(nadia, of_row(nadia), hand="release")))
    assert french == "Laissé\N{NO-BREAK SPACE}: Sofia Duarte, avec Léa Moreau."


def test_popsell_is_not_told(nadia: Client, api: Upstream) -> None:
    claim(nadia)
    press(nadia, of_row(nadia), hand="release")
    assert not api.sent


def test_it_is_kept_while_popsell_fails(nadia: Client, camille: Client, api: Upstream) -> None:
    found = of_conversation(nadia)
    api.answer("GET", 500)
    assert press(nadia, found, hand="claim").status_code == 200
    assert hands(look(camille)) == ["Nadia Benali has it"]
    assert Hold.objects.get().stands


def test_viewers_see_no_hold_and_may_make_none(
    nadia: Client, client_of: ClientOf, viewer: Membership
) -> None:
    found = of_row(nadia)
    claim(nadia)
    hugo = client_of(viewer)
    for page in (look(hugo), text(hugo.get(TALK)), text(hugo.get(INBOX))):
        assert "Nadia" not in page
        assert "has it" not in page
    assert of_row(hugo) is None
    assert press(hugo, found, hand="release").status_code == 403
    assert has(look(nadia), ".views")
    assert "For me" not in look(hugo)
    assert not every(look(hugo), ".views a[href*='held=']")


def test_pressed_twice_it_is_one(nadia: Client) -> None:
    found = of_row(nadia)
    for _press in range(2):
        assert toast(text(press(nadia, found, hand="claim"))).startswith("Claimed")
    assert acts().filter(act=Act.HOLD).count() == 1


def test_it_is_released(nadia: Client, camille: Client) -> None:
    claim(nadia)
    answer = text(press(nadia, of_row(nadia), hand="release"))
    assert toast(answer) == "Released: Sofia Duarte, with Léa Moreau."
    assert hands(answer) == hands(look(camille)) == []
    assert state(of_row(camille)) == "claim"
    assert [one.act for one in acts().order_by("id")] == [Act.HOLD, Act.RELEASE]


def test_undo_releases_it(nadia: Client, camille: Client) -> None:
    answer = text(claim(nadia))
    assert has(answer, "#undo-last")
    assert toast(text(undo(nadia, last().pk))) == "Released: Sofia Duarte, with Léa Moreau."
    assert state(of_row(camille)) == "claim"
    assert toast(text(undo(nadia, acts().get(act=Act.HOLD).pk))).startswith(
        "This was undone already"
    )


def test_nobody_undoes_the_claim_of_a_colleague(nadia: Client, camille: Client) -> None:
    claim(nadia)
    activity = text(camille.get("/brands/3/activity/"))
    assert not has(activity, ".activity-outcome form")
    assert has(text(nadia.get("/brands/3/activity/")), ".activity-outcome form")
    assert undo(camille, last().pk).status_code == 409
    assert Hold.objects.get().stands


def test_without_scripts_it_leads_back_to_the_list(nadia: Client) -> None:
    response = press(nadia, of_row(nadia, "?reason=waiting"), htmx=False, hand="claim")
    assert response["Location"] == "/brands/3/?reason=waiting"
    assert toast(look(nadia)).startswith("Claimed")


def test_other_words_are_refused(nadia: Client, moderator: Membership) -> None:
    assert press(nadia, of_row(nadia), hand="steal").status_code == 400
    assert press(nadia, of_row(nadia), act="forged").status_code == 400
    assert not Hold.objects.exists()


# It runs out


def test_it_runs_out_two_hours_after_the_last_act(nadia: Client, camille: Client) -> None:
    claim(nadia)
    with clock(NOON + 119 * MINUTE):
        assert hands(look(camille)) == ["Nadia Benali has it, 1 h 58"]
        press(nadia, of_conversation(nadia, TALK, "review"))
    with clock(NOON + 200 * MINUTE):
        assert state(of_row(camille)).startswith("take over")
    with clock(NOON + 240 * MINUTE):
        page = look(camille)
        assert hands(page) == []
        assert "Nadia Benali had it until 16:59" in words(one(page, "#chatroom-8"))
        assert state(of_row(camille)) == "claim"
        assert toast(text(claim(camille))).startswith("Claimed")
    assert [one.act for one in acts().filter(act__in=[Act.HOLD, Act.TAKE_OVER])] == [Act.HOLD] * 2


# Acting on another's


def test_acting_on_anothers_changes_nothing(nadia: Client, camille: Client, api: Upstream) -> None:
    page = text(camille.get(TALK))
    with_note = form(page, "review-conversation")
    names = ("no-answer", "archive", "block", "flag", "mark")
    found = [form(page, f"{name}-conversation") for name in names]
    claim(nadia)
    before = acts().count()
    api.sent.clear()
    for one_ in (with_note, *found):
        response = press(camille, one_)
        assert response.status_code == 409, one_
        told = text(response)
        assert "Nadia Benali took it just now. Nothing was changed." in words(told)
        assert "Take over from Nadia Benali" in words(told)
    assert acts().count() == before
    assert {one.method for one in api.sent} == {"GET"}
    assert not Review.objects.exists()
    assert not NoAnswerNeeded.objects.exists()


def test_a_note_may_be_left_on_anothers(nadia: Client, camille: Client) -> None:
    found = of_conversation(camille, TALK, "review")
    claim(nadia)
    assert found
    fields = {**found.fields, "note": "I know her"}
    response = camille.post(f"{PAGE}note/", fields, headers=HTMX)
    assert toast(text(response)).startswith("The note is added")
    assert Note.objects.get().text == "I know her"


def test_an_act_is_not_undone_on_anothers(nadia: Client, camille: Client) -> None:
    press(camille, of_conversation(camille, TALK, "no-answer"))
    said = last().pk
    found = of_conversation(nadia)
    press(nadia, found, hand="claim")
    assert undo(camille, said).status_code == 409
    assert NoAnswerNeeded.objects.get().undone is None


def test_it_is_taken_over_and_that_is_logged(
    nadia: Client, camille: Client, manager: Membership
) -> None:
    claim(nadia)
    refused = text(press(camille, of_conversation(camille, TALK, "archive")))
    answer = text(press(camille, forms(refused)[0]))
    assert toast(answer) == "Taken over from Nadia Benali: Sofia Duarte, with Léa."
    assert Hold.objects.get().member == manager
    record = last()
    assert (record.act, record.about) == (Act.TAKE_OVER, "Nadia Benali")
    trail = text(camille.get("/brands/3/activity/"))
    assert "Take over from Nadia Benali" in all_words(trail, ".activity-line td")
    assert press(nadia, of_conversation(nadia), hand="release").status_code == 409
    assert press(camille, of_conversation(camille, TALK, "no-answer")).status_code == 200


def test_it_is_taken_from_who_was_seen_to_have_it(
    nadia: Client, camille: Client, client_of: ClientOf, manager: Membership, brand: Brand
) -> None:
    claim(nadia)
    seen = of_row(camille)
    assert state(seen).startswith("take over")
    press(nadia, of_row(nadia), hand="release")
    ines = member("ines@example.com", brand, Role.MODERATOR, "Inès Kaci")
    claim(client_of(ines))
    told = text(press(camille, seen))
    assert "Inès Kaci took it just now" in words(told)
    assert Hold.objects.get().member == ines


def test_a_refusal_brings_the_row_up_to_date(nadia: Client, camille: Client) -> None:
    """Who has it, and the way to take it over, whichever act was refused."""
    claim(camille)
    page = look(camille)
    press(nadia, of_row(nadia))
    for name in ("hold", "no-answer"):
        response = press(camille, form(page, f"{name}-8"))
        assert response.status_code == 409
        told = text(response)
        assert words(one(told, "#hand-8")) == "Nadia Benali has it"
        assert state(form(told, "hold-8")).startswith("take over")
        assert form(told, "no-answer-8") is None
        assert not has(told, "#hold-button")
    answer = text(press(camille, form(told, "hold-8")))
    assert toast(answer).startswith("Taken over from Nadia Benali")


def test_of_two_who_claim_the_second_sees_who_has_it(nadia: Client, camille: Client) -> None:
    found = of_row(nadia)
    claim(camille)
    told = text(press(nadia, found))
    assert words(one(told, "#hand-8")) == "Camille Roy has it"
    assert state(form(told, "hold-8")).startswith("take over")


def test_a_refusal_brings_the_open_conversation_up_to_date(nadia: Client, camille: Client) -> None:
    claim(camille)
    page = text(camille.get(TALK))
    press(nadia, of_row(nadia))
    pressed = [
        (form(page, "hold-conversation"), {}),
        (of_row(camille), {"HX-Current-URL": f"http://testserver{TALK}"}),  # while it is open
    ]
    for found, where in pressed:
        assert found
        response = camille.post(
            found.action, found.fields | {"hand": "release"}, headers=HTMX | where
        )
        told = text(response)
        assert words(one(told, "#hand-conversation")) == "Nadia Benali has it"
        assert words(one(told, "#hold-button")) == "Take over from Nadia Benali"
        assert has(told, "[hx-swap-oob^='delete:#hand-over-button']")
        assert has(told, "#acts-8")


def test_a_refusal_in_an_inbox_brings_no_row_of_the_brands_list(
    nadia: Client, camille: Client
) -> None:
    found = form(text(camille.get(INBOX)), "mark-8")
    claim(nadia)
    assert not has(text(press(camille, found)), "#acts-8")


# Done with it


def test_it_ends_with_the_last_reason_and_comes_back_with_undo(nadia: Client) -> None:
    claim(nadia)
    page = text(nadia.get(TALK))
    answer = text(press(nadia, form(page, "no-answer-conversation")))
    assert has(answer, "#chatroom-8.decided")
    assert hands(answer) == []
    assert Hold.objects.get().ended
    undo(nadia, last().pk)
    assert hands(look(nadia)) == ["you have it"]


def test_it_stays_while_there_is_another_reason(nadia: Client) -> None:
    claim(nadia)
    press(nadia, of_conversation(nadia, TALK, "review"))  # a review ends no wait
    assert Hold.objects.get().stands


def test_what_a_colleague_took_since_does_not_come_back(nadia: Client, camille: Client) -> None:
    claim(nadia)
    press(nadia, of_conversation(nadia, TALK, "no-answer"))
    done = last().pk
    press(camille, of_conversation(camille), hand="claim")
    assert undo(nadia, done).status_code == 409
    assert hands(look(camille, "?held=me"))[0].startswith("you have it")


# Handed over


def test_it_is_handed_over_with_a_note(
    nadia: Client, camille: Client, moderator: Membership, manager: Membership
) -> None:
    answer = text(hand_over(nadia, manager, "She asks for the second time"))
    assert toast(answer) == "Handed over to Camille Roy: Sofia Duarte, with Léa."
    assert hands(answer) == ["Camille Roy has it"]
    told = "handed over by Nadia Benali just now: “She asks for the second time”"
    for page in (look(camille), look(camille, "?held=for-me"), text(camille.get(TALK))):
        assert told in words(page)
    assert Note.objects.get().member == moderator
    record = last()
    assert (record.act, record.about) == (Act.HAND_OVER, "Camille Roy")


def test_what_was_handed_over_is_counted_in_rail_and_title(
    nadia: Client, camille: Client, manager: Membership
) -> None:
    assert view_counts(look(camille)) == ["For me 0", "I have these 0"]
    hand_over(nadia, manager)
    page = look(camille)
    assert view_counts(page) == ["For me 1", "I have these 1"]
    assert words(one(page, "title")).startswith("(1) Needs attention")
    assert view_counts(look(nadia)) == ["For me 0", "I have these 0"]
    assert "(" not in words(one(look(nadia), "title"))


def test_it_waits_for_its_receiver_until_it_is_done(
    nadia: Client, camille: Client, manager: Membership
) -> None:
    hand_over(nadia, manager)
    with clock(NOON + 3 * DAY):
        assert rows(look(camille, "?held=for-me")) == ["chatroom-8"]
        assert rows(look(camille, "?held=me")) == []
        press(camille, of_row(camille, "?held=for-me"), hand="claim")
        assert rows(look(camille, "?held=me")) == ["chatroom-8"]
        assert "handed over by Nadia Benali" in words(look(camille, "?held=for-me"))
        press(camille, of_row(camille, "?held=me"), hand="release")
        assert rows(look(camille, "?held=for-me")) == []


def test_what_needs_nobody_can_be_handed_over(
    nadia: Client, camille: Client, manager: Membership, api: Upstream
) -> None:
    listed(room(of_lea(17, 5)), at=NOON + MINUTE / 2)
    api.listing(room(of_lea(17, 5)))
    api.conversation(chatroom(), message(17, lea(8)))
    assert rows(look(camille)) == []
    hand_over(nadia, manager, "Call her")
    page = look(camille, "?held=for-me")
    assert rows(page) == ["chatroom-8"]
    assert "Nothing else needs attention" in words(one(page, "#chatroom-8"))
    answer = text(
        press(camille, of_conversation(camille, f"{PAGE}?reason=all&held=for-me", "review"))
    )
    assert has(answer, "#chatroom-8")
    assert rows(look(camille, "?held=for-me")) == []


def test_the_same_pressed_twice_is_one(nadia: Client, manager: Membership) -> None:
    found = of_conversation(nadia, TALK, "hand-over")
    for _press in range(2):
        told = text(press(nadia, found, to=str(manager.pk), note="Call her"))
        assert toast(told).startswith("Handed over")
    assert acts().filter(act=Act.HAND_OVER).count() == Note.objects.count() == 1


def test_only_colleagues_who_act_can_take_it(
    nadia: Client, moderator: Membership, viewer: Membership, manager: Membership
) -> None:
    found = of_conversation(nadia, TALK, "hand-over")
    offered = all_words(text(nadia.get(TALK)), "#hand-over option")
    assert offered == ["Camille Roy"]
    for number in (str(viewer.pk), str(moderator.pk), "0", "x", "999999"):
        assert press(nadia, found, to=number).status_code == 400
    assert not Hold.objects.exists()


def test_anothers_is_not_handed_over(nadia: Client, camille: Client, moderator: Membership) -> None:
    found = of_conversation(camille, TALK, "hand-over")
    claim(nadia)
    response = press(camille, found, to=str(moderator.pk))
    assert response.status_code == 409
    assert response["HX-Retarget"] == "#alert-hand-over"
    assert not has(text(camille.get(TALK)), "#hand-over")


def test_it_is_handed_over_again_to_who_let_go_of_it(
    nadia: Client, camille: Client, manager: Membership
) -> None:
    hand_over(nadia, manager)
    press(camille, of_conversation(camille), hand="release")
    hand_over(nadia, manager)
    assert hands(look(camille))[0].startswith("you have it")


# Holds of who may act no more


def test_what_somebody_had_is_nobodys_once_they_may_not_act(
    nadia: Client, camille: Client, moderator: Membership, manager: Membership
) -> None:
    claim(nadia)
    press(camille, of_conversation(camille, TALK, "review"))  # refused
    assert change_role(manager, moderator, Role.VIEWER)
    assert state(of_row(camille)) == "claim"
    assert not every(look(nadia, "?held=me"), ".views a[href*='held=']")
    assert rows(look(nadia, "?held=me")) == ["chatroom-8"]  # all that needs attention


def test_undoing_what_a_colleague_did_gives_their_hold_no_more_time(
    nadia: Client, camille: Client
) -> None:
    claim(nadia)
    press(nadia, of_conversation(nadia, TALK, "no-answer"))
    done = last().pk
    with clock(NOON + DAY):
        assert undo(camille, done).status_code == 200
        assert state(of_row(camille, "?reason=all")) == "claim"


def test_a_note_of_the_holder_lets_it_last_anew(nadia: Client) -> None:
    claim(nadia)
    with clock(NOON + 100 * MINUTE):
        found = of_conversation(nadia, TALK, "review")
        assert found
        nadia.post(f"{PAGE}note/", {**found.fields, "note": "Mine"}, headers=HTMX)
        assert Hold.objects.get().until == NOON + 100 * MINUTE + LASTS


# Views


def test_a_view_shows_what_one_has_in_hand_wherever_it_stands(nadia: Client) -> None:
    waits(8, 9)
    listed(room(of_sofia(16, 60 * 24 * 20), 11))  # older than the horizon
    for id_, query in ((9, ""), (11, "?reason=older")):
        press(nadia, of_row(nadia, query, id_), hand="claim")
    page = look(nadia, "?held=me")
    assert rows(page) == ["chatroom-9", "chatroom-11"]
    assert words(one(page, "h1")) == "I have these"
    assert all_words(page, ".tabs a") == ["Needs attention 2", "For me 0", "I have these 2"]


def test_a_conversation_opens_beside_its_view(nadia: Client) -> None:
    claim(nadia)
    page = look(nadia, "?held=me")
    address = one(page, "#open-8").attributes["href"] or ""
    assert "held=me" in address
    opened = text(nadia.get(address))
    assert words(one(opened, "h1")) == "I have these"
    for way in (".conversation-back", ".conversation-close"):
        assert attribute(one(opened, way), "href") == "/brands/3/?reason=all&held=me#open-8"
    assert attribute(one(opened, ".conversation-close"), "aria-label") == "Close the conversation"


def test_an_empty_view_says_so(nadia: Client) -> None:
    assert "You have no conversation in hand" in words(look(nadia, "?held=me"))
    assert "Nothing was handed to you" in words(look(nadia, "?held=for-me"))
    assert rows(look(nadia, "?held=nonsense")) == ["chatroom-8"]


# Told while a page stands open


def test_a_colleagues_claim_is_put_in_place_and_is_no_news(nadia: Client, camille: Client) -> None:
    page = look(camille)
    assert news(camille, page) is None
    claim(nadia)
    told = news(camille, page)
    assert told
    assert words(one(told, "#hand-8")) == "Nadia Benali has it"
    assert not has(told, "button")
    press(nadia, of_row(nadia), hand="release")
    assert news(camille, page) is None


def test_a_view_hears_that_a_colleague_took_what_it_shows(nadia: Client, camille: Client) -> None:
    claim(nadia)
    page = look(nadia, "?held=me")
    press(camille, of_row(camille))
    told = news(nadia, page)
    assert told
    assert "The list changed" in words(told)


@pytest.mark.parametrize("query", ["", "?held=me", "?reason=anomaly"])
def test_what_is_handed_over_is_counted_on_a_page_that_stands_open(
    nadia: Client, camille: Client, manager: Membership, query: str
) -> None:
    """Wherever its list stands, and once: the page tells which number it shows."""
    page = look(camille, query)
    assert news(camille, page) is None
    hand_over(nadia, manager)
    told = news(camille, page)
    assert told
    assert words(one(told, "[hx-swap-oob='innerHTML:.handed']")) == "1"
    assert attribute(one(told, "#handed [data-item]"), "data-mark") == "1"
    title = attribute(one(told, "#handed [data-title]"), "data-title")
    assert title == f"(1) {words(one(page, 'title'))}"
    assert has(page, ".views .handed")
    assert news(nadia, look(nadia)) is None


def test_a_page_that_tells_the_number_already_is_told_nothing(
    nadia: Client, camille: Client, manager: Membership, client_of: ClientOf, viewer: Membership
) -> None:
    hand_over(nadia, manager)
    page = look(camille)
    assert news(camille, page) is None
    press(camille, of_row(camille, "?held=for-me"), hand="release")
    told = news(camille, page)
    assert told
    assert words(one(told, "[hx-swap-oob='innerHTML:.handed']")) == "0"
    assert not has(told, "button")
    assert not attribute(one(told, "#handed [data-title]"), "data-title").startswith("(")
    hugo = client_of(viewer)
    assert not has(look(hugo), "#handed [data-item]")
    assert news(hugo, look(hugo)) is None


def test_who_reads_is_shown_for_as_long_as_they_do(
    nadia: Client, camille: Client, client_of: ClientOf, viewer: Membership
) -> None:
    talk = text(camille.get(TALK))
    page = look(camille)
    client_of(viewer).get(TALK)
    assert news(camille, page) is None
    text(nadia.get(TALK))
    told = news(camille, page)
    assert told
    assert words(one(told, "#hand-8")) == "Nadia Benali is reading"
    beside = news(camille, talk, "#conversation-news", TALK)
    assert beside
    assert words(one(beside, "#hand-conversation")) == "Nadia Benali is reading"
    assert not has(beside, "button")
    assert hands(look(nadia)) == ["Camille Roy is reading"]
    with clock(NOON + 4 * MINUTE):
        assert hands(look(nadia)) == []


# In inboxes too


def test_an_inbox_shows_who_has_a_conversation(nadia: Client, camille: Client) -> None:
    claim(nadia)
    assert "Nadia Benali has it" in words(one(text(camille.get(INBOX)), "#chatroom-8"))
    assert "You have it" in words(one(text(nadia.get(INBOX)), "#chatroom-8"))


def test_an_old_inbox_obeys_too(nadia: Client, camille: Client, api: Upstream) -> None:
    found = form(text(camille.get(INBOX)), "mark-8")
    claim(nadia)
    refused = text(press(camille, found))
    assert "Nothing was changed" in words(refused)
    answer = text(press(camille, forms(refused)[0]))
    assert toast(answer).startswith("Taken over from Nadia Benali")
    assert "You have it" in words(one(answer, "#chatroom-8"))
    assert not api.calls("POST")


def test_several_at_once_leave_out_what_a_colleague_has(
    nadia: Client, camille: Client, api: Upstream
) -> None:
    found = form(text(camille.get(INBOX)), "mark-8")
    claim(nadia)
    assert found
    response = camille.post(f"{INBOX}read/", {"act": found.fields["act"]})
    assert "Nadia Benali has it" in words(text(response))
    assert not api.calls("POST")


def test_without_scripts_a_page_offers_to_take_it_over(nadia: Client, camille: Client) -> None:
    found = of_conversation(camille, TALK, "no-answer")
    claim(nadia)
    response = press(camille, found, htmx=False)
    assert response.status_code == 409
    page = text(response)
    assert "Nadia Benali took it just now" in words(one(page, "h1"))
    taking = next(one_ for one_ in forms(page) if one_.action.endswith("/hold/"))
    assert press(camille, taking, htmx=False).status_code == 302
    assert hands(look(camille)) == ["you have it"]


def view_counts(page: str) -> list[str]:
    return all_words(page, ".views a")[:2]


def rows(page: str) -> list[str]:
    return [one_.id or "" for one_ in every(page, ".queued")]


def news(client: Client, page: str, region: str = "#list", address: str = "") -> str | None:
    """What a page is told of itself, None where nothing changed."""
    asked = one(page, region).attributes
    shown = [one_.attributes for one_ in every(one(page, region), "[data-item]")]
    marks = ",".join(f"{one_['data-item']}:{one_['data-mark']}" for one_ in shown) or "none"
    headers = {**HTMX, "Inbox-Shown": marks, "Inbox-Mark": asked["data-mark"] or ""}
    response = client.get(asked["data-poll"] or address, headers=headers)
    return None if response.status_code == 204 else text(response)


# At the same instant


@pytest.mark.django_db(transaction=True)
def test_of_several_who_claim_at_once_the_database_picks_one(
    nadia: Client, camille: Client, client_of: ClientOf, brand: Brand
) -> None:
    more = [member(f"{n}@example.com", brand, Role.MODERATOR, f"Member {n}") for n in range(2)]
    clients = [nadia, camille, *(client_of(one_) for one_ in more)]
    found = [of_row(one_) for one_ in clients]
    pairs = zip(clients, found, strict=True)
    statuses = at_once(pairs, lambda pair: press(*pair, hand="claim").status_code)
    assert sorted(statuses) == [200, 409, 409, 409]
    assert Hold.objects.count() == acts().filter(act=Act.HOLD).count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_a_claim_and_an_act_at_once_each_is_done_or_refused(
    nadia: Client, camille: Client
) -> None:
    claiming, ending = of_row(nadia), of_conversation(camille, TALK, "no-answer")
    pressed = ((nadia, claiming), (camille, ending))
    claimed, ended = at_once(pressed, lambda pair: press(*pair).status_code)
    assert claimed == 200
    assert ended == (200 if NoAnswerNeeded.objects.exists() else 409)
