"""Shows conversations that have a code: the two people, the words that explain it, and the date."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from inbox.components import indexed
from inbox.components.freshness import Fresh
from inbox.components.indexed import Pair
from inbox.display import known, people
from inbox.models import CodeKind, CodeName, IndexedAmbassador, IndexedChatroom
from inbox.popsell.resources import Ambassador
from inbox.queue import coded
from inbox.queue.coded import Uses
from inbox.text.isolates import alone


@dataclass(frozen=True, slots=True)
class Conversation:
    """A row of the index where a code stands.

    `other`: the counterpart, where there is just one. `who`: a sentence of plain text. `said`: as HTML,
    the words that the code is about, empty where they are not kept. `at`: since when it stands there.
    """

    row: IndexedChatroom
    ambassador: Ambassador
    other: Ambassador | None
    who: str
    said: str
    at: datetime | None
    address: str


@dataclass(frozen=True, slots=True)
class Seen:
    """In how many conversations a code stands: the `number` known, and the `count` as it is told.

    `newest`: some of them. `first`: the day on which it was first seen, in the brand's zone. `at`: when
    it was last seen, None where only a day is known.
    """

    number: int
    count: str
    newest: list[Conversation]
    first: date
    at: datetime | None


def find_seen(brand_id: int, codes: Iterable[CodeName], fresh: Fresh) -> dict[int, Seen]:
    """How often these codes of one brand were seen, by their keys."""
    by_key = {one.pk: one for one in codes}
    uses = coded.find_uses(by_key.values())
    rows = [row for one in uses.values() for row in one.newest]
    keepers = coded.name_ambassadors(brand_id, rows)
    return {pk: _seen(one, uses.get(pk), fresh, keepers) for pk, one in by_key.items()}


def _seen(
    code: CodeName, uses: Uses | None, fresh: Fresh, keepers: Mapping[int, IndexedAmbassador]
) -> Seen:
    newest = [_show(row, code.kind, keepers) for row in uses.newest] if uses else []
    # What stands there now has its own dates: that it is read again today says nothing.
    past = [one.at for one in newest if one.at and one.at <= timezone.now()]
    at = max(past, default=code.seen_at)
    oldest = uses.oldest if uses else None
    first = min(code.first_seen, timezone.localdate(oldest)) if oldest else code.first_seen
    return Seen(uses.count if uses else 0, _count(uses, fresh), newest, first, at)


def count_all(code: CodeName, fresh: Fresh) -> str:
    """In how many conversations a code stands, as it is told."""
    return _count(coded.find_uses([code]).get(code.pk), fresh)


def show(code: CodeName, rows: list[IndexedChatroom]) -> list[Conversation]:
    keepers = coded.name_ambassadors(code.brand_id, rows)
    return [_show(row, code.kind, keepers) for row in rows]


def _count(uses: Uses | None, fresh: Fresh) -> str:
    """With a + where there are more, or may be; a dash where nothing is known."""
    if uses is None or not fresh.index.read:
        return "–"
    more = "+" if uses.count > coded.MOST or fresh.is_partial else ""
    return f"{known(min(uses.count, coded.MOST))}{more}"


def _show(
    row: IndexedChatroom, kind: str, keepers: Mapping[int, IndexedAmbassador]
) -> Conversation:
    pair = indexed.pair_of(row, keepers.get(row.ambassador))
    is_moderated = kind == CodeKind.MODERATION
    return Conversation(
        row=row,
        ambassador=pair.ambassador,
        other=pair.other,
        who=who(pair),
        said=indexed.said(
            *((row.type_message, row.excerpt) if is_moderated else ("0", row.summary))
        ),
        at=row.last_message_date if is_moderated else row.summarized,
        address=indexed.address(row),
    )


def who(pair: Pair) -> str:
    """The two sides, as a sentence of plain text."""
    names = {"other": pair.others, "ambassador": alone(people.name(pair.ambassador))}
    return _("%(other)s with %(ambassador)s") % names
