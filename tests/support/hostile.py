"""Data that nobody means well with: too long, without a break, from right to left, full of markup."""

from typing import Any

from tests.support.chatrooms import chatroom, lea, message, participant, person

LONG = "W" * 300
HOSTILE = {
    "unbroken": LONG,
    "right to left": "شكرا جزيلا على النصيحة " * 12,
    "emoji": "👩🏽‍🚀🧴💄" * 60,
}
MARKUP = """</p><b id="main" onclick='x'>&amp;&lt;"'<!-- ]]>"""

CORPUS = {
    "script": "<script>window.__pwned=1;alert(1)</script>",
    "closed script": "</script></title></textarea></style><script>window.__pwned=1</script>",
    "image": "<img src=x onerror='window.__pwned=1;alert(1)'>",
    "svg": "<svg/onload=window.__pwned=1><animate onbegin=alert(1) attributeName=x dur=1s>",
    "double quote": '" autofocus onfocus="window.__pwned=1" x="',
    "single quote": "' autofocus onfocus='window.__pwned=1' x='",
    "backtick": "` onmouseover=window.__pwned=1 `",
    "frame": "<iframe srcdoc='<script>parent.__pwned=1</script>'></iframe><base href=//evil.example>",
    "htmx": "<b hx-get='/accounts/logout/' hx-trigger=load hx-on:click=alert(1)>go</b>",
    "script address": "javascript:window.__pwned=1 https://[bad data:text/html,<script>alert(1)",
    "address": 'https://good.example@evil.example/"onmouseover=alert(1)//<b>',
    "jinja": "{{7*7}} {% raw %} {%include 'x'%} {# gone #} {{config}}",
    "template": "${7*7} #{7*7} <%= 7*7 %> [[7*7]]",
    "format": "%(name)s %s {0} {name} %n",
    "style": "<style>*{display:none}</style>;}body{display:none}/*",
    "comment": "<!-- csrf --> <!-- ]]> --> <![CDATA[ x",
    "entities": "&lt;b&gt; &amp;amp; &#60;script&#62;",
    "override": "abc\u202edef ghi",
    "embeddings": "\u202a\u202b\u202d left open",
    "isolates": "\u2066\u2067\u2068 left open \u2069\u2069\u2069\u202c closed too often",
    "zero width": "in\u200bvis\u200dib\ufeffle\u2060",
    "controls": "bell\x07 null\x00 escape\x1b[31m \x85 delete\x7f end",
    "half a pair": "half \ud800 a pair \udfff",
    "combining": "Z" + "\u0301\u0335\u0489" * 80,
    "emoji": "👩🏽\u200d🚀👨\u200d👩\u200d👧\u200d👦🏴\U000e0067\U000e0062\U000e007f",
    "header": "x\r\nSet-Cookie: evil=1\r\n\r\n<b>body</b>",
    "formula": '=HYPERLINK("http://evil.example","win")',
}
"""What attacks a page, an address, a header, a file or the eye."""


def hostile_room(id_: int, words: str) -> dict[str, Any]:
    """A conversation where everything is as long as it can be."""
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
