"""Names, initials and first words: what can't be seen is none, and no character is cut"""

import unicodedata
from typing import Any

import pytest
import regex
from django.core.exceptions import ValidationError
from hypothesis import example, given
from hypothesis import strategies as st

from inbox import display
from inbox.accounts.members import NewMemberForm
from inbox.chatrooms import notes
from inbox.chatrooms.codes import NameForm
from inbox.display import messages
from inbox.display.messages import said
from inbox.display.people import first_name, handle, initials, letters, name
from inbox.models import Brand, CodeName, Membership, User
from inbox.popsell import decode
from inbox.text.characters import ONE
from inbox.text.spelling import has_visible
from tests.conftest import ClientOf
from tests.support.chatrooms import chatroom, lea, message, participant, person
from tests.support.markup import words
from tests.support.pages import INBOX, row, text
from tests.support.upstream import Upstream

BLANKS = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u180b\u180e\u200b\u200d\u2028\u2060\u2064\u206f\u2800\u3000"
    "\u3164\ufe0f\ufeff\uffa0\ufffe\U0001d159\U0001d173\U000e0020\U000e0100"
)
invisible = st.text(
    st.one_of(st.sampled_from(BLANKS), st.characters(categories=["Cc", "Cf", "Zl", "Zp", "Zs"])),
    max_size=8,
)
PARTS = [
    *("🇫🇷", "👩🏽\u200d🚀", "👨\u200d👩\u200d👧\u200d👦", "👍🏿"),
    *("e\u0301", "é", "\u0e01\u0e33", "a", " ", "  \n", "한", "\u0915\u093f"),
]


def read(**changes: Any) -> Any:
    found = decode.ambassador(person(555, **changes))
    assert found
    return found


@given(invisible, invisible, invisible)
def test_who_has_no_visible_name_has_none(first: str, last: str, user: str) -> None:
    who = read(firstname=first, lastname=last, username=user)
    assert name(who) == first_name(who) == "Client 555"
    assert (handle(who), initials(who)) == ("", "–")


@given(st.text(max_size=20), st.text(max_size=20), st.text(max_size=20))
@example("\u3164", "Moreau", "")
def test_no_name_is_empty(first: str, last: str, user: str) -> None:
    who = read(firstname=first, lastname=last, username=user)
    assert has_visible(name(who))
    assert has_visible(first_name(who))
    assert not handle(who) or has_visible(handle(who))


def test_the_user_name_takes_the_place_of_names_that_can_t_be_seen() -> None:
    assert name(read(firstname="\u3164", lastname="\u200b", username="lea.m")) == "lea.m"
    assert name(read(firstname="\u3164", lastname="Moreau")) == "Moreau"


@given(invisible)
@example("")
def test_what_can_t_be_seen_is_no_text(blank: str) -> None:
    told = decode.message(message(16, content=blank))
    assert told
    assert said(told) == "Empty message"
    assert notes.clean(blank) == ""
    assert display.visible(blank) == ""
    assert str(User(email="lea@example.com", name=blank)) == "lea@example.com"
    form = NameForm({"name": blank, "tone": "neutral"}, instance=CodeName(kind="topic", code="1"))
    form.is_valid()
    assert form.cleaned_data.get("name", "") == ""
    with pytest.raises(ValidationError):
        Brand(id=3, name=blank).clean()
    assert "name" in NewMemberForm("lea@example.com", {"name": blank, "password": "x"}).errors


@pytest.mark.parametrize("seen", ["a", "é", "\u0301", "👍", "ㅏ", "\ue000", "\U0003fffd"])
def test_what_can_be_seen_is(seen: str) -> None:
    assert has_visible(f"\u200b{seen}\u3164")


