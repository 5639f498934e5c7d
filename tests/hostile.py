"""Data that nobody means well with: too long, without a break, from right to left, full of markup."""

from typing import Any

from tests.chatrooms import chatroom, lea, message, participant, person

LONG = "W" * 300
HOSTILE = {
    "unbroken": LONG,
    "right to left": "شكرا جزيلا على النصيحة " * 12,
    "emoji": "👩🏽‍🚀🧴💄" * 60,
}
MARKUP = """</p><b id="main" onclick='x'>&amp;&lt;"'<!-- ]]>"""


def hostile_room(id_: int, words: str) -> dict[str, Any]:
    """A conversation in which everything that can be long is."""
    names: dict[str, Any] = {"firstname": words, "lastname": words, "username": words}
    pivot = {"id_chatroom": id_, "id_ambassador": 100, "is_blocked": True, "archived": True}
    own = lea(id_, chatroom_pivot_data=[pivot], **names)
    other = participant(555, id_, active=-2, **names)
    return chatroom(
        id_,
        ambassadors=[own, other],
        last_message=message(16, person(555, **names), content=(words * 500)[:20_000]),
        last_rating={"value": 1, "comment": words},
        last_summary={"summary": words * 3, "anomaly": 3, "topic": 2**62, "date_insert": words},
        source=words,
        type_discussion=words,
    )
