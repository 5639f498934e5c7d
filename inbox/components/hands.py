"""Who has a conversation in hand, and who reads it right now, as a member may know."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from inbox import access
from inbox.chatrooms import holds
from inbox.chatrooms.marks import checksum
from inbox.display import colleague, times
from inbox.display.messages import excerpt
from inbox.models import Hold, Membership
from inbox.text.isolates import alone

TOLD_FOR = timedelta(hours=12)
"""For so long it is told that somebody had a conversation until it ran out."""


NOTHING = checksum(None, [])
"""The mark where nobody has or reads it."""


@dataclass(frozen=True, slots=True)
class Hand:
    """`hold`: the last one, which may have run out; None where there is none, or it was released.

    `is_own`: whether it is the member's. `readers`: the names of colleagues who read it now.
    """

    hold: Hold | None = None
    is_own: bool = False
    readers: tuple[str, ...] = ()

    @property
    def stands(self) -> bool:
        return self.hold is not None and self.hold.stands

    @property
    def holder(self) -> str:
        """The colleague who has it, as plain text; empty where it is the member or nobody."""
        if self.hold is None or not self.hold.stands or self.is_own:
            return ""
        return alone(colleague(self.hold.member_name))

    @property
    def is_fresh(self) -> bool:
        """Whether it is too short a time to be told."""
        return self.hold is not None and self.hold.since > timezone.now() - timedelta(minutes=1)

    @property
    def others(self) -> list[str]:
        """Who else reads it, as plain text: of the holder it is told that they have it."""
        holder = self.hold.member_name if self.holder and self.hold else ""
        return [alone(colleague(name)) for name in self.readers if name != holder]

    @property
    def mark(self) -> str:
        """Changes with who has it and who reads it, and not with the time that passes."""
        hold = self.hold
        if hold is None and not self.readers:
            return NOTHING
        held = (hold.member_id, hold.since, hold.stands) if hold else None
        return checksum(held, self.others)

    @property
    def past(self) -> list[str]:
        """How it came to its holder, with the note, or that it left one, as plain text."""
        return self._past(with_note=True)

    @property
    def past_briefly(self) -> list[str]:
        """The same where the note is shown by itself."""
        return self._past(with_note=False)

    def _past(self, *, with_note: bool) -> list[str]:
        hold = self.hold
        if hold is None:
            return []
        said = [_handed_over(hold, with_note=with_note)] if hold.given_by else []
        if not hold.stands and hold.until > timezone.now() - TOLD_FOR:
            told = {
                "name": alone(colleague(hold.member_name)),
                "time": times.clock(hold.until),
            }
            said.append(_("%(name)s had it until %(time)s") % told)
        return said


NOBODY = Hand()


def _handed_over(hold: Hold, *, with_note: bool) -> str:
    told = {
        "name": alone(colleague(hold.given_by)),
        "when": times.ago(hold.since, within=True),
        "note": alone(excerpt(hold.note.text)) if hold.note and hold.note.text else "",
    }
    if told["note"] and with_note:
        return _("handed over by %(name)s %(when)s: “%(note)s”") % told
    return _("handed over by %(name)s %(when)s") % told


def among(
    member: Membership,
    held: Mapping[int, Hold],
    chatrooms: Iterable[int],
    team: Iterable[Membership],
) -> dict[int, Hand]:
    """By chatroom, those that somebody has or reads. Viewers learn of neither.

    `held`: the last holds of these chatrooms. `team`: as the member sees it.
    """
    if not access.sees_colleagues(member):
        return {}
    readers = holds.readers_among(one for one in team if one.pk != member.pk)
    return {
        id_: Hand(
            held.get(id_),
            is_own=id_ in held and held[id_].member_id == member.pk,
            readers=tuple(readers.get(id_, ())),
        )
        for id_ in chatrooms
        if id_ in held or id_ in readers
    }
