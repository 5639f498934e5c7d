"""The names that a brand's topics have in Popsell's back office, as guesses at codes of that number."""

from collections.abc import Iterable

from django.utils.translation import get_language

from inbox.display import visible
from inbox.models import CodeKind, CodeName, Membership
from inbox.popsell import cache, client
from inbox.popsell.errors import PopsellError
from inbox.popsell.resources import ChatTopic, Page
from inbox.text.isolates import plain

FRESH_FOR = 300  # seconds: topics change by the month
LONGEST = CodeName._meta.get_field("name").max_length or 0


def to_take_over(member: Membership, codes: Iterable[CodeName]) -> dict[str, str]:
    """Names to offer in the form. Popsell is asked only where a topic lacks one."""
    lacks = any(one.kind == CodeKind.TOPIC and not one.name for one in codes)
    return _offered(member.brand_id) if lacks and member.may_manage else {}


def _offered(brand_id: int) -> dict[str, str]:
    """A name by the digits of a topic's id; none where Popsell does not tell, which is logged."""

    def fetch() -> Page[ChatTopic]:
        return client.chat_topics(brand_id)

    try:
        reading = cache.read_through(
            brand_id, "chat topics", fetch, version=None, fresh_for=FRESH_FOR
        )
    except PopsellError:
        return {}
    topics = [one for one in reading.page.data if isinstance(one, ChatTopic)]
    return {str(one.id): name for one in topics if (name := _name(one))}


def _name(topic: ChatTopic) -> str:
    """The name in the reader's language, else in its first; empty where it is too long for a chip."""
    spoken = (get_language() or "").partition("-")[0]
    known = [(one.lang or "", _line(one.content)) for one in topic.contents]
    known = [(lang, name) for lang, name in known if 0 < len(name) <= LONGEST]
    own = [name for lang, name in known if lang.partition("_")[0] == spoken]
    return next(iter([*own, *(name for _, name in known)]), "")


def _line(content: str | None) -> str:
    return visible(plain(content or ""))
