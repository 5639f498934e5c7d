"""How what Popsell tells is said to a person: names, roles, presence, kinds of message, times."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta, tzinfo
from functools import cache, lru_cache
from typing import Any
from unicodedata import normalize
from urllib.parse import urlsplit

from django.conf import settings
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext, ngettext, pgettext
from django.utils.translation import gettext_lazy as _

from inbox import privacy
from inbox.links import linked
from inbox.popsell import bounds
from inbox.popsell.resources import (
    SIGN,
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
from inbox.privacy import facts
from inbox.text import characters
from inbox.text.isolates import alone, bdi, marked, plain
from inbox.text.spelling import has_visible

TINTS = 8
LOW_RATING = 2  # 0 to 2 stars
EXCERPT = 160  # characters
NAMED = 2  # of the people of a conversation, in its row

ROLES = {
    Status.AMBASSADOR: _("ambassador"),
    Status.EMPLOYEE: _("employee"),
    Status.ADMINISTRATOR: _("administrator"),
    Status.SELLER: _("seller"),
    Status.SHOP_MANAGER: _("shop manager"),
    Status.MANAGER: _("manager"),
    Status.EXPERT: _("expert"),
    Status.CLIENT: _("client"),
    Status.TEMP: _("anonymous visitor"),
}
AMBASSADOR = _("Ambassador")
NAMELESS = {Status.CLIENT: _("Client"), Status.TEMP: _("Visitor")}
ACCOUNTS = {
    Active.UNACTIVATED: _("Account not activated"),
    Active.BLOCKED: _("Account blocked"),
    Active.UNSUBSCRIBED: _("Unsubscribed"),
    Active.UNSUBSCRIBED_BY_BRAND: _("Unsubscribed by the brand"),
}
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


def icon(name: str) -> SafeString:
    """A picture from the sprite, for the eye only: the words beside it say the same."""
    return _icon(name, settings.STORAGES["staticfiles"]["BACKEND"])


@cache
def _icon(name: str, _storage: str) -> SafeString:
    """Made once a process: where the sprite lies changes with a deployment only."""
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>', static("icons.svg"), name
    )


def colleague(words: str) -> str:
    """A member as their colleagues read of them: who has no name is known by an address, masked."""
    return privacy.mask_addresses(plain(visible(words))) or "–"


def visible(words: str | None) -> str:
    """The words; nothing where none of them can be seen."""
    return words if words and has_visible(words) else ""


# People


def name(person: Ambassador) -> str:
    """What to call a person: never an e-mail address, and never more than an anonymized one gives."""
    if person.anonymized:
        return gettext("Anonymized account")
    status = person.status if isinstance(person.status, Status) else Status.AMBASSADOR
    full_name = _shown(person.full_name)
    return full_name or f"{NAMELESS.get(status, AMBASSADOR)} {person.id}"


def _shown(words: str | None) -> str:
    """A name on one line; nothing where it can't be seen, or would tell an e-mail address."""
    name = visible(words)
    return "" if privacy.holds_address(name) else plain(name)


def handle(person: Ambassador) -> str:
    """The user name without its @, beside the name; nothing where that is the name, where it would tell
    an e-mail address, or of an anonymized person.
    """
    told = visible(_shown(person.username).lstrip(SIGN + " "))
    return "" if person.anonymized or told == name(person) else told


def names(people: Sequence[Ambassador]) -> str:
    """One or two by name, then how many more: a sentence in plain text."""
    if not people:
        return gettext("Nobody listed")
    shown = [alone(name(person)) for person in people[:NAMED]]
    more = len(people) - len(shown)
    if more:
        told = ngettext("%(names)s and %(more)s other", "%(names)s and %(more)s others", more)
        return told % {"names": ", ".join(shown), "more": more}
    if len(shown) == 1:
        return shown[0]
    return gettext("%(one)s and %(other)s") % {"one": shown[0], "other": shown[1]}


def first_name(person: Ambassador) -> str:
    return (not person.anonymized and _shown(person.firstname)) or name(person)


def role(person: Ambassador) -> str:
    return _label(person.status, ROLES, _("role"))


def account(person: Ambassador) -> str:
    """What is out of the ordinary about the person's account, else nothing."""
    if person.active in (None, Active.ACTIVE):
        return ""
    return _label(person.active, ACCOUNTS, _("Account state"))


def initials(person: Ambassador) -> str:
    return "–" if person.anonymized else letters(_shown(person.full_name))


def letters(words: str) -> str:
    """The first letters of the first and the last word, the same however their accents are written."""
    first = [word for word in normalize("NFC", words).split() if word[0].isalnum()]
    shown = map(characters.first, first[:1] + first[1:][-1:])
    return "".join(one.upper() if len(one.upper()) == len(one) else one for one in shown) or "–"