def test_a_row_and_its_conversation_without_anything_to_see(
    client_of: ClientOf, moderator: Membership, api: Upstream
) -> None:
    nobody: dict[str, Any] = {"firstname": "\u200b", "lastname": "\u3164", "username": "\u2800"}
    room = chatroom(
        ambassadors=[lea(8), participant(555, 8, **nobody)],
        last_message=message(16, person(555, **nobody), content="\u2060"),
        last_rating={"value": 1, "comment": "\u3164"},
        last_summary={"summary": "\ufeff", "topic": 2},
    )
    api.listing(room)
    client = client_of(moderator)
    shown = row(text(client.get(INBOX)), 8)
    assert "<bdi>Client 555</bdi></a>" in shown
    assert "Empty message" in shown
    assert not [part for part in ("row-summary", "<q") if part in shown]
    api.conversation(room, message(16, person(555, **nobody), content="\u2060"))
    opened = text(client.get(f"{INBOX}chatrooms/8/"))
    talk = opened[opened.index("conversation-head") :]
    assert "<i>Empty message</i>" in talk
    assert not [part for part in ('class="prose"', "@\u2800") if part in talk]
    assert "Client 555 ·" in words(talk)


# One line


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("Jean\tPaul", "Jean Paul"),
        ("Jean \r\n Paul", "Jean Paul"),
        ("Jean\x07\x85Paul", "Jean Paul"),
        ("M@rie", "M@rie"),
        ("M@rie D.", "M@rie D."),
    ],
)
def test_a_name_on_one_line(given: str, shown: str) -> None:
    assert name(read(firstname=given, lastname=None)) == shown
    assert first_name(read(firstname=given)) == shown


@pytest.mark.parametrize("user", ["han.dle", "@han.dle", " @@han.dle", "\uff20han.dle"])
def test_a_user_name_has_no_sign_of_its_own(user: str) -> None:
    assert handle(read(username=user)) == "han.dle"
    nameless = read(username=user, firstname="\u200b", lastname=None)
    assert (name(nameless), handle(nameless)) == ("han.dle", "")


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("Élodie Ørsted", "ÉØ"),
        ("क\u093eजल शर\u094dमा", "क\u093eश"),
        ("Z" + "\u0301" * 80 + " a", "ŹA"),
        ("🇫🇷 Léa", "L"),
        ("🇫🇷", "–"),
        ("가나 다라", "가다"),
        ("\u216b \ufb01n", "\u216b\ufb01"),
    ],
)
def test_initials(given: str, shown: str) -> None:
    for form in ("NFC", "NFD"):
        assert letters(unicodedata.normalize(form, given)) == unicodedata.normalize("NFC", shown)


# First words


def whole(begin: str, line: str) -> bool:
    return len(begin) in {0, *(found.end() for found in ONE.finditer(line))}


@given(st.lists(st.sampled_from(PARTS), max_size=400).map("".join))
@example("🇫🇷" * 200)
@example("a" + "🇫🇷" * 200)
@example("👨\u200d👩\u200d👧\u200d👦" * 100)
@example(" " * 700 + "é" + " " * 700 + "é")
@example(("a" + " " * 20) * 31 + "e\u0301" * 40)
def test_first_words_end_where_a_character_does(words: str) -> None:
    line = " ".join(words.split())
    shown = messages.excerpt(words)
    assert len(shown) <= messages.EXCERPT + 1
    if shown != line:
        begin = shown.removesuffix("…")
        assert shown.endswith("…")
        assert line.startswith(begin)
        assert whole(begin, line)


def test_a_character_without_end_is_cut() -> None:
    for endless in ("Z" + "\u0301" * 5000, "👩\u200d" * 5000):
        shown = messages.excerpt(endless)
        assert 1 < len(shown) <= messages.EXCERPT + 1
    assert messages.excerpt("fine " + "Z" + "\u0301" * 5000) == "fine…"


def test_the_property_is_known() -> None:
    """Of Unicode, and of the library: our own table would grow old."""
    ignorable = regex.compile(r"\p{Default_Ignorable_Code_Point}")
    assert all(not has_visible(chr(one)) for one in range(0x110000) if ignorable.match(chr(one)))
