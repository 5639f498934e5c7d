"""How what Popsell tells is said to a person: names, roles, presence, kinds of message, times."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta, tzinfo
from functools import cache, lru_cache
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from inbox.popsell.resources import (
    Active,
    Ambassador,
    Message,
    Source,
    Status,
    TypeChatroom,
    TypeDiscussion,
    TypeMessage,
    Unnamed,
    Unreadable,
)

TINTS = 8
LOW_RATING = 2  # 0 to 2 stars
EXCERPT = 160  # characters

ROLES = {
    Status.AMBASSADOR: "ambassador",
    Status.EMPLOYEE: "employee",
    Status.ADMINISTRATOR: "administrator",
    Status.SELLER: "seller",
    Status.SHOP_MANAGER: "shop manager",
    Status.MANAGER: "manager",
    Status.EXPERT: "expert",
    Status.CLIENT: "client",
    Status.TEMP: "anonymous visitor",
}
NAMELESS = {Status.CLIENT: "Client", Status.TEMP: "Visitor"}
ACCOUNTS = {
    Active.UNACTIVATED: "Account not activated",
    Active.BLOCKED: "Account blocked",
    Active.UNSUBSCRIBED: "Unsubscribed",
    Active.UNSUBSCRIBED_BY_BRAND: "Unsubscribed by the brand",
}
MESSAGES = {
    TypeMessage.TEXT: ("Message", "text"),
    TypeMessage.PICTURE: ("Picture", "photo"),
    TypeMessage.RATING: ("Rating", "star"),
    TypeMessage.PRODUCT: ("Product", "bag"),
    TypeMessage.CONNECTION: ("Connection", "link"),
    TypeMessage.REQUEST: ("Request", "hand"),
    TypeMessage.UNAVAILABLE: ("Unavailable", "no"),
    TypeMessage.VIDEO: ("Video", "video"),
    TypeMessage.EMAIL: ("E-mail", "envelope"),
    TypeMessage.MISSED: ("Missed", "clock"),
}
DISCUSSIONS = {
    TypeDiscussion.MEMBERS: "between members",
    TypeDiscussion.EXTERNAL_USERS: "between external users",
    TypeDiscussion.MEMBERS_AND_EXTERNAL_USERS: "between members and external users",
}
SOURCES = {
    Source.DIRECT: "direct",
    Source.WAITING_LIST: "waiting list",
    Source.HOT_LIST: "hot list",
}
CHATROOMS = {TypeChatroom.ONE_TO_ONE: "one to one", TypeChatroom.ONE_TO_MANY: "one to many"}


def icon(name: str) -> SafeString:
    """A picture from the sprite, for the eye only: the words beside it say the same."""
    return _icon(name, settings.STORAGES["staticfiles"]["BACKEND"])


@cache
def _icon(name: str, _storage: str) -> SafeString:
    """Made once a process: where the sprite lies changes with a deployment only."""
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>', static("icons.svg"), name
    )


# People


def name(person: Ambassador) -> str:
    """What to call a person: never an e-mail address, and never more than an anonymized one gives."""
    if person.anonymized:
        return "Anonymized account"
    status = person.status if isinstance(person.status, Status) else None
    nameless = NAMELESS.get(status, "Ambassador") if status is not None else "Ambassador"
    return person.full_name or f"{nameless} {person.id}"


def names(people: Sequence[Ambassador]) -> str:
    """One or two by name, then how many more."""
    if not people:
        return "Nobody listed"
    shown = [name(person) for person in people[:2]]
    more = len(people) - len(shown)
    if more:
        return f"{', '.join(shown)} and {more} other{'s' if more > 1 else ''}"
    return " and ".join(shown)


def first_name(person: Ambassador) -> str:
    given = (person.firstname or "").strip()
    return given if given and not person.anonymized else name(person)


def role(person: Ambassador) -> str:
    return _label(person.status, ROLES, "role")


def account(person: Ambassador) -> str:
    """What is out of the ordinary about the person's account, else nothing."""
    if person.active in (None, Active.ACTIVE):
        return ""
    return _label(person.active, ACCOUNTS, "Account state")


def initials(person: Ambassador) -> str:
    return "–" if person.anonymized else letters(person.full_name)


def letters(words: str) -> str:
    """The first letters of the first and the last word."""
    first = [word[0].upper() for word in words.split() if word[0].isalnum()]
    return "".join(first[:1] + first[1:][-1:]) or "–"


def tint(person: Ambassador) -> int:
    """Which of the avatar's colours, the same for a person everywhere."""
    return person.id % TINTS


def picture(person: Ambassador) -> str:
    """The address of the person's picture, from the hosts the operator allows; else nothing."""
    address = "" if person.anonymized else (person.image or "")
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return address if parts.scheme == "https" and parts.netloc in settings.IMAGE_HOSTS else ""


