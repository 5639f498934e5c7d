"""Messages, in one line or in full, and kinds of chatrooms."""

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from inbox.display import label_of, visible
from inbox.popsell.codes import Source, TypeChatroom, TypeDiscussion, TypeMessage
from inbox.popsell.resources import Message, Unnamed, Unreadable
from inbox.text import characters

LOW_RATING = 2  # 0 to 2 stars


EXCERPT = 160  # characters


MESSAGES = {
    TypeMessage.TEXT: (_("Message"), "text"),
    TypeMessage.PICTURE: (_("Picture"), "photo"),
    TypeMessage.RATING: (_("Rating"), "star"),
    TypeMessage.PRODUCT: (_("Product"), "bag"),
    TypeMessage.CONNECTION: (_("Connection"), "link"),
    TypeMessage.REQUEST: (_("Request"), "hand"),
    TypeMessage.UNAVAILABLE: (_("Unavailable"), "no"),
    TypeMessage.VIDEO: (_("Video"), "video"),
    TypeMessage.EMAIL: (_("E-mail"), "envelope"),
    TypeMessage.MISSED: (_("Missed"), "clock"),
}


DISCUSSIONS = {
    TypeDiscussion.MEMBERS: _("between members"),
    TypeDiscussion.EXTERNAL_USERS: _("between external users"),
    TypeDiscussion.MEMBERS_AND_EXTERNAL_USERS: _("between members and external users"),
}


SOURCES = {
    Source.DIRECT: _("direct"),
    Source.WAITING_LIST: _("waiting list"),
    Source.HOT_LIST: _("hot list"),
}


FLAGS = {1: _("To do"), 2: _("Done")}  # documented under PATCH …/flag


CHATROOMS = {TypeChatroom.ONE_TO_ONE: _("one to one"), TypeChatroom.ONE_TO_MANY: _("one to many")}


def kind(message: Message) -> str:
    """What kind of message it is, in words."""
    code = message.type_message
    if isinstance(code, TypeMessage):
        return str(MESSAGES[code][0])
    return (
        gettext("Message") if code is None else gettext("Message of type %(code)s") % {"code": code}
    )


def kind_icon(message: Message) -> str:
    code = message.type_message
    return MESSAGES[code][1] if isinstance(code, TypeMessage) else "text"


def is_text(message: Message) -> bool:
    return message.type_message == TypeMessage.TEXT


def is_picture(message: Message) -> bool:
    return message.type_message == TypeMessage.PICTURE


def said(message: Message) -> SafeString:
    """The message in one line: its first words, after what kind it is where it is not just text.

    The words decide their own direction, and nothing before them does.
    """
    words = visible(excerpt(message.content))
    shown = format_html('<span dir="auto">{}</span>', words)
    if message.type_message == TypeMessage.TEXT:
        return shown if words else escape(gettext("Empty message"))
    # A picture's or a video's content is an address, nothing to read in a line.
    worded = message.type_message not in {TypeMessage.PICTURE, TypeMessage.VIDEO}
    if not (words and worded):
        return escape(kind(message))
    text = escape(gettext("%(kind)s: %(words)s"))
    return mark_safe(text % {"kind": escape(kind(message)), "words": shown})  # noqa: S308 - escaped


def is_unreadable(item: object) -> bool:
    return isinstance(item, Unreadable)


def excerpt(text: str | None) -> str:
    """The first words, on one line; what a reader takes for one character is not cut."""
    whole = (text or "").lstrip()
    begin = whole[: EXCERPT * 4]
    line = " ".join(begin.split())
    if begin == whole and len(line) <= EXCERPT:
        return line
    is_parted = not begin[-1].isspace()  # its last character may go on
    end = characters.end_within(line, min(EXCERPT, len(line) - is_parted))
    return f"{line[:end].rstrip()}…"


def flag(value: int | None) -> str:
    """The documented flag, in words."""
    return str(FLAGS[value]) if value in FLAGS else "–"


def is_low(rating: int | None) -> bool:
    return rating is not None and rating <= LOW_RATING


def discussion(value: TypeDiscussion | Unnamed | None) -> str:
    return label_of(value, DISCUSSIONS, _("type"))


def source(value: Source | Unnamed | None) -> str:
    return label_of(value, SOURCES, pgettext("of a conversation", "source"))


def chatroom_type(value: TypeChatroom | Unnamed | None) -> str:
    return label_of(value, CHATROOMS, _("type"))


def is_one_to_many(value: TypeChatroom | Unnamed | None) -> bool:
    return value == TypeChatroom.ONE_TO_MANY
