"""What answers a customer, and what they say that needs no answer"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.chatrooms.answers import SHORT, THANKS, is_answer, is_thanks

TYPES = [
    ("0", True),  # text
    ("1", True),  # picture
    ("2", False),  # rating
    ("3", True),  # product
    ("4", False),  # connection
    ("5", False),  # request
    ("6", False),  # unavailable
    ("7", True),  # video
    ("8", None),  # e-mail
    ("9", False),  # missed
    ("10", None),
    ("-1", None),
    ("text", None),
    ("", None),
]


@pytest.mark.parametrize(("code", "answers"), TYPES)
def test_a_type_of_message_is_an_answer_or_not(code: str, answers: bool | None) -> None:
    assert is_answer(code) is answers


@pytest.mark.parametrize(
    "text",
    [
        "Thanks!",
        "thank you so much 🙏",
        "THANK YOU",
        "Thank-you",
        "thx",
        "Many thanks, see you on Friday",
        "Cheers Tom",
        "Merci !",
        "  merci\n",
        "MERCI beaucoup, bonne soirée 😊",
        "Mérci",
        "Merci\u00a0!",
        "Un grand merci à vous",
        "Mille mercis",
        "Je vous remercie",
        "Je te remercie, à bientôt",
        "🙏 Merci",
    ],
)
def test_a_short_thank_you_needs_no_answer(text: str) -> None:
    assert is_thanks(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "?",
        "🙏",
        "Hello",
        "No thanks",
        "Où êtes-vous ? Merci",
        "Bonjour, merci",
        "Thanks, and when do you open?",
        "Merci, vous ouvrez quand ?",
        "Merci\uff1f",
        "Merci\u061f",
        "Merci de me rappeler",
        "Merci d'être plus précis",
        "Merci d’avance",
        "Merci par avance",
        "Je vous remercie par avance",
        "Thanks in advance",
        "Thanks but it is broken",
        "Merci mais il est cassé",
        "Merci, rappelez-moi svp",
        "Merci, écrivez-moi s'il vous plaît",
        "Thank you, please call me",
        "Thanksgiving is on Thursday",
        "Mercier is my name",
        "Cheerspot is closed",
    ],
)
def test_what_may_ask_for_something_is_no_thank_you(text: str) -> None:
    assert not is_thanks(text)


def test_forty_characters_are_short_and_one_more_is_not() -> None:
    text = "Merci " + "a" * 34
    assert len(text) == SHORT
    assert is_thanks(f" {text} ")
    assert not is_thanks(text + "a")


@pytest.mark.parametrize("way", [way for ways in THANKS.values() for way in ways])
def test_each_way_of_thanking_counts_alone_and_in_capitals(way: str) -> None:
    assert is_thanks(way)
    assert is_thanks(f"{way.upper()}!")
    assert not is_thanks(f"x{way}")
    assert not is_thanks(f"{way}?")


@given(st.text(max_size=20), st.text(max_size=20))
def test_no_text_with_a_question_mark_is_one(before: str, after: str) -> None:
    assert not is_thanks(f"Merci {before}?{after}")


def test_a_long_text_is_told_without_being_read() -> None:
    assert not is_thanks("merci " * 1_000_000)