def presence(person: Ambassador) -> str:
    """Online, when last seen, or that it is not known."""
    if person.online:
        return "online"
    if person.last_action_date:
        return f"seen {ago(person.last_action_date)}"
    return "offline" if person.online is False else "presence not known"


# Messages and chatrooms


def kind(message: Message) -> str:
    """What kind of message it is, in words."""
    return _kind(message)[0]


def kind_icon(message: Message) -> str:
    return _kind(message)[1]


def is_text(message: Message) -> bool:
    return message.type_message == TypeMessage.TEXT


def said(message: Message) -> str:
    """The message in one line: its first words, after what kind it is where it is not just text."""
    words = excerpt(message.content)
    if message.type_message == TypeMessage.TEXT:
        return words or "Empty message"
    # A picture's or a video's content is an address, nothing to read in a line.
    worded = message.type_message not in {TypeMessage.PICTURE, TypeMessage.VIDEO}
    return f"{kind(message)}: {words}" if words and worded else kind(message)


def digits(number: object) -> str:
    """A number as its plain digits, whatever the language: a code, an id, a rating."""
    return str(int(number)) if isinstance(number, int) else str(number)


def is_unreadable(item: object) -> bool:
    return isinstance(item, Unreadable)


def known(number: int | None) -> int | str:
    """A number, or a dash for one that is not known."""
    return "–" if number is None else number


def excerpt(text: str | None) -> str:
    """The first words, on one line."""
    line = " ".join((text or "")[: EXCERPT * 4].split())
    return line if len(line) <= EXCERPT else f"{line[:EXCERPT].rstrip()}…"


def is_low(rating: int | None) -> bool:
    return rating is not None and rating <= LOW_RATING


def discussion(value: TypeDiscussion | Unnamed | None) -> str:
    return _label(value, DISCUSSIONS, "type")


def source(value: Source | Unnamed | None) -> str:
    return _label(value, SOURCES, "source")


def chatroom_type(value: TypeChatroom | Unnamed | None) -> str:
    return _label(value, CHATROOMS, "type")


def is_one_to_many(value: TypeChatroom | Unnamed | None) -> bool:
    return value == TypeChatroom.ONE_TO_MANY


def is_date(value: object) -> bool:
    return isinstance(value, datetime)


# Times


def ago(moment: datetime) -> str:
    """How long ago, short: by the clock for half a day, then by the calendar of the brand's zone."""
    now = timezone.now()
    passed = now - moment
    if passed < timedelta(minutes=1):
        return "just now"
    if passed < timedelta(hours=1):
        return f"{passed.seconds // 60} min ago"
    if passed < timedelta(hours=12):
        return f"{passed.seconds // 3600} h ago"
    zone = timezone.get_current_timezone()
    return _day(moment, now.astimezone(zone).date(), zone) or f"{passed.seconds // 3600} h ago"


@lru_cache(4096)
def _day(moment: datetime, today: date, zone: tzinfo) -> str:
    """The day as seen from today; nothing for today itself."""
    local = moment.astimezone(zone)
    days = (today - local.date()).days
    if days == 0:
        return ""
    if days == 1:
        return "yesterday"
    if 0 < days < 7:  # noqa: PLR2004 - a week
        return date_format(local, "D")
    return date_format(local, "j M" if local.year == today.year else "j M Y")


@lru_cache(4096)
def _exact(moment: datetime, zone: tzinfo) -> str:
    """The moment in the brand's zone."""
    return f"{date_format(moment.astimezone(zone), 'j M Y, H:i')} ({zone})"


def when(moment: datetime | None) -> SafeString | str:
    """How long ago, with the exact time on hover and for machines; unknown is a dash."""
    if not isinstance(moment, datetime):  # a template turns a missing attribute into ""
        return "–"
    exact = _exact(moment, timezone.get_current_timezone())
    # All three are made here, of digits and our own words.
    return mark_safe(  # noqa: S308
        f'<time datetime="{moment.isoformat()}" title="{exact}">{ago(moment)}</time>'
    )


def _label(value: object, labels: dict[Any, str], what: str) -> str:
    """The documented word; the number of a code that has none; a dash for the unknown."""
    if value is None:
        return "–"
    return labels.get(value, f"{what} {value}")


def _kind(message: Message) -> tuple[str, str]:
    code = message.type_message
    if isinstance(code, TypeMessage):
        return MESSAGES[code]
    return ("Message" if code is None else f"Message of type {code}", "text")


def yes_or_no(value: bool | None) -> str:
    return "–" if value is None else ("yes" if value else "no")


FILTERS = {
    made.__name__: made
    for made in (
        name,
        names,
        first_name,
        role,
        account,
        initials,
        letters,
        tint,
        picture,
        presence,
        kind,
        kind_icon,
        is_text,
        said,
        digits,
        is_unreadable,
        known,
        excerpt,
        is_low,
        discussion,
        source,
        chatroom_type,
        is_one_to_many,
        is_date,
        ago,
        when,
        yes_or_no,
    )
}
"""What templates may call on a value, by name."""
