"""Shows people: names, roles, accounts, pictures, presence."""

from collections.abc import Sequence
from unicodedata import normalize
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from inbox.display import label_of, privacy, visible
from inbox.display.times import ago
from inbox.popsell import bounds
from inbox.popsell.codes import Active, Status
from inbox.popsell.resources import SIGN, Ambassador
from inbox.text import characters
from inbox.text.isolates import alone, plain

TINTS = 8


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


def name(person: Ambassador) -> str:
    """What to call a person: never an e-mail address, and never more than an anonymized one gives."""
    if person.anonymized:
        return gettext("Anonymized account")
    status = person.status if isinstance(person.status, Status) else Status.AMBASSADOR
    return own_name(person) or f"{NAMELESS.get(status, AMBASSADOR)} {person.id}"


def own_name(person: Ambassador) -> str:
    """The person's own name, where they have one to be shown."""
    return "" if person.anonymized else _shown(person.full_name)


def _shown(words: str | None) -> str:
    """A name on one line; nothing where it can't be seen, or would tell an e-mail address."""
    name = visible(words)
    shown = plain(name)  # with fewer blanks it may be one
    return "" if privacy.holds_address(name) or privacy.holds_address(shown) else shown


def handle(person: Ambassador) -> str:
    """The user name without its @, to be shown beside the name.

    Empty where it is the name, where it would reveal an e-mail address, and for anonymized people.
    """
    text = visible(_shown(person.username).lstrip(SIGN + " "))
    return "" if person.anonymized or text == name(person) else text


def names(people: Sequence[Ambassador]) -> str:
    """One or two by name, then how many more: a sentence in plain text."""
    if not people:
        return gettext("Nobody listed")
    shown = [alone(name(person)) for person in people[:NAMED]]
    more = len(people) - len(shown)
    if more:
        text = ngettext("%(names)s and %(more)s other", "%(names)s and %(more)s others", more)
        return text % {"names": ", ".join(shown), "more": more}
    if len(shown) == 1:
        return shown[0]
    return gettext("%(one)s and %(other)s") % {"one": shown[0], "other": shown[1]}


def first_name(person: Ambassador) -> str:
    return (not person.anonymized and _shown(person.firstname)) or name(person)


def role(person: Ambassador) -> str:
    return label_of(person.status, ROLES, _("role"))


def account(person: Ambassador) -> str:
    """What is out of the ordinary about the person's account, else nothing."""
    if person.active in (None, Active.ACTIVE):
        return ""
    return label_of(person.active, ACCOUNTS, _("Account state"))


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
