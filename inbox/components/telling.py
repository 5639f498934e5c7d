"""Reports each act in words that name the ambassador and the conversation."""

from inbox.activity import history
from inbox.chatrooms.called import recall_names
from inbox.chatrooms.listing import Origin
from inbox.chatrooms.tokens import Target
from inbox.components.indexed import Pair, pair_of
from inbox.components.toasts import Toast
from inbox.display import visible
from inbox.display.people import first_name
from inbox.models import Act, Activity, IndexedChatroom, Membership
from inbox.popsell import identities
from inbox.queue import coded

CONTROLS = {
    Act.READ: "read-conversation",
    Act.ARCHIVE: "archive-button",
    Act.BLOCK: "block-button",
    Act.FLAG: "flag-1",
    Act.REVIEW: "review-button",
    Act.NO_ANSWER: "no-answer-button",
    Act.JUDGE: "judge-right",
    **dict.fromkeys((Act.HOLD, Act.TAKE_OVER, Act.HAND_OVER, Act.RELEASE), "hold-button"),
}
"""By their ids, the buttons of the open conversation that do an act."""


def make_toast(
    member: Membership,
    target: Target,
    origin: Origin,
    words: str,
    *,
    by: str = "",
    undoes: Activity | None = None,
) -> Toast:
    """The toast of an act that was pressed in the list `origin`.

    `undoes`: the record that its Undo takes back, if any can be.
    """
    known = history.look_up(member.brand_id, [undoes] if undoes else [])
    can_undo = undoes is not None and known.can_undo(undoes)
    person = identities.recall(member.brand_id, target.ambassador)
    names = recall_names(member.brand, origin, target.chatroom)
    pair = None if names and visible(person.full_name) else _look_up(target)
    return Toast(
        words,
        brand=member.brand_id,
        chatroom=target.chatroom,
        name=first_name(pair.ambassador if pair and not visible(person.full_name) else person),
        names=names or (pair.others if pair else ""),
        by=by,
        undo=undoes.pk if undoes and can_undo else 0,
        clears=bool(undoes and known.clears(undoes)),
        focus=_control(words),
    )


def _look_up(target: Target) -> Pair | None:
    """Who talks, as the index knows them; None where it has no such conversation."""
    rooms = IndexedChatroom.objects.filter(brand=target.brand, chatroom=target.chatroom)
    row = rooms.filter(ambassador=target.ambassador).first()
    if row is None:
        return None
    return pair_of(row, coded.name_ambassadors(target.brand, [row]).get(row.ambassador))


def _control(words: str) -> str:
    act = words.partition(" ")[0]
    return CONTROLS[Act(act)] if act in CONTROLS else ""