def tint(person: Ambassador) -> int:
    """Which of the avatar's colours, the same for a person everywhere."""
    return person.id % TINTS


def picture(person: Ambassador) -> str:
    """The address of the person's picture, from the hosts the operator allows; else nothing."""
    return "" if person.anonymized else thumbnail(person.image)


def thumbnail(address: str | None) -> str:
    """The address of a picture that may be shown; nothing for other hosts than the operator's."""
    if address and len(address) > bounds.ADDRESS:
        return ""
    try:
        parts = urlsplit(address or "")
    except ValueError:
        return ""
    allowed = parts.scheme == "https" and parts.netloc in settings.IMAGE_HOSTS
    return address or "" if allowed else ""


def presence(person: Ambassador) -> str:
    """Online, when last seen, or that it is not known."""
    if person.online:
        return gettext("online")
    if person.last_action_date:
        return gettext("seen %(when)s") % {"when": ago(person.last_action_date, within=True)}
    return gettext("offline") if person.online is False else gettext("presence not known")


# Messages and chatrooms


def kind(message: Message) -> str:
    """What kind of message it is, in words."""
    return _kind(message)[0]


def kind_icon(message: Message) -> str:
    return _kind(message)[1]


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
    told = escape(gettext("%(kind)s: %(words)s"))
    return mark_safe(told % {"kind": escape(kind(message)), "words": shown})  # noqa: S308 - escaped


def digits(number: object) -> str:
    """A number as its plain digits, whatever the language: a code, an id, a rating."""
    return str(int(number)) if isinstance(number, int) else str(number)


def is_unreadable(item: object) -> bool:
    return isinstance(item, Unreadable)


def known(number: int | None) -> str:
    """A number as the language groups it, or a dash for one that is not known."""
    return "–" if number is None else number_format(number, force_grouping=True)


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
    return _label(value, DISCUSSIONS, _("type"))


def source(value: Source | Unnamed | None) -> str:
    return _label(value, SOURCES, pgettext("of a conversation", "source"))


def chatroom_type(value: TypeChatroom | Unnamed | None) -> str:
    return _label(value, CHATROOMS, _("type"))


def is_one_to_many(value: TypeChatroom | Unnamed | None) -> bool:
    return value == TypeChatroom.ONE_TO_MANY


def is_date(value: object) -> bool:
    return isinstance(value, datetime)


# Times

AHEAD = timedelta(minutes=5)
"""How far ahead of ours another clock may be: what it tells is of just now all the same."""


def ago(moment: datetime, *, within: bool = False) -> str:
    """How long ago, short: by the clock for half a day, then by the calendar of the brand's zone.

    A moment that lies ahead, by more than clocks differ, is told by its date. `within`: as a sentence
    says it, where a language tells a date there from one by itself.
    """
    now = timezone.now()
    passed = now - moment
    if passed < -AHEAD:
        return _date(moment.astimezone(timezone.get_current_timezone()), now.year, within)
    if passed < timedelta(minutes=1):
        return gettext("just now")
    if passed < timedelta(hours=1):
        return gettext("%(n)s min ago") % {"n": passed.seconds // 60}
    hours = gettext("%(n)s h ago") % {"n": passed.seconds // 3600}
    if passed < timedelta(hours=12):
        return hours
    zone = timezone.get_current_timezone()
    return _day(moment, now.astimezone(zone).date(), zone, get_language(), within) or hours


def ticking() -> str:
    """What a script needs to say it while time passes, since a computer's own clock may be wrong.

    What time it is, in milliseconds; then seconds, moments, minutes and hours, with {n} for n.
    """
    texts = (
        gettext("%(n)s s ago"),
        gettext("just now"),
        gettext("%(n)s min ago"),
        gettext("%(n)s h ago"),
    )
    words = [text % {"n": "{n}"} if "%" in text else text for text in texts]
    return "|".join([f"{timezone.now().timestamp() * 1000:.0f}", *words])


@lru_cache(4096)
def _day(
    moment: datetime, today: date, zone: tzinfo, _language: str | None, within: bool = False
) -> str:
    """The day as seen from today; nothing for today itself."""
    local = moment.astimezone(zone)
    days = (today - local.date()).days
    if days == 0:
        return ""
    if days == 1:
        return gettext("yesterday")
    if 0 < days < 7:  # noqa: PLR2004 - a week
        return _told(local, pgettext("format of a date", "D"))
    return _date(local, today.year, within)


def _date(local: datetime, this_year: int, within: bool) -> str:
    """The date, with its year where that is another one."""
    short, long = pgettext("format of a date", "j M"), pgettext("format of a date", "j M Y")
    day = _told(local, short if local.year == this_year else long)
    return pgettext("within a sentence", "%(date)s") % {"date": day} if within else day


@lru_cache(4096)
def _exact(moment: datetime, zone: tzinfo, _language: str | None) -> str:
    """The moment in the brand's zone."""
    local = moment.astimezone(zone)
    told = _told(local, pgettext("format of a date", "j M Y, H:i"))
    return f"{told}{_which_time(local)} ({zone})"


def _told(value: date, form: str) -> str:
    """The date in this form; the first day of a month as the language has it, "1er" in French."""
    if value.day == 1:
        first = "".join(f"\\{letter}" for letter in pgettext("first day of a month", "1"))
        form = form.replace("j", first)
    return str(date_format(value, form))


def _which_time(local: datetime) -> str:
    """Which of two it is, in the night when clocks go back and an hour comes twice; else nothing."""
    offsets = {local.replace(fold=fold).utcoffset() for fold in (0, 1)}
    if len(offsets) == 1:
        return ""
    name = local.tzname() or ""
    return f" {name}" if name.isalpha() else f" UTC{name}"


def _stamp(moment: datetime) -> str:
    """The moment for machines: nobody needs it finer than to the second."""
    return moment.isoformat(timespec="seconds")


def when(moment: datetime | None, *, within: bool = False) -> SafeString | str:
    """How long ago, with the exact time on hover and for machines; unknown is a dash.

    `within`: as a sentence says it.
    """
    if not isinstance(moment, datetime):  # a template turns a missing attribute into ""
        return "–"
    exact = _exact(moment, timezone.get_current_timezone(), get_language())
    told = ago(moment, within=within)
    # All three are made here, of digits and our own words.
    return mark_safe(  # noqa: S308
        f'<time datetime="{_stamp(moment)}" title="{exact}">{told}</time>'
    )


def dated(moment: datetime | None) -> SafeString | str:
    """The date and the time, with the zone on hover; unknown is a dash."""
    if not isinstance(moment, datetime):
        return "–"
    told = exact(moment)
    short = told.rpartition(" (")[0]
    return mark_safe(  # noqa: S308 - as above
        f'<time class="dated" datetime="{_stamp(moment)}" title="{told}">{short}</time>'
    )


def weekday(day: date | None, *, on_paper: bool = False) -> str:
    """A day as a heading: today, yesterday, else its name and date.

    `on_paper`: as it stays true.
    """
    if day is None:
        return "–"
    if on_paper:
        return capfirst(_told(day, "l j F Y"))
    today = timezone.localdate()
    near = {0: gettext("Today"), 1: gettext("Yesterday")}.get((today - day).days)
    return near or capfirst(_told(day, "l j F" if day.year == today.year else "l j F Y"))


def clock(moment: datetime | None) -> str:
    """The time of day in the brand's zone."""
    if not isinstance(moment, datetime):
        return "–"
    local = timezone.localtime(moment)
    return f"{date_format(local, 'H:i')}{_which_time(local)}"


def calendar_day(date: date) -> str:
    """A day of the calendar, whatever the zone."""
    return _told(date, pgettext("format of a date", "j M Y"))


def day(date: date) -> SafeString:
    """The same, for machines too."""
    told = calendar_day(date)
    return format_html('<time class="dated" datetime="{}">{}</time>', date.isoformat(), told)


def exact(moment: datetime | None) -> str:
    """The date and the time in the brand's zone; unknown is a dash."""
    if not isinstance(moment, datetime):
        return "–"
    return _exact(moment, timezone.get_current_timezone(), get_language())


def _label(value: object, labels: Mapping[Any, object], what: object) -> str:
    """The documented word; the number of a code that has none; a dash for the unknown."""
    if value is None:
        return "–"
    return str(labels[value]) if value in labels else f"{what} {plain(str(value))}"


def _kind(message: Message) -> tuple[str, str]:
    code = message.type_message
    if isinstance(code, TypeMessage):
        label, icon_name = MESSAGES[code]
        return str(label), icon_name
    if code is None:
        return gettext("Message"), "text"
    return gettext("Message of type %(code)s") % {"code": code}, "text"


def yes_or_no(value: bool | None) -> str:
    return "–" if value is None else (gettext("yes") if value else gettext("no"))


FILTERS = {
    made.__name__: made
    for made in (
        name,
        names,
        first_name,
        colleague,
        plain,
        alone,
        bdi,
        marked,
        visible,
        handle,
        facts,
        role,
        account,
        initials,
        letters,
        tint,
        picture,
        thumbnail,
        linked,
        weekday,
        presence,
        kind,
        kind_icon,
        is_text,
        is_picture,
        said,
        digits,
        is_unreadable,
        known,
        excerpt,
        flag,
        is_low,
        discussion,
        source,
        chatroom_type,
        is_one_to_many,
        is_date,
        ago,
        when,
        dated,
        clock,
        day,
        exact,
        yes_or_no,
    )
}
"""What templates may call on a value, by name."""
